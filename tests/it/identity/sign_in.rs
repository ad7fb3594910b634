use chrono::TimeDelta;

use crate::support::client::PARTIAL;
use crate::support::fixture::PASSWORD;
use crate::support::portal::Portal;

use super::{post, sign_in};

#[tokio::test]
async fn a_person_signs_in_and_out() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member.get("/me").await.expect_ok();
    page.form("form[action='/sign-out']")
        .submit(&member)
        .await
        .expect_see_other("/sign-in");
    member.get("/me").await.expect_see_other("/sign-in?next=%2Fme");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_look_the_same() {
    let portal = Portal::start().await;
    let wrong = sign_in(&portal.anyone(), "member@local.example", "not the password")
        .await
        .expect_status(422);
    let unknown = sign_in(&portal.anyone(), "nobody@local.example", "not the password")
        .await
        .expect_status(422);
    let told = |page: &crate::support::page::Page| page.one(".error-summary").text;
    assert_eq!(told(&wrong), told(&unknown));
    assert_eq!(
        wrong.one("input[name=email]").attr("value"),
        Some("member@local.example"),
        "the address is kept"
    );
}

#[tokio::test]
async fn too_many_attempts_must_wait_and_time_lets_them_in_again() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    for _ in 0..10 {
        sign_in(&client, "member@local.example", "guess after guess")
            .await
            .expect_status(422);
    }
    let limited = sign_in(&client, "member@local.example", PASSWORD)
        .await
        .expect_status(429);
    assert!(limited.header("retry-after").unwrap().parse::<u64>().unwrap() > 0);
    sign_in(&portal.anyone(), "other@local.example", PASSWORD)
        .await
        .expect_see_other("/");
    portal.pass(TimeDelta::minutes(16));
    sign_in(&client, "member@local.example", PASSWORD)
        .await
        .expect_see_other("/");
}

#[tokio::test]
async fn signing_in_clears_the_count_and_tells_the_audit_log() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    for _ in 0..3 {
        sign_in(&client, "member@local.example", "guess after guess")
            .await
            .expect_status(422);
    }
    sign_in(&client, "member@local.example", PASSWORD)
        .await
        .expect_see_other("/");
    let failures = "SELECT after->>'failed_attempts_before' FROM audit_entries WHERE action = 'identity.session.opened' ORDER BY id DESC LIMIT 1";
    assert_eq!(portal.look(failures), "3");
    sign_in(&portal.anyone(), "member@local.example", PASSWORD)
        .await
        .expect_see_other("/");
    assert_eq!(portal.look(failures), "0");
}

#[tokio::test]
async fn only_paths_of_the_portal_are_followed_after_sign_in() {
    let portal = Portal::start().await;
    for elsewhere in [
        "//evil.example/",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
    ] {
        let client = portal.anyone();
        let page = client.get("/sign-in").await;
        let form = page
            .form("main form")
            .set("email", "member@local.example")
            .set("password", PASSWORD)
            .set("next", elsewhere);
        let target = form.submit(&client).await.expect_status(303).location().unwrap();
        assert_eq!(
            (target.host_str(), target.path()),
            (client.base().host_str(), "/"),
            "{elsewhere:?}"
        );
    }
    let client = portal.anyone();
    let page = client.get("/me/tokens?x=1").await.follow(&client).await;
    let form = page
        .form("main form")
        .set("email", "member@local.example")
        .set("password", PASSWORD);
    form.submit(&client).await.expect_see_other("/me/tokens?x=1");
}

#[tokio::test]
async fn an_old_hash_is_replaced_when_its_owner_signs_in() {
    let portal = Portal::start().await;
    let weak = argon2_with_few_passes(PASSWORD);
    portal.force(&format!(
        "UPDATE users SET password_hash = '{weak}' WHERE email = 'member@local.example'"
    ));
    sign_in(&portal.anyone(), "member@local.example", PASSWORD)
        .await
        .expect_see_other("/");
    let stored = portal.look("SELECT password_hash FROM users WHERE email = 'member@local.example'");
    assert!(stored != weak && stored.contains("m=19456,t=2,p=1"), "{stored}");
    sign_in(&portal.anyone(), "member@local.example", PASSWORD)
        .await
        .expect_see_other("/");
}

fn argon2_with_few_passes(password: &str) -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
    let weak = Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(8 * 1024, 1, 1, None).unwrap(),
    );
    weak.hash_password(password.as_bytes()).unwrap().to_string()
}

#[tokio::test]
async fn who_belongs_to_two_organizations_chooses_and_comes_back_to_the_last_one() {
    let portal = Portal::start().await;
    let neighbour = portal.organization("neighbour");
    portal.force(&format!(
        "INSERT INTO members (org_id, id, user_id, display_name, handle) \
         SELECT '{neighbour}', gen_random_uuid(), id, 'Tom Elsewhere', 'tom.elsewhere' FROM users WHERE email = 'member@local.example'; \
         UPDATE members SET last_active_at = NULL"
    ));
    let client = portal.anyone();
    let page = sign_in(&client, "member@local.example", PASSWORD)
        .await
        .expect_see_other("/organization")
        .follow(&client)
        .await;
    page.expect_text("Local 100").expect_text("Neighbour Academy");
    client.get("/me").await.expect_see_other("/organization");
    let entered = page
        .form("form[action='/organization']")
        .press("Open Neighbour Academy")
        .submit(&client)
        .await;
    entered.expect_see_other("/");
    client
        .get("/me")
        .await
        .expect_ok()
        .expect_text("Neighbour Academy");

    let again = portal.anyone();
    sign_in(&again, "member@local.example", PASSWORD)
        .await
        .expect_see_other("/");
    again.get("/me").await.expect_text("Neighbour Academy");
}

#[tokio::test]
async fn nobody_switches_into_an_organization_they_are_not_in() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let elsewhere = portal.organization("neighbour").to_string();
    post(&member, "/organization", &[("organization", &elsewhere)])
        .await
        .expect_status(404);
    member.get("/me").await.expect_ok().expect_text("Local 100");
}

#[tokio::test]
async fn a_login_without_membership_is_told_so() {
    let portal = Portal::start().await;
    portal.force("UPDATE members SET state = 'suspended' WHERE handle = 'member'");
    let client = portal.anyone();
    let page = sign_in(&client, "member@local.example", PASSWORD)
        .await
        .expect_see_other("/organization")
        .follow(&client)
        .await;
    page.expect_text("You are in no organization")
        .expect_text("member@local.example");
    client.get("/me").await.expect_see_other("/organization");
    client
        .get("/")
        .await
        .follow(&client)
        .await
        .expect_text("You are in no organization");
}

#[tokio::test]
async fn who_was_signed_out_elsewhere_is_asked_to_sign_in_again() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    portal.force("UPDATE users SET auth_epoch = auth_epoch + 1");
    portal.pass(TimeDelta::seconds(1));
    member
        .get("/")
        .await
        .follow(&member)
        .await
        .expect_ok()
        .expect_text("Sign in");
}

#[tokio::test]
async fn suspension_ends_what_a_member_can_do() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    portal.force("UPDATE members SET state = 'suspended' WHERE handle = 'member'");
    portal.pass(TimeDelta::seconds(1));
    member.get("/me").await.expect_see_other("/organization");
}

#[tokio::test]
async fn what_was_typed_is_given_back_when_the_session_has_ended() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member.get("/me").await;
    portal.force("DELETE FROM sessions");
    portal.pass(TimeDelta::seconds(1));
    let form = page
        .form("form[action='/me']")
        .set("display_name", "Tom the Long-winded")
        .set("headline", "Driver, line 4");
    let refused = form.submit(&member).await.expect_status(401);
    refused
        .expect_text("You were signed out")
        .expect_text("Tom the Long-winded")
        .expect_text("Driver, line 4");
    refused.click(&member, "Sign in").await.expect_ok();
    assert_eq!(
        portal.look("SELECT display_name FROM members WHERE handle = 'member'"),
        "Tom Reyes"
    );
}

#[tokio::test]
async fn a_fragment_gets_a_short_refusal_and_secrets_are_not_repeated() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    let body = "display_name=Tom&password=plum+river+tram&_csrf=x";
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Sec-Fetch-Site", "same-origin"),
    ];
    let whole = client
        .raw(reqwest::Method::POST, "/me", &headers, body)
        .await
        .expect_status(401);
    whole.expect_text("Tom").expect_no_text("plum river tram");
    let mut headers = headers.to_vec();
    headers.extend(PARTIAL);
    let part = client
        .raw(reqwest::Method::POST, "/me", &headers, body)
        .await
        .expect_status(401);
    part.expect_no_element("title");
}

#[tokio::test]
async fn the_theme_is_remembered_and_leads_back_here_only() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let form = member
        .get("/me")
        .await
        .form("form[action='/theme']")
        .press("Dark");
    form.submit(&member).await.expect_see_other("/me");
    member.get("/me").await.expect_element("html[data-theme=dark]");
    let form = member
        .get("/me")
        .await
        .form("form[action='/theme']")
        .press("Auto")
        .set("return_to", "//evil.example");
    assert_eq!(form.submit(&member).await.location().unwrap().path(), "/");
    member.get("/me").await.expect_element("html[data-theme=system]");
}
