//! Push, against a push service that speaks the real protocol and reads what only the browser may read.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;
use waymark::domains::notifications::pushing;
use waymark::providers::push::VapidKeys;
use waymark::server::Duty;

use super::{after, mails, say};
use crate::support::browser::{Browser, Screen};
use crate::support::eventually::eventually;
use crate::support::fakes::push::{FakePushService, Received};
use crate::support::fakes::server::{Fault, Reply};
use crate::support::portal::{Actor, Portal};
use crate::support::writer::Writer;
use crate::tasks::api::Program;

const PAGE: &str = "/inbox/notifications";

/// A portal whose pushes go to a push service on this machine.
struct Stage {
    portal: Portal,
    service: FakePushService,
    /// Sending goes on while it is there.
    _sending: watch::Sender<bool>,
}

impl Stage {
    async fn start() -> Self {
        let portal = Portal::with(Duty::Web, |config| {
            config.push.hosts = vec!["127.0.0.1".to_owned()]
        })
        .await;
        let key = VapidKeys::of(&portal.app.keys).unwrap().public();
        let service = FakePushService::start(key, portal.app.clock().now()).await;
        let (sending, stopped) = watch::channel(false);
        tokio::spawn(pushing::send(portal.app.clone(), stopped));
        Self {
            portal,
            service,
            _sending: sending,
        }
    }

    /// What the browser's script fills in and sends, with another address when one is given.
    fn browser(&self, endpoint: Option<&str>) -> Value {
        let mut written: Value = serde_json::from_str(&self.service.subscription()).unwrap();
        if let Some(endpoint) = endpoint {
            written["endpoint"] = json!(endpoint);
        }
        written
    }

    async fn turn_on(&self, who: &Actor) {
        let browser = self.browser(None);
        self.fill_in(who, "My phone", &browser)
            .await
            .expect_see_other(PAGE);
    }

    async fn fill_in(&self, who: &Actor, name: &str, browser: &Value) -> crate::support::page::Page {
        let page = who.get(PAGE).await.expect_ok();
        page.form("form[action='/inbox/devices']")
            .set("name", name)
            .set("endpoint", browser["endpoint"].as_str().unwrap())
            .set("p256dh", browser["keys"]["p256dh"].as_str().unwrap())
            .set("auth", browser["keys"]["auth"].as_str().unwrap())
            .submit(who)
            .await
    }

    /// The one push that arrived, and what it shows.
    async fn arrived(&self) -> (Received, Value) {
        let push = eventually("a push to arrive", async || self.service.waiting().pop()).await;
        let shown = serde_json::from_slice(&push.plaintext).unwrap();
        (push, shown)
    }

    /// Waits until the database says so of what somebody was pushed.
    async fn becomes(&self, who: &str, wanted: &str) {
        let sql = format!(
            "SELECT string_agg(concat_ws(' ', push_state, nullif(push_reason, '')), ', ' ORDER BY id) FROM notifications WHERE member_id = '{}'",
            self.portal.member(who)
        );
        self.says(&sql, wanted).await;
    }

    async fn says(&self, sql: &str, wanted: &str) {
        eventually(&format!("{sql} to be {wanted}"), async || {
            (self.portal.look(sql) == wanted).then_some(())
        })
        .await;
    }

    fn device(&self) -> String {
        self.portal.look("SELECT id FROM push_tokens")
    }
}

#[tokio::test]
async fn who_turned_push_on_is_told_there_who_and_where_and_by_mail_only_when_that_was_not_seen() {
    let stage = Stage::start().await;
    let portal = &stage.portal;
    let member = portal.person("member").await;
    stage.turn_on(&member).await;
    let allowed = "SELECT string_agg(category, ' ' ORDER BY category) FROM preferences WHERE channel = 'push' AND is_allowed";
    assert_eq!(
        portal.look(allowed),
        "alerts social",
        "it is a yes, and written down"
    );
    let shown = "SELECT body FROM consent_texts WHERE name = 'push/grant'";
    let page = member.get(PAGE).await.expect_ok();
    assert!(
        page.html.contains(&portal.look(shown)),
        "in the very words that are kept"
    );

    let steward = Writer::of(portal, "steward").await;
    say(
        &steward,
        portal,
        "Depot north",
        "@member the secret word is heron",
    )
    .await;
    say(&steward, portal, "Depot north", "@member and @other look at this").await;
    portal.settle().await;
    stage.becomes("member", "waiting, waiting").await;
    after(portal, 12).await;
    let (push, shown) = stage.arrived().await;
    let channel = portal.channel("Depot north").0;
    let topic = Uuid::simple(channel).to_string();
    assert_eq!(
        shown["body"],
        "Rosa Delgado mentioned you in Depot north (and 1 more)"
    );
    assert!(
        shown["path"]
            .as_str()
            .unwrap()
            .starts_with(&format!("/channels/{channel}?at="))
    );
    assert_eq!((push.ttl, push.urgency.as_deref()), (86_400, Some("high")));
    assert_eq!(
        (push.topic.as_deref(), shown["tag"].as_str()),
        (Some(&*topic), Some(&*topic))
    );
    assert_eq!(push.subject, "mailto:waymark@localhost.localdomain");
    assert!(!String::from_utf8_lossy(&push.plaintext).contains("heron"));
    stage.becomes("member", "told, told").await;
    assert_eq!(
        stage.service.requests().len(),
        1,
        "what is of one channel is one push"
    );
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM notifications WHERE member_id = '{}' AND push_state IS NOT NULL",
            portal.member("other")
        )),
        "0"
    );

    // The same grace again for who was pushed; then a mail.
    assert!(mails(portal, "member").is_empty());
    assert_eq!(mails(portal, "other").len(), 1);
    after(portal, 12).await;
    assert_eq!(mails(portal, "member").len(), 1);
    let page = member.get(PAGE).await.expect_ok();
    page.expect_text("Sent by push")
        .expect_text("Sent by e-mail")
        .expect_text("last told");
}

#[tokio::test]
async fn what_was_seen_or_not_wanted_is_not_pushed_and_a_service_is_asked_again_until_it_knows_the_device_no_more()
 {
    let stage = Stage::start().await;
    let portal = &stage.portal;
    let member = portal.person("member").await;
    stage.turn_on(&member).await;
    let steward = Writer::of(portal, "steward").await;
    say(&steward, portal, "Depot north", "@member one").await;
    portal.settle().await;
    portal.force(&format!(
        "UPDATE channel_memberships p SET last_read_seq = (SELECT last_seq FROM channels c WHERE c.id = p.channel_id) WHERE member_id = '{}'",
        portal.member("member")
    ));
    after(portal, 12).await;
    stage.becomes("member", "not_told read").await;

    let program = Program::of(portal, &member, &["messaging:read", "messaging:write"]).await;
    let decide = async |allowed: bool| {
        let wanted =
            json!({ "preferences": [{ "channel": "push", "category": "social", "allowed": allowed }] });
        let path = "/api/messaging/preferences";
        program.call(Method::PUT, path, wanted).await.expect_status(200);
    };
    decide(false).await;
    say(&steward, portal, "Depot north", "@member two").await;
    after(portal, 12).await;
    stage.becomes("member", "not_told read, not_told withdrawn").await;
    member
        .get(PAGE)
        .await
        .expect_text("because you asked not to get this kind of message by push");
    assert!(stage.service.requests().is_empty());

    // A service that is busy is asked again when it said.
    decide(true).await;
    stage
        .service
        .next(Fault::Answer(Reply::new(429).with("retry-after", 240)));
    say(&steward, portal, "Depot north", "@member three").await;
    after(portal, 12).await;
    stage
        .says("SELECT attempts FROM pushes WHERE state = 'waiting'", "1")
        .await;
    portal.pass(chrono::TimeDelta::minutes(3));
    assert!(stage.service.waiting().is_empty());
    portal.pass(chrono::TimeDelta::minutes(2));
    stage.arrived().await;
    stage
        .becomes("member", "not_told read, not_told withdrawn, told")
        .await;

    // A browser that wants no more is removed.
    stage.service.forget();
    say(&steward, portal, "Depot north", "@member four").await;
    after(portal, 12).await;
    stage
        .becomes(
            "member",
            "not_told read, not_told withdrawn, told, not_told no_device",
        )
        .await;
    assert_eq!(stage.device(), "");
}

#[tokio::test]
async fn devices_are_ones_own_and_are_tried_renewed_and_removed_there() {
    let stage = Stage::start().await;
    let portal = &stage.portal;
    let (member, other) = (portal.person("member").await, portal.person("other").await);
    let neighbour = portal.neighbour("stranger").await;
    let foreign = stage.browser(Some("https://push.example.net/1"));
    let refused = stage
        .fill_in(&member, "My phone", &foreign)
        .await
        .expect_status(422);
    refused.expect_text("The push service is not on the list of known ones");
    assert_eq!(
        refused.form("form[action='/inbox/devices']").value("name"),
        Some("My phone")
    );
    assert_eq!(stage.device(), "");

    let now = stage.browser(None);
    let old = now["endpoint"].as_str().unwrap().replace("/one", "/old");
    stage
        .fill_in(&member, "", &stage.browser(Some(&old)))
        .await
        .expect_see_other(PAGE);
    let id = stage.device();

    // The worker tells that the address has changed; its origin stands for a token.
    let body = json!({ "old": old, "subscription": now }).to_string();
    let origin = portal.base().to_owned();
    let renew = async |who: &Actor, origin: &str| {
        let headers = [
            ("Content-Type", "application/json"),
            ("Origin", origin),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        let path = "/inbox/devices/renewal";
        who.raw(Method::PUT, path, &headers, body.clone())
            .await
            .status
            .as_u16()
    };
    assert_eq!(renew(&member, "https://evil.example").await, 403);
    assert_eq!(renew(&other, &origin).await, 404);
    assert_eq!(renew(&member, &origin).await, 204);
    assert_eq!(
        renew(&member, &origin).await,
        204,
        "a second time changes nothing"
    );

    for what in ["test", "removal"] {
        let path = format!("/inbox/devices/{id}/{what}");
        let page = member.get(PAGE).await.expect_ok();
        let form = page.form(&format!("form[action='{path}']"));
        for stranger in [&other, &neighbour] {
            let token = stranger.get(PAGE).await.one("meta[name=csrf]");
            let token = token.attr("content").unwrap();
            let headers = [
                ("X-CSRF-Token", token),
                ("Content-Type", "application/x-www-form-urlencoded"),
            ];
            stranger
                .raw(Method::POST, &path, &headers, "")
                .await
                .expect_status(404);
        }
        form.submit(&member).await.expect_see_other(PAGE);
        if what == "test" {
            let (_, shown) = stage.arrived().await;
            assert_eq!(
                (&shown["title"], &shown["path"]),
                (&json!("Push works"), &json!(PAGE))
            );
        }
    }
    assert_eq!(stage.device(), "");
    member.get(PAGE).await.expect_no_element("[data-push-mark]");
}

#[tokio::test]
async fn a_service_that_does_not_answer_holds_up_only_so_many_of_one_organization() {
    let stage = Stage::start().await;
    let portal = &stage.portal;
    let (member, neighbour) = (portal.person("member").await, portal.neighbour("stranger").await);
    let test = async |who: &Actor| {
        let page = who.get(PAGE).await.expect_ok();
        page.form("form[action$='/test']")
            .submit(who)
            .await
            .expect_see_other(PAGE);
    };
    for _ in 0..4 {
        stage.service.next(Fault::SilenceAfterActing);
    }
    stage.turn_on(&member).await;
    for _ in 0..6 {
        test(&member).await;
    }
    eventually("four requests to hang", async || {
        (stage.service.requests().len() == 4).then_some(())
    })
    .await;
    stage.turn_on(&neighbour).await;
    test(&neighbour).await;
    let sent = "SELECT string_agg(o.slug, ' ') FROM pushes p JOIN organizations o ON o.id = p.org_id WHERE p.state = 'sent'";
    stage.says(sent, "neighbour").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_offers_push_or_says_why_it_cannot_be() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let browser = Browser::open(portal.base(), Screen::phone()).await;
    browser.take_cookies_from(&member).await;
    browser.answer_about("notifications", "prompt").await;
    browser.goto(PAGE).await;
    browser.wait_for_text("What to call this device").await;
    browser.no_horizontal_scroll().await;
    browser.answer_about("notifications", "denied").await;
    browser.reload().await;
    browser
        .wait_for_text("This browser blocks notifications from Waymark")
        .await;
    browser.expect_quiet_console().await;
}
