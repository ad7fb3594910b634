//! Tasks over the API: the same actions and the same sight as the pages.

use reqwest::Method;
use serde_json::{Value, json};

use super::make;
use crate::people::give;
use crate::support::client::ApiAnswer;
use crate::support::portal::{Actor, Portal};

/// A program that acts for somebody with a token of theirs.
pub struct Program<'a> {
    portal: &'a Portal,
    token: String,
}

impl<'a> Program<'a> {
    pub async fn of(portal: &'a Portal, person: &Actor, scopes: &[&str]) -> Self {
        let page = person.get("/me/tokens").await.expect_ok();
        let form = page
            .form("form[action='/me/tokens']")
            .set("name", "api")
            .set("days", "30");
        let form = scopes
            .iter()
            .fold(form, |form, scope| form.check_value("scopes", scope));
        let shown = form.submit(person).await.expect_see_other("/me/tokens");
        let token = shown.follow(person).await.one(".callout code").text;
        Self { portal, token }
    }

    pub async fn call(&self, method: Method, path: &str, body: Value) -> ApiAnswer {
        let request = self.portal.anyone().api(method, path).bearer(&self.token);
        match body {
            Value::Null => request.send().await,
            body => request.json(body).send().await,
        }
    }

    /// Its secret.
    pub fn token(&self) -> &str {
        &self.token
    }

    pub async fn get(&self, path: &str) -> ApiAnswer {
        self.call(Method::GET, path, Value::Null).await
    }
}

#[tokio::test]
async fn programs_list_make_change_and_comment_on_tasks() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let program = Program::of(&portal, &admin, &["tasks:read", "tasks:write"]).await;
    let made = program
        .call(
            Method::POST,
            "/api/tasks",
            json!({ "title": "Book the hall", "due_on": "2030-01-01", "estimate_minutes": 90, "reference": "G-1" }),
        )
        .await
        .expect_status(201);
    let id = made.at("/id").as_str().unwrap().to_owned();
    let path = format!("/api/tasks/{id}");
    let got = program.get(&path).await.expect_status(200);
    assert_eq!(
        (got.at("/status"), got.at("/version"), got.at("/reference")),
        (&json!("pending"), &json!(1), &json!("G-1"))
    );

    let changed = program
        .call(
            Method::PATCH,
            &path,
            json!({ "version": 1, "status": "blocked", "blocked_reason": "No money", "estimate_minutes": null }),
        )
        .await
        .expect_status(200);
    assert_eq!(changed.at("/estimate_minutes"), &Value::Null);
    assert_eq!(changed.at("/due_on"), &json!("2030-01-01"));
    for (body, status, field) in [
        (json!({ "version": 1, "title": "Other" }), 409, ""),
        (
            json!({ "version": 2, "blocked_reason": "" }),
            422,
            "blocked_reason",
        ),
        (json!({ "version": 2, "title": "" }), 422, "title"),
        (
            json!({ "version": 2, "estimate_minutes": 0 }),
            422,
            "estimate_minutes",
        ),
        (
            json!({ "version": 2, "assignee_id": portal.member("sponsor"), "member_id": "x" }),
            422,
            "member_id",
        ),
        (json!({ "title": "Other" }), 422, "version"),
    ] {
        let answer = program
            .call(Method::PATCH, &path, body.clone())
            .await
            .expect_status(status);
        if !field.is_empty() {
            assert!(answer.json.to_string().contains(field), "{body}: {}", answer.json);
        }
    }
    assert_eq!(
        portal.look("SELECT title || version FROM tasks"),
        "Book the hall2"
    );

    let said = program
        .call(
            Method::POST,
            &format!("{path}/comments"),
            json!({ "body": "Is Thursday free?" }),
        )
        .await
        .expect_status(201);
    program
        .call(
            Method::POST,
            &format!("{path}/comments"),
            json!({ "body": "It is.", "parent_id": said.at("/id") }),
        )
        .await
        .expect_status(201);
    program
        .call(
            Method::POST,
            &format!("{path}/comments"),
            json!({ "body": "@member look" }),
        )
        .await
        .expect_status(422);
    let talk = program
        .get(&format!("{path}/comments?limit=1"))
        .await
        .expect_status(200);
    assert_eq!(talk.at("/data/0/body"), &json!("Is Thursday free?"));
    let next = talk.at("/next_cursor").as_str().unwrap().to_owned();
    let rest = program.get(&format!("{path}/comments?cursor={next}")).await;
    assert_eq!(rest.at("/data/0/parent_id"), said.at("/id"));
    assert_eq!(rest.json.get("next_cursor"), None);
}

#[tokio::test]
async fn a_list_comes_page_by_page_under_its_filters() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    for n in 0..5 {
        make(
            &portal,
            &member,
            &[("title", &format!("Leaflet {n}")), ("due", "2030-01-01")],
        )
        .await;
    }
    let program = Program::of(&portal, &member, &["tasks:read"]).await;
    let (mut seen, mut cursor) = (std::collections::BTreeSet::new(), String::new());
    loop {
        let page = program
            .get(&format!("/api/tasks?limit=2{cursor}"))
            .await
            .expect_status(200);
        for task in page.at("/data").as_array().unwrap() {
            assert!(seen.insert(task["title"].as_str().unwrap().to_owned()));
        }
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 5);
    let found = program.get("/api/tasks?q=leaflet%203&status=any").await;
    assert_eq!(found.at("/data").as_array().unwrap().len(), 1);
    program.get("/api/tasks?limit=0").await.expect_status(422);
    program.get("/api/tasks?cursor=x").await.expect_status(422);
    program
        .call(Method::POST, "/api/tasks", json!({ "title": "x" }))
        .await
        .expect_status(403);
}

#[tokio::test]
async fn programs_see_no_more_than_their_people() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let id = make(&portal, &steward, &[("title", "Call back"), ("member", "member")]).await;
    let path = format!("/api/tasks/{id}");
    for key in ["member", "coach", "admin"] {
        let person = portal.person(key).await;
        let program = Program::of(&portal, &person, &["tasks:read", "tasks:write"]).await;
        program.get(&path).await.expect_status(404);
        program.get(&format!("{path}/comments")).await.expect_status(404);
        let list = program.get("/api/tasks?whose=all&status=any").await;
        assert_eq!(list.at("/data"), &json!([]), "{key}");
        program
            .call(
                Method::PATCH,
                &path,
                json!({ "version": 1, "status": "completed" }),
            )
            .await
            .expect_status(404);
        program
            .call(Method::POST, &format!("{path}/comments"), json!({ "body": "x" }))
            .await
            .expect_status(404);
    }
    let program = Program::of(&portal, &steward, &["tasks:read"]).await;
    let got = program.get(&path).await.expect_status(200);
    assert_eq!(got.at("/member_id"), &json!(portal.member("member")));
}

#[tokio::test]
async fn what_is_kept_to_answer_again_has_no_word_of_a_task_and_shows_none_to_who_may_not_read_it() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let program = Program::of(&portal, &steward, &["tasks:read", "tasks:write"]).await;
    let call = async |method: Method, path: &str, key: &str, body: &Value| {
        let request = portal.anyone().api(method, path).bearer(&program.token);
        request.idempotency_key(key).json(body).send().await
    };
    let keys: Vec<String> = (0..3).map(|_| uuid::Uuid::now_v7().to_string()).collect();
    let new = json!({ "title": "xylophone-one", "member_id": portal.member("member") });
    let made = call(Method::POST, "/api/tasks", &keys[0], &new)
        .await
        .expect_status(201);
    let again = call(Method::POST, "/api/tasks", &keys[0], &new)
        .await
        .expect_status(201);
    assert_eq!(made.json, again.json);
    let path = format!("/api/tasks/{}", made.at("/id").as_str().unwrap());
    let change = json!({ "version": 1, "details": "xylophone-two" });
    for _ in 0..2 {
        let changed = call(Method::PATCH, &path, &keys[1], &change)
            .await
            .expect_status(200);
        assert_eq!(changed.at("/details"), "xylophone-two");
    }
    let (comments, said) = (format!("{path}/comments"), json!({ "body": "xylophone-three" }));
    for _ in 0..2 {
        let comment = call(Method::POST, &comments, &keys[2], &said)
            .await
            .expect_status(201);
        assert_eq!(comment.at("/body"), "xylophone-three");
    }
    assert_eq!(
        portal.look("SELECT count(*) FROM idempotency_keys k WHERE k::text LIKE '%xylophone%'"),
        "0"
    );
    // Who no longer sees it hears nothing of it, by the old key either.
    portal.force("UPDATE steward_assignments SET effective_to = now()");
    for (method, path, key, body) in [
        (Method::POST, "/api/tasks", &keys[0], &new),
        (Method::PATCH, &path, &keys[1], &change),
        (Method::POST, &comments, &keys[2], &said),
    ] {
        let answer = call(method, path, key, body).await.expect_status(404);
        assert!(!answer.text.contains("xylophone"));
    }
}

#[tokio::test]
async fn a_day_of_an_absurd_year_and_none_for_what_repeats_are_said_at_the_field() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let program = Program::of(&portal, &member, &["tasks:read", "tasks:write"]).await;
    for day in ["+262142-12-31", "0001-01-01"] {
        program
            .call(Method::POST, "/api/tasks", json!({ "title": "x", "due_on": day }))
            .await
            .expect_problem(422, "invalid")
            .at("/errors/due_on");
    }
    let fields = [("title", "Water"), ("due", "2030-01-01"), ("repeat_unit", "week")];
    let id = make(&portal, &member, &fields).await;
    program
        .call(
            Method::PATCH,
            &format!("/api/tasks/{id}"),
            json!({ "version": 1, "due_on": null }),
        )
        .await
        .expect_problem(422, "invalid")
        .at("/errors/due_on");
}
