//! Learning without a network, on a way that breaks: what was taken along opens, what is done there is sent once, and nothing is left to
//! whoever holds the phone next.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::written::{Written, enrol, journey, rule, text};
use crate::support::browser::{Browser, Screen};
use crate::support::eventually::eventually;
use crate::support::portal::{Actor, Portal};
use crate::support::tunnel::{Tunnel, Weather};

/// Everything that the browser keeps of lessons, as text.
const KEPT: &str = "new Promise((done) => { const open = indexedDB.open('waymark-study', 1); open.onsuccess = () => { \
    const names = ['journeys', 'drafts', 'queue'], read = open.result.transaction(names), all = names.map((name) => read.objectStore(name).getAll()); \
    read.oncomplete = () => { open.result.close(); done(JSON.stringify(all.map((one) => one.result.map((thing) => \
      ({ ...thing, sealed: new TextDecoder().decode(thing.sealed) })))) + JSON.stringify({ ...localStorage })); }; }; })";

fn steps(portal: &Portal) -> Written {
    let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
    let list = format!(
        r#"{{"kind": "checklist", "items": [{{"key": "{one}", "text": "Find the notice"}}, {{"key": "{two}", "text": "Read it aloud"}}]}}"#
    );
    let reflection = r#"{"kind": "reflection", "prompt": "What did you *hear*?", "at_least_words": 3}"#;
    let written = journey(
        portal,
        false,
        &[(
            "One",
            false,
            vec![
                text("Listening"),
                text("Noticing").of("checklist", "marked", &list),
                text("Looking back").of("reflection", "submitted", reflection),
                text("Watching").of(
                    "link",
                    "marked",
                    r#"{"kind": "link", "url": "https://example.org/", "note": ""}"#,
                ),
            ],
        )],
    );
    let noticing = format!("0, 0, 'done', '{}'", written.key("Noticing"));
    rule(portal, &written, "Watching", "kind, argument", &noticing);
    written
}

/// A learner's phone, and the way between it and the portal.
struct Bag {
    portal: Portal,
    tunnel: Tunnel,
    phone: Browser,
    steps: Written,
    enrolment: String,
}

impl Bag {
    /// The learner has taken the journey along.
    async fn packed() -> Self {
        let portal = Portal::start().await;
        let steps = steps(&portal);
        let coach = portal.person("coach").await;
        let enrolment = enrol(&portal, &coach, &steps, &["member"]).await;
        let tunnel = Tunnel::to(portal.base()).await;
        let phone = Browser::open(tunnel.base(), Screen::phone()).await;
        let member = portal.person("member").await;
        phone.take_cookies_from(&member).await;
        phone.goto(&format!("/learn/{enrolment}")).await;
        phone.press("Keep for offline").await;
        phone
            .wait_for_text("3 lessons of this journey are on this device")
            .await;
        phone.no_horizontal_scroll().await;
        phone.axe().await.expect_clean();
        Self {
            portal,
            tunnel,
            phone,
            steps,
            enrolment,
        }
    }

    fn path(&self) -> String {
        format!("/learn/{}", self.enrolment)
    }

    fn lesson(&self, title: &str) -> String {
        format!("{}/lessons/{}", self.path(), self.steps.key(title))
    }

    async fn waits(&self, count: usize) {
        self.phone
            .wait_until(&format!("self.study && study.state.queue.length === {count}"))
            .await;
    }

    async fn clears_up(&self) {
        self.tunnel.becomes(Weather::Clear);
        self.phone.evaluate("dispatchEvent(new Event('online'))").await;
    }

    fn done(&self) -> String {
        self.portal.look("SELECT done FROM journey_enrolments")
    }

    async fn arrives(&self, done: &str) {
        eventually("what was done to arrive", async || {
            (self.done() == done).then_some(())
        })
        .await;
    }

    async fn kept(&self) -> String {
        self.phone.promised(KEPT).await.as_str().unwrap().to_owned()
    }

    async fn writes(&self, words: &str) {
        self.phone.goto(&self.lesson("Looking back")).await;
        self.phone.wait_for_text("What did you hear?").await;
        self.phone.fill("Your text", words).await;
        self.phone.press("Hand in").await;
        self.phone.wait_for_text("Handed in, waits to be sent").await;
    }
}

#[tokio::test]
async fn what_was_taken_along_opens_without_a_network_and_what_is_done_there_is_sent_once() {
    let bag = Bag::packed().await;
    bag.tunnel.becomes(Weather::Cut);
    bag.phone.goto(&bag.path()).await;
    bag.phone.wait_for_text("You are offline.").await;
    // What is closed says why, here as well.
    bag.phone.wait_for_text("As it was on").await;
    bag.phone.wait_for_text("Finish “Noticing” first.").await;
    bag.phone.no_horizontal_scroll().await;
    bag.phone.axe().await.expect_clean();

    bag.phone.press("Listening").await;
    bag.phone.wait_for_text("Because listening comes first.").await;
    bag.phone.press("Mark as done").await;
    bag.phone.wait_for_text("1 answer waiting").await;
    bag.phone.wait_for_text("Done, waits to be sent").await;

    bag.phone.goto(&bag.lesson("Noticing")).await;
    bag.phone.press("Find the notice").await;
    bag.phone.press("Read it aloud").await;
    bag.phone.wait_for_text("2 answers waiting").await;

    bag.phone.goto(&bag.lesson("Looking back")).await;
    bag.phone.wait_for_text("What did you hear?").await;
    bag.phone.fill("Your text", "Too short").await;
    bag.phone.press("Hand in").await;
    bag.phone
        .wait_for_text("Write at least 3 words; so far there are 2.")
        .await;
    bag.phone.axe().await.expect_clean();
    // What is typed outlives the page.
    bag.phone.fill("Your text", "They are very tired").await;
    bag.phone
        .wait_for_text("Your draft is kept on this device.")
        .await;
    bag.phone.reload().await;
    bag.phone
        .wait_until("document.querySelector('#body')?.value === 'They are very tired'")
        .await;
    bag.phone.press("Hand in").await;
    bag.phone.wait_for_text("3 answers waiting").await;
    bag.phone.no_horizontal_scroll().await;
    bag.phone.axe().await.expect_clean();
    assert_eq!(bag.done(), "0");
    assert!(!bag.kept().await.contains("tired"), "what is kept is sealed");

    // One answer is lost on the way: it is sent again, and counts once.
    bag.tunnel.lose_an_answer();
    bag.clears_up().await;
    bag.arrives("3").await;
    bag.waits(0).await;
    bag.phone.wait_for_text("You are online again.").await;
    assert_eq!(
        bag.portal
            .look("SELECT count(*) || ' ' || max(body) FROM lesson_submissions"),
        "1 They are very tired"
    );
    bag.phone.goto(&bag.path()).await;
    bag.phone.wait_for_text("3 of 4").await;
}

#[tokio::test]
async fn what_is_refused_says_why_and_keeps_every_word() {
    let bag = Bag::packed().await;
    bag.tunnel.becomes(Weather::Cut);
    bag.writes("They are very tired").await;
    // Meanwhile they were taken out of the journey.
    bag.portal
        .force("UPDATE journey_enrolments SET state = 'left', left_at = now()");
    bag.clears_up().await;
    bag.phone.wait_for_text("Your text was not taken").await;
    bag.phone
        .wait_until("document.querySelector('[data-study-waiting] textarea').value === 'They are very tired'")
        .await;
    bag.phone.axe().await.expect_clean();
    bag.portal
        .force("UPDATE journey_enrolments SET state = 'active', left_at = NULL");
    bag.phone.press("Try again").await;
    bag.arrives("1").await;
    bag.waits(0).await;
}

#[tokio::test]
async fn who_signs_out_leaves_nothing_that_can_be_read() {
    let bag = Bag::packed().await;
    assert!(!bag.kept().await.contains("listening comes first"));
    bag.phone
        .evaluate("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
        .await;
    bag.phone.wait_for_path("/sign-in").await;
    let kept = bag.kept().await;
    assert!(kept.starts_with("[[],[],[]]"), "{kept}");
    bag.tunnel.becomes(Weather::Cut);
    bag.phone.goto(&bag.lesson("Listening")).await;
    bag.phone
        .wait_for_text("Nothing can be opened here until you sign in")
        .await;
}

#[tokio::test]
async fn what_waits_is_asked_about_before_signing_out() {
    let bag = Bag::packed().await;
    bag.tunnel.becomes(Weather::Cut);
    bag.writes("They are very tired").await;
    bag.portal
        .force("UPDATE journey_enrolments SET state = 'left', left_at = now()");
    bag.clears_up().await;
    bag.phone.wait_for_text("Your text was not taken").await;
    bag.phone.goto("/learn").await;
    bag.phone
        .evaluate("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
        .await;
    bag.phone.wait_for_text("1 answer not sent yet").await;
    bag.phone.axe().await.expect_clean();
    bag.phone.press("Keep them sealed and sign out").await;
    bag.phone.wait_for_path("/sign-in").await;

    // Somebody else on the same phone sees nothing of it and sends nothing.
    bag.portal
        .force("UPDATE journey_enrolments SET state = 'active', left_at = NULL");
    let other = bag.portal.person("other").await;
    bag.phone.take_cookies_from(&other).await;
    bag.phone.goto("/learn").await;
    bag.phone.wait_until("self.study && study.state.isReached").await;
    bag.phone.wait_for_no_text("answer waiting").await;
    assert!(!bag.kept().await.contains("tired"));
    assert_eq!(bag.done(), "0");

    // Their writer comes back.
    let member = bag.portal.person("member").await;
    bag.phone.take_cookies_from(&member).await;
    bag.phone.goto("/learn").await;
    bag.phone.wait_for_text("Your text was not taken").await;
    bag.phone.press("Try again").await;
    bag.arrives("1").await;
}

async fn send(who: &Actor, at: &str, id: Uuid, body: &Value) -> u16 {
    let origin = who.base().origin().ascii_serialization();
    let headers = [
        ("Origin", origin.as_str()),
        ("Sec-Fetch-Site", "same-origin"),
        ("Content-Type", "application/json"),
        ("Accept", "application/json"),
    ];
    let path = format!("{at}/deferred/{id}");
    who.raw(Method::PUT, &path, &headers, body.to_string())
        .await
        .status
        .as_u16()
}

#[tokio::test]
async fn the_portal_takes_in_once_what_its_own_people_did() {
    let portal = Portal::start().await;
    let steps = steps(&portal);
    let (coach, member, other) = (
        portal.person("coach").await,
        portal.person("member").await,
        portal.person("other").await,
    );
    let id = enrol(&portal, &coach, &steps, &["member"]).await;
    let at = |title: &str| format!("/learn/{id}/lessons/{}", steps.key(title));
    let me = portal.member("member");
    let written = json!({ "member": me, "kind": "writing", "body": "They are very tired" });
    let once = Uuid::new_v4();
    assert_eq!(send(&other, &at("Looking back"), once, &written).await, 404);
    assert_eq!(send(&member, &at("Looking back"), once, &json!({})).await, 422);
    let somebody = json!({ "member": portal.member("other"), "kind": "done" });
    assert_eq!(send(&member, &at("Listening"), once, &somebody).await, 409);
    let short = json!({ "member": me, "kind": "writing", "body": "Tired" });
    assert_eq!(send(&member, &at("Looking back"), once, &short).await, 422);
    for _ in 0..2 {
        assert_eq!(send(&member, &at("Looking back"), once, &written).await, 200);
    }
    assert_eq!(portal.look("SELECT count(*) FROM lesson_submissions"), "1");
    // Under one id comes one thing.
    assert_eq!(send(&member, &at("Looking back"), once, &short).await, 409);
    let done = json!({ "member": me, "kind": "done" });
    for _ in 0..2 {
        assert_eq!(send(&member, &at("Listening"), Uuid::new_v4(), &done).await, 200);
    }
    assert_eq!(portal.look("SELECT done FROM journey_enrolments"), "2");

    for who in [&other, &coach] {
        who.get(&format!("/learn/{id}/kept")).await.expect_status(404);
    }
    let kept = member
        .api(Method::GET, &format!("/learn/{id}/kept"))
        .send()
        .await
        .expect_ok();
    assert_eq!(kept.headers["cache-control"], "no-store");
    let lessons = kept.json["lessons"].as_array().unwrap();
    let flags: Vec<bool> = lessons.iter().map(|one| one["is_kept"] == true).collect();
    assert_eq!(flags, [true, true, true, false]);
    let finish = ["Finish “Noticing” first."];
    assert_eq!(
        lessons[3]["reasons"],
        json!([{ "any_of": finish, "is_more": false }])
    );
    assert_eq!(lessons[1]["reasons"], json!([]));
    let keys = |who: Value| who["key"].as_str().unwrap().to_owned();
    let mine = keys(member.api(Method::GET, "/learn/me").send().await.expect_ok().json);
    let theirs = keys(other.api(Method::GET, "/learn/me").send().await.expect_ok().json);
    assert_ne!(mine, theirs);
}

#[tokio::test]
async fn the_page_that_stands_in_is_the_same_for_everybody() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let theirs = member.get("/learn/offline").await.expect_ok();
    assert_eq!(
        theirs.html,
        portal.anyone().get("/learn/offline").await.expect_ok().html
    );
    assert!(!theirs.html.contains("csrf") && !theirs.html.contains("Tom"));
    let worker = portal.anyone().get("/learn/worker.js").await.expect_ok();
    assert_eq!(worker.header("service-worker-allowed"), Some("/learn"));
    let kept = worker.html.lines().next().unwrap();
    let kept = kept.trim_start_matches("const KEPT = ").trim_end_matches(';');
    let kept: Value = serde_json::from_str(kept).unwrap();
    for file in kept["files"].as_array().unwrap() {
        portal.anyone().get(file.as_str().unwrap()).await.expect_ok();
    }
}
