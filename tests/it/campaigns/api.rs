//! Campaigns over the API: from words to numbers, by the rules of the pages.

use reqwest::Method;
use serde_json::{Value, json};

use super::sending::support::{crowd, reaches, sending};
use crate::support::client::ApiAnswer;
use crate::support::portal::Portal;
use crate::tasks::api::Program;

const CAMPAIGNS: &str = "/api/messaging/campaigns";
const WORDS: &str = include_str!("../../../src/domains/campaigns/content/starters/announcement.mjml");

async fn program(portal: &Portal) -> Program<'_> {
    let comms = portal.person("comms").await;
    Program::of(portal, &comms, &["campaigns:read", "campaigns:write"]).await
}

/// A template of the program's own words; answers its id.
async fn template(program: &Program<'_>) -> String {
    let words = json!({
        "name": "From a program", "purpose": "informational", "category": "newsletters",
        "subject": "{{ vars.headline }}", "source": WORDS,
        "variables": [
            { "name": "member.first_name", "fallback": "friend" },
            { "name": "headline", "required": true, "label": "Headline" },
            { "name": "message", "fallback": "Read on." },
        ],
    });
    let made = program
        .call(Method::POST, "/api/messaging/templates", words)
        .await
        .expect_status(201);
    assert_eq!(made.at("/current_version"), 1);
    assert_eq!(made.at("/versions/0/version"), 1);
    made.at("/id").as_str().unwrap().to_owned()
}

/// A draft that can be sent off; answers what the API says of it.
async fn draft(program: &Program<'_>, template: &str) -> ApiAnswer {
    let wanted = json!({
        "name": "Spring news", "channel": "email",
        "content": { "template_id": template, "fill": { "headline": "Come to the meeting" } },
        "audience": { "everyone": true },
    });
    program
        .call(Method::POST, CAMPAIGNS, wanted)
        .await
        .expect_status(201)
}

async fn act(program: &Program<'_>, id: &str, what: &str, body: Value) -> ApiAnswer {
    let path = format!("{CAMPAIGNS}/{id}/{what}");
    program.call(Method::POST, &path, body).await
}

#[tokio::test]
async fn a_program_makes_a_campaign_sends_it_off_and_reads_what_became_of_it() {
    let portal = sending().await;
    crowd(&portal, 12);
    portal.force("UPDATE members SET email = NULL WHERE handle IN ('person-1', 'person-2')");
    let program = program(&portal).await;
    let template = template(&program).await;
    let made = draft(&program, &template).await;
    let id = made.at("/id").as_str().unwrap().to_owned();
    let path = format!("{CAMPAIGNS}/{id}");
    assert_eq!(
        (made.at("/state"), made.at("/waits_for_approval")),
        (&json!("draft"), &json!(false))
    );

    let rehearsal = program.get(&format!("{path}/rehearsal")).await.expect_status(200);
    let recipients = rehearsal.at("/recipients").as_i64().unwrap();
    assert_eq!(rehearsal.at("/audience"), &json!(recipients + 2));
    assert_eq!(
        rehearsal.at("/excluded"),
        &json!([{ "reason": "no_address", "people": 2 }])
    );
    assert_eq!(rehearsal.at("/missing"), &json!([]));

    let version = made.at("/version").as_i64().unwrap();
    let change = json!({ "version": version, "name": "Summer news", "rules": { "quiet": { "from": "22:00:00", "to": "07:00:00" }, "late_hours": 48 } });
    let changed = program
        .call(Method::PATCH, &path, change.clone())
        .await
        .expect_status(200);
    assert_eq!(changed.at("/name"), "Summer news");
    assert_eq!(
        changed.at("/content/fill/headline"),
        "Come to the meeting",
        "what is left out stays"
    );
    assert_eq!(changed.at("/rules/quiet/from"), "22:00:00");
    program
        .call(Method::PATCH, &path, change)
        .await
        .expect_status(409);
    act(&program, &id, "schedule", json!({ "version": version }))
        .await
        .expect_status(409);
    let version = changed.at("/version").as_i64().unwrap();
    let calm = json!({ "version": version, "rules": { "quiet": null } });
    let changed = program.call(Method::PATCH, &path, calm).await.expect_status(200);
    assert_eq!(
        (changed.at("/rules/quiet"), changed.at("/rules/late_hours")),
        (&Value::Null, &json!(48))
    );

    let off = json!({ "version": changed.at("/version") });
    act(&program, &id, "schedule", off).await.expect_status(200);
    reaches(&portal, &path, "sent").await;
    program.get(&format!("{path}/rehearsal")).await.expect_status(409);
    act(&program, &id, "pause", json!({})).await.expect_status(409);
    program
        .call(Method::DELETE, &path, Value::Null)
        .await
        .expect_status(403);

    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = program
            .get(&format!("{path}/deliveries?limit=5{cursor}"))
            .await
            .expect_status(200);
        for one in page.at("/data").as_array().unwrap() {
            assert_eq!(one["outcome"], "accepted");
            seen.push(one["member_id"].as_str().unwrap().to_owned());
        }
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let by_outcome = program
        .get(&format!("{path}/deliveries?outcome=accepted&limit=3"))
        .await
        .expect_status(200);
    let next = by_outcome.at("/next_cursor").as_str().unwrap();
    let rest = program
        .get(&format!("{path}/deliveries?outcome=accepted&cursor={next}"))
        .await
        .expect_status(200);
    assert_eq!(
        i64::try_from(rest.at("/data").as_array().unwrap().len()).unwrap(),
        recipients - 3
    );
    seen.sort();
    seen.dedup();
    assert_eq!(i64::try_from(seen.len()).unwrap(), recipients);
    for outcome in ["opened", "clicked", "x"] {
        program
            .get(&format!("{path}/deliveries?outcome={outcome}"))
            .await
            .expect_problem(422, "invalid");
    }

    let numbers = program
        .get(&format!("/api/messaging/analytics/campaigns/{id}"))
        .await
        .expect_status(200);
    assert_eq!(
        (numbers.at("/recipients"), numbers.at("/sent")),
        (&json!(recipients), &json!(recipients))
    );
    assert_eq!(numbers.at("/audience"), &json!(recipients + 2));
    let all = program.get("/api/messaging/analytics").await.expect_status(200);
    assert_eq!(
        (all.at("/totals/sent"), all.at("/days/0/sent")),
        (&json!(recipients), &json!(recipients))
    );
    for span in [
        "from=2026-02-01&to=2026-01-01",
        "from=2020-01-01&to=2026-01-01",
        "from=x",
    ] {
        program
            .get(&format!("/api/messaging/analytics?{span}"))
            .await
            .expect_status(422);
    }
    let listed = program
        .get(&format!("{CAMPAIGNS}?state=sent"))
        .await
        .expect_status(200);
    assert_eq!(listed.at("/data/0/id"), &json!(id));
    let none = program
        .get(&format!("{CAMPAIGNS}?state=draft"))
        .await
        .expect_status(200);
    assert_eq!(none.at("/data"), &json!([]));
}

#[tokio::test]
async fn above_the_limit_it_waits_for_a_second_person_and_a_time_can_be_given_and_taken_back() {
    let portal = sending().await;
    portal.force("UPDATE organizations SET approve_above = 1");
    let program = program(&portal).await;
    let template = template(&program).await;
    let made = draft(&program, &template).await;
    let id = made.at("/id").as_str().unwrap().to_owned();
    let version = made.at("/version").clone();
    for (body, field) in [
        (json!({ "version": version, "at": "2020-01-01T10:00:00Z" }), "at"),
        (
            json!({ "version": version, "at": "2099-01-01T10:00:00Z", "local": "2099-01-01T10:00:00" }),
            "local",
        ),
        (
            json!({ "version": version, "at": "2099-01-01T10:00:00Z", "entry": { "until": "2099-01-01" } }),
            "local",
        ),
        (
            json!({ "version": version, "entry": { "until": "2099-01-01" } }),
            "entry.until",
        ),
    ] {
        let refused = act(&program, &id, "schedule", body)
            .await
            .expect_problem(422, "invalid");
        refused.at(&format!("/errors/{field}"));
    }
    let at = json!({ "version": version, "at": "2099-01-01T10:00:00Z" });
    let waiting = act(&program, &id, "schedule", at).await.expect_status(200);
    assert_eq!(
        (waiting.at("/state"), waiting.at("/waits_for_approval")),
        (&json!("scheduled"), &json!(true))
    );
    assert_eq!(waiting.at("/starts_at"), "2099-01-01T10:00:00Z");
    let back = act(&program, &id, "cancel", json!({})).await.expect_status(200);
    assert_eq!(
        (back.at("/state"), back.at("/waits_for_approval")),
        (&json!("draft"), &json!(false))
    );
    let path = format!("{CAMPAIGNS}/{id}");
    program
        .call(Method::DELETE, &path, Value::Null)
        .await
        .expect_status(204);
    program.get(&path).await.expect_status(404);
}

#[tokio::test]
async fn a_program_lets_a_campaign_go_to_whoever_comes_in() {
    let portal = sending().await;
    let program = program(&portal).await;
    let template = template(&program).await;
    let made = draft(&program, &template).await;
    let id = made.at("/id").as_str().unwrap().to_owned();
    let until = (chrono::Utc::now() + chrono::TimeDelta::days(30)).date_naive();
    let entry = json!({ "version": made.at("/version"), "entry": { "until": until } });
    let off = act(&program, &id, "schedule", entry).await.expect_status(200);
    assert_eq!(off.at("/starts"), "entry");
    assert_eq!(off.at("/entry/with_present"), &json!(false));
    let next = until.succ_opt().unwrap();
    assert_eq!(off.at("/entry/until"), &json!(format!("{next}T00:00:00Z")));
    crate::support::eventually::eventually("those who are there to be passed over", async || {
        (portal.look("SELECT count(*)::text FROM campaign_exclusions WHERE reason = 'already_in'") == "9")
            .then_some(())
    })
    .await;
    assert_eq!(portal.look("SELECT count(*)::text FROM deliveries"), "0");
}

#[tokio::test]
async fn what_cannot_be_is_said_at_its_field_and_tokens_and_roles_open_no_more_than_they_should() {
    let portal = Portal::start().await;
    let program = program(&portal).await;
    let refused = program
        .call(Method::POST, CAMPAIGNS, json!({ "name": "" }))
        .await
        .expect_problem(422, "invalid");
    assert!(refused.text.contains("channel") && refused.text.contains("name"));
    for (part, field) in [
        (
            json!({ "content": { "template_id": uuid::Uuid::now_v7() } }),
            "content.template_id",
        ),
        (json!({ "content": { "reply_to": "x" } }), "content.reply_to"),
        (json!({ "content": { "fill": { "headline": 1 } } }), "content"),
        (
            json!({ "audience": { "include": [uuid::Uuid::now_v7()] } }),
            "audience.include",
        ),
        (json!({ "rules": { "late_hours": 0 } }), "rules.late_hours"),
    ] {
        let mut wanted = part.clone();
        wanted["name"] = json!("News");
        wanted["channel"] = json!("email");
        let refused = program
            .call(Method::POST, CAMPAIGNS, wanted)
            .await
            .expect_problem(422, "invalid");
        assert!(
            refused.at("/errors").get(field).is_some(),
            "{part}: {}",
            refused.text
        );
    }
    let words = json!({ "name": "x", "purpose": "informational", "category": "newsletters", "subject": "{{ vars.", "source": "x" });
    let refused = program
        .call(Method::POST, "/api/messaging/templates", words)
        .await
        .expect_problem(422, "invalid");
    refused.at("/errors/subject");
    assert_eq!(portal.look("SELECT count(*) FROM campaigns"), "0");
    assert_eq!(portal.look("SELECT count(*) FROM message_templates"), "0");

    let comms = portal.person("comms").await;
    let reader = Program::of(&portal, &comms, &["campaigns:read"]).await;
    reader.get(CAMPAIGNS).await.expect_status(200);
    reader
        .call(Method::POST, CAMPAIGNS, json!({}))
        .await
        .expect_status(403);
    reader.get("/api/messaging/preferences").await.expect_status(403);
    let member = portal.person("member").await;
    let curious = Program::of(&portal, &member, &["campaigns:read", "campaigns:write"]).await;
    for path in [CAMPAIGNS, "/api/messaging/templates", "/api/messaging/analytics"] {
        curious.get(path).await.expect_problem(403, "denied");
    }
}

#[tokio::test]
async fn a_program_tries_variants_lists_who_was_left_out_and_a_second_one_approves() {
    let portal = sending().await;
    crowd(&portal, 40);
    portal.force("UPDATE members SET email = NULL WHERE handle IN ('person-1', 'person-2', 'person-3'); UPDATE organizations SET approve_above = 5");
    let first = program(&portal).await;
    let admin = portal.person("admin").await;
    let second = Program::of(&portal, &admin, &["campaigns:read", "campaigns:write"]).await;
    let template = template(&first).await;
    let made = draft(&first, &template).await;
    let id = made.at("/id").as_str().unwrap().to_owned();
    let path = format!("{CAMPAIGNS}/{id}");
    let nothing = first.get(&format!("{path}/variants")).await.expect_status(200);
    assert_eq!(
        (nothing.at("/variants"), nothing.at("/share")),
        (&json!([]), &Value::Null)
    );
    let there = format!("{path}/variants");
    let put = |version: &Value, variants: Value| {
        let wanted = json!({ "version": version, "share": 50, "variants": variants });
        first.call(Method::PUT, &there, wanted)
    };
    let wrong = put(made.at("/version"), json!([{ "subject": "{{ vars.nobody" }, {}])).await;
    let wrong = wrong.expect_status(422).json.to_string();
    assert!(wrong.contains("variants.1.subject"), "{wrong}");
    put(made.at("/version"), json!([{}, {}, {}, { "subject": "E" }]))
        .await
        .expect_status(422);
    let tried = put(
        made.at("/version"),
        json!([{ "subject": "Do come to the meeting" }]),
    )
    .await
    .expect_status(200);
    assert_eq!(tried.at("/variants/0/letter"), "B");
    put(made.at("/version"), json!([])).await.expect_status(409);

    let off = json!({ "version": tried.at("/version") });
    let waiting = act(&first, &id, "schedule", off).await.expect_status(200);
    assert_eq!(waiting.at("/waits_for_approval"), &json!(true));
    act(&first, &id, "approve", json!({})).await.expect_status(403);
    act(&second, &id, "approve", json!({})).await.expect_status(200);
    act(&second, &id, "approve", json!({})).await.expect_status(409);
    crate::support::eventually::eventually("the first half to be through", async || {
        let waits = "SELECT (count(*) > 0 AND bool_and(due_at = 'infinity'))::text FROM send_queue";
        (portal.look(waits) == "true").then_some(())
    })
    .await;
    act(&second, &id, "winner", json!({ "letter": "E" }))
        .await
        .expect_status(422);
    let decided = act(&second, &id, "winner", json!({ "letter": "B" }))
        .await
        .expect_status(200);
    assert_eq!(decided.at("/winner"), "B");
    reaches(&portal, &path, "sent").await;

    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = first
            .get(&format!("{path}/exclusions?limit=2{cursor}"))
            .await
            .expect_status(200);
        let lines = page.at("/data").as_array().unwrap().clone();
        seen.extend(
            lines
                .iter()
                .map(|line| line["reason"].as_str().unwrap().to_owned()),
        );
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["no_address", "no_address", "no_address"]);
    let none = first
        .get(&format!("{path}/exclusions?reason=withdrawn"))
        .await
        .expect_status(200);
    assert_eq!(none.at("/data"), &json!([]));
    first
        .get(&format!("{path}/exclusions?reason=weather"))
        .await
        .expect_status(422);
    let neighbour = portal.neighbour("stranger").await;
    let elsewhere = Program::of(&portal, &neighbour, &["campaigns:read", "campaigns:write"]).await;
    for what in ["variants", "exclusions"] {
        elsewhere.get(&format!("{path}/{what}")).await.expect_status(404);
    }
    act(&elsewhere, &id, "approve", json!({}))
        .await
        .expect_status(404);
}
