//! Refusals as people and programs meet them.

use actix_web::HttpResponse;
use reqwest::Method;
use uuid::Uuid;
use waymark::config::Limits;
use waymark::platform::web::flash;
use waymark::platform::web::shell::Flash;
use waymark::server::Duty;

use crate::support::portal::Portal;

/// A portal where nobody may do much: bursts of three.
async fn narrow() -> Portal {
    Portal::with(Duty::Web, |config| {
        config.limits = Limits {
            standard: 60_000,
            medium: 12,
            strict: 12,
        };
    })
    .await
}

#[tokio::test]
async fn who_writes_too_fast_gets_a_page_with_what_they_typed() {
    let portal = narrow().await;
    let member = portal.person("member").await;
    let path = format!("/channels/{}", portal.channel("Depot north"));
    let page = member.get(&path).await;
    let mut last = None;
    for number in 0..6 {
        let form = page
            .form("form[data-composer]")
            .set("body", &format!("The words of message {number}"))
            .without("client_id")
            .forge("client_id", &Uuid::now_v7().to_string());
        last = Some((number, form.submit(&member).await));
    }
    let (number, refused) = last.unwrap();
    refused
        .expect_status(429)
        .expect_text("Too many requests")
        .expect_text(&format!("The words of message {number}"));
    assert!(refused.header("retry-after").is_some());
    assert!(refused.header("content-security-policy").is_some());
    assert!(refused.header("x-request-id").is_some());
}

#[tokio::test]
async fn a_program_that_is_too_fast_gets_a_problem_and_takes_nothing_from_others() {
    let portal = narrow().await;
    let mut tokens = Vec::new();
    for person in ["member", "steward"] {
        let person = portal.person(person).await;
        let page = person.get("/me/tokens").await;
        let form = page.form("form[action='/me/tokens']").set("name", "program");
        let shown = form.check_value("scopes", "push:write").submit(&person).await;
        let shown = shown.follow(&person).await;
        tokens.push(shown.one(".callout code").text);
    }
    let (one, two) = (&tokens[0], &tokens[1]);
    let program = portal.anyone();
    let register = async |token: &str| {
        let call = program.api(Method::POST, "/api/push-tokens").bearer(token);
        call.json(serde_json::json!({ "token": "ExponentPushToken[abc]", "platform": "ios" }))
            .idempotency_key(&Uuid::now_v7().to_string())
            .send()
            .await
    };
    let mut last = register(one).await;
    for _ in 0..5 {
        last = register(one).await;
    }
    last.expect_problem(429, "rate-limited");
    let other = register(two).await;
    assert_ne!(
        other.status.as_u16(),
        429,
        "another token has an allowance of its own"
    );
}

#[tokio::test]
async fn an_old_form_is_refused_with_what_was_typed() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member
        .get(&format!("/channels/{}", portal.channel("Depot north")))
        .await;
    page.form("form[data-composer]")
        .set("body", "An hour of careful thought")
        .without("_csrf")
        .forge("_csrf", "from-another-life")
        .submit(&member)
        .await
        .expect_status(403)
        .expect_text("An hour of careful thought");
}

#[tokio::test]
async fn errors_of_people_who_are_signed_in_keep_the_way_around() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    member
        .get("/no/such/page")
        .await
        .expect_status(404)
        .expect_element("nav a[href='/inbox']");
    portal
        .anyone()
        .get("/no/such/page")
        .await
        .expect_status(404)
        .expect_no_element("nav a[href='/inbox']");
}

#[tokio::test]
async fn pages_and_files_are_as_small_as_the_browser_can_read() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    let page = client.get("/sign-in").await;
    let style = page.one("link[rel=stylesheet]").attr("href").unwrap().to_owned();
    let coding = async |path: &str, accepted: &str| {
        let answer = client
            .raw(Method::GET, path, &[("Accept-Encoding", accepted)], "")
            .await;
        let answer = answer.expect_ok();
        answer.header("content-encoding").unwrap_or("none").to_owned()
    };
    for (accepted, of_page, of_file) in [
        ("gzip, deflate, br, zstd", "zstd", "br"),
        ("gzip, deflate", "gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip", "gzip"),
        ("identity", "none", "none"),
    ] {
        assert_eq!(coding("/sign-in", accepted).await, of_page, "page, {accepted}");
        assert_eq!(coding(&style, accepted).await, of_file, "file, {accepted}");
    }
}

#[tokio::test]
async fn a_file_has_the_headers_that_mean_something_to_it() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    let page = client.get("/sign-in").await;
    let icon = page.one("link[rel=icon]").attr("href").unwrap().to_owned();
    let answer = client.get(&icon).await.expect_ok();
    assert_eq!(
        answer.header("content-security-policy"),
        Some("default-src 'none'")
    );
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
    assert_eq!(
        answer.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(answer.header("permissions-policy"), None);
    assert!(page.header("permissions-policy").is_some());
}

#[test]
fn behind_https_a_notice_travels_encrypted_only() {
    let notice = Flash {
        kind: "info",
        text: "Saved.".to_owned(),
    };
    for https in [true, false] {
        let mut response = HttpResponse::SeeOther().finish();
        flash::put(&mut response, &notice, https);
        let cookie = response.cookies().next().unwrap();
        assert_eq!(cookie.secure().unwrap_or_default(), https);
        assert_eq!(cookie.http_only(), Some(true));
    }
}
