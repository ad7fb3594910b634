//! The page in the field in a real browser, on a way that breaks: O1 to O15 of what is promised about working without a network.

use serde_json::{Value, json};
use thirtyfour::Key;

use super::{Phone, about, notes};
use crate::people::give;
use crate::support::browser::{Browser, Screen};
use crate::support::eventually::eventually;
use crate::support::portal::{Actor, Portal};
use crate::support::tunnel::{Tunnel, Weather};

/// Everything that the browser keeps for this page, as text.
const KEPT: &str = "new Promise((done) => { const open = indexedDB.open('waymark-field'); open.onsuccess = () => { \
    const read = open.result.transaction(['q', 'kept']); const all = [read.objectStore('q').getAll(), read.objectStore('kept').getAll()]; \
    read.oncomplete = () => { open.result.close(); done(JSON.stringify(all.map((one) => one.result)) + JSON.stringify({ ...localStorage })); }; }; })";

/// A steward's phone with the page open, and the way between it and the portal.
pub struct Pocket {
    pub portal: Portal,
    pub tunnel: Tunnel,
    pub browser: Browser,
    pub steward: Actor,
}

impl Pocket {
    /// The page is open, the steward is signed in and looks after Tom and Nadia, and the worker has what it needs.
    pub async fn open(screen: Screen) -> Self {
        let portal = Portal::start().await;
        for person in ["member", "other"] {
            give(&portal, "steward", "primary", person);
        }
        let tunnel = Tunnel::to(portal.base()).await;
        let browser = Browser::open(tunnel.base(), screen).await;
        let steward = portal.person("steward").await;
        browser.take_cookies_from(&steward).await;
        let pocket = Self {
            portal,
            tunnel,
            browser,
            steward,
        };
        pocket.browser.goto("/field").await;
        pocket.ready().await;
        pocket
            .browser
            .wait_until("navigator.serviceWorker.controller")
            .await;
        pocket
    }

    /// A phone of usual size.
    pub async fn usual() -> Self {
        Self::open(Screen::new(390, 844)).await
    }

    /// Waits until somebody can write.
    pub async fn ready(&self) {
        self.browser
            .wait_until("self.outbox && outbox.state.me && !document.querySelector('[data-note]').hidden")
            .await;
    }

    /// Waits until this many things wait.
    pub async fn waits(&self, count: usize) {
        self.browser
            .wait_until(&format!("self.outbox && outbox.state.queue.length === {count}"))
            .await;
    }

    /// Writes a note about a name: the name, a tap on what it was, words, a tap on Save.
    pub async fn write(&self, name: &str, said: &str) {
        self.browser.fill("#who", name).await;
        self.browser.press("Conversation").await;
        self.browser.fill("#said", said).await;
        self.browser.press("Save").await;
        self.browser
            .wait_until("document.querySelector('#said').value === ''")
            .await;
    }

    /// Lets everything pass again, and the browser notice.
    pub async fn clears_up(&self) {
        self.tunnel.becomes(Weather::Clear);
        self.browser.evaluate("dispatchEvent(new Event('online'))").await;
    }

    /// Waits until the portal has this many notes.
    pub async fn arrived(&self, count: usize) {
        eventually("the notes to arrive", async || {
            (notes(&self.portal) == count.to_string()).then_some(())
        })
        .await;
    }

    /// How many notes the portal has.
    pub fn count(&self) -> usize {
        notes(&self.portal).parse().unwrap()
    }

    /// Waits until the portal has more notes than this.
    pub async fn has_more_than(&self, count: usize) {
        eventually("another note to arrive", async || {
            (self.count() > count).then_some(())
        })
        .await;
    }

    /// Ends every session.
    pub fn sign_everybody_out(&self) {
        self.portal.force("UPDATE users SET auth_epoch = auth_epoch + 1");
        self.portal.app.sessions.forget_all();
        self.portal.app.directory.forget_all();
    }

    /// Somebody signs in on this phone.
    pub async fn signs_in(&self, key: &str) -> Actor {
        let actor = self.portal.person(key).await;
        self.browser.take_cookies_from(&actor).await;
        actor
    }
}

#[tokio::test]
async fn o1_what_is_saved_without_a_signal_is_sent_when_there_is_one() {
    let pocket = Pocket::usual().await;
    pocket.tunnel.becomes(Weather::Cut);
    for said in ["One", "Two", "Three"] {
        pocket.write("Tom Reyes", said).await;
    }
    pocket.waits(3).await;
    pocket.browser.wait_for_text("3 to send · just now").await;
    assert_eq!(notes(&pocket.portal), "0");

    pocket.clears_up().await;
    pocket.arrived(3).await;
    pocket.waits(0).await;
    assert_eq!(pocket.tunnel.puts(), 3);
}

#[tokio::test]
async fn o2_what_waits_survives_a_reload_and_the_end_of_the_browser() {
    let mut pocket = Pocket::usual().await;
    pocket.tunnel.becomes(Weather::Cut);
    pocket.write("Tom Reyes", "Before the reload").await;
    pocket.browser.reload().await;
    pocket.ready().await;
    pocket.waits(1).await;
    pocket.write("Tom Reyes", "Before the end").await;
    pocket.waits(2).await;

    pocket.browser.kill_and_reopen().await;
    pocket.browser.goto("/field").await;
    pocket.ready().await;
    pocket.waits(2).await;
    pocket.signs_in("steward").await;
    pocket.clears_up().await;
    pocket.arrived(2).await;
    pocket.waits(0).await;
}

#[tokio::test]
async fn o3_an_answer_that_is_lost_makes_no_second_note() {
    let pocket = Pocket::usual().await;
    pocket.tunnel.lose_an_answer();
    pocket.write("Tom Reyes", "Once").await;
    pocket.arrived(1).await;
    pocket
        .browser
        .evaluate("dispatchEvent(new Event('online'))")
        .await;
    pocket.waits(0).await;
    assert_eq!(pocket.tunnel.puts(), 2, "it was sent twice");
    assert_eq!(notes(&pocket.portal), "1");
}

#[tokio::test]
async fn o4_two_tabs_send_each_item_once() {
    let pocket = Pocket::usual().await;
    pocket.tunnel.becomes(Weather::Cut);
    for number in 0..6 {
        pocket.write("Tom Reyes", &format!("Note {number}")).await;
    }
    pocket.browser.open_tab("/field").await;
    pocket.waits(6).await;
    pocket.tunnel.becomes(Weather::Clear);
    // The storage of one tab wakes the other.
    pocket
        .browser
        .evaluate("dispatchEvent(new Event('online')), outbox.flush(), outbox.flush()")
        .await;
    pocket.arrived(6).await;
    pocket.waits(0).await;
    assert_eq!(pocket.tunnel.puts(), 6, "as many requests as notes");
}

#[tokio::test]
async fn o5_the_end_of_a_session_keeps_what_waits() {
    let pocket = Pocket::usual().await;
    pocket.sign_everybody_out();
    for said in ["One", "Two", "Three"] {
        pocket.write("Tom Reyes", said).await;
    }
    pocket.browser.wait_for_text("3 notes wait: sign in").await;
    assert_eq!(notes(&pocket.portal), "0");

    pocket.browser.press("sign in").await;
    pocket.browser.wait_for_path("/sign-in").await;
    pocket
        .browser
        .fill("E-mail address", "steward@local.example")
        .await;
    pocket
        .browser
        .fill("Password", crate::support::fixture::PASSWORD)
        .await;
    pocket.browser.press("Sign in").await;
    pocket.browser.wait_for_path("/field").await;
    pocket.arrived(3).await;
    pocket.waits(0).await;
}

#[tokio::test]
async fn o6_somebody_else_on_the_same_phone_neither_sends_nor_sees_it() {
    let pocket = Pocket::usual().await;
    pocket.tunnel.becomes(Weather::Cut);
    pocket.write("Tom Reyes", "Rosa heard this").await;
    pocket.write("Tom Reyes", "And this").await;
    pocket.waits(2).await;

    pocket.signs_in("coach").await;
    pocket.clears_up().await;
    pocket.browser.reload().await;
    pocket.waits(0).await;
    pocket
        .browser
        .wait_for_text("2 notes of somebody else, or of another organization, wait on this device")
        .await;
    assert_eq!((notes(&pocket.portal), pocket.tunnel.puts()), ("0".into(), 0));

    pocket.signs_in("steward").await;
    pocket.browser.reload().await;
    pocket.arrived(2).await;
    pocket.waits(0).await;
}

#[tokio::test]
async fn o7_a_network_that_answers_nothing_is_given_up_and_tried_again() {
    let pocket = Pocket::usual().await;
    pocket.tunnel.becomes(Weather::Silent);
    pocket.write("Tom Reyes", "Into the void").await;
    pocket
        .browser
        .wait_until("outbox.state.isReached === false")
        .await;
    pocket.waits(1).await;
    pocket.clears_up().await;
    pocket.arrived(1).await;
    pocket.waits(0).await;
    assert_eq!(notes(&pocket.portal), "1");
}

#[tokio::test]
async fn o8_nothing_in_the_queue_goes_stale() {
    let pocket = Pocket::usual().await;
    pocket.tunnel.becomes(Weather::Cut);
    pocket.write("Tom Reyes", "Written under the old token").await;
    // What forms are guarded with is another now.
    let script = json!({ "name": "waymark_visit", "value": "0".repeat(32), "url": pocket.tunnel.base() });
    pocket
        .browser
        .driver()
        .cdp()
        .send_raw("Network.setCookie", script)
        .await
        .unwrap();
    pocket.clears_up().await;
    pocket.arrived(1).await;
    pocket.waits(0).await;
}

#[tokio::test]
async fn o9_what_can_no_longer_be_written_needs_attention_and_is_never_dropped() {
    let pocket = Pocket::usual().await;
    pocket.browser.press("Take my list").await;
    pocket.browser.wait_for_text("2 people on this device").await;
    pocket.tunnel.becomes(Weather::Cut);
    for (who, said) in [("Tom Reyes", "Tom's words"), ("Nadia Haddad", "Nadia's words")] {
        pocket.browser.press_css("[data-people] button").await;
        pocket.browser.press("Change").await;
        pocket.browser.fill("#who", who).await;
        pocket.browser.press_css("[data-people] button").await;
        pocket.browser.press("Conversation").await;
        pocket.browser.fill("#said", said).await;
        pocket.browser.press("Save").await;
        pocket
            .browser
            .wait_until("document.querySelector('#said').value === ''")
            .await;
    }
    pocket.waits(2).await;
    // Tom is merged with another record or erased; Nadia's assignment ended, but only after the note was written.
    let (portal, nadia) = (&pocket.portal, pocket.portal.member("other"));
    portal.force(&format!(
        "UPDATE members SET state = 'left' WHERE handle = 'member'; \
         UPDATE steward_assignments SET effective_to = now() WHERE member_id = '{nadia}'"
    ));
    portal.pass(chrono::TimeDelta::minutes(1));
    pocket.clears_up().await;
    pocket.arrived(1).await;
    pocket
        .browser
        .wait_for_text("Their record is gone: it was merged with another, or erased.")
        .await;
    pocket
        .browser
        .wait_for_text("Your list is not on this device.")
        .await;
    pocket.waits(1).await;
    pocket.browser.press("Try again").await;
    pocket.waits(1).await;
    pocket.browser.press("Choose a person later").await;
    pocket.waits(0).await;
    pocket.browser.wait_for_text("1 note needs a person").await;
    assert_eq!(portal.look("SELECT count(*) FROM unplaced_notes"), "1");
}

#[tokio::test]
async fn o10_a_double_click_and_a_double_enter_make_one_note() {
    let pocket = Pocket::usual().await;
    for said in ["By click", "By key"] {
        pocket.browser.fill("#who", "Tom Reyes").await;
        pocket.browser.press("Conversation").await;
        pocket.browser.fill("#said", said).await;
        match said {
            "By click" => {
                let twice = "(() => { const save = document.querySelector('.pocket__bar button'); save.click(); save.click(); })()";
                pocket.browser.evaluate(twice).await;
            }
            _ => {
                pocket.browser.type_into("#who", Key::Enter + Key::Enter).await;
            }
        }
        pocket
            .browser
            .wait_until("document.querySelector('#said').value === ''")
            .await;
    }
    pocket.arrived(2).await;
    pocket.waits(0).await;
    assert_eq!(notes(&pocket.portal), "2");
}

#[tokio::test]
async fn o11_a_new_version_of_the_worker_keeps_what_waits_and_old_schemas_are_understood() {
    let pocket = Pocket::usual().await;
    pocket.tunnel.becomes(Weather::Cut);
    pocket.write("Tom Reyes", "Before the update").await;
    // A phone that was away for two versions.
    let phone = Phone::signed_in(pocket.portal.person("steward").await).await;
    let old = phone.write_in(
        1,
        chrono::Utc::now(),
        "notes",
        &about(&pocket.portal, "member", "From two versions ago"),
    );
    let mut row = old.body.clone();
    for (name, value) in [
        ("id", json!(old.id)),
        ("kind", json!("notes")),
        ("user", phone.me["user"].clone()),
        ("tries", json!(0)),
    ] {
        row[name] = value;
    }
    let put = format!(
        "new Promise((done) => {{ const open = indexedDB.open('waymark-field'); open.onsuccess = () => {{ \
         const write = open.result.transaction('q', 'readwrite'); write.objectStore('q').put({row}); \
         write.oncomplete = () => {{ open.result.close(); done('kept'); }}; }}; }})"
    );
    assert_eq!(pocket.browser.promised(&put).await, "kept");
    pocket.tunnel.becomes(Weather::Clear);
    let update = "navigator.serviceWorker.register('/sw.js?another', { scope: '/field' }).then((worker) => 'registered')";
    assert_eq!(pocket.browser.promised(update).await, "registered");
    pocket
        .browser
        .wait_until("navigator.serviceWorker.controller.scriptURL.endsWith('another')")
        .await;
    pocket.clears_up().await;
    pocket.arrived(2).await;
    pocket.waits(0).await;
}

#[tokio::test]
async fn o12_nothing_that_was_written_is_on_the_device_in_plain() {
    let pocket = Pocket::usual().await;
    pocket.tunnel.becomes(Weather::Cut);
    pocket.write("Tom Reyes", "xylophone-secret").await;
    pocket.waits(1).await;
    let kept = pocket.browser.promised(KEPT).await;
    let kept = kept.as_str().unwrap();
    assert!(kept.contains("sealed"), "{kept}");
    for word in ["xylophone", "Tom", "Reyes", "contact", "Rosa"] {
        assert!(!kept.contains(word), "{word} in {kept}");
    }
    let profile = pocket.browser.folder().join("profile");
    let hits = files_with(&profile, b"xylophone");
    assert!(hits.is_empty(), "{hits:?}");
}

/// Files of a profile that hold these bytes, as one or two bytes a letter.
fn files_with(folder: &std::path::Path, word: &[u8]) -> Vec<std::path::PathBuf> {
    let wide: Vec<u8> = word.iter().flat_map(|byte| [*byte, 0]).collect();
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path)
                && (holds(&bytes, word) || holds(&bytes, &wide))
            {
                found.push(path);
            }
        }
    }
    found
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

#[tokio::test]
async fn o13_over_plain_http_it_says_so_and_the_form_still_works() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let tunnel = Tunnel::to(portal.base()).await;
    let browser = Browser::open(
        &format!("http://portal.lan:{}", tunnel.port()),
        Screen::new(390, 844),
    )
    .await;
    let steward = portal.person("steward").await;
    browser.take_cookies_from(&steward).await;
    browser.goto("/field").await;
    assert_eq!(browser.evaluate("isSecureContext").await, false);
    browser.wait_for_text("Offline needs https").await;
    browser
        .wait_until("!document.querySelector('[data-note]').hidden")
        .await;

    tunnel.becomes(Weather::Cut);
    browser.fill("#who", "Tom Reyes").await;
    browser.press("Conversation").await;
    browser.fill("#said", "Over the air").await;
    browser.press("Save").await;
    browser
        .wait_for_text("That was not saved, so it is still here.")
        .await;
    assert_eq!(
        browser.evaluate("document.querySelector('#said').value").await,
        "Over the air"
    );
    tunnel.becomes(Weather::Clear);
    browser.press("Save").await;
    browser
        .wait_until("document.querySelector('#said').value === ''")
        .await;
    assert_eq!(notes(&portal), "1");
}

#[tokio::test]
async fn o14_small_screens_and_axe_have_no_wish_left() {
    let mut pocket = Pocket::open(Screen::new(320, 568)).await;
    pocket.browser.press("Take my list").await;
    pocket.browser.wait_for_text("2 people on this device").await;
    let mut wrong = looked_at(&mut pocket.browser, "empty").await;

    pocket.browser.press("Save").await;
    pocket.browser.wait_for_text("Say whom you spoke with.").await;
    wrong += &looked_at(&mut pocket.browser, "refused").await;

    pocket.tunnel.becomes(Weather::Cut);
    pocket.browser.press_css("[data-people] button").await;
    pocket.browser.press("Grievance").await;
    pocket.browser.fill("#said", "Long ".repeat(60).trim()).await;
    wrong += &looked_at(&mut pocket.browser, "filled").await;
    pocket.browser.press("Save").await;
    pocket.waits(1).await;
    wrong += &looked_at(&mut pocket.browser, "pending").await;

    pocket
        .portal
        .force("UPDATE members SET state = 'left' WHERE handle IN ('member', 'other')");
    pocket.sign_everybody_out();
    pocket.clears_up().await;
    pocket.browser.wait_for_text("1 note waits: sign in").await;
    wrong += &looked_at(&mut pocket.browser, "signed-out").await;
    pocket.signs_in("steward").await;
    pocket.clears_up().await;
    pocket.browser.wait_for_text("Needs attention").await;
    wrong += &looked_at(&mut pocket.browser, "attention").await;
    assert!(wrong.is_empty(), "{wrong}");
}

async fn looked_at(browser: &mut Browser, state: &str) -> String {
    let mut wrong = String::new();
    for screen in [
        Screen::new(320, 568),
        Screen::new(320, 568).dark(),
        Screen::new(390, 844),
        Screen::new(390, 844).dark(),
        Screen::desktop(),
        Screen::desktop().dark(),
    ] {
        browser.resize(screen).await;
        browser.no_horizontal_scroll().await;
        browser.screenshot_whole(state).await;
        let report = browser.axe().await;
        if report.violations.len() + report.incomplete.len() > 0 {
            wrong += &format!("{state} at {}: {report}\n", screen.width);
        }
    }
    browser.resize(Screen::new(320, 568)).await;
    wrong
}

#[tokio::test]
async fn o15_signing_out_asks_what_becomes_of_what_waits() {
    let pocket = Pocket::usual().await;
    let browser = &pocket.browser;
    pocket.tunnel.becomes(Weather::Cut);
    for said in ["One", "Two"] {
        pocket.write("Tom Reyes", said).await;
    }
    pocket.waits(2).await;
    browser.block(&["*/field/*"]).await;
    pocket.tunnel.becomes(Weather::Clear);

    leave(browser).await;
    browser
        .wait_for_text("2 notes and tasks wait on this device")
        .await;
    browser.press("Send now").await;
    browser.wait_for_text("They could not be sent now.").await;
    browser.press("Keep them sealed").await;
    browser.wait_for_path("/sign-in").await;
    assert_eq!(notes(&pocket.portal), "0");
    let kept = browser.promised(KEPT).await;
    assert!(
        kept.as_str().unwrap().contains("sealed") && !kept.as_str().unwrap().contains("epoch"),
        "the notes stay, who was here goes: {kept}"
    );

    pocket.signs_in("steward").await;
    browser.goto("/").await;
    browser.wait_for(".shell__tabs [data-kept]").await;
    leave(browser).await;
    browser.press("Throw them away").await;
    browser.press("Stay signed in").await;
    leave(browser).await;
    browser.wait_for("dialog[open]").await;
    browser.block(&[]).await;
    browser.press("Send now").await;
    browser.wait_for_path("/sign-in").await;
    pocket.arrived(2).await;
}

/// Presses "Sign out" on the start page.
async fn leave(browser: &Browser) {
    browser.goto("/").await;
    browser.press_css(".menu--rail > summary").await;
    browser.press("Sign out").await;
}

#[tokio::test]
async fn the_list_goes_when_it_is_not_theirs_any_more() {
    let pocket = Pocket::usual().await;
    let browser = &pocket.browser;
    browser.press("Take my list").await;
    browser.wait_for_text("2 people on this device").await;
    let kept = browser.promised(KEPT).await;
    assert!(kept.as_str().unwrap().contains("Tom Reyes"));

    // Without a network it is there, after a reload too.
    pocket.tunnel.becomes(Weather::Cut);
    browser.reload().await;
    browser.wait_for_text("Nadia Haddad").await;
    // At the next contact it goes, because somebody else looks after Tom now.
    pocket.portal.force(&format!(
        "UPDATE steward_assignments SET effective_to = now() WHERE member_id = '{}'",
        pocket.portal.member("member")
    ));
    pocket.clears_up().await;
    browser.wait_for_text("Your list is not on this device.").await;
    let kept = browser.promised(KEPT).await;
    assert!(!kept.as_str().unwrap().contains("Nadia"), "{kept}");

    browser.press("Take my list").await;
    browser.wait_for_text("1 person on this device").await;
    browser.press("Remove it from this device").await;
    browser.wait_for_text("Your list is not on this device.").await;
}

#[tokio::test]
async fn a_task_is_done_without_a_signal_and_both_are_shown_when_it_was_changed_meanwhile() {
    let pocket = Pocket::usual().await;
    let browser = &pocket.browser;
    for title in ["Call Tom back", "Bring the cards"] {
        pocket.portal.force(&format!(
            "INSERT INTO tasks (org_id, id, title, assignee_id, created_by, created_at, changed_at) \
             VALUES ('{}', '{}', '{title}', '{2}', '{2}', now(), now())",
            pocket.portal.organization("local"),
            uuid::Uuid::now_v7(),
            pocket.portal.member("steward")
        ));
    }
    browser.reload().await;
    browser.wait_for_text("Call Tom back").await;
    pocket.tunnel.becomes(Weather::Cut);
    browser.press("Done: Call Tom back").await;
    browser.press("Done: Bring the cards").await;
    pocket.waits(2).await;
    pocket
        .portal
        .force("UPDATE tasks SET status = 'in_progress', version = 2 WHERE title = 'Bring the cards'");
    pocket.clears_up().await;
    browser.wait_for_text("Yours: Bring the cards: Done").await;
    browser.wait_for_text("Now: Bring the cards: In progress").await;
    assert_eq!(
        pocket
            .portal
            .look("SELECT status FROM tasks WHERE title = 'Call Tom back'"),
        "completed"
    );
    browser.press("Do it all the same").await;
    pocket.waits(0).await;
    assert_eq!(
        pocket
            .portal
            .look("SELECT count(*) FROM tasks WHERE status = 'completed'"),
        "2"
    );
}

#[tokio::test]
async fn the_worker_sends_when_the_system_says_there_is_a_network() {
    let pocket = Pocket::usual().await;
    let browser = &pocket.browser;
    pocket.tunnel.becomes(Weather::Cut);
    pocket.write("Tom Reyes", "From the worker").await;
    pocket.waits(1).await;
    browser.goto("about:blank").await;
    pocket.tunnel.becomes(Weather::Clear);
    // With no page open, on another page of the portal nobody sends: only the worker can.
    let _: Value = browser.evaluate("1").await;
    browser.goto("/help").await;
    let wake = "navigator.serviceWorker.getRegistration('/field').then((worker) => worker.sync.register('outbox')).then(() => 'asked')";
    assert_eq!(browser.promised(wake).await, "asked");
    pocket.arrived(1).await;
}

/// Cycles of saving without a network with random ends. The long run of 40 minutes is stopped by nextest; this way it is not:
/// `WAYMARK_CYCLES=1000 cargo test --test it through_many_dead_zones`.
#[tokio::test]
async fn through_many_dead_zones_and_ends_nothing_is_lost_and_nothing_doubled() {
    let cycles: usize = std::env::var("WAYMARK_CYCLES")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(20);
    let mut pocket = Pocket::usual().await;
    let mut dice = 0x2545_f491_4f6c_dd1d_u64;
    let mut written = 0;
    for cycle in 0..cycles {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        pocket.tunnel.becomes(match dice % 3 {
            0 => Weather::Clear,
            _ => Weather::Cut,
        });
        if dice % 4 == 1 {
            pocket.tunnel.lose_an_answer();
        }
        pocket.write("Tom Reyes", &format!("Cycle {cycle}")).await;
        written += 1;
        match (dice >> 8) % 4 {
            // The battery is empty in the middle of sending.
            0 => {
                pocket.tunnel.becomes(Weather::Clear);
                pocket.browser.evaluate("void outbox.flush()").await;
                pocket.browser.kill_and_reopen().await;
                pocket.signs_in("steward").await;
            }
            1 => pocket.browser.kill_and_reopen().await,
            2 => pocket
                .browser
                .evaluate("void outbox.flush()")
                .await
                .as_null()
                .unwrap_or_default(),
            _ => {}
        }
        pocket.browser.goto("/field").await;
        pocket.ready().await;
    }
    pocket.signs_in("steward").await;
    pocket.clears_up().await;
    // After a thousand cycles hundreds wait: they take their time, as long as there are ever more.
    while pocket.count() < written {
        pocket.has_more_than(pocket.count()).await;
    }
    pocket.waits(0).await;
    assert_eq!(
        pocket
            .portal
            .look("SELECT count(*) || ' ' || count(DISTINCT id) FROM field_receipts"),
        format!("{written} {written}"),
        "0 lost, 0 doubled"
    );
}

#[tokio::test]
async fn the_list_goes_with_the_session_and_is_taken_only_when_one_comes() {
    let pocket = Pocket::usual().await;
    let browser = &pocket.browser;
    browser.press("Take my list").await;
    browser.wait_for_text("2 people on this device").await;
    pocket.sign_everybody_out();
    pocket.clears_up().await;
    browser.wait_for_text("Your list is not on this device.").await;
    let kept = browser.promised(KEPT).await;
    assert!(!kept.as_str().unwrap().contains("Nadia"), "{kept}");
    browser.press("Take my list").await;
    browser.wait_for_text("Your list could not be fetched.").await;

    // What answers is no list.
    pocket.signs_in("steward").await;
    pocket.clears_up().await;
    browser.wait_until("!outbox.state.signedOut").await;
    let limited = "(() => { const real = self.fetch; self.fetch = (path, options) => String(path).endsWith('/field/people') \
        ? Promise.resolve(new Response('{\"detail\": \"Too many\"}', { status: 429 })) : real(path, options); })()";
    browser.evaluate(limited).await;
    browser.press("Take my list").await;
    browser.wait_for_text("Your list could not be fetched.").await;
    let kept = browser.promised(KEPT).await;
    assert!(!kept.as_str().unwrap().contains("Too many"), "{kept}");
}

#[tokio::test]
async fn a_page_that_comes_back_after_signing_out_names_nobody() {
    let pocket = Pocket::usual().await;
    let browser = &pocket.browser;
    let leave_page = "void dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))";
    let come_back = "void dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))";
    browser.press("Take my list").await;
    browser.wait_for_text("2 people on this device").await;
    browser.press_css("[data-people] button").await;
    browser.fill("#said", "half a sentence").await;
    let named = "/Tom Reyes|Nadia Haddad/.test(document.body.innerHTML)";
    assert_eq!(browser.evaluate(named).await, true);
    browser.evaluate(leave_page).await;
    assert_eq!(browser.evaluate(named).await, false);

    // Whoever is still signed in goes on where they were.
    browser.evaluate(come_back).await;
    browser.wait_until(named).await;
    assert_eq!(
        browser.evaluate("document.querySelector('#said').value").await,
        "half a sentence"
    );
    browser.wait_for("[data-chosen]").await;

    browser.evaluate(leave_page).await;
    assert_eq!(
        browser.promised("outbox.forget().then(() => 'forgotten')").await,
        "forgotten"
    );
    pocket.sign_everybody_out();
    browser.evaluate(come_back).await;
    browser.wait_for_text("You are signed out.").await;
    assert_eq!(browser.evaluate(named).await, false);
    assert_eq!(
        browser.evaluate("document.querySelector('#said').value").await,
        ""
    );

    // And as a person does it.
    pocket.signs_in("steward").await;
    browser.goto("/field").await;
    pocket.ready().await;
    browser.press("Take my list").await;
    browser.wait_for_text("2 people on this device").await;
    leave(browser).await;
    browser.wait_for_path("/sign-in").await;
    browser.evaluate("void history.go(-2)").await;
    browser.wait_for_path("/field").await;
    browser.wait_for_text("You are signed out.").await;
    assert_eq!(browser.evaluate(named).await, false);
}

#[tokio::test]
async fn over_plain_http_a_note_is_sent_under_one_number_until_the_portal_has_it() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let port = portal.base().rsplit(':').next().unwrap();
    let browser = Browser::open(&format!("http://portal.lan:{port}"), Screen::new(390, 844)).await;
    let steward = portal.person("steward").await;
    browser.take_cookies_from(&steward).await;
    browser.goto("/field").await;
    browser
        .wait_until("!document.querySelector('[data-note]').hidden")
        .await;
    browser.fill("#who", "Tom Reyes").await;
    browser.press("Conversation").await;
    browser.fill("#said", "Once").await;
    let sent = "document.querySelector('#said').value === ''";
    // Its answer is lost. Browsers send again by themselves when a connection ends, so it is lost behind that.
    let lost = "(() => { self.real ??= self.fetch; self.fetch = async (path, options) => { const answer = await self.real(path, options); \
        if (options?.method === 'PUT') throw new TypeError('Lost'); return answer; }; })()";
    browser.evaluate(lost).await;
    browser.press("Save").await;
    browser
        .wait_for_text("That was not saved, so it is still here.")
        .await;
    // Then a hotel's network answers everything with a page of its own.
    let hotel = "(() => { self.real ??= self.fetch; self.fetch = (path, options) => options?.method === 'PUT' \
        ? Promise.resolve(new Response('<p>Welcome</p>', { status: 200 })) : self.real(path, options); })()";
    browser.evaluate(hotel).await;
    browser.press("Save").await;
    browser
        .wait_for_text("Something else than the portal answered.")
        .await;
    assert_eq!(browser.evaluate(sent).await, false);
    browser.evaluate("void (self.fetch = self.real)").await;
    browser.press("Save").await;
    browser.wait_until(sent).await;
    assert_eq!(notes(&portal), "1");

    // Changed after it came in unheard: it is another note, and that is said.
    browser.fill("#who", "Tom Reyes").await;
    browser.press("Conversation").await;
    browser.fill("#said", "Twice").await;
    browser.evaluate(lost).await;
    browser.press("Save").await;
    browser
        .wait_for_text("That was not saved, so it is still here.")
        .await;
    browser.evaluate("void (self.fetch = self.real)").await;
    browser.fill("#said", "Twice, and more").await;
    browser.press("Save").await;
    browser.wait_for_text("It came in as you wrote it before.").await;
    browser.press("Save").await;
    browser.wait_until(sent).await;
    assert_eq!(notes(&portal), "3");
}

#[tokio::test]
async fn what_is_pasted_is_freed_of_what_nobody_sees() {
    let pocket = Pocket::usual().await;
    let paste = "(() => { document.querySelector('#who').value = 'Tom\\u202e\\u0007  Reyes'; document.querySelector('#said').value = 'One\\u0000\\ntwo\\u2066'; })()";
    pocket.browser.press("Conversation").await;
    pocket.browser.evaluate(paste).await;
    pocket.browser.press("Save").await;
    pocket.arrived(1).await;
    pocket.waits(0).await;
    let id = pocket.portal.look("SELECT id FROM field_notes");
    let page = pocket.steward.get(&format!("/notes/{id}")).await.expect_ok();
    page.expect_text("One").expect_text("two");
}
