use super::draft::Draft;
use crate::support::portal::Portal;

#[tokio::test]
async fn admins_and_privacy_officers_read_what_everyone_broadcast() {
    let portal = Portal::start().await;
    let (leader, comms, privacy) = (
        portal.person("leader").await,
        portal.person("comms").await,
        portal.person("privacy").await,
    );
    let path = Draft::to_channel(&portal, "From Owen", "Depot north")
        .deliver(&portal, &leader)
        .await;
    Draft::to_everyone("From Grace").send(&comms).await;

    let log = privacy
        .get("/broadcasts/log")
        .await
        .expect_ok()
        .expect_text("From Owen")
        .expect_text("From Grace")
        .expect_text("#Depot north");
    assert_eq!(log.select("tbody tr").len(), 3);
    let only = log
        .form("main form")
        .set("person", &portal.member("leader").to_string())
        .submit(&privacy)
        .await
        .expect_ok();
    only.expect_text("From Owen").expect_no_text("From Grace");
    assert_eq!(
        only.select("tbody tr").len(),
        2,
        "what Waymark did with it is his story too"
    );
    privacy.get(&path).await.expect_ok();

    portal
        .person("admin")
        .await
        .get("/broadcasts/log")
        .await
        .expect_ok();
    for key in ["member", "leader", "comms", "steward", "coach", "sponsor"] {
        portal
            .person(key)
            .await
            .get("/broadcasts/log")
            .await
            .expect_status(403);
    }
}

#[tokio::test]
async fn the_log_can_only_be_added_to() {
    let portal = Portal::start().await;
    let rights = "SELECT string_agg(privilege_type, ' ' ORDER BY privilege_type) FROM information_schema.role_table_grants WHERE table_name = 'broadcast_log' AND grantee = 'waymark_app'";
    assert_eq!(portal.look(rights), "INSERT SELECT");
}

#[tokio::test]
async fn the_log_goes_on_page_by_page() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    Draft::to_everyone("Once").send(&admin).await;
    portal.force(
        "INSERT INTO broadcast_log (org_id, id, broadcast_id, actor_id, action, recipient_count) \
         SELECT l.org_id, gen_random_uuid(), l.broadcast_id, l.actor_id, 'nudged', n FROM broadcast_log l, generate_series(1, 60) AS n",
    );
    let first = admin.get("/broadcasts/log").await.expect_ok();
    let next = first.one("a[rel=next]").attr("href").unwrap().to_owned();
    let second = admin
        .get(&next)
        .await
        .expect_ok()
        .expect_no_element("a[rel=next]");
    assert_eq!(
        (first.select("tbody tr").len(), second.select("tbody tr").len()),
        (40, 21)
    );
}
