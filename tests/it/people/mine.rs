use crate::support::page::Page;
use crate::support::portal::Portal;

fn names(page: &Page) -> Vec<String> {
    page.select("main .rows .row__title")
        .into_iter()
        .map(|link| link.text)
        .collect()
}

#[tokio::test]
async fn those_who_need_their_steward_most_come_first() {
    let portal = Portal::start().await;
    for person in ["member", "other", "leader", "comms"] {
        super::give(&portal, "steward", "primary", person);
    }
    let org = portal.organization("local");
    let [member, other, leader, comms] = ["member", "other", "leader", "comms"].map(|key| portal.member(key));
    portal.force(&format!(
        "UPDATE members SET joined_on = '2020-01-01' WHERE id IN ('{member}', '{other}', '{leader}'); \
         UPDATE members SET joined_on = current_date WHERE id = '{comms}'; \
         INSERT INTO member_contacts (org_id, member_id, last_reached_at) VALUES \
           ('{org}', '{member}', now() - interval '3 days'), ('{org}', '{other}', now() - interval '90 days'), ('{org}', '{leader}', now() - interval '1 day'); \
         INSERT INTO tasks (org_id, id, title, assignee_id, member_id, is_follow_up, due_on, created_at, changed_at) \
           VALUES ('{org}', gen_random_uuid(), 'Ask again', '{}', '{leader}', true, current_date - 3, now(), now())",
        portal.member("steward")
    ));
    let steward = portal.person("steward").await;

    let page = steward.get("/my-people").await.expect_ok();

    assert_eq!(
        names(&page),
        ["Owen Clarke", "Nadia Haddad", "Grace Mbeki", "Tom Reyes"]
    );
    page.expect_text("Follow-up overdue")
        .expect_text("No contact for 60 days")
        .expect_text("New");
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page_and_nobody_twice() {
    let portal = Portal::start().await;
    let worksite = super::worksite(&portal, "General hospital", &[]);
    let org = portal.organization("local");
    portal.force(&format!(
        "INSERT INTO members (org_id, id, display_name, handle, worksite_id) \
           SELECT '{org}', gen_random_uuid(), 'Same Name', 'same' || i, '{worksite}' FROM generate_series(1, 120) i; \
         INSERT INTO steward_assignments (org_id, id, steward_id, kind, worksite_id, effective_from) \
           VALUES ('{org}', gen_random_uuid(), '{}', 'primary', '{worksite}', now() - interval '1 day')",
        portal.member("steward")
    ));
    let steward = portal.person("steward").await;
    let (mut seen, mut path) = (Vec::new(), "/my-people".to_owned());
    loop {
        let page = steward.get(&path).await.expect_ok();
        let links = page.select("main .rows .row__title");
        seen.extend(
            links
                .into_iter()
                .map(|link| link.attr("href").unwrap().to_owned()),
        );
        match page.select(".pager a[rel=next]").first() {
            Some(next) => path = next.attr("href").unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 120);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 120, "nobody twice");
    let found = steward.get("/my-people?q=same").await;
    assert_eq!(names(&found).len(), 50);
}
