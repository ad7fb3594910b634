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

#[tokio::test]
async fn who_looks_after_whom_is_counted_by_person_and_by_cell() {
    let portal = Portal::start().await;
    let org = portal.organization("local");
    let (steward, coach) = (portal.member("steward"), portal.member("coach"));
    let garage = super::worksite(&portal, "Garage", &["member", "other", "leader", "steward"]);
    let annex = super::worksite(&portal, "Annex", &[]);
    portal.force(&format!(
        "INSERT INTO steward_assignments (org_id, id, steward_id, kind, worksite_id, effective_from) \
           VALUES ('{org}', gen_random_uuid(), '{steward}', 'primary', '{garage}', now() - interval '1 day'); \
         INSERT INTO members (org_id, id, display_name, handle, worksite_id, locale, state) SELECT '{org}', gen_random_uuid(), 'Person ' || n, 'annex.' || n, '{annex}', \
           CASE WHEN n = 1 THEN 'fr' ELSE 'en' END, CASE WHEN n = 7 THEN 'left' ELSE 'active' END::member_state FROM generate_series(1, 7) n; \
         INSERT INTO member_contacts (org_id, member_id, last_reached_at) SELECT org_id, id, now() - CASE handle WHEN 'annex.3' THEN 100 ELSE 10 END * interval '1 day' \
           FROM members WHERE handle IN ('annex.1', 'annex.2', 'annex.3', 'annex.7'); \
         INSERT INTO steward_assignments (org_id, id, steward_id, kind, member_id, effective_from, effective_to) \
           SELECT org_id, gen_random_uuid(), '{coach}', CASE WHEN handle = 'annex.4' THEN 'training' ELSE 'backup' END::assignment_kind, id, now() - interval '2 days', \
             CASE WHEN handle = 'annex.5' THEN now() - interval '1 day' END \
           FROM members WHERE handle IN ('annex.1', 'annex.2', 'annex.4', 'annex.5', 'annex.7'); \
         INSERT INTO steward_assignments (org_id, id, steward_id, kind, member_id, effective_from) \
           SELECT org_id, gen_random_uuid(), '{steward}', 'temporary', id, now() - interval '2 days' FROM members WHERE handle = 'annex.1'"
    ));
    let admin = portal.person("admin").await;
    let row = |page: &crate::support::page::Page, name: &str| {
        page.select("main tbody tr")
            .into_iter()
            .map(|row| row.text.split_whitespace().collect::<Vec<_>>().join(" "))
            .find(|text| text.starts_with(name))
            .unwrap_or_default()
    };

    // The steward is in their own cell, which nobody else looks after. At the annex one assignment is for training, one is over, and
    // one is of somebody who left.
    let page = admin.get("/coverage").await.expect_ok();
    assert_eq!(
        row(&page, "Garage"),
        "Garage 4 1 1 Enough –too few people to say 1 person is nobody's"
    );
    assert_eq!(
        row(&page, "Annex"),
        "Annex 6 2 1 Enough 33 % 4 people are nobody's; no steward for French"
    );

    super::give(&portal, "coach", "primary", "steward");
    portal.force(&format!(
        "INSERT INTO steward_assignments (org_id, id, steward_id, kind, worksite_id, effective_from) \
           VALUES ('{org}', gen_random_uuid(), '{steward}', 'backup', '{annex}', now() - interval '1 day'); \
         UPDATE members SET locale = 'fr' WHERE id = '{coach}'"
    ));
    let page = admin.get("/coverage").await.expect_ok();
    assert_eq!(
        row(&page, "Garage"),
        "Garage 4 2 1 Enough –too few people to say None"
    );
    assert_eq!(row(&page, "Annex"), "Annex 6 2 1 Enough 33 % None");

    portal.force(&format!(
        "INSERT INTO steward_leaves (org_id, id, steward_id, starts_at, ends_at) \
         VALUES ('{org}', gen_random_uuid(), '{steward}', now() - interval '1 day', now() + interval '1 day')"
    ));
    let page = admin.get("/coverage").await.expect_ok();
    assert_eq!(
        row(&page, "Garage"),
        "Garage 4 1 1 Enough –too few people to say 3 people are nobody's; no steward for English"
    );
    assert_eq!(
        row(&page, "Annex"),
        "Annex 6 1 1 Enough 33 % 4 people are nobody's; no steward for English"
    );
}
