//! The page, its worker and its manifest.

use reqwest::Method;
use serde_json::Value;

use super::Phone;
use crate::people::{give, worksite};
use crate::support::portal::Portal;

#[tokio::test]
async fn the_page_is_the_same_for_everybody_and_says_nothing_about_anybody() {
    let portal = Portal::start().await;
    let steward = portal.person("steward").await;
    let theirs = steward.get("/field").await.expect_ok();
    let nobodys = portal.anyone().get("/field").await.expect_ok();

    assert_eq!(theirs.html, nobodys.html);
    theirs.expect_no_text("Rosa").expect_no_text("Local 100");
    assert!(!theirs.html.contains("csrf"), "no token of anybody's");
    let tag = theirs.header("etag").unwrap().to_owned();
    assert_eq!(theirs.header("cache-control"), Some("no-cache"));
    let again = steward
        .raw(Method::GET, "/field", &[("If-None-Match", tag.as_str())], "")
        .await;
    again.expect_status(304);
}

#[tokio::test]
async fn without_scripts_the_page_leads_to_the_ordinary_forms() {
    let portal = Portal::start().await;
    let page = portal.anyone().get("/field").await.expect_ok();
    let (_, rest) = page.html.split_once("<noscript>").unwrap();
    let (hint, _) = rest.split_once("</noscript>").unwrap();
    assert!(hint.contains("/my-people") && hint.contains("/tasks"), "{hint}");
}

#[tokio::test]
async fn the_worker_may_have_the_whole_portal_and_keeps_one_page() {
    let portal = Portal::start().await;
    let worker = portal.anyone().get("/sw.js").await.expect_ok();

    assert_eq!(worker.header("cache-control"), Some("no-cache"));
    assert!(
        worker
            .header("content-type")
            .unwrap()
            .starts_with("text/javascript")
    );
    let policy = worker.header("content-security-policy").unwrap();
    assert!(policy.contains("worker-src 'self'") && policy.contains("manifest-src 'self'"));
    let kept = worker.html.lines().next().unwrap();
    let kept = kept.trim_start_matches("const KEPT = ").trim_end_matches(';');
    let kept: Value = serde_json::from_str(kept).unwrap();
    assert_eq!(kept["page"], "/field");
    for file in kept["files"].as_array().unwrap() {
        let file = file.as_str().unwrap();
        assert!(file.starts_with("/a/"), "{file} is nobody's page");
        portal.anyone().get(file).await.expect_ok();
    }
    assert!(worker.html.lines().count() <= 80, "it stays small");
}

#[tokio::test]
async fn the_manifest_makes_it_installable() {
    let portal = Portal::start().await;
    let answer = portal
        .anyone()
        .api(Method::GET, "/field/manifest.webmanifest")
        .send()
        .await
        .expect_ok();
    assert_eq!(answer.headers["content-type"], "application/manifest+json");
    assert_eq!(answer.json["start_url"], "/field");
    assert_eq!(answer.json["display"], "standalone");
    let icons = answer.json["icons"].as_array().unwrap();
    let purposes: Vec<_> = icons
        .iter()
        .map(|icon| (icon["sizes"].as_str().unwrap(), icon["purpose"].as_str().unwrap()))
        .collect();
    assert_eq!(
        purposes,
        [("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")]
    );
    for icon in icons {
        let bytes = reqwest::get(portal.anyone().url(icon["src"].as_str().unwrap()))
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!(icon["sizes"], format!("{}x{}", picture.width(), picture.height()));
    }
}

#[tokio::test]
async fn a_list_to_take_along_has_names_and_places_and_nothing_else() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    worksite(&portal, "General hospital", &["member"]);
    portal.force(&format!(
        "INSERT INTO contact_points (org_id, id, member_id, kind, value) VALUES ('{}', '{}', '{}', 'phone', '+16135550142')",
        portal.organization("local"),
        uuid::Uuid::now_v7(),
        portal.member("member")
    ));
    let phone = Phone::of(&portal, "steward").await;
    let list = phone
        .actor
        .api(Method::GET, "/field/people")
        .send()
        .await
        .expect_ok();

    assert_eq!(list.headers["cache-control"], "no-store");
    let mut keys: Vec<_> = list.json["people"][0].as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["id", "name", "shift", "worksite"]);
    assert_eq!(list.json["people"][0]["worksite"], "General hospital");
    assert!(!list.text.contains("5550142"), "no number: {}", list.text);
    let until: chrono::DateTime<chrono::Utc> = list.json["until"].as_str().unwrap().parse().unwrap();
    let hours = (until - chrono::Utc::now()).num_hours();
    assert!((70..=72).contains(&hours), "{hours} hours");
}

#[tokio::test]
async fn the_epoch_changes_with_the_people_somebody_looks_after() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let before = Phone::of(&portal, "steward").await.me["epoch"].clone();
    assert_eq!(Phone::of(&portal, "steward").await.me["epoch"], before);
    give(&portal, "steward", "backup", "other");
    assert_ne!(Phone::of(&portal, "steward").await.me["epoch"], before);
}

#[tokio::test]
async fn who_looks_after_nobody_has_no_place_here() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    for path in ["/field/me", "/field/people", "/field/tasks"] {
        member
            .api(Method::GET, path)
            .send()
            .await
            .expect_problem(404, "not-found");
        portal
            .anyone()
            .api(Method::GET, path)
            .send()
            .await
            .expect_problem(401, "sign-in-required");
    }
    assert!(!member.get("/").await.html.contains("href=\"/field\""));
    assert!(steward.get("/").await.html.contains("href=\"/field\""));
}

#[tokio::test]
async fn signing_out_leaves_what_waits_on_the_device() {
    let portal = Portal::start().await;
    let steward = portal.person("steward").await;
    let page = steward.get("/").await.expect_ok();
    let out = page.form("form[action='/sign-out']").submit(&steward).await;
    let told = out.expect_see_other("/sign-in");
    let cleared = told.header("clear-site-data").unwrap_or_default();
    assert!(
        !cleared.contains("storage") && !cleared.contains('*'),
        "{cleared}"
    );
}
