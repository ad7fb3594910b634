use chrono::TimeDelta;
use totp_rs::{Builder, Secret};
use waymark::kernel::time::Clock;

use crate::support::fixture::PASSWORD;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

use super::{newest_mail, sign_in};

/// The code an authenticator app shows at the portal's present moment.
fn code(portal: &Portal, key: &str) -> String {
    let secret = Secret::try_from_base32(key).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(portal.clock.now().timestamp()).unwrap())
        .to_string()
}

/// Sets the second factor up through the pages; the key, and the recovery codes as shown once.
async fn set_up(portal: &Portal, person: &Actor) -> (String, Vec<String>) {
    let page = person.get("/me/security").await.expect_ok();
    page.form("form[action='/me/security/secret']")
        .submit(person)
        .await
        .expect_see_other("/me/security");
    let page = person
        .get("/me/security")
        .await
        .expect_element("svg[role=img] path[d]");
    let key = page.one("#second-factor code").text.replace(' ', "");
    let form = page
        .form("form[action='/me/security/factor']")
        .set("code", &code(portal, &key));
    let shown = form
        .submit(person)
        .await
        .expect_see_other("/me/security/codes")
        .follow(person)
        .await;
    let codes: Vec<String> = shown
        .select("main li code")
        .into_iter()
        .map(|element| element.text)
        .collect();
    assert_eq!(codes.len(), 10);
    (key, codes)
}

/// The second step of signing in.
async fn enter(client: &crate::support::client::Client, code: &str) -> Page {
    let page = client.get("/sign-in/code").await.expect_ok();
    page.form("form[action='/sign-in/code']")
        .set("code", code)
        .submit(client)
        .await
}

#[tokio::test]
async fn signing_in_asks_for_a_code_and_takes_each_once() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let (key, _) = set_up(&portal, &member).await;
    newest_mail(&portal, "member@local.example")
        .await
        .expect_text("Your second factor is on");

    let client = portal.anyone();
    sign_in(&client, "member@local.example", PASSWORD)
        .await
        .expect_see_other("/sign-in/code");
    client.get("/me").await.expect_see_other("/sign-in");
    enter(&client, &code(&portal, &key))
        .await
        .expect_status(422)
        .expect_text("used already");
    portal.pass(TimeDelta::seconds(30));
    enter(&client, &code(&portal, &key)).await.expect_see_other("/");
    client.get("/me").await.expect_ok();
}

#[tokio::test]
async fn a_recovery_code_opens_once_however_it_is_typed() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let (_, codes) = set_up(&portal, &member).await;
    let (first, second) = (portal.anyone(), portal.anyone());
    sign_in(&first, "member@local.example", PASSWORD).await;
    enter(&first, &codes[0].to_uppercase().replace('-', " "))
        .await
        .expect_see_other("/");
    sign_in(&second, "member@local.example", PASSWORD).await;
    enter(&second, &codes[0]).await.expect_status(422);
    first.get("/me/security").await.expect_text("9 recovery codes");
}

#[tokio::test]
async fn recovery_codes_are_shown_until_they_are_kept_and_never_again() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let (_, codes) = set_up(&portal, &member).await;
    let again = member
        .get("/me/security/codes")
        .await
        .expect_ok()
        .expect_text(&codes[3]);
    again
        .form("form[action='/me/security/codes/seen']")
        .submit(&member)
        .await
        .expect_see_other("/me/security");
    member
        .get("/me/security/codes")
        .await
        .expect_see_other("/me/security");
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM sessions WHERE state::text LIKE '%{}%'",
            codes[3]
        )),
        "0"
    );
}

#[tokio::test]
async fn guessing_codes_is_stopped_and_the_wait_ends() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let (key, _) = set_up(&portal, &member).await;
    let client = portal.anyone();
    sign_in(&client, "member@local.example", PASSWORD).await;
    portal.pass(TimeDelta::seconds(60));
    let right = code(&portal, &key);
    let wrong = if right == "000000" { "111111" } else { "000000" };
    for _ in 0..5 {
        enter(&client, wrong).await.expect_status(422);
    }
    assert!(
        enter(&client, &code(&portal, &key))
            .await
            .expect_status(429)
            .header("retry-after")
            .is_some()
    );
    portal.pass(TimeDelta::minutes(16));
    client.get("/sign-in/code").await.expect_see_other("/sign-in");
    sign_in(&client, "member@local.example", PASSWORD)
        .await
        .expect_see_other("/sign-in/code");
    enter(&client, &code(&portal, &key)).await.expect_see_other("/");
}

#[tokio::test]
async fn a_password_alone_waits_ten_minutes_for_its_code() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let (key, _) = set_up(&portal, &member).await;
    let client = portal.anyone();
    sign_in(&client, "member@local.example", PASSWORD).await;
    let page = client.get("/sign-in/code").await;
    portal.pass(TimeDelta::minutes(11));
    let late = page
        .form("form[action='/sign-in/code']")
        .set("code", &code(&portal, &key))
        .submit(&client)
        .await;
    late.expect_see_other("/sign-in")
        .follow(&client)
        .await
        .expect_text("The code came too late");
}

#[tokio::test]
async fn a_wrong_code_does_not_turn_it_on() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member.get("/me/security").await;
    page.form("form[action='/me/security/secret']")
        .submit(&member)
        .await;
    let page = member.get("/me/security").await;
    let form = page
        .form("form[action='/me/security/factor']")
        .set("code", "12345");
    form.submit(&member)
        .await
        .expect_status(422)
        .expect_text("That code is not right.");
    sign_in(&portal.anyone(), "member@local.example", PASSWORD)
        .await
        .expect_see_other("/");
}

#[tokio::test]
async fn turning_it_off_asks_for_the_password() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    set_up(&portal, &member).await;
    let page = member.get("/me/security").await;
    let form = page
        .form("form[action='/me/security/codes']")
        .press("Turn it off");
    form.clone()
        .set("factor_password", "not it")
        .submit(&member)
        .await
        .expect_status(422)
        .expect_text("That is not your password.");
    form.set("factor_password", PASSWORD)
        .submit(&member)
        .await
        .expect_see_other("/me/security");
    sign_in(&portal.anyone(), "member@local.example", PASSWORD)
        .await
        .expect_see_other("/");
    assert_eq!(portal.look("SELECT count(*) FROM recovery_codes"), "0");
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'identity.second_factor.changed'"),
        "2"
    );
}

#[tokio::test]
async fn an_admin_asks_for_it_only_after_using_it() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = admin.get("/admin/organization").await.expect_ok();
    let form = page
        .form("form[action='/admin/organization']")
        .check("second_factor")
        .set("name", "Local 101");
    form.submit(&admin)
        .await
        .expect_status(422)
        .expect_text("Set up your own second factor first");
    assert_eq!(
        portal.look("SELECT name FROM organizations WHERE slug = 'local'"),
        "Local 100",
        "nothing half done"
    );

    set_up(&portal, &admin).await;
    let page = admin.get("/admin/organization").await;
    page.form("form[action='/admin/organization']")
        .check("second_factor")
        .submit(&admin)
        .await
        .expect_see_other("/admin/organization");
    let privacy = portal.person("privacy").await;
    privacy.get("/me").await.expect_see_other("/me/security");
    privacy.get("/me/sessions").await.expect_ok();
    set_up(&portal, &privacy).await;
    privacy.get("/me").await.expect_ok();
    portal.person("member").await.get("/me").await.expect_ok();
}

#[tokio::test]
async fn only_admins_set_the_rules() {
    let portal = Portal::start().await;
    let privacy = portal.person("privacy").await;
    privacy.get("/admin/organization").await.expect_status(403);
    let fields = [("name", "Mine"), ("time_zone", "UTC"), ("locale", "en")];
    super::post(&privacy, "/admin/organization", &fields)
        .await
        .expect_status(403);
    assert_eq!(
        portal.look("SELECT name FROM organizations WHERE slug = 'local'"),
        "Local 100"
    );
}
