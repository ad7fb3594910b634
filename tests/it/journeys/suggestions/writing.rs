//! A language model that drafts: what it is told, what is taken from it, and where it may be.

use serde_json::{Value, json};

use super::{look, path, stalled};
use crate::support::fakes::server::{Fault, Reply, Server};
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};
use waymark::server::Duty;

/// A service that answers with this draft.
async fn model(content: &'static str) -> Server {
    Server::start(move |request| match request.path.as_str() {
        "/v1/chat/completions" => Reply::json(200, &answer(content)),
        _ => Reply::new(404),
    })
    .await
}

fn answer(content: &str) -> Value {
    json!({ "id": "x", "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": content } }] })
}

async fn set_up(admin: &Actor, fields: &[(&str, &str)]) -> Page {
    let page = admin.get("/journeys/suggestions/settings").await.expect_ok();
    let mut form = page
        .form("form[action='/journeys/suggestions/settings']")
        .check("uses_model");
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.submit(admin).await
}

async fn using(admin: &Actor, server: &Server) {
    let base = format!("{}v1", server.base());
    set_up(
        admin,
        &[
            ("base_url", &base),
            ("model", "small-1"),
            ("key", "sk-secret-key"),
        ],
    )
    .await
    .expect_see_other("/journeys/suggestions/settings");
}

const GOOD: &str =
    r#"{"message": "Hi [LEARNER], how is it going with the lessons? Would ten minutes this week work?"}"#;

#[tokio::test]
async fn a_model_is_told_facts_without_a_name_and_offered_nothing_to_call() {
    let portal = Portal::start().await;
    let (coach, admin) = (portal.person("coach").await, portal.person("admin").await);
    let server = model(GOOD).await;
    using(&admin, &server).await;
    stalled(&portal, &coach).await;
    look(&portal, &coach).await;
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let body = requests[0].json().unwrap();
    let mut keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "max_tokens",
            "messages",
            "model",
            "response_format",
            "temperature"
        ]
    );
    assert_eq!(requests[0].header("authorization"), Some("Bearer sk-secret-key"));
    let said = body["messages"].to_string();
    assert!(
        said.contains("12 days ago") && said.contains("[LEARNER]"),
        "{said}"
    );
    let name = portal.look(&format!(
        "SELECT display_name FROM members WHERE id = '{}'",
        portal.member("member")
    ));
    for part in name.split_whitespace() {
        assert!(!said.contains(part), "{part} in {said}");
    }
    let shown = coach.get(&path(&portal)).await.expect_ok();
    let first = name.split_whitespace().next().unwrap();
    assert!(
        shown
            .one("textarea[name=message]")
            .text
            .starts_with(&format!("Hi {first}, how is it going"))
    );
    shown
        .expect_text("Drafted by a language model")
        .expect_text("What the rules drafted")
        .expect_text("What small-1 was asked");
    let kept = portal.look("SELECT prompt || answer FROM suggestion_exchanges");
    assert!(!kept.contains("sk-secret-key") && kept.contains("[LEARNER]"));
    assert!(
        !portal
            .look("SELECT encode(key_sealed, 'escape') FROM suggestion_settings")
            .contains("sk-secret")
    );
    admin
        .get("/journeys/suggestions/settings")
        .await
        .expect_no_text("sk-secret");
}

#[tokio::test]
async fn whatever_is_wrong_about_an_answer_the_draft_of_the_rules_stands() {
    let odd: [(&str, Reply); 9] = [
        (
            "no json",
            Reply {
                body: b"<html>".to_vec(),
                ..Reply::new(200)
            },
        ),
        ("error 500", Reply::new(500)),
        (
            "too many requests",
            Reply::json(429, &json!({ "error": { "message": "Too many requests" } })),
        ),
        ("no choices", Reply::json(200, &json!({ "choices": [] }))),
        (
            "use a tool",
            Reply::json(
                200,
                &json!({ "choices": [{ "message": { "content": GOOD, "tool_calls": [{ "id": "1" }] } }] }),
            ),
        ),
        (
            "broke off",
            Reply::json(
                200,
                &json!({ "choices": [{ "finish_reason": "length", "message": { "content": GOOD } }] }),
            ),
        ),
        (
            "not the object",
            Reply::json(200, &answer("Hi Rosa, how are you today, my friend?")),
        ),
        (
            "not the object",
            Reply::json(
                200,
                &answer(r#"{"message": "Hi [LEARNER], how are you?", "kpi": 5}"#),
            ),
        ),
        (
            "a link",
            Reply::json(
                200,
                &answer(r#"{"message": "Hi [LEARNER], click https://evil.example today"}"#),
            ),
        ),
    ];
    let portal = Portal::start().await;
    let (coach, admin) = (portal.person("coach").await, portal.person("admin").await);
    let server = model(GOOD).await;
    using(&admin, &server).await;
    stalled(&portal, &coach).await;
    for (why, reply) in odd {
        server.next(Fault::Answer(reply));
        look(&portal, &coach).await;
        let shown = coach.get(&path(&portal)).await.expect_ok();
        shown.expect_text("Drafted by rules").expect_text("(not used)");
        let said = portal.look("SELECT refused FROM suggestion_exchanges");
        assert!(said.to_lowercase().contains(why), "{why}: {said}");
        portal.force("DELETE FROM journey_suggestions");
    }
    server.next(Fault::CutBeforeActing);
    look(&portal, &coach).await;
    coach.get(&path(&portal)).await.expect_text("Drafted by rules");
}

#[tokio::test]
async fn the_connection_is_tested_about_nobody_and_says_what_is_wrong() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let server = model(r#"{"message": "The connection works."}"#).await;
    using(&admin, &server).await;
    let test = async || {
        let page = admin.get("/journeys/suggestions/settings").await.expect_ok();
        page.form("form[action$='/settings/check']")
            .submit(&admin)
            .await
            .expect_see_other("/journeys/suggestions/settings")
            .follow(&admin)
            .await
    };
    test()
        .await
        .expect_text("It works. It said: The connection works.");
    server.next(Fault::Answer(Reply::json(
        401,
        &json!({ "error": { "message": "bad key sk-secret-key" } }),
    )));
    test()
        .await
        .expect_text("The key is not accepted")
        .expect_no_text("sk-secret");
    server.next(Fault::Answer(Reply::new(404)));
    test().await.expect_text("There is no such model");
}

#[tokio::test]
async fn an_inner_address_is_refused_unless_whoever_runs_the_portal_named_it() {
    let server = model(GOOD).await;
    let named = server.base().to_string();
    for names_it in [false, true] {
        let addresses = if names_it { vec![named.clone()] } else { Vec::new() };
        let portal = Portal::with(Duty::Web, move |config| {
            config.public_url = "https://portal.example.org".to_owned();
            config.writing.addresses = addresses;
        })
        .await;
        let reached =
            waymark::domains::journeys::suggestions::writing::reaching(&portal.app.config, &server.base());
        assert_eq!(reached == waymark::providers::writing::Reaching::Named, names_it);
    }
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    for address in [
        "http://10.0.0.5:11434/v1",
        "https://169.254.169.254/v1",
        "https://[::ffff:192.168.0.1]/v1",
        "http://api.example.org/v1",
        "https://user:pw@api.example.org/v1",
        "not an address",
        "",
    ] {
        let refused = set_up(&admin, &[("base_url", address), ("model", "m")]).await;
        refused.expect_status(422).expect_field_error("base_url");
        assert_eq!(refused.one("input[name=model]").attr("value"), Some("m"));
    }
    assert_eq!(portal.look("SELECT count(*) FROM suggestion_settings"), "0");
    // A key is not carried to another service by typing another address.
    using(&admin, &server).await;
    set_up(&admin, &[("base_url", "https://api.example.org/v1")])
        .await
        .expect_status(422)
        .expect_field_error("key");
}
