use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

use super::post;

/// Makes a token through the page; its secret and the page that shows it.
pub async fn make(person: &Actor, scope: &str, days: &str) -> (String, Page) {
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
async fn a_token_is_shown_once_and_stored_as_a_digest() {
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
    // As bytes, because a digest is no text: one in eight contains a zero.
    let kept = portal.look(&format!(
        "SELECT octet_length(token_hash) || ' bytes, readable: ' || (position(convert_to('{token}', 'UTF8') IN token_hash) > 0 OR position('{token}' IN api_tokens::text) > 0) FROM api_tokens"
    ));
    assert_eq!(kept, "32 bytes, readable: false");
    page.form("form[action$='/revocation']")
        .submit(&member)
        .await
        .expect_see_other("/me/tokens");
    member.get("/me/tokens").await.expect_text("No tokens yet");
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
    let path = format!("/me/tokens/{id}/revocation");
    post(&admin, &path, &[]).await.expect_status(404);
    let stranger = portal.neighbour("stranger").await;
    post(&stranger, &path, &[]).await.expect_status(404);
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
