use chrono::TimeDelta;
use reqwest::Method;

use crate::support::portal::Portal;

use super::tokens::make;

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
            "SELECT count(*) FROM api_tokens t WHERE t::text LIKE '%{token}%'"
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
