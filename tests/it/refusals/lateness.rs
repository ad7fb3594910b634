//! What was true when somebody began to type and no longer is when they send.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{composed, expect_given_back, messages};
use crate::support::portal::Portal;
use crate::support::writer::Writer;

const TEXT: &str = "Half an hour of work, and שלום 👩🏽‍🚀";

#[tokio::test]
async fn after_the_end_of_a_session_the_text_is_given_back() {
    let portal = Portal::start().await;
    let member = Writer::of(&portal, "member").await;
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let form = composed(&member.actor, &path, TEXT).await;
    let with_file = form
        .clone()
        .attach("files", "plan.txt", "text/plain", b"The plan");
    portal.pass(TimeDelta::days(15));

    for form in [form, with_file] {
        let refusal = form.submit(member.client()).await.expect_status(401);
        refusal.expect_text("Your session had ended before you sent this, so nothing was saved.");
        expect_given_back(&refusal, TEXT);
        assert_eq!(
            refusal.select("textarea[readonly]").len(),
            1,
            "and nothing that nobody typed"
        );
        let sign_in = refusal.click(member.client(), "Sign in").await.expect_ok();
        sign_in
            .form("main form")
            .set("email", "member@local.example")
            .set("password", crate::support::fixture::PASSWORD)
            .submit(&portal.anyone())
            .await;
    }
    let plain = member
        .send(&format!("{path}/messages"), &[("body", TEXT)])
        .await
        .expect_status(401);
    expect_given_back(&plain, TEXT);
    let secret = [("current", "a-secret"), ("password", "another-secret")];
    let plain = member.send("/me/password", &secret).await;
    plain.expect_no_text("another-secret");
    assert_eq!(messages(&portal, TEXT), "0");
}

#[tokio::test]
async fn a_channel_that_was_archived_meanwhile_takes_nothing_and_gives_the_text_back() {
    let portal = Portal::start().await;
    let (leader, member) = (portal.person("leader").await, Writer::of(&portal, "member").await);
    let path = format!("/channels/{}", portal.channel("Depot north"));
    let form = composed(&member.actor, &path, TEXT).await;
    let own = portal.look("SELECT id FROM messages WHERE body LIKE 'Thanks!%'");
    let edit = member
        .client()
        .get(&format!("{path}/messages/{own}/edit"))
        .await
        .form("main form");
    let asked = leader.get(&format!("{path}/archive")).await;
    asked
        .form("main form")
        .submit(&leader)
        .await
        .expect_see_other(&path);

    for form in [form.clone(), edit.set("body", TEXT)] {
        let refusal = form.submit(member.client()).await.expect_status(409);
        refusal.expect_text("This channel is archived. It can be read but not changed.");
        expect_given_back(&refusal, TEXT);
    }
    let call = member.api(&format!("/api{path}/messages"));
    call.json(serde_json::json!({ "body": TEXT }))
        .send()
        .await
        .expect_problem(409, "conflict");
    let answer = member
        .send(&format!("{path}/messages/{own}/reactions"), &[("emoji", "👍")])
        .await;
    answer.expect_status(409).expect_text("archived");
    assert_eq!(messages(&portal, TEXT), "0");

    let settings = leader.get(&format!("{path}/settings")).await;
    settings
        .form("form[action$='/archive/removal']")
        .submit(&leader)
        .await
        .expect_see_other(&path);
    form.submit(member.client()).await.expect_see_other(&path);
    assert_eq!(messages(&portal, TEXT), "1", "the same form works again");
}

#[tokio::test]
async fn who_was_removed_while_typing_finds_nothing_there_and_keeps_the_text() {
    let portal = Portal::start().await;
    let member = Writer::of(&portal, "member").await;
    let channel = portal.channel("Night shift");
    let path = format!("/channels/{channel}");
    let form = composed(&member.actor, &path, TEXT).await;
    portal.force(&format!(
        "DELETE FROM channel_memberships WHERE channel_id = '{channel}' AND member_id = '{}'",
        portal.member("member")
    ));
    let refusal = form.submit(member.client()).await.expect_status(404);
    refusal.expect_text("We can't find that. It may have been removed, or you may not have access to it.");
    expect_given_back(&refusal, TEXT);
    let call = member.api(&format!("/api{path}/messages"));
    call.json(serde_json::json!({ "body": TEXT }))
        .send()
        .await
        .expect_problem(404, "not-found");
    assert_eq!(messages(&portal, TEXT), "0");
}

#[tokio::test]
async fn who_was_suspended_while_typing_is_out_and_keeps_the_text() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, Writer::of(&portal, "member").await);
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let form = composed(&member.actor, &path, TEXT).await;
    let asked = admin
        .get(&format!("/people/{}/suspension", portal.member("member")))
        .await;
    asked
        .form("main form")
        .submit(&admin)
        .await
        .expect_see_other("/people/");

    let refusal = form.submit(member.client()).await;
    assert!(refusal.status.is_client_error(), "{}", refusal.status);
    expect_given_back(&refusal, TEXT);
    assert_eq!(messages(&portal, TEXT), "0");
}

#[tokio::test]
async fn who_may_no_longer_write_reads_why_and_keeps_the_text() {
    let portal = Portal::start().await;
    let (leader, member) = (portal.person("leader").await, Writer::of(&portal, "member").await);
    let path = format!("/channels/{}", portal.channel("Depot north"));
    let form = composed(&member.actor, &path, TEXT).await;
    let settings = leader.get(&format!("{path}/settings")).await;
    settings
        .form("form[action$='/settings']")
        .set("post_policy", "leaders")
        .submit(&leader)
        .await
        .expect_see_other(&path);
    let refusal = form.submit(member.client()).await.expect_status(403);
    refusal.expect_text("Only leaders write in this channel. You can read and react.");
    expect_given_back(&refusal, TEXT);
}

#[tokio::test]
async fn an_answer_or_file_that_is_not_there_keeps_the_form() {
    let portal = Portal::start().await;
    let member = Writer::of(&portal, "member").await;
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let form = composed(&member.actor, &path, TEXT).await;
    for (field, value, told) in [
        ("reply_to", "7", "The message you answer is not there any more."),
        (
            "reply_to",
            "seven",
            "The message you answer is not there any more.",
        ),
        (
            "attachment",
            &Uuid::now_v7().to_string(),
            "One of the files is no longer there. Attach it again.",
        ),
    ] {
        let answer = form.clone().forge(field, value).submit(member.client()).await;
        answer.expect_status(422).expect_text(told);
        assert_eq!(answer.one("textarea[name=body]").text, TEXT, "{field} {value}");
    }
    let answer = form
        .clone()
        .without("client_id")
        .forge("client_id", "one")
        .submit(member.client())
        .await;
    answer
        .expect_status(400)
        .expect_text("The message id must be a UUID.");
    expect_given_back(&answer, TEXT);
    assert_eq!(messages(&portal, TEXT), "0");
}

#[tokio::test]
async fn a_form_pressed_twice_at_once_is_done_once_and_answered_alike() {
    let portal = Portal::start().await;
    let leader = portal.person("leader").await;
    let context = portal.look("SELECT id FROM contexts WHERE name = 'Depot north'");
    let page = leader.get("/channels/new").await;
    let form = page
        .form("main form")
        .set("context", &context)
        .set("title", "Safety");
    let (one, other) = tokio::join!(form.submit(&leader), form.submit(&leader));
    one.expect_see_other("/channels/");
    assert_eq!(one.location(), other.expect_see_other("/channels/").location());
    assert_eq!(
        portal.look("SELECT count(*) FROM channels WHERE title = 'Safety'"),
        "1"
    );

    let path = one.location().unwrap().path().to_owned();
    let form = composed(&leader, &path, "Only once").await;
    let (one, other) = tokio::join!(form.submit(&leader), form.submit(&leader));
    assert_eq!(
        one.expect_see_other(&path).location(),
        other.expect_see_other(&path).location()
    );
    assert_eq!(messages(&portal, "Only once"), "1");

    // The same key with other contents is another intention, and is not silently dropped.
    let changed = page
        .form("main form")
        .set("context", &context)
        .set("title", "Safety first");
    changed
        .submit(&leader)
        .await
        .expect_status(409)
        .expect_text("This form was already sent with other contents.");
}
