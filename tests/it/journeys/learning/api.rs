//! `/api/learning`: the same doors for programs.

use reqwest::Method;
use serde_json::Value;

use super::written::{enrol, journey, text, told};
use crate::support::portal::Portal;
use crate::tasks::api::Program;

#[tokio::test]
async fn a_program_sees_what_is_closed_and_why_and_finishes_what_is_open() {
    let portal = Portal::start().await;
    let steps = journey(
        &portal,
        true,
        &[("One", true, vec![text("Listening"), text("Asking")])],
    );
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    let program = Program::of(&portal, &member, &["learning:read", "learning:write"]).await;
    let reader = Program::of(&portal, &member, &["learning:read"]).await;

    let mine = program
        .call(Method::GET, "/api/learning", Value::Null)
        .await
        .expect_ok();
    assert_eq!(mine.at("/data/0/required"), 2);
    let address = format!("/api/learning/{id}");
    let path = program.call(Method::GET, &address, Value::Null).await.expect_ok();
    assert_eq!(path.at("/lessons/0/status"), "open");
    assert_eq!(path.at("/lessons/1/status"), "locked");
    assert_eq!(
        path.at("/lessons/1/reasons/0/any_of/0"),
        "Finish “Listening” first."
    );
    let door = |lesson: &str| format!("{address}/lessons/{}/completion", steps.key(lesson));
    program
        .call(Method::POST, &door("Asking"), Value::Null)
        .await
        .expect_status(403);
    reader
        .call(Method::POST, &door("Listening"), Value::Null)
        .await
        .expect_status(403);
    let path = program
        .call(Method::POST, &door("Listening"), Value::Null)
        .await
        .expect_ok();
    assert_eq!(path.at("/enrolment/percent"), 50);
    assert_eq!(path.at("/lessons/1/status"), "open");
    let stranger = Program::of(&portal, &coach, &["learning:read"]).await;
    stranger
        .call(Method::GET, &address, Value::Null)
        .await
        .expect_status(404);
    assert_eq!(told(&portal, "lesson.completed"), "1");
}
