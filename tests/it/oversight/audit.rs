use crate::support::page::Page;
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

/// What a page of the log lists, newest first, but for people coming in: everyone here signs in to act.
fn listed(page: &Page) -> Vec<String> {
    let rows = page.select("main tbody tr").into_iter().map(|row| row.text);
    rows.filter(|row| !row.contains("identity.session.opened"))
        .collect()
}

#[tokio::test]
async fn the_log_tells_who_changed_what_from_what() {
    let portal = Portal::start().await;
    let (admin, _) = changes(&portal).await;
    let page = admin.get("/admin/audit").await.expect_ok();
    let rows = listed(&page);
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(
        rows[0].contains("Owen Clarke") && rows[0].contains("Depot south"),
        "newest first: {rows:?}"
    );
    assert!(
        rows[1].contains("Priya Natarajan") && rows[1].contains("Tom Reyes"),
        "{rows:?}"
    );

    let page = admin
        .get("/admin/audit?action=tenancy.member.roles_changed")
        .await
        .expect_ok();
    assert_eq!(page.one("main del").text, "was member");
    assert_eq!(page.one("main ins").text, "is now member, coach");
}

#[tokio::test]
async fn filters_narrow_the_log_and_say_when_they_cannot() {
    let portal = Portal::start().await;
    let (admin, _) = changes(&portal).await;
    let count = async |path: String| listed(&admin.get(&path).await.expect_ok()).len();
    assert_eq!(count("/admin/audit?who=%40leader".into()).await, 1);
    assert_eq!(
        count("/admin/audit?action=tenancy.member.roles_changed".into()).await,
        1
    );
    assert_eq!(
        count(format!("/admin/audit?subject={}", portal.member("member"))).await,
        1
    );
    assert_eq!(count("/admin/audit?from=2099-01-01".into()).await, 0);
    assert_eq!(count("/admin/audit?to=2001-01-01".into()).await, 0);
    let today = portal.look("SELECT (now() AT TIME ZONE 'America/Toronto')::date");
    assert_eq!(
        count(format!("/admin/audit?from={today}&to={today}")).await,
        2,
        "both days belong to it, in the reader's zone"
    );
    admin
        .get("/admin/audit?who=nobody.here")
        .await
        .expect_ok()
        .expect_text("Nobody here has that handle.");
    admin
        .get("/admin/audit?from=yesterday")
        .await
        .expect_ok()
        .expect_text("A day is written like 2026-11-20.");
    portal.force("UPDATE members SET state = 'left' WHERE handle = 'leader'");
    assert_eq!(
        count("/admin/audit?who=leader".into()).await,
        1,
        "those who left are still found"
    );
}

#[tokio::test]
async fn only_those_who_oversee_read_it() {
    let portal = Portal::start().await;
    changes(&portal).await;
    for key in ["member", "steward", "coach", "leader", "comms", "sponsor"] {
        portal
            .person(key)
            .await
            .get("/admin/audit")
            .await
            .expect_status(403);
    }
    portal
        .person("privacy")
        .await
        .get("/admin/audit")
        .await
        .expect_ok();
    let stranger = portal.neighbour("stranger").await;
    let page = stranger
        .get("/admin/audit")
        .await
        .expect_ok()
        .expect_no_text("Depot south");
    assert_eq!(
        listed(&page),
        Vec::<String>::new(),
        "nothing of another organization"
    );
    stranger
        .get("/admin/audit?action=tenancy.context.created")
        .await
        .expect_ok()
        .expect_text("Nothing found");
    portal
        .anyone()
        .get("/admin/audit")
        .await
        .expect_see_other("/sign-in");
}

#[tokio::test]
async fn taking_the_log_away_is_harmless_to_spreadsheets_and_noted() {
    let portal = Portal::start().await;
    let (admin, _) = changes(&portal).await;
    portal.force("UPDATE members SET display_name = '=HYPERLINK(\"http://evil\")' WHERE handle = 'leader'");
    let page = admin
        .get("/admin/audit?who=leader&action=tenancy.context.created")
        .await;
    let file = page
        .form("form[action='/admin/audit/export']")
        .submit(&admin)
        .await
        .expect_ok();
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(
        file.header("content-disposition")
            .unwrap()
            .starts_with("attachment; filename=\"audit-")
    );
    let lines: Vec<&str> = file.html.lines().collect();
    assert_eq!(lines.len(), 2, "the head and what the filter finds: {lines:?}");
    assert!(lines[1].contains("\"'=HYPERLINK("), "{}", lines[1]);
    assert_eq!(
        portal.look("SELECT after->>'rows' FROM audit_entries WHERE action = 'oversight.audit.exported'"),
        "1"
    );
    let member = portal.person("member").await;
    crate::tenancy::forge(&member, "/admin/audit/export", &[])
        .await
        .expect_status(403);
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
