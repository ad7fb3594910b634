//! Building over the API: the same actions and the same sight as the pages.

use reqwest::Method;
use serde_json::json;

use crate::support::portal::Portal;
use crate::tasks::api::Program;

#[tokio::test]
async fn a_program_begins_fills_orders_and_publishes_a_journey() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let program = Program::of(&portal, &coach, &["journeys:read", "journeys:write"]).await;
    let made = program
        .call(Method::POST, "/api/journeys", json!({ "title": "By a program" }))
        .await
        .expect_status(201);
    let path = format!("/api/journeys/{}", made.at("/id").as_str().unwrap());
    let nodes = format!("{path}/nodes");
    let with = program
        .call(Method::POST, &nodes, json!({ "title": "Begin" }))
        .await
        .expect_status(201);
    let milestone = with.at("/nodes/0/key").clone();
    for title in ["One", "Two"] {
        let lesson = json!({ "title": title, "parent": milestone, "kind": "text" });
        program
            .call(Method::POST, &nodes, lesson)
            .await
            .expect_status(201);
    }
    program
        .call(Method::POST, &nodes, json!({ "title": "x", "kind": "text" }))
        .await
        .expect_status(422);
    let shown = program.get(&path).await.expect_ok();
    assert_eq!(shown.at("/nodes/2/title"), "Two");
    let (two, revision) = (shown.at("/nodes/2/key").clone(), shown.at("/revision").clone());
    let wanted = json!({ "node": two, "parent": milestone, "revision": revision });
    let moved = program
        .call(Method::POST, &format!("{path}/moves"), wanted.clone())
        .await
        .expect_ok();
    assert_eq!(moved.at("/nodes/1/title"), "Two");
    program
        .call(Method::POST, &format!("{path}/moves"), wanted)
        .await
        .expect_status(409);
    program
        .call(
            Method::POST,
            &format!("{path}/publication"),
            json!({ "note": "x" }),
        )
        .await
        .expect_status(422);
    portal.force("UPDATE journey_nodes SET body = 'Read.'");
    let published = program
        .call(
            Method::POST,
            &format!("{path}/publication"),
            json!({ "note": "First" }),
        )
        .await
        .expect_status(201);
    assert_eq!(published.at("/number"), 1);
    assert_eq!(
        program
            .get("/api/journeys?q=progr")
            .await
            .expect_ok()
            .at("/data/0/title"),
        "By a program"
    );

    let reader = Program::of(&portal, &coach, &["journeys:read"]).await;
    reader
        .call(Method::POST, "/api/journeys", json!({ "title": "x" }))
        .await
        .expect_status(403);
    let stranger = portal.neighbour("stranger").await;
    let theirs = Program::of(&portal, &stranger, &["journeys:read"]).await;
    theirs.get(&path).await.expect_status(404);
    let member = portal.person("member").await;
    let theirs = Program::of(&portal, &member, &["journeys:read"]).await;
    theirs.get("/api/journeys").await.expect_status(403);
}
