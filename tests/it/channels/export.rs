use std::collections::HashMap;
use std::io::{Cursor, Read as _};

use chrono::TimeDelta;
use serde_json::Value;
use uuid::Uuid;
use waymark::domains::upkeep;
use waymark::kernel::ids::JobId;

use crate::broadcasts::draft::Draft;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// Asks for an export of a channel and answers the address of its page.
async fn ask(portal: &Portal, person: &Actor, channel: &str) -> String {
    let page = person
        .get(&format!("/channels/{}/export", portal.channel(channel)))
        .await
        .expect_ok();
    let asked = page
        .form("main form")
        .set("reason", "grievance 14-223")
        .submit(person)
        .await
        .expect_see_other("/exports/");
    asked.location().unwrap().path().to_owned()
}

/// What lies in storage for an export, by the names inside.
async fn contents(portal: &Portal, export: &str) -> HashMap<String, String> {
    let job: JobId = export.rsplit('/').next().unwrap().parse().unwrap();
    let key = waymark::domains::channels::export::jobs::key_of(portal.organization("local"), job).unwrap();
    let bytes = portal
        .app
        .storage
        .get(&key)
        .await
        .expect("the file is in storage")
        .into_bytes()
        .await
        .unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("it is a ZIP file");
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    let read = |name: String| {
        let mut text = String::new();
        zip.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
        (name, text)
    };
    names.into_iter().map(read).collect()
}

fn json(files: &HashMap<String, String>, name: &str) -> Value {
    serde_json::from_str(&files[name])
        .unwrap_or_else(|cause| panic!("{name} is not JSON: {cause}\n{}", files[name]))
}

/// Puts `count` messages of one person behind each other into a channel.
fn fill(portal: &Portal, channel: &str, author: &str, count: usize) {
    let (org, channel, author) = (
        portal.organization("local"),
        portal.channel(channel),
        portal.member(author),
    );
    portal.force(&format!(
        "INSERT INTO messages (org_id, channel_id, seq, id, author_id, rev, body, body_html, body_text, created_at) \
         SELECT '{org}', '{channel}', c.last_seq + n, gen_random_uuid(), '{author}', c.rev + n, 'number ' || n, '<p>number ' || n || '</p>', 'number ' || n, now() \
         FROM generate_series(1, {count}) n, channels c WHERE c.id = '{channel}'; \
         UPDATE channels SET last_seq = last_seq + {count}, rev = rev + {count} WHERE id = '{channel}'"
    ));
}

fn refreshes_itself(page: &Page) -> bool {
    !page.select("meta[http-equiv=refresh]").is_empty()
}

#[tokio::test]
async fn a_person_gets_what_the_portal_holds_about_them_and_nobody_else_does() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    let depot = portal.channel("Depot north");
    let welcome =
        portal.look("SELECT channel_id || '/messages/' || id FROM messages WHERE body LIKE 'Welcome%'");
    let page = member.get(&format!("/channels/{welcome}/report")).await;
    page.form("main form")
        .set("note", "too cheerful")
        .submit(&member)
        .await
        .expect_see_other("/channels/");
    let (org, me) = (portal.organization("local"), portal.member("member"));
    portal.force(&format!("INSERT INTO reactions (org_id, channel_id, seq, member_id, emoji) VALUES ('{org}', '{depot}', 1, '{me}', '🎉')"));

    let page = member.get("/me/export").await.expect_ok();
    let asked = page
        .form("main form")
        .submit(&member)
        .await
        .expect_see_other("/exports/");
    page.form("main form")
        .without("_key")
        .submit(&member)
        .await
        .expect_see_other(asked.location().unwrap().path());
    let waiting = asked.follow(&member).await.expect_text("Being made");
    assert!(
        refreshes_itself(&waiting),
        "the page asks again by itself without a script"
    );
    let export = asked.location().unwrap().path().to_owned();
    member.get(&format!("{export}/file")).await.expect_status(404);

    portal.settle().await;
    let ready = member
        .get(&export)
        .await
        .expect_text("Ready")
        .expect_text("1 message");
    assert!(!refreshes_itself(&ready));
    let file = member.get(&format!("{export}/file")).await.expect_ok();
    assert_eq!(file.header("Content-Type"), Some("application/zip"));
    assert!(
        file.header("Content-Disposition")
            .unwrap()
            .starts_with("attachment;")
    );

    let files = contents(&portal, &export).await;
    let profile = json(&files, "profile.json");
    assert_eq!(profile["profile"]["name"], "Tom Reyes");
    assert_eq!(profile["sign_in"]["email"], "member@local.example");
    assert_eq!(profile["sign_in"]["sessions"].as_array().unwrap().len(), 1);
    let messages = json(&files, "messages.json");
    assert_eq!(
        messages["messages"].as_array().unwrap().len(),
        1,
        "only what they wrote themselves"
    );
    assert_eq!(messages["messages"][0]["text"], "Thanks! When is the meeting?");
    assert_eq!(
        json(&files, "memberships.json")["memberships"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    assert_eq!(json(&files, "reactions.json")["reactions"][0]["emoji"], "🎉");
    assert_eq!(json(&files, "reports.json")["reports"][0]["note"], "too cheerful");
    assert!(
        !files
            .values()
            .any(|text| text.contains("password") || text.contains("argon2"))
    );

    for other in [
        steward,
        portal.person("admin").await,
        portal.neighbour("stranger").await,
    ] {
        other.get(&export).await.expect_status(404);
        other.get(&format!("{export}/file")).await.expect_status(404);
    }
}

#[tokio::test]
async fn a_channel_is_exported_by_those_who_answer_for_it_and_for_a_reason() {
    let portal = Portal::start().await;
    let (privacy, member, steward) = (
        portal.person("privacy").await,
        portal.person("member").await,
        portal.person("steward").await,
    );
    let path = format!("/channels/{}/export", portal.channel("Depot north"));
    member.get(&path).await.expect_status(403);
    portal.person("sponsor").await.get(&path).await.expect_status(404);
    privacy
        .get(&format!("/channels/{}/export", portal.channel("Night shift")))
        .await
        .expect_status(404);
    portal
        .neighbour("stranger")
        .await
        .get(&path)
        .await
        .expect_status(404);

    let page = privacy.get(&path).await;
    page.form("main form")
        .submit(&privacy)
        .await
        .expect_status(422)
        .expect_text("The reason is missing.");
    let edit =
        portal.look("SELECT channel_id || '/messages/' || id FROM messages WHERE body LIKE 'Thursday%'");
    let form = steward
        .get(&format!("/channels/{edit}/edit"))
        .await
        .form("main form")
        .set("body", "Friday <script>alert(1)</script> at 15:00");
    form.submit(&steward).await.expect_see_other("/channels/");
    let gone =
        portal.look("SELECT channel_id || '/messages/' || id FROM messages WHERE body LIKE 'Thanks!%'");
    member
        .get(&format!("/channels/{gone}/deletion"))
        .await
        .form("main form")
        .submit(&member)
        .await
        .expect_see_other("/channels/");

    let export = ask(&portal, &privacy, "Depot north").await;
    portal.settle().await;
    privacy
        .get(&export)
        .await
        .expect_text("Ready")
        .expect_text("Channel Depot north");
    let files = contents(&portal, &export).await;
    let told = json(&files, "messages.json");
    assert_eq!(
        (&told["format"], &told["version"]),
        (&Value::from("waymark.channel"), &Value::from(1))
    );
    assert_eq!(told["channel"]["title"], "Depot north");
    let numbers: Vec<i64> = told["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["number"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(
        told["messages"][1]["text"], "",
        "deleted texts are gone from exports, too"
    );
    assert!(told["messages"][1]["deleted_at"].is_string());
    assert_eq!(
        told["messages"][2]["earlier_texts"][0]["text"],
        "Thursday at 14:00, hall B."
    );
    assert_eq!(told["messages"][2]["author"]["name"], "Rosa Delgado");
    let page = &files["messages.html"];
    assert!(
        page.contains("Welcome to the depot channel.") && page.contains("Message deleted."),
        "{page}"
    );
    assert!(
        page.contains("default-src 'none'") && !page.contains("<script"),
        "the page stands alone and runs nothing"
    );

    assert_eq!(
        portal.look("SELECT after->>'reason' FROM audit_entries WHERE action = 'channels.export.asked'"),
        "grievance 14-223"
    );
    assert_eq!(
        portal
            .look("SELECT payload->'data'->>'by' FROM events WHERE event_type = 'channels.channel.exported'"),
        portal.member("privacy").to_string()
    );
    privacy.get(&format!("{export}/file")).await.expect_ok();
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'channels.export.fetched'"),
        "1"
    );
    portal
        .person("admin")
        .await
        .get(&format!("{export}/file"))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn a_long_channel_is_exported_whole_and_in_order() {
    let portal = Portal::start().await;
    let privacy = portal.person("privacy").await;
    fill(&portal, "Depot north", "member", 2_500);
    let export = ask(&portal, &privacy, "Depot north").await;
    portal.settle().await;
    let told = json(&contents(&portal, &export).await, "messages.json");
    let numbers: Vec<i64> = told["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["number"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=2_503).collect::<Vec<i64>>());
    assert!(
        std::fs::read_dir(portal.app.config.data.join("unfinished"))
            .unwrap()
            .next()
            .is_none(),
        "nothing is left of the making"
    );
}

#[tokio::test]
async fn an_export_reaches_back_as_far_as_its_maker_can_read() {
    let portal = Portal::start().await;
    let privacy = portal.person("privacy").await;
    portal.force(&format!(
        "UPDATE channel_memberships SET visible_from_seq = 3 WHERE member_id = '{}'",
        portal.member("privacy")
    ));
    let export = ask(&portal, &privacy, "Depot north").await;
    portal.settle().await;
    let files = contents(&portal, &export).await;
    assert_eq!(
        json(&files, "messages.json")["messages"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert!(!files["messages.html"].contains("Welcome to the depot"));
}

#[tokio::test]
async fn who_leaves_the_channel_can_no_longer_fetch_its_export() {
    let portal = Portal::start().await;
    let leader = portal.person("admin").await;
    let export = ask(&portal, &leader, "Depot north").await;
    portal.settle().await;
    leader.get(&format!("{export}/file")).await.expect_ok();
    portal.force(&format!(
        "DELETE FROM channel_memberships WHERE member_id = '{}'",
        portal.member("admin")
    ));
    leader.get(&format!("{export}/file")).await.expect_status(404);
    leader.get(&export).await.expect_status(404);
    leader
        .get("/me/export")
        .await
        .expect_ok()
        .expect_no_text("Channel Depot north");
}

#[tokio::test]
async fn a_cancelled_export_keeps_nothing() {
    let portal = Portal::start().await;
    let privacy = portal.person("privacy").await;
    let export = ask(&portal, &privacy, "Depot north").await;
    let page = privacy.get(&export).await;
    page.form("main form")
        .submit(&privacy)
        .await
        .expect_see_other(&export)
        .follow(&privacy)
        .await
        .expect_text("Cancelled");
    page.form("main form")
        .without("_key")
        .submit(&privacy)
        .await
        .expect_status(409);
    portal.settle().await;
    privacy
        .get(&export)
        .await
        .expect_text("Cancelled")
        .expect_no_text("Download");
    privacy.get(&format!("{export}/file")).await.expect_status(404);
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'channels.channel.exported'"),
        "0"
    );
}

#[tokio::test]
async fn an_export_asked_to_stop_while_it_runs_stops_at_the_next_batch() {
    let portal = Portal::start().await;
    let privacy = portal.person("privacy").await;
    let export = ask(&portal, &privacy, "Depot north").await;
    portal.force("UPDATE jobs SET cancel_requested = true");
    portal.settle().await;
    privacy.get(&export).await.expect_text("Cancelled");
    assert!(
        std::fs::read_dir(portal.app.config.data.join("unfinished"))
            .unwrap()
            .next()
            .is_none(),
        "nothing is left of the making"
    );
}

#[tokio::test]
async fn an_export_goes_after_a_week() {
    let portal = Portal::start().await;
    let privacy = portal.person("privacy").await;
    let export = ask(&portal, &privacy, "Depot north").await;
    portal.settle().await;
    portal.pass(TimeDelta::days(6));
    upkeep::tidy(&portal.app).await.unwrap();
    portal.settle().await;
    let privacy_again = portal.person("privacy").await;
    privacy_again.get(&format!("{export}/file")).await.expect_ok();

    portal.pass(TimeDelta::days(1));
    let late = portal.person("privacy").await;
    late.get(&format!("{export}/file")).await.expect_status(404);
    upkeep::tidy(&portal.app).await.unwrap();
    portal.settle().await;
    late.get(&export)
        .await
        .expect_text("Removed after a week")
        .expect_no_text("Download");
    let job: JobId = export.rsplit('/').next().unwrap().parse().unwrap();
    let key = waymark::domains::channels::export::jobs::key_of(portal.organization("local"), job).unwrap();
    assert!(
        portal.app.storage.get(&key).await.is_err(),
        "the file is gone from storage"
    );
}

#[tokio::test]
async fn an_address_that_is_no_export_is_not_found() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    member
        .get(&format!("/exports/{}", Uuid::now_v7()))
        .await
        .expect_status(404);
    member.get("/exports/nonsense").await.expect_status(404);
}

#[tokio::test]
async fn ones_own_export_holds_what_was_not_sent_what_was_broadcast_and_the_files_themselves() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    let broadcast = Draft::to_everyone("Vests")
        .asking()
        .deliver(&portal, &admin)
        .await;
    let page = member.get(&broadcast).await;
    page.form("article form")
        .submit(&member)
        .await
        .expect_see_other(&broadcast);
    let channel = format!("/channels/{}", portal.channel("Night shift"));
    member
        .get(&channel)
        .await
        .form("form[data-composer]")
        .attach("files", "minutes.txt", "text/plain", b"What we agreed on")
        .submit(&member)
        .await
        .expect_see_other(&channel);
    let (org, me, depot) = (
        portal.organization("local"),
        portal.member("member"),
        portal.channel("Depot north"),
    );
    portal.force(&format!(
        "INSERT INTO drafts (org_id, member_id, channel_id, body) VALUES ('{org}', '{me}', '{depot}', 'Not yet'); \
         INSERT INTO hidden_messages (org_id, member_id, channel_id, seq) VALUES ('{org}', '{me}', '{depot}', 1); \
         INSERT INTO push_tokens (org_id, id, member_id, platform, token, device_name) VALUES ('{org}', gen_random_uuid(), '{me}', 'web', 'secret-token', 'Pixel')"
    ));
    let page = member.get("/me/export").await;
    let asked = page
        .form("main form")
        .submit(&member)
        .await
        .expect_see_other("/exports/");
    portal.settle().await;
    let files = contents(&portal, asked.location().unwrap().path()).await;
    assert_eq!(json(&files, "drafts.json")["drafts"][0]["text"], "Not yet");
    assert_eq!(
        json(&files, "hidden_messages.json")["hidden_messages"][0]["number"],
        1
    );
    let received = &json(&files, "broadcasts_received.json")["broadcasts_received"][0];
    assert_eq!(received["title"], "Vests");
    assert!(received["acknowledged_at"].is_string());
    assert_eq!(json(&files, "devices.json")["devices"][0]["name"], "Pixel");
    assert!(!files.values().any(|text| text.contains("secret-token")));
    for empty in ["broadcasts_sent", "notices", "saved_filters"] {
        assert_eq!(
            json(&files, &format!("{empty}.json"))[empty],
            serde_json::json!([])
        );
    }
    let own = files.iter().find(|(name, _)| name.starts_with("files/")).unwrap();
    assert!(own.0.ends_with("-minutes.txt"));
    assert_eq!(own.1, "What we agreed on");
}

#[tokio::test]
async fn a_conversation_is_exported_by_the_people_in_it() {
    let portal = Portal::start().await;
    let (member, other) = (portal.person("member").await, portal.person("other").await);
    let form = member.get("/direct/new").await.form("main form");
    let form = form.set("handles", "@steward").press("Begin the conversation");
    let begun = form.submit(&member).await.expect_see_other("/channels/");
    let export = format!("{}/export", begun.location().unwrap().path());
    let page = member.get(&export).await.expect_ok();
    page.form("main form")
        .set("reason", "for my records")
        .submit(&member)
        .await
        .expect_see_other("/exports/");
    other.get(&export).await.expect_status(404);
    // A channel stays its owners'.
    let channel = portal.channel("Depot north");
    other
        .get(&format!("/channels/{channel}/export"))
        .await
        .expect_status(403);
}
