//! What somebody did about a task without a signal.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Phone, notes};
use crate::people::give;
use crate::support::portal::Portal;

/// A task of the steward's about the member; answers what the phone knows of it.
async fn task(portal: &Portal, phone: &Phone, title: &str) -> Value {
    portal.force(&format!(
        "INSERT INTO tasks (org_id, id, title, assignee_id, created_by, created_at, changed_at, member_id) \
         VALUES ('{}', '{}', '{title}', '{2}', '{2}', now(), now(), '{3}')",
        portal.organization("local"),
        uuid::Uuid::now_v7(),
        portal.member("steward"),
        portal.member("member")
    ));
    let known = phone
        .actor
        .api(Method::GET, "/field/tasks")
        .send()
        .await
        .expect_ok();
    let list = known.json.as_array().unwrap();
    list.iter().find(|task| task["title"] == title).unwrap().clone()
}

fn did(task: &Value, outcome: &str) -> Value {
    json!({ "task": task["id"], "if_version": task["version"], "outcome": outcome })
}

#[tokio::test]
async fn a_task_is_done_once() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let task = task(&portal, &phone, "Call back").await;
    let item = phone.write("tasks", &did(&task, "done"));
    let first = phone.send(&item).await.expect_status(201);
    assert_eq!(first.at("/outcome"), "done");
    phone.send(&item).await.expect_status(200);
    assert_eq!(
        portal.look("SELECT status || ' ' || version FROM tasks"),
        "completed 2"
    );
    // Somebody else's phone had it, too: it is done, and that is what they meant.
    phone
        .send(&phone.write("tasks", &did(&task, "done")))
        .await
        .expect_status(201);
}

#[tokio::test]
async fn a_call_without_an_answer_is_an_attempt_and_the_task_stays() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let task = task(&portal, &phone, "Call back").await;
    for outcome in ["no_answer", "left_message", "wrong_number"] {
        let item = phone.write("tasks", &did(&task, outcome));
        let answer = phone.send(&item).await.expect_status(201);
        assert_eq!(answer.at("/outcome"), "tried");
        phone.send(&item).await.expect_status(200);
    }
    assert_eq!(notes(&portal), "3");
    assert_eq!(
        portal.look("SELECT bool_or(reached) FROM field_notes"),
        "false",
        "an attempt is no contact"
    );
    assert_eq!(portal.look("SELECT status FROM tasks"), "pending");
}

#[tokio::test]
async fn a_task_that_was_changed_meanwhile_shows_both_and_can_be_done_all_the_same() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let task = task(&portal, &phone, "Call back").await;
    let item = phone.write("tasks", &did(&task, "no_answer"));
    portal.force(
        "UPDATE tasks SET status = 'blocked', blocked_reason = 'Away', due_on = '2026-12-24', version = version + 1",
    );

    let both = phone.send(&item).await.expect_status(409);
    assert_eq!(both.at("/yours"), "Call back: No answer");
    assert_eq!(both.at("/theirs"), "Call back: Blocked, due 24 Dec");
    assert_eq!(notes(&portal), "0");
    let again = json!({ "task": both.at("/task"), "if_version": both.at("/version"), "outcome": both.at("/outcome") });
    phone.send(&phone.write("tasks", &again)).await.expect_status(201);
    assert_eq!(notes(&portal), "1");
}

#[tokio::test]
async fn a_task_one_does_not_see_is_not_there() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let (rosa, maya) = (
        Phone::of(&portal, "steward").await,
        Phone::of(&portal, "coach").await,
    );
    let task = task(&portal, &rosa, "Call back").await;
    maya.send(&maya.write("tasks", &did(&task, "done")))
        .await
        .expect_problem(404, "not-found");
    let item = rosa.write("tasks", &did(&task, "done"));
    portal.force("UPDATE steward_assignments SET effective_to = now() - interval '1 hour'");
    rosa.send(&item).await.expect_problem(404, "not-found");
    let member = portal.person("member").await;
    let origin = member.base().origin().ascii_serialization();
    let call = member
        .api(Method::PUT, &format!("/field/tasks/{}", item.id))
        .header("Origin", &origin);
    call.json(&item.body)
        .send()
        .await
        .expect_problem(404, "not-found");
    assert_eq!(portal.look("SELECT status FROM tasks"), "pending");
}

#[tokio::test]
async fn an_outcome_nobody_knows_and_a_call_about_nobody_are_refused() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let mut task = task(&portal, &phone, "Print the flyers").await;
    phone
        .send(&phone.write("tasks", &did(&task, "shouted")))
        .await
        .expect_problem(422, "invalid");
    portal.force("UPDATE tasks SET member_id = NULL");
    task["member"] = Value::Null;
    phone
        .send(&phone.write("tasks", &did(&task, "no_answer")))
        .await
        .expect_problem(422, "invalid")
        .at("/errors/outcome");
}
