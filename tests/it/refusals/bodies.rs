use reqwest::Method;
use uuid::Uuid;

use super::{composed, expect_given_back, messages};
use crate::support::form::Form;
use crate::support::portal::Portal;
use crate::support::writer::Writer;

const FORM: &str = "application/x-www-form-urlencoded";

/// A form whose text is not UTF-8, as no browser would send it.
fn broken(token: &str, kind: &str) -> Vec<u8> {
    match kind {
        FORM => format!("_csrf={token}&body=caf%E9").into_bytes(),
        _ => {
            let part =
                |name: &str| format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            let start = format!("{}{token}\r\n{}caf", part("_csrf"), part("body"));
            [start.as_bytes(), b"\xe9\r\n--cut--\r\n"].concat()
        }
    }
}

#[tokio::test]
async fn a_megabyte_is_refused_in_words_and_nothing_is_saved() {
    let portal = Portal::start().await;
    let member = Writer::of(&portal, "member").await;
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let megabyte = "x".repeat(1024 * 1024);

    let answer = composed(&member.actor, &path, &megabyte)
        .await
        .submit(member.client())
        .await;
    answer
        .expect_status(413)
        .expect_text("That is too large: at most 256 kB of text fit into one form.");
    let answer = member
        .send(&format!("{path}/messages"), &[("body", &megabyte)])
        .await;
    answer
        .expect_status(413)
        .expect_text("That is too large: at most 256 kB fit into one form.")
        .expect_text("Go back, change what is named above, and send it again.")
        .expect_no_element("textarea[readonly]");
    let call = member.api(&format!("/api{path}/messages"));
    let answer = call.json(serde_json::json!({ "body": megabyte })).send().await;
    answer.expect_problem(413, "too-large");
    assert_eq!(
        portal.look("SELECT last_seq FROM channels WHERE title = 'Night shift'"),
        "0"
    );
    member.say(&path, "A little less", Uuid::now_v7()).await;
}

#[tokio::test]
async fn text_that_is_no_utf_8_is_refused_wherever_it_stands() {
    let portal = Portal::start().await;
    let member = Writer::of(&portal, "member").await;
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let token = member.token();
    for kind in [FORM, "multipart/form-data; boundary=cut"] {
        let headers = [("Content-Type", kind), ("Sec-Fetch-Site", "same-origin")];
        let body = broken(token, kind);
        let answer = member
            .client()
            .raw(Method::POST, &format!("{path}/messages"), &headers, body)
            .await;
        answer
            .expect_status(400)
            .expect_text("text that is not valid UTF-8. Nothing was changed.");
    }
    let headers = [
        ("Content-Type", "application/json"),
        ("Sec-Fetch-Site", "same-origin"),
        ("X-CSRF-Token", token),
    ];
    let answer = member
        .client()
        .raw(
            Method::POST,
            &format!("/api{path}/messages"),
            &headers,
            b"{\"body\":\"caf\xe9\"}".to_vec(),
        )
        .await;
    answer.expect_status(400);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert!(answer.html.contains("not valid JSON"), "{}", answer.html);

    for page in [
        "/search?q=%E9",
        "/people?q=%E9",
        "/channels/browse?q=caf%E9",
        "/channels/%E9",
    ] {
        let status = member.client().get(page).await.status.as_u16();
        assert!([200, 400, 404].contains(&status), "{page} is answered {status}");
    }
    assert_eq!(
        portal.look("SELECT last_seq FROM channels WHERE title = 'Night shift'"),
        "0"
    );
}

#[tokio::test]
async fn a_body_that_is_no_form_and_no_json_is_refused_in_words() {
    let portal = Portal::start().await;
    let member = Writer::of(&portal, "member").await;
    let path = format!("/api/channels/{}/messages", portal.channel("Night shift"));
    for (body, status, kind) in [
        ("{\"body\":", 400, "bad-request"),
        ("[]", 422, "invalid"),
        ("{\"body\": 5}", 422, "invalid"),
        ("{\"body\": \"x\", \"surprise\": 1}", 422, "invalid"),
        ("{\"body\": \"x\", \"client_id\": \"one\"}", 422, "invalid"),
        ("{}", 422, "invalid"),
        ("", 422, "invalid"),
    ] {
        let answer = member.api(&path).body("application/json", body).send().await;
        answer.expect_problem(status, kind);
    }
    assert_eq!(
        portal.look("SELECT last_seq FROM channels WHERE title = 'Night shift'"),
        "0"
    );
}

async fn expect_refused(form: Form, sender: &Writer, text: &str) {
    let answer = form.submit(sender.client()).await;
    answer
        .expect_status(403)
        .expect_text("This form is out of date, so nothing was changed.");
    expect_given_back(&answer, text);
}

#[tokio::test]
async fn a_wrong_or_missing_token_changes_nothing_and_gives_the_text_back() {
    let portal = Portal::start().await;
    let (member, steward) = (
        Writer::of(&portal, "member").await,
        Writer::of(&portal, "steward").await,
    );
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let form = composed(&member.actor, &path, "Half an hour of work").await;

    expect_refused(form.clone().without("_csrf"), &member, "Half an hour of work").await;
    let wrong = form.clone().without("_csrf").forge("_csrf", "wrong");
    expect_refused(wrong, &member, "Half an hour of work").await;
    // The token belongs to the browser it was given to.
    expect_refused(form.clone(), &steward, "Half an hour of work").await;

    let call = member.client().api(Method::POST, &format!("/api{path}/messages"));
    let call = call
        .header("Sec-Fetch-Site", "same-origin")
        .header("X-CSRF-Token", "wrong");
    call.json(serde_json::json!({ "body": "Half an hour of work" }))
        .send()
        .await
        .expect_problem(403, "denied");
    assert_eq!(messages(&portal, "Half an hour of work"), "0");
    form.submit(member.client()).await.expect_see_other(&path);
}

#[tokio::test]
async fn a_form_from_another_website_does_nothing() {
    let portal = Portal::start().await;
    let member = Writer::of(&portal, "member").await;
    let path = format!("/channels/{}/messages", portal.channel("Night shift"));
    let body = format!("_csrf={}&body=Bought", member.token());
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
    ] {
        let headers = [("Content-Type", FORM), (name, value)];
        let answer = member
            .client()
            .raw(Method::POST, &path, &headers, body.clone())
            .await;
        answer.expect_status(403).expect_text("came from another website");
    }
    assert_eq!(messages(&portal, "Bought"), "0");
}

#[tokio::test]
async fn too_many_requests_are_told_in_words_and_when_to_come_back() {
    let portal = Portal::with(waymark::server::Duty::Web, |config| config.limits.medium = 12).await;
    let member = Writer::of(&portal, "member").await;
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let mut refused = None;
    for _ in 0..8 {
        let answer = member
            .send(&format!("{path}/messages"), &[("body", "Hello?")])
            .await;
        if answer.status != 303 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a limit was reached").expect_status(429);
    refused
        .expect_text("That was too many requests in a short time.")
        .expect_text("If you ask for help, give this number");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(refused.header("content-security-policy").is_some());
    let call = member.api(&format!("/api{path}/messages"));
    let answer = call.json(serde_json::json!({ "body": "Hello?" })).send().await;
    answer.expect_problem(429, "rate-limited");
}
