//! The JSON API, endpoint by endpoint as the first seed's table lists them: who may, what comes back, and what a repetition does.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::ApiAnswer;
use crate::support::portal::{Actor, Portal};

const SCOPES: [&str; 4] = [
    "channels:read",
    "channels:write",
    "broadcasts:write",
    "push:write",
];

/// A program of somebody's, with a token that allows everything.
struct Program<'a> {
    portal: &'a Portal,
    token: String,
}

impl<'a> Program<'a> {
    async fn of(portal: &'a Portal, key: &str) -> Self {
        Self::with(portal, &portal.person(key).await, &SCOPES).await
    }

    async fn with(portal: &'a Portal, person: &Actor, scopes: &[&str]) -> Self {
        let page = person.get("/me/tokens").await.expect_ok();
        let mut form = page
            .form("form[action='/me/tokens']")
            .set("name", "api")
            .set("days", "30");
        for scope in scopes {
            form = form.check_value("scopes", scope);
        }
        let shown = form.submit(person).await.expect_see_other("/me/tokens");
        let token = shown.follow(person).await.one(".callout code").text;
        Self { portal, token }
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> ApiAnswer {
        self.keyed(method, path, body, &Uuid::now_v7().to_string()).await
    }

    async fn keyed(&self, method: Method, path: &str, body: Value, key: &str) -> ApiAnswer {
        let request = self.portal.anyone().api(method, path).bearer(&self.token);
        let request = match body {
            Value::Null => request,
            body => request.json(body),
        };
        request.idempotency_key(key).send().await
    }

    async fn get(&self, path: &str) -> ApiAnswer {
        self.call(Method::GET, path, Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> ApiAnswer {
        self.call(Method::POST, path, body).await
    }
}

fn context(portal: &Portal, name: &str) -> String {
    portal.look(&format!("SELECT id FROM contexts WHERE name = '{name}'"))
}

/// Takes a list page by page to its end; answers all of it.
async fn all_of(program: &Program<'_>, path: &str, limit: usize) -> Vec<Value> {
    let (mut entries, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = program
            .get(&format!("{path}?limit={limit}{cursor}"))
            .await
            .expect_status(200);
        let data = page.at("/data").as_array().unwrap().clone();
        assert!(data.len() <= limit);
        entries.extend(data);
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return entries,
        }
    }
}

#[tokio::test]
async fn every_endpoint_answers_who_may_and_refuses_who_may_not() {
    let portal = Portal::start().await;
    let depot = portal.channel("Depot north");
    let (messages, broadcast) = (
        format!("/api/channels/{depot}/messages"),
        format!("/api/channels/{depot}/broadcast"),
    );
    let team = context(&portal, "Depot north");
    let sending = json!({ "title": "Vests", "body": "Wear them." });
    // Member, leader of the team, admin, sponsor who is not in the channel.
    let table = [
        ("member", [200, 403, 200, 201, 200, 200, 403, 201]),
        ("leader", [200, 201, 200, 201, 200, 200, 202, 201]),
        ("admin", [200, 201, 200, 201, 200, 200, 202, 201]),
        ("sponsor", [200, 404, 404, 404, 200, 200, 403, 201]),
    ];
    for (key, expected) in table {
        let program = Program::of(&portal, key).await;
        let made = json!({ "context_id": team, "title": format!("Made by {key}") });
        let device = json!({ "platform": "expo", "token": format!("ExponentPushToken[{key}]") });
        let answers = [
            program.get("/api/channels").await,
            program.post("/api/channels", made).await,
            program.get(&messages).await,
            program.post(&messages, json!({ "body": "Hello" })).await,
            program.get("/api/messages/unread-count").await,
            program
                .post("/api/messages/mark-seen", json!({ "everything": true }))
                .await,
            program.post(&broadcast, sending.clone()).await,
            program.post("/api/push-tokens", device).await,
        ];
        let statuses = answers.map(|answer| answer.status.as_u16());
        assert_eq!(statuses, expected, "{key}");
    }
}

#[tokio::test]
async fn strangers_and_narrow_tokens_get_problems_they_can_read() {
    let portal = Portal::start().await;
    let path = format!("/api/channels/{}/messages", portal.channel("Depot north"));
    let nobody = portal.anyone().api(Method::GET, &path).send().await;
    nobody.expect_status(401);
    let stranger = Program::with(&portal, &portal.neighbour("stranger").await, &SCOPES).await;
    stranger.get(&path).await.expect_problem(404, "not-found");
    let reader = Program::with(&portal, &portal.person("member").await, &["channels:read"]).await;
    reader.get(&path).await.expect_status(200);
    reader
        .post(&path, json!({ "body": "no" }))
        .await
        .expect_problem(403, "denied");
    let writer = Program::of(&portal, "member").await;
    let refused = writer.post(&path, json!({ "body": "" })).await;
    refused.expect_status(422).at("/errors/body");
    let refused = writer
        .post(&path, json!({ "body": "x", "reply_to_seq": 99 }))
        .await;
    refused.expect_status(422).at("/errors/reply_to_seq");
    let refused = writer.post(&path, json!({ "body": "@channel x" })).await;
    refused.expect_status(422).at("/errors/confirm_everyone");
    let meant = json!({ "body": "@channel x", "confirm_everyone": true });
    let posted = writer.post(&path, meant).await.expect_status(201);
    assert_eq!(posted.at("/mentions_everyone"), true);
    for query in ["limit=0", "limit=101", "cursor=x"] {
        writer.get(&format!("{path}?{query}")).await.expect_status(422);
    }
}

#[tokio::test]
async fn a_message_is_posted_once_per_id_and_per_key() {
    let portal = Portal::start().await;
    let (program, depot) = (
        Program::of(&portal, "member").await,
        portal.channel("Depot north"),
    );
    let path = format!("/api/channels/{depot}/messages");
    let id = Uuid::now_v7();
    let body = json!({ "body": "Once", "client_id": id });
    let first = program.post(&path, body.clone()).await.expect_status(201);
    let again = program.post(&path, body).await.expect_status(201);
    assert_eq!(
        (first.at("/id"), first.at("/seq")),
        (again.at("/id"), again.at("/seq"))
    );
    assert_eq!(first.at("/id"), &json!(id));
    let other = program
        .post(&path, json!({ "body": "Other words", "client_id": id }))
        .await;
    other.expect_problem(409, "conflict");
    let key = Uuid::now_v7().to_string();
    for _ in 0..2 {
        let answer = program
            .keyed(Method::POST, &path, json!({ "body": "By key" }), &key)
            .await;
        answer.expect_status(201);
    }
    let count = "SELECT count(*) FROM messages WHERE body IN ('Once', 'By key', 'Other words')";
    assert_eq!(portal.look(count), "2");
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let portal = Portal::start().await;
    let (program, leader) = (
        Program::of(&portal, "member").await,
        Program::of(&portal, "leader").await,
    );
    let path = format!("/api/channels/{}/messages", portal.channel("Depot north"));
    leader
        .post(&path, json!({ "body": "@member news" }))
        .await
        .expect_status(201);
    let channels = all_of(&program, "/api/channels", 2).await;
    let titles: Vec<&str> = channels
        .iter()
        .map(|one| one["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles.len(), 4, "{titles:?}");
    for title in ["Depot north", "Night shift", "Steward school", "30 conversations"] {
        assert!(titles.contains(&title), "{titles:?}");
    }
    let depot = channels.iter().find(|one| one["title"] == "Depot north").unwrap();
    assert_eq!((&depot["unread"], &depot["mentions"]), (&json!(1), &json!(1)));
    for number in 0..4 {
        let body = json!({ "body": format!("Number {number}") });
        program.post(&path, body).await.expect_status(201);
    }
    let seqs: Vec<i64> = all_of(&program, &path, 3)
        .await
        .iter()
        .map(|message| message["seq"].as_i64().unwrap())
        .collect();
    assert_eq!(seqs, [8, 7, 6, 5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn what_waits_is_counted_and_can_be_marked_seen() {
    let portal = Portal::start().await;
    let program = Program::of(&portal, "member").await;
    let depot = portal.channel("Depot north");
    let leader = Program::of(&portal, "leader").await;
    let path = format!("/api/channels/{depot}/messages");
    leader
        .post(&path, json!({ "body": "News" }))
        .await
        .expect_status(201);
    let waiting = program.get("/api/messages/unread-count").await.expect_status(200);
    assert_eq!(waiting.at("/unread"), 1);
    assert_eq!(waiting.at("/channels/0/channel_id"), &json!(depot));
    let seen = json!({ "channel_id": depot, "seq": 4 });
    program
        .post("/api/messages/mark-seen", seen)
        .await
        .expect_status(200);
    let waiting = program.get("/api/messages/unread-count").await;
    assert_eq!(
        (waiting.at("/unread"), waiting.at("/channels")),
        (&json!(0), &json!([]))
    );
    let elsewhere = json!({ "channel_id": Uuid::now_v7(), "seq": 3 });
    let refused = program.post("/api/messages/mark-seen", elsewhere).await;
    refused.expect_problem(404, "not-found");
    let unsaid = program.post("/api/messages/mark-seen", json!({})).await;
    unsaid.expect_problem(422, "invalid");
    let all = program
        .post("/api/messages/mark-seen", json!({ "everything": true }))
        .await
        .expect_status(200);
    assert_eq!(all.at("/channels"), 0);
}

#[tokio::test]
async fn a_deleted_message_tells_nothing_and_a_file_is_told() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let program = Program::with(&portal, &member, &SCOPES).await;
    let (depot, text) = (portal.channel("Depot north"), "minutes".repeat(20));
    let page = member.get(&format!("/channels/{depot}")).await;
    page.form("form[data-composer]")
        .set("body", "With a file")
        .attach("files", "minutes.txt", "text/plain", text.as_bytes())
        .submit(&member)
        .await
        .expect_see_other("/channels/");
    let path = format!("/api/channels/{depot}/messages");
    let page = program.get(&path).await.expect_status(200);
    assert_eq!(page.at("/data/0/attachments/0/name"), "minutes.txt");
    assert_eq!(page.at("/data/0/attachments/0/size"), text.len());
    let url = page.at("/data/0/attachments/0/url").as_str().unwrap().to_owned();
    assert!(member.get(&url).await.expect_ok().html.contains("minutes"));
    // Whatever an older version may have left behind is not told.
    portal.force("UPDATE messages SET deleted_at = now(), mentions_all = true WHERE body = 'With a file'");
    let page = program.get(&path).await.expect_status(200);
    assert_eq!(page.at("/data/0/body_html"), "");
    assert_eq!(page.at("/data/0/attachments"), &json!([]));
    assert_eq!(page.at("/data/0/mentions_everyone"), false);
}

#[tokio::test]
async fn a_broadcast_is_accepted_once_and_asks_for_its_number_in_the_words_of_the_api() {
    let portal = Portal::start().await;
    let (program, depot) = (
        Program::of(&portal, "leader").await,
        portal.channel("Depot north"),
    );
    let path = format!("/api/channels/{depot}/broadcast");
    let (body, key) = (
        json!({ "title": "Vests", "body": "Wear them." }),
        Uuid::now_v7().to_string(),
    );
    let first = program
        .keyed(Method::POST, &path, body.clone(), &key)
        .await
        .expect_status(202);
    let again = program
        .keyed(Method::POST, &path, body, &key)
        .await
        .expect_status(202);
    assert_eq!(first.json, again.json);
    assert_eq!(first.at("/recipients"), 7);
    let refused = program.post(&path, json!({ "title": "", "body": "x" })).await;
    refused.expect_status(422).at("/errors/title");
    for _ in 0..2 {
        program
            .post(&path, json!({ "title": "More", "body": "x" }))
            .await
            .expect_status(202);
    }
    let throttled = program
        .post(&path, json!({ "title": "Too much", "body": "x" }))
        .await;
    assert!(throttled.headers.contains_key("retry-after"));
    throttled.expect_status(429);
}

#[tokio::test]
async fn a_device_is_registered_moved_and_forgotten() {
    let portal = Portal::start().await;
    let (member, other) = (
        Program::of(&portal, "member").await,
        Program::of(&portal, "other").await,
    );
    let device = json!({ "platform": "expo", "token": "ExponentPushToken[one]", "device_name": "Pixel" });
    member
        .post("/api/push-tokens", device.clone())
        .await
        .expect_status(201);
    let wrong = json!({ "platform": "fax", "token": "ExponentPushToken[two]" });
    let refused = member.post("/api/push-tokens", wrong).await;
    refused.expect_status(422).at("/errors/platform");
    other.post("/api/push-tokens", device).await.expect_status(201);
    let moved = "SELECT string_agg(m.handle, ' ' ORDER BY m.handle) FROM audit_entries a JOIN members m ON m.id = a.subject_id WHERE a.action = 'channels.push_token.moved'";
    assert_eq!(portal.look(moved), "member other");
    let token = json!({ "token": "ExponentPushToken[one]" });
    let gone = member
        .call(Method::DELETE, "/api/push-tokens", token.clone())
        .await;
    gone.expect_problem(404, "not-found");
    let key = Uuid::now_v7().to_string();
    for _ in 0..2 {
        let answer = other
            .keyed(Method::DELETE, "/api/push-tokens", token.clone(), &key)
            .await;
        answer.expect_status(204);
    }
    let again = other.call(Method::DELETE, "/api/push-tokens", token).await;
    again.expect_status(404);
}

/// Every `$ref` inside a document.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                match (name.as_str(), inner) {
                    ("$ref", Value::String(target)) => found.push(target.clone()),
                    _ => references(inner, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_reference_names_every_shape_once_and_points_nowhere_else() {
    let portal = Portal::start().await;
    let document = portal
        .anyone()
        .api(Method::GET, "/api/openapi.json")
        .send()
        .await
        .expect_ok()
        .json;
    let mut found = Vec::new();
    references(&document, &mut found);
    for target in &found {
        let pointer = target.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
    }
    let shape = |path: &str| {
        let method = &document["paths"][path]["get"]["responses"]["200"];
        let name = method["content"]["application/json"]["schema"]["$ref"]
            .as_str()
            .unwrap();
        let schema = document.pointer(name.strip_prefix('#').unwrap()).unwrap();
        schema["properties"]["data"]["items"]["$ref"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(shape("/api/channels").ends_with("/ChannelSummary"));
    assert!(shape("/api/channels/{channel}/messages").ends_with("/MessageView"));
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(
                operation["responses"]["429"]["headers"]["Retry-After"].is_object(),
                "{method} {path}"
            );
            let parameters = operation["parameters"].as_array().unwrap();
            let key = parameters
                .iter()
                .any(|one| one["name"] == "Idempotency-Key" && one["in"] == "header");
            assert_eq!(key, method != "get", "{method} {path}");
            for limit in parameters.iter().filter(|one| one["name"] == "limit") {
                assert_eq!(limit["schema"]["type"], "integer");
            }
        }
    }
}
