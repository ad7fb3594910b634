use crate::support::portal::{Actor, Portal};

/// One change of everyone's: a role, a group, a departure.
async fn changes(portal: &Portal) -> (Actor, Actor) {
    let (admin, leader) = (portal.person("admin").await, portal.person("leader").await);
    let page = admin
        .get(&format!("/people/{}/roles", portal.member("member")))
        .await;
    page.form("main form")
        .check_value("roles", "coach")
        .submit(&admin)
        .await
        .expect_see_other("/people/");
    let page = leader.get("/contexts/new?kind=team").await;
    page.form("main form")
        .set("name", "Depot south")
        .submit(&leader)
        .await
        .expect_see_other("/contexts/");
    (admin, leader)
}

#[tokio::test]
async fn a_long_log_is_read_page_by_page_even_within_one_moment() {
    let portal = Portal::start().await;
    portal.force(
        "INSERT INTO audit_entries (org_id, id, at, portal_task, action, subject_kind) SELECT (SELECT id FROM organizations WHERE slug = 'local'), \
         gen_random_uuid(), '2026-01-01T10:00:00Z', 'test', 'test.thing.done', 'thing' FROM generate_series(1, 120)",
    );
    let privacy = portal.person("privacy").await;
    let (mut seen, mut path) = (0, "/admin/audit?action=test.thing.done".to_owned());
    loop {
        let page = privacy.get(&path).await.expect_ok();
        seen += page.select("main tbody tr").len();
        match page.select(".pager a[rel=next]").first() {
            Some(next) => path = next.attr("href").unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, 120);
}

#[tokio::test]
async fn nobody_rewrites_the_log_through_the_portals_own_login() {
    let portal = Portal::start().await;
    changes(&portal).await;
    let allowed = portal.look("SELECT has_table_privilege('waymark_app', 'audit_entries', 'UPDATE') OR has_table_privilege('waymark_app', 'audit_entries', 'DELETE')");
    assert_eq!(allowed, "false");
}
