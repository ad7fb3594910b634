//! Forms that change a login or session, sent twice at once: the change happens once, and both clicks lead to the same place.

use crate::support::fixture::PASSWORD;
use crate::support::portal::Portal;

use super::sign_in;

const NEW: &str = "maple engine frost";

#[tokio::test]
async fn a_double_click_sets_up_one_organization() {
    let portal = Portal::start().await;
    portal.force("TRUNCATE organizations, users CASCADE");
    let client = portal.anyone();
    let form = client
        .get("/set-up")
        .await
        .form("form[action='/set-up']")
        .set("organization", "Harbour Workers")
        .set("name", "Ana Ruiz")
        .set("email", "ana@example.org")
        .set("password", "plum river tram");
    let (first, second) = tokio::join!(form.submit(&client), form.submit(&client));
    first.expect_see_other("/");
    second.expect_see_other("/");
    client.get("/me").await.expect_ok();
    assert_eq!(
        portal.look("SELECT count(*) FROM sessions WHERE user_id IS NOT NULL"),
        "1"
    );
}

#[tokio::test]
async fn a_double_click_changes_the_password_once() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let form = member
        .get("/me/security")
        .await
        .form("form[action='/me/password']")
        .set("current_password", PASSWORD)
        .set("new_password", NEW);
    let (first, second) = tokio::join!(form.submit(&member), form.submit(&member));
    first.expect_see_other("/me/security");
    second.expect_see_other("/me/security");
    member.get("/me").await.expect_ok();
    assert_eq!(portal.look("SELECT count(*) FROM outbox_mails"), "1");
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'identity.password.changed'"),
        "1"
    );
}

#[tokio::test]
async fn a_double_click_sends_one_letter() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    let form = client
        .get("/forgot-password")
        .await
        .form("form[action='/forgot-password']")
        .set("email", "member@local.example");
    let (first, second) = tokio::join!(form.submit(&client), form.submit(&client));
    assert_eq!(first.one("main").text, second.one("main").text);
    assert_eq!(portal.look("SELECT count(*) FROM outbox_mails"), "1");
}

#[tokio::test]
async fn a_form_that_was_refused_can_be_corrected_and_sent_again() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let form = member
        .get("/me/security")
        .await
        .form("form[action='/me/password']");
    let form = form
        .set("current_password", "not this one")
        .set("new_password", NEW);
    form.submit(&member).await.expect_status(422);
    form.set("current_password", PASSWORD)
        .submit(&member)
        .await
        .expect_see_other("/me/security");
}

#[tokio::test]
async fn the_answer_is_not_repeated_to_another_browser() {
    let portal = Portal::start().await;
    let (one, two) = (portal.anyone(), portal.anyone());
    let form = one
        .get("/forgot-password")
        .await
        .form("form[action='/forgot-password']");
    let form = form.set("email", "member@local.example");
    form.submit(&one).await.expect_ok();
    two.get("/forgot-password").await;
    form.submit(&two).await.expect_status(403);
}

#[tokio::test]
async fn what_happens_to_a_login_is_told_under_the_id_of_its_request() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    let page = sign_in(&client, "member@local.example", PASSWORD).await;
    let id = page.header("x-request-id").unwrap().to_owned();
    assert_eq!(
        portal.look(&format!(
            "SELECT action FROM audit_entries WHERE request_id = '{id}'"
        )),
        "identity.session.opened"
    );
}
