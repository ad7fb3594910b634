use chrono::TimeDelta;
use reqwest::Method;

use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

use super::post;

async fn make(person: &Actor, scope: &str, days: &str) -> (String, Page) {
    let page = person.get("/me/tokens").await.expect_ok();
    let form = page
        .form("form[action='/me/tokens']")
        .set("name", "roster sync")
        .check_value("scopes", scope)
        .set("days", days);
    let shown = form
        .submit(person)
        .await
        .expect_see_other("/me/tokens")
        .follow(person)
        .await;
    (shown.one(".callout code").text, shown)
}

#[tokio::test]
async fn a_token_is_shown_once_and_acts_within_its_scopes() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let (token, page) = make(&member, "channels:read", "90").await;
    assert!(token.starts_with("wm_"), "{token}");
    page.form("form[action='/me/tokens/seen']")
        .submit(&member)
        .await
        .expect_see_other("/me/tokens");
    member
        .get("/me/tokens")
        .await
        .expect_text("roster sync")
        .expect_no_text(&token);
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM api_tokens WHERE convert_from(token_hash, 'LATIN1') LIKE '%{token}%'"
        )),
        "0"
    );

    let program = portal.anyone();
    program
        .api(Method::GET, "/api/channels")
        .bearer(&token)
        .send()
        .await
        .expect_ok();
    let id = portal.channel("Depot north");
    let post = program
        .api(Method::POST, &format!("/api/channels/{id}/messages"))
        .bearer(&token)
        .json(serde_json::json!({ "body": "hello" }));
    post.send().await.expect_problem(403, "denied");
    member.get("/me/tokens").await.expect_no_text("never");
}

#[tokio::test]
async fn a_revoked_expired_or_invented_token_opens_nothing() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let (token, page) = make(&member, "channels:read", "30").await;
    let call = async |token: &str| {
        portal
            .anyone()
            .api(Method::GET, "/api/channels")
            .bearer(token)
            .send()
            .await
    };
    call(&token).await.expect_ok();
    call("wm_invented").await.expect_status(401);
    portal.pass(TimeDelta::days(31));
    call(&token).await.expect_status(401);
    portal.pass(TimeDelta::days(-31));
    call(&token).await.expect_ok();
    page.form("form[action$='/revocation']")
        .submit(&member)
        .await
        .expect_see_other("/me/tokens");
    call(&token).await.expect_status(401);
}

#[tokio::test]
async fn a_token_ends_with_the_membership() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let (token, _) = make(&member, "channels:read", "").await;
    portal.force("UPDATE members SET state = 'suspended' WHERE handle = 'member'");
    portal.pass(TimeDelta::seconds(1));
    portal
        .anyone()
        .api(Method::GET, "/api/channels")
        .bearer(&token)
        .send()
        .await
        .expect_status(401);
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_token_and_shows_it_both_times() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member.get("/me/tokens").await;
    let form = page
        .form("form[action='/me/tokens']")
        .set("name", "twice")
        .check_value("scopes", "push:write");
    let mut shown = Vec::new();
    for _ in 0..2 {
        let page = form
            .submit(&member)
            .await
            .expect_see_other("/me/tokens")
            .follow(&member)
            .await;
        shown.push(page.one(".callout code").text);
    }
    assert_eq!(shown[0], shown[1]);
    assert_eq!(portal.look("SELECT count(*) FROM api_tokens"), "1");
}

#[tokio::test]
async fn nobody_revokes_a_token_of_someone_else() {
    let portal = Portal::start().await;
    let (member, admin) = (portal.person("member").await, portal.person("admin").await);
    make(&member, "channels:read", "90").await;
    let id = portal.look("SELECT id FROM api_tokens");
    post(&admin, &format!("/me/tokens/{id}/revocation"), &[]).await;
    post(
        &portal.neighbour("stranger").await.client,
        &format!("/me/tokens/{id}/revocation"),
        &[],
    )
    .await;
    assert_eq!(
        portal.look("SELECT count(*) FROM api_tokens WHERE revoked_at IS NULL"),
        "1"
    );
}

#[tokio::test]
async fn a_bad_token_form_keeps_what_was_typed() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member.get("/me/tokens").await;
    let page = page
        .form("form[action='/me/tokens']")
        .set("name", "roster sync")
        .submit(&member)
        .await
        .expect_status(422);
    page.expect_text("Choose at least one thing the token may do.");
    assert_eq!(page.one("#name").attr("value"), Some("roster sync"));
}

#[tokio::test]
async fn a_session_may_call_the_api_but_changes_need_the_token_of_our_pages() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    member.api(Method::GET, "/api/channels").send().await.expect_ok();
    let path = format!("/api/channels/{}/messages", portal.channel("Depot north"));
    let bare = member
        .api(Method::POST, &path)
        .json(serde_json::json!({ "body": "from a script" }));
    bare.send().await.expect_problem(403, "denied");
    let csrf = member
        .get("/me")
        .await
        .one("meta[name=csrf]")
        .attr("content")
        .unwrap()
        .to_owned();
    let ours = member
        .api(Method::POST, &path)
        .header("X-CSRF-Token", &csrf)
        .json(serde_json::json!({ "body": "from a script" }));
    assert!(ours.send().await.status.is_success());
    portal
        .anyone()
        .api(Method::GET, "/api/channels")
        .send()
        .await
        .expect_status(401);
}
