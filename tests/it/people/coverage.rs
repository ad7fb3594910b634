use waymark::domains::people::coverage::pages::needed;

use crate::support::portal::Portal;

#[test]
fn a_part_of_the_ratio_needs_a_whole_steward() {
    for (people, wanted) in [(0, 0), (1, 1), (20, 1), (21, 2), (100, 5)] {
        assert_eq!(needed(people, 20), wanted, "{people}");
    }
    assert_eq!(needed(3, 0), 3, "a ratio of nobody is one of one");
}

#[tokio::test]
async fn a_worksite_without_a_steward_comes_first_and_who_is_away_does_not_count() {
    let portal = Portal::start().await;
    let org = portal.organization("local");
    let covered = super::worksite(&portal, "General hospital", &["member", "other"]);
    super::worksite(&portal, "Riverside", &["leader"]);
    portal.force(&format!(
        "INSERT INTO steward_assignments (org_id, id, steward_id, kind, worksite_id, effective_from) \
         VALUES ('{org}', gen_random_uuid(), '{}', 'primary', '{covered}', now() - interval '1 day')",
        portal.member("steward")
    ));
    let admin = portal.person("admin").await;
    let names = |page: &crate::support::page::Page| {
        page.select("main tbody th")
            .into_iter()
            .map(|cell| cell.text.trim().to_owned())
            .collect::<Vec<_>>()
    };

    let page = admin.get("/coverage").await.expect_ok();
    assert_eq!(names(&page), ["Riverside", "General hospital"]);
    page.expect_text("Nobody")
        .expect_text("Enough")
        .expect_text("1 person is nobody's");

    portal.force(&format!(
        "INSERT INTO steward_leaves (org_id, id, steward_id, starts_at, ends_at) \
         VALUES ('{org}', gen_random_uuid(), '{}', now() - interval '1 day', now() + interval '1 day')",
        portal.member("steward")
    ));
    let page = admin.get("/coverage").await;
    assert_eq!(
        names(&page),
        ["General hospital", "Riverside"],
        "the larger gap first"
    );
    page.expect_no_text("Enough");
}

#[tokio::test]
async fn inside_a_worksite_departments_and_shifts_stand_apart_and_few_people_are_no_share() {
    let portal = Portal::start().await;
    let org = portal.organization("local");
    let worksite = super::worksite(&portal, "General hospital", &["member", "other", "leader"]);
    portal.force(&format!(
        "INSERT INTO departments (org_id, id, worksite_id, name) VALUES ('{org}', gen_random_uuid(), '{worksite}', 'Imaging'); \
         INSERT INTO shifts (org_id, id, name) VALUES ('{org}', gen_random_uuid(), 'Nights'); \
         UPDATE members SET department_id = (SELECT id FROM departments), shift_id = (SELECT id FROM shifts) WHERE id = '{}'",
        portal.member("member")
    ));

    let page = portal
        .person("steward")
        .await
        .get(&format!("/coverage/{worksite}"))
        .await
        .expect_ok();
    page.expect_text("Imaging")
        .expect_text("Nights")
        .expect_text("No department")
        .expect_text("too few people to say");
    let path = format!("/coverage/{worksite}");
    portal.person("member").await.get(&path).await.expect_status(404);
    portal
        .person("member")
        .await
        .get("/coverage")
        .await
        .expect_status(403);
    portal
        .neighbour("stranger")
        .await
        .get(&path)
        .await
        .expect_status(404);
}
