use crate::support::portal::Portal;

#[tokio::test]
async fn every_event_of_the_build_is_in_the_catalogue_with_its_schema() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = admin.get("/admin/bus/catalogue").await.expect_ok();
    for event in &portal.app.register.events {
        page.expect_element(&format!("li[id='{}'] pre", event.name))
            .expect_text(event.tells);
    }
    page.expect_text("\"context\"").expect_text("Heard by");
}

#[tokio::test]
async fn what_travelled_is_shown_in_its_envelope() {
    let portal = Portal::start().await;
    let (admin, leader) = (portal.person("admin").await, portal.person("leader").await);
    let page = leader.get("/contexts/new?kind=team").await;
    page.form("main form")
        .set("name", "Depot south")
        .submit(&leader)
        .await
        .expect_see_other("/contexts/");
    let page = admin.get("/admin/bus/events").await.expect_ok();
    page.expect_text("tenancy.context.created")
        .expect_text("\"correlation_id\"")
        .expect_no_text("Depot south");
    portal
        .neighbour("stranger")
        .await
        .get("/admin/bus/events")
        .await
        .expect_ok()
        .expect_no_text("tenancy.context.created");
}

#[tokio::test]
async fn a_failed_delivery_is_shown_and_delivered_again_once() {
    let portal = Portal::start().await;
    let (admin, leader) = (portal.person("admin").await, portal.person("leader").await);
    let page = leader.get("/contexts/new?kind=team").await;
    page.form("main form")
        .set("name", "Depot south")
        .submit(&leader)
        .await
        .expect_see_other("/contexts/");
    portal.force(
        "INSERT INTO event_deliveries (org_id, event_id, subscriber, state, attempts, last_error, finished_at) \
         SELECT org_id, id, 'test.listener', 'dead', 8, 'the listener was away', now() FROM events WHERE event_type = 'tenancy.context.created'",
    );
    let page = admin
        .get("/admin/bus")
        .await
        .expect_ok()
        .expect_text("the listener was away")
        .expect_text("No longer part of this build");
    let form = page.form("form[action^='/admin/bus/dead-letters/']");
    portal
        .neighbour("stranger")
        .await
        .get("/admin/bus")
        .await
        .expect_no_text("the listener was away");
    form.submit(&admin)
        .await
        .expect_see_other("/admin/bus")
        .follow(&admin)
        .await
        .expect_text("It is being delivered again.");
    assert_eq!(
        portal.look("SELECT state FROM event_deliveries WHERE subscriber = 'test.listener'"),
        "pending"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'bus.delivery.redriven'"),
        "1"
    );
    admin
        .get("/admin/bus")
        .await
        .form("main form, form[action='/sign-out']");
    let event = portal.look("SELECT event_id FROM event_deliveries WHERE subscriber = 'test.listener'");
    let path = format!("/admin/bus/dead-letters/{event}");
    crate::tenancy::forge(&admin, &path, &[("subscriber", "test.listener")])
        .await
        .expect_status(404);
    crate::tenancy::forge(&leader, &path, &[("subscriber", "test.listener")])
        .await
        .expect_status(403);
}

#[tokio::test]
async fn the_bus_is_for_admins() {
    let portal = Portal::start().await;
    for key in [
        "member", "steward", "coach", "leader", "comms", "privacy", "sponsor",
    ] {
        let actor = portal.person(key).await;
        for path in ["/admin/bus", "/admin/bus/events", "/admin/bus/catalogue"] {
            actor.get(path).await.expect_status(403);
        }
    }
}

#[tokio::test]
async fn the_overview_leads_only_to_what_one_may_open() {
    let portal = Portal::start().await;
    for key in ["admin", "privacy", "steward", "comms"] {
        let actor = portal.person(key).await;
        let links = actor.get("/admin").await.expect_ok().select("main a.row__title");
        assert!(!links.is_empty(), "{key} has something to look after");
        for link in links {
            actor.get(link.attr("href").unwrap()).await.expect_ok();
        }
    }
    portal
        .person("member")
        .await
        .get("/admin")
        .await
        .expect_status(403);
}
