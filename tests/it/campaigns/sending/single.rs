//! Messages to one person that programs have sent.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{crowd, draft, launch, mail_server, reaches, sending};
use crate::support::client::ApiAnswer;
use crate::support::eventually::eventually;
use crate::support::portal::{Actor, Portal};
use crate::tasks::api::Program;

/// A saved template for answers to what somebody did.
async fn receipt(comms: &Actor) -> String {
    let page = comms.get("/templates/new").await.expect_ok();
    let answer = page
        .form("main form[action='/templates']")
        .set("name", "Receipt")
        .set("starter", "announcement")
        .set("purpose", "transactional")
        .set("category", "transactional")
        .submit(comms)
        .await
        .expect_see_other("/templates/");
    answer
        .location()
        .unwrap()
        .path()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned()
}

async fn send(portal: &Portal, program: &Program<'_>, key: Uuid, wanted: &Value) -> ApiAnswer {
    let api = portal.anyone().api(Method::POST, "/api/messaging/messages");
    api.bearer(program.token())
        .idempotency_key(&key.to_string())
        .json(wanted)
        .send()
        .await
}

#[tokio::test]
async fn a_program_has_one_person_written_to_once_and_sees_what_became_of_it() {
    let portal = sending().await;
    let sink = mail_server(&portal, |_| {}).await;
    let comms = portal.person("comms").await;
    let template = receipt(&comms).await;
    let program = Program::of(&portal, &comms, &["messaging:send"]).await;
    let said = |name: &str| json!({ "headline": format!("Your receipt, {name}"), "message": "We got 12 dollars 🎉" });
    let wanted =
        json!({ "template_id": template, "email": "MEMBER@local.example", "variables": said("Tom") });
    let key = Uuid::now_v7();
    let sent = send(&portal, &program, key, &wanted).await.expect_status(202);
    // The same again, as after a lost answer, and another for the same person.
    let again = send(&portal, &program, key, &wanted).await.expect_status(202);
    assert_eq!(again.json["id"], sent.json["id"]);
    let other = json!({ "template_id": template, "member_id": portal.member("member"), "variables": said("Tom again") });
    send(&portal, &program, Uuid::now_v7(), &other)
        .await
        .expect_status(202);
    sink.wait_for(2).await;
    sink.wait_until_idle().await;
    let texts: Vec<String> = sink
        .received()
        .into_iter()
        .map(|one| String::from_utf8(one.bytes.unwrap()).unwrap())
        .collect();
    assert_eq!(texts.len(), 2);
    assert!(
        texts[0].contains("Your receipt, Tom") && texts[1].contains("Your receipt, Tom again"),
        "{texts:?}"
    );

    let path = format!("/api/messaging/messages/{}", sent.json["id"].as_str().unwrap());
    eventually("the log to say so", async || {
        let now = program.get(&path).await.expect_status(200);
        (now.json["status"] == "accepted").then_some(())
    })
    .await;
    comms
        .get("/campaigns?show=single")
        .await
        .expect_ok()
        .expect_text("Receipt, ");
    comms.get("/campaigns").await.expect_no_text("Receipt, ");
    let person = comms
        .get(&format!("/people/{}/messages", portal.member("member")))
        .await;
    assert_eq!(person.expect_ok().text().matches("Receipt, ").count(), 2);

    // What was said goes with the person it was said to.
    let stranger = portal.neighbour("stranger").await;
    let theirs = Program::of(&portal, &stranger, &["messaging:send"]).await;
    theirs.get(&path).await.expect_status(404);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_its_field_and_nothing_is_queued() {
    let portal = Portal::start().await;
    super::support::prepare(&portal);
    let (comms, member) = (portal.person("comms").await, portal.person("member").await);
    let template = receipt(&comms).await;
    let program = Program::of(&portal, &comms, &["messaging:send"]).await;
    let good = json!({ "headline": "Hello", "message": "There" });
    let to = portal.member("member");
    for (wanted, field) in [
        (
            json!({ "template_id": Uuid::now_v7(), "member_id": to, "variables": good }),
            "template_id",
        ),
        (json!({ "template_id": template, "variables": good }), "member_id"),
        (
            json!({ "template_id": template, "email": "nobody@example.net", "variables": good }),
            "email",
        ),
        (
            json!({ "template_id": template, "member_id": to, "variables": { "headline": "x", "message": "y", "code": "z" } }),
            "variables.code",
        ),
    ] {
        let refused = send(&portal, &program, Uuid::now_v7(), &wanted)
            .await
            .expect_status(422);
        assert!(
            refused.json["errors"].get(field).is_some(),
            "{field}: {}",
            refused.json
        );
    }
    let wanted = json!({ "template_id": template, "member_id": to, "variables": good });
    let without = portal
        .anyone()
        .api(Method::POST, "/api/messaging/messages")
        .bearer(program.token())
        .json(&wanted)
        .send()
        .await;
    without.expect_status(400);
    let plain = Program::of(&portal, &member, &["messaging:send"]).await;
    send(&portal, &plain, Uuid::now_v7(), &wanted)
        .await
        .expect_status(403);
    assert_eq!(portal.look("SELECT count(*)::text FROM send_queue"), "0");
}

#[tokio::test]
async fn a_single_message_goes_before_a_large_campaign() {
    let portal = sending().await;
    crowd(&portal, 400);
    let sink = mail_server(&portal, |options| {
        options.round_trip = std::time::Duration::from_millis(20)
    })
    .await;
    let comms = portal.person("comms").await;
    let template = receipt(&comms).await;
    let program = Program::of(&portal, &comms, &["messaging:send"]).await;
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    sink.wait_for(20).await;
    let wanted = json!({ "template_id": template, "email": "steward@local.example", "variables": { "headline": "Code", "message": "1234" } });
    send(&portal, &program, Uuid::now_v7(), &wanted)
        .await
        .expect_status(202);
    reaches(&portal, &path, "sent").await;
    let all = sink.received();
    let at = all.iter().position(|one| {
        let text = String::from_utf8_lossy(one.bytes.as_deref().unwrap_or_default()).into_owned();
        one.recipients == ["steward@local.example"] && text.contains("1234")
    });
    assert!(
        at.unwrap() < all.len() - 50,
        "it waited for the campaign: {at:?} of {}",
        all.len()
    );
}
