use chrono::TimeDelta;

use crate::support::fixture::PASSWORD;
use crate::support::portal::Portal;

use super::{mailed_path, newest_mail, sign_in};

const NEW: &str = "maple engine frost";

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_link_that_works_once() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let client = portal.anyone();
    let form = client
        .get("/forgot-password")
        .await
        .form("form[action='/forgot-password']");
    form.set("email", " Member@Local.example ")
        .submit(&client)
        .await
        .expect_ok()
        .expect_text("a link is on its way");
    let path = mailed_path(&portal, "member@local.example").await;

    let page = client.get(&path).await.expect_ok();
    page.form("main form")
        .set("password", "too short")
        .submit(&client)
        .await
        .expect_status(422);
    page.form("main form")
        .set("password", NEW)
        .submit(&client)
        .await
        .expect_see_other("/sign-in");
    client
        .get(&path)
        .await
        .expect_status(410)
        .expect_text("This link was used")
        .expect_text("Ask for a new link");
    member.get("/me").await.expect_see_other("/sign-in");
    newest_mail(&portal, "member@local.example")
        .await
        .expect_text("Your password was changed");
    sign_in(&client, "member@local.example", PASSWORD)
        .await
        .expect_status(422);
    sign_in(&client, "member@local.example", NEW)
        .await
        .expect_see_other("/");
}

#[tokio::test]
async fn an_unknown_address_gets_the_same_answer_and_no_mail() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    let mut answers = Vec::new();
    for email in ["member@local.example", "nobody@local.example"] {
        let form = client
            .get("/forgot-password")
            .await
            .form("form[action='/forgot-password']");
        let answer = form.set("email", email).submit(&client).await.expect_ok();
        answers.push(answer.one("main").text.replace(email, "them"));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(
        portal.look("SELECT string_agg(recipient, ' ') FROM outbox_mails"),
        "member@local.example"
    );
}

#[tokio::test]
async fn a_link_expires_and_an_invented_one_is_refused() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    let form = client
        .get("/forgot-password")
        .await
        .form("form[action='/forgot-password']");
    form.set("email", "member@local.example").submit(&client).await;
    let path = mailed_path(&portal, "member@local.example").await;
    portal.pass(TimeDelta::minutes(61));
    client
        .get(&path)
        .await
        .expect_status(410)
        .expect_text("This link has expired");
    client
        .get("/reset/invented")
        .await
        .expect_status(410)
        .expect_text("This link does not work");
}

#[tokio::test]
async fn two_clicks_on_save_change_the_password_once() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    let form = client
        .get("/forgot-password")
        .await
        .form("form[action='/forgot-password']");
    form.set("email", "member@local.example").submit(&client).await;
    let page = client
        .get(&mailed_path(&portal, "member@local.example").await)
        .await;
    let form = page.form("main form").set("password", NEW);
    let (one, two) = tokio::join!(form.submit(&client), form.submit(&client));
    one.expect_see_other("/sign-in");
    two.expect_see_other("/sign-in");
    assert_eq!(
        portal.look("SELECT auth_epoch FROM users WHERE email = 'member@local.example'"),
        "1"
    );
}

#[tokio::test]
async fn asking_for_many_letters_is_stopped() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    let ask = async || {
        let page = client.get("/forgot-password").await;
        let form = page.form("form[action='/forgot-password']");
        form.set("email", "member@local.example").submit(&client).await
    };
    for _ in 0..5 {
        ask().await.expect_ok();
    }
    ask().await.expect_status(429);
    assert_eq!(portal.look("SELECT count(*) FROM outbox_mails"), "5");
}

#[tokio::test]
async fn changing_the_password_keeps_this_browser_and_ends_the_others() {
    let portal = Portal::start().await;
    let (member, other) = (portal.person("member").await, portal.anyone());
    sign_in(&other, "member@local.example", PASSWORD).await;
    let form = member
        .get("/me/security")
        .await
        .form("form[action='/me/password']")
        .set("new_password", NEW);
    form.clone()
        .set("current_password", "wrong")
        .submit(&member)
        .await
        .expect_status(422)
        .expect_text("not your present password");
    form.set("current_password", PASSWORD)
        .submit(&member)
        .await
        .expect_see_other("/me/security");
    member.get("/me").await.expect_ok();
    other.get("/me").await.expect_see_other("/sign-in");
    let secrets = "SELECT count(*) FROM audit_entries WHERE coalesce(before::text, '') || coalesce(after::text, '') LIKE '%maple%'";
    assert_eq!(portal.look(secrets), "0");
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'identity.password.changed'"),
        "1"
    );
}

#[tokio::test]
async fn passwords_that_anyone_would_try_are_refused() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member.get("/me/security").await;
    let weak = [
        "short",
        "P@ssw0rd!!",
        "password123!",
        "1234567890",
        "aaaaaaaaaaaa",
        "qwertyuiop1",
        "TomReyes2026",
        "member@local.example",
        "Local 100!!",
    ];
    for password in weak {
        let form = page
            .form("form[action='/me/password']")
            .set("current_password", PASSWORD)
            .set("new_password", password);
        form.submit(&member).await.expect_status(422);
    }
    member.get("/me").await.expect_ok();
}

#[tokio::test]
async fn the_operator_makes_a_link_that_works() {
    use waymark::domains::identity;
    use waymark::platform::db::SystemTask;
    let portal = Portal::start().await;
    let base = portal.base().to_owned();
    let link = portal
        .app
        .db
        .system(SystemTask::Operator, move |tx| {
            identity::reset_link(tx, "member@local.example", &base, 30)
        })
        .await
        .unwrap();
    let client = portal.anyone();
    client
        .get(&link)
        .await
        .expect_ok()
        .form("main form")
        .set("password", NEW)
        .submit(&client)
        .await
        .expect_see_other("/sign-in");
}
