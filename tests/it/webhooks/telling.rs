//! What is told, how often, and what becomes of who does not listen.

use chrono::TimeDelta;
use serde_json::json;

use super::{add, arrived, fits, press, receiver, says};
use crate::support::fakes::server::{Fault, Reply, Server};
use crate::support::portal::Portal;

const STATES: &str = "SELECT coalesce(string_agg(state::text, ' ' ORDER BY id), '') FROM webhook_notices";

async fn leaves(portal: &Portal) {
    let member = portal.person("member").await;
    let page = member.get("/preferences").await.expect_ok();
    page.form("main form")
        .uncheck_value("on", "email:newsletters")
        .submit(&member)
        .await
        .expect_status(303);
}

#[tokio::test]
async fn who_asked_for_it_is_told_once_signed_and_with_ids_alone() {
    let portal = Portal::live().await;
    let (wants, other) = (receiver().await, receiver().await);
    let admin = portal.person("admin").await;
    let (path, secret) = add(
        &admin,
        wants.base().join("hooks?from=portal").unwrap().as_str(),
        &["member.unsubscribed"],
    )
    .await;
    press(&admin, &path, "seen").await;
    admin.get(&path).await.expect_no_text(&secret);
    add(&admin, other.base().as_str(), &["campaign.sent"]).await;
    assert_eq!(
        portal.look("SELECT count(*) FROM webhooks w WHERE w::text LIKE '%whsec_%'"),
        "0"
    );

    leaves(&portal).await;
    let request = arrived(&wants, 1).await.remove(0);
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("POST", "/hooks")
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert!(fits(&request, &secret));
    let body = request.json().unwrap();
    assert_eq!(body["type"], "member.unsubscribed");
    assert_eq!(body["data"]["member_id"], json!(portal.member("member")));
    assert_eq!(
        (&body["data"]["channel"], &body["data"]["category"]),
        (&json!("email"), &json!("newsletters"))
    );
    assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
    says(&portal, STATES, "delivered").await;
    let page = admin.get(&path).await.expect_ok();
    page.expect_text("member.unsubscribed").expect_text("204");
    assert_eq!((wants.requests().len(), other.requests().len()), (1, 0));

    press(&admin, &path, "test").await;
    let test = arrived(&wants, 2).await.remove(1);
    assert!(fits(&test, &secret) && test.json().unwrap()["type"] == "webhook.test");
    assert_ne!(test.header("webhook-id"), request.header("webhook-id"));
}

#[tokio::test]
async fn a_new_secret_signs_beside_the_former_one_for_a_day() {
    let portal = Portal::live().await;
    let server = receiver().await;
    let admin = portal.person("admin").await;
    let (path, former) = add(&admin, server.base().as_str(), &["campaign.sent"]).await;
    let page = press(&admin, &path, "secret").await.follow(&admin).await;
    let secret = page.one(".callout code").text;
    assert_ne!(secret, former);
    press(&admin, &path, "test").await;
    let both = arrived(&server, 1).await.remove(0);
    assert!(fits(&both, &secret) && fits(&both, &former));
    portal.pass(TimeDelta::hours(25));
    let admin = portal.person("admin").await;
    press(&admin, &path, "test").await;
    let one = arrived(&server, 2).await.remove(1);
    assert!(fits(&one, &secret) && !fits(&one, &former));
}

#[tokio::test]
async fn what_fails_is_told_again_under_the_same_name_and_on_request_once_more() {
    let portal = Portal::live().await;
    let server = receiver().await;
    let admin = portal.person("admin").await;
    let (path, secret) = add(&admin, server.base().as_str(), &["member.unsubscribed"]).await;
    server.next(Fault::Answer(Reply::new(500)));
    server.next(Fault::CutAfterActing);
    leaves(&portal).await;
    says(&portal, "SELECT attempts::text FROM webhook_notices", "1").await;
    admin
        .get(&path)
        .await
        .expect_text("Nothing arrives")
        .expect_text("500");
    portal.pass(TimeDelta::seconds(61));
    says(&portal, "SELECT attempts::text FROM webhook_notices", "2").await;
    portal.pass(TimeDelta::minutes(6));
    says(&portal, STATES, "delivered").await;
    press(&admin, &path, "switching").await;
    let page = admin
        .get(&path)
        .await
        .expect_no_element(&format!("form[action='{path}/test']"));
    page.expect_text("Use it again");
    press(&admin, &path, "switching").await;
    let notice = portal.look("SELECT id::text FROM webhook_notices");
    press(&admin, &path, &format!("notices/{notice}/again")).await;
    let requests = arrived(&server, 4).await;
    let names: Vec<_> = requests.iter().map(|one| one.header("webhook-id")).collect();
    assert!(names.iter().all(|name| *name == names[0]), "{names:?}");
    assert!(requests.iter().all(|one| fits(one, &secret)));
    says(&portal, STATES, "delivered").await;
}

#[tokio::test]
async fn who_is_gone_is_stopped_at_once_and_who_never_answers_after_three_days() {
    let portal = Portal::live().await;
    let gone = Server::start(|_| Reply::new(410)).await;
    let admin = portal.person("admin").await;
    let (path, _) = add(&admin, gone.base().as_str(), &["member.unsubscribed"]).await;
    press(&admin, &path, "test").await;
    says(
        &portal,
        "SELECT (stopped_at IS NOT NULL)::text FROM webhooks",
        "true",
    )
    .await;
    admin.get("/webhooks").await.expect_text("Needs you");
    admin.get(&path).await.expect_text("gone for good");
    let asked = admin.get(&format!("{path}/archive")).await.expect_ok();
    asked
        .form(&format!("form[action='{path}/archive']"))
        .submit(&admin)
        .await
        .expect_see_other("/webhooks");
    admin.get(&path).await.expect_status(404);
    assert_eq!(
        portal.look("SELECT count(*) FROM webhooks WHERE secret IS NOT NULL"),
        "0"
    );

    let deaf = Server::start(|_| Reply::new(500)).await;
    let (path, _) = add(&admin, deaf.base().as_str(), &["member.unsubscribed"]).await;
    press(&admin, &path, "test").await;
    let ours = path.rsplit('/').next().unwrap().to_owned();
    for attempt in 1..20 {
        let attempts = format!(
            "SELECT (attempts >= {attempt} OR state <> 'waiting')::text FROM webhook_notices WHERE webhook_id = '{ours}'"
        );
        says(&portal, &attempts, "true").await;
        portal.pass(TimeDelta::hours(8));
        let state = format!("SELECT state FROM webhook_notices WHERE webhook_id = '{ours}'");
        if portal.look(&state) == "failed" {
            break;
        }
    }
    let stopped = format!("SELECT stopped_because FROM webhooks WHERE id = '{ours}'");
    says(&portal, &stopped, "Nothing has arrived for three days.").await;
    assert!(deaf.requests().len() > 5);
}
