use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::ApiAnswer;
use crate::support::portal::Portal;

/// A program of somebody's.
struct Program<'a> {
    portal: &'a Portal,
    token: String,
}

impl<'a> Program<'a> {
    async fn of(portal: &'a Portal, key: &str, scopes: &[&str]) -> Self {
        let person = portal.person(key).await;
        let page = person.get("/me/tokens").await.expect_ok();
        let mut form = page
            .form("form[action='/me/tokens']")
            .set("name", "api")
            .set("days", "30");
        for scope in scopes {
            form = form.check_value("scopes", scope);
        }
        let shown = form.submit(&person).await.expect_see_other("/me/tokens");
        let token = shown.follow(&person).await.one(".callout code").text;
        Self { portal, token }
    }

    async fn call(&self, method: Method, path: &str, body: Value, key: &str) -> ApiAnswer {
        let request = self.portal.anyone().api(method, path).bearer(&self.token);
        let request = match body {
            Value::Null => request,
            body => request.json(body),
        };
        request.idempotency_key(key).send().await
    }

    async fn get(&self, path: &str) -> ApiAnswer {
        self.call(Method::GET, path, Value::Null, &Uuid::now_v7().to_string())
            .await
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> ApiAnswer {
        self.call(method, path, body, &Uuid::now_v7().to_string()).await
    }
}

const BOTH: &[&str] = &["people:read", "people:write"];

#[tokio::test]
async fn a_program_reads_whom_its_person_may_see_page_by_page() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    super::give(&portal, "steward", "training", "other");
    portal.force(&format!(
        "INSERT INTO contact_points (org_id, id, member_id, kind, value) SELECT org_id, gen_random_uuid(), id, 'phone', '+16135550142' FROM members WHERE id IN ('{}', '{}')",
        portal.member("member"),
        portal.member("other")
    ));
    let steward = Program::of(&portal, "steward", &["people:read"]).await;
    let all = steward.get("/api/members").await.expect_status(200);
    assert_eq!(all.at("/data").as_array().unwrap().len(), 2);
    assert!(all.json.get("next_cursor").is_none());

    let admin = Program::of(&portal, "admin", BOTH).await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin
            .get(&format!("/api/members?limit=3&cursor={cursor}"))
            .await
            .expect_status(200);
        seen.extend(
            page.at("/data")
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["id"].clone()),
        );
        match page.json.get("next_cursor") {
            Some(next) => cursor = next.as_str().unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 8, "everybody but oneself, once");

    let record = format!("/api/members/{}", portal.member("member"));
    let shown = steward.get(&record).await.expect_status(200);
    assert_eq!(shown.at("/contact_points/0/value"), "+16135550142");
    let trained = steward
        .get(&format!("/api/members/{}", portal.member("other")))
        .await
        .expect_status(200);
    assert_eq!(trained.at("/contact_points"), &json!([]));
    steward
        .get(&format!("/api/members/{}", portal.member("leader")))
        .await
        .expect_problem(404, "not-found");
    Program::of(&portal, "member", BOTH)
        .await
        .get("/api/members")
        .await
        .expect_status(403);
    admin.get("/api/members?limit=1000").await.expect_status(422);
    admin.get("/api/members?worksite=x").await.expect_status(422);
    Program::of(&portal, "admin", &["channels:read"])
        .await
        .get("/api/members")
        .await
        .expect_status(403);
}

#[tokio::test]
async fn a_program_changes_records_once_and_within_its_rights() {
    let portal = Portal::start().await;
    let worksite = super::worksite(&portal, "Depot", &[]);
    super::give(&portal, "steward", "primary", "member");
    super::give(&portal, "coach", "training", "member");
    let record = format!("/api/members/{}", portal.member("member"));
    let steward = Program::of(&portal, "steward", BOTH).await;
    let changed = steward
        .send(
            Method::PATCH,
            &record,
            json!({ "worksite_id": worksite, "joined_on": "2024-03-31" }),
        )
        .await
        .expect_status(200);
    assert_eq!(changed.at("/worksite_id"), worksite.as_str());
    assert_eq!(changed.at("/stage"), "member", "what is left out stays");
    assert_eq!(changed.at("/name"), "Tom Reyes");
    assert_eq!(
        portal.look("SELECT count(*) FROM idempotency_keys k WHERE k::text LIKE '%Reyes%' OR k::text LIKE '%2024-03-31%'"),
        "0",
        "nothing of a person is kept to answer again"
    );
    steward
        .send(Method::PATCH, &record, json!({ "joined_on": "+12024-01-01" }))
        .await
        .expect_status(422);
    steward
        .send(Method::PATCH, &record, json!({ "worksite_id": Uuid::now_v7() }))
        .await
        .expect_status(422);
    steward
        .send(Method::PATCH, &record, json!({ "nickname": "Tom" }))
        .await
        .expect_status(422);
    let emptied = steward
        .send(Method::PATCH, &record, json!({ "worksite_id": null }))
        .await
        .expect_status(200);
    assert_eq!(emptied.at("/worksite_id"), &Value::Null);
    Program::of(&portal, "coach", BOTH)
        .await
        .send(Method::PATCH, &record, json!({ "stage": "former" }))
        .await
        .expect_status(403);
    Program::of(&portal, "leader", BOTH)
        .await
        .send(Method::PATCH, &record, json!({ "stage": "former" }))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn a_program_that_moves_somebody_to_another_steward_is_told_what_it_wrote() {
    let portal = Portal::start().await;
    let depot = super::worksite(&portal, "Depot", &["member"]);
    let garage = super::worksite(&portal, "Garage", &[]);
    portal.force(&format!(
        "INSERT INTO steward_assignments (org_id, id, steward_id, kind, worksite_id, effective_from) \
         VALUES ('{}', gen_random_uuid(), '{}', 'primary', '{depot}', now() - interval '1 day')",
        portal.organization("local"),
        portal.member("steward")
    ));
    let steward = Program::of(&portal, "steward", BOTH).await;
    let record = format!("/api/members/{}", portal.member("member"));
    let changed = steward
        .send(Method::PATCH, &record, json!({ "worksite_id": garage }))
        .await
        .expect_status(200);
    assert_eq!(changed.at("/worksite_id"), garage.as_str());
    steward.get(&record).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn a_program_of_an_admin_gives_people_to_stewards_and_ends_it() {
    let portal = Portal::start().await;
    let path = format!("/api/members/{}/assignments", portal.member("member"));
    let admin = Program::of(&portal, "admin", BOTH).await;
    let body = json!({ "steward_id": portal.member("steward"), "kind": "primary" });
    let key = Uuid::now_v7().to_string();
    let made = admin
        .call(Method::POST, &path, body.clone(), &key)
        .await
        .expect_status(201);
    let again = admin
        .call(Method::POST, &path, body.clone(), &key)
        .await
        .expect_status(201);
    assert_eq!(made.at("/id"), again.at("/id"), "once");
    admin
        .send(Method::POST, &path, body.clone())
        .await
        .expect_status(422);
    admin
        .send(
            Method::POST,
            &path,
            json!({ "steward_id": portal.member("coach"), "kind": "temporary" }),
        )
        .await
        .expect_status(422);
    portal.pass(chrono::TimeDelta::minutes(1));
    let listed = admin.get(&path).await.expect_status(200);
    assert_eq!(
        listed.at("/steward_id"),
        portal.member("steward").to_string().as_str()
    );

    let steward = Program::of(&portal, "steward", BOTH).await;
    steward.get(&path).await.expect_status(200);
    steward.send(Method::POST, &path, body).await.expect_status(403);
    let end = format!("/api/assignments/{}", made.at("/id").as_str().unwrap());
    steward
        .send(Method::DELETE, &end, Value::Null)
        .await
        .expect_status(403);
    admin
        .send(Method::DELETE, &end, Value::Null)
        .await
        .expect_status(204);
    steward.get(&path).await.expect_status(404);

    let document = portal.anyone().api(Method::GET, "/api/openapi.json").send().await;
    for path in [
        "/api/members",
        "/api/members/{member}",
        "/api/assignments/{assignment}",
    ] {
        assert!(document.json["paths"].get(path).is_some(), "{path} is documented");
    }
}
