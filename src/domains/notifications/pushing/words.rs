//! What a push says: who and where, never what was said. It is shown on locked screens.

use std::time::Duration;

use serde::Serialize;
use uuid::Uuid;

use crate::domains::notifications::model::Kind;
use crate::domains::notifications::queries::Due;
use crate::domains::notifications::telling::Known;
use crate::platform::mail::{Locale, say};
use crate::providers::push::{PushMessage, Topic, Urgency};

/// How long a push service keeps it for a device that is away.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
/// A test is about now.
const KEPT_TEST: Duration = Duration::from_secs(600);
/// Characters of a name, so that the whole fits into any push.
const NAME: usize = 120;

/// What the service worker shows and where it leads (`static/push/worker.js`).
#[derive(Serialize)]
struct Shown<'a> {
    title: &'a str,
    body: &'a str,
    path: &'a str,
    /// Takes the place of what is shown with the same one.
    tag: &'a str,
    lang: &'static str,
}

/// What a push about it replaces while it waits, and on the device: a channel's are one, each broadcast is one.
pub fn topic(one: &Due) -> String {
    let place = one.channel_id.map_or(one.about_id, |channel| channel.0);
    Uuid::simple(place).to_string()
}

/// One push for some things of one place, the oldest first.
pub fn message(known: &Known, told: &[Due], organization: &str) -> PushMessage {
    let locale = Locale::of(&known.reach.locale);
    let Some(newest) = told.last() else {
        return test(known);
    };
    let mut body = said(locale, newest);
    if told.len() > 1 {
        let count = [("count", (told.len() - 1).to_string())];
        body = format!("{body} {}", say(locale, "push-more", &count));
    }
    let tag = topic(newest);
    let shown = Shown {
        title: &cut(organization),
        body: &body,
        path: &newest.path(),
        tag: &tag,
        lang: locale.as_str(),
    };
    PushMessage {
        payload: serde_json::to_vec(&shown).unwrap_or_default(),
        ttl: KEPT,
        urgency: urgency(newest.kind),
        topic: Topic::parse(&tag),
    }
}

/// A push that shows that push works.
pub fn test(known: &Known) -> PushMessage {
    let locale = Locale::of(&known.reach.locale);
    let shown = Shown {
        title: &say(locale, "push-test-title", &[]),
        body: &say(locale, "push-test-body", &[]),
        path: "/inbox/notifications",
        tag: "test",
        lang: locale.as_str(),
    };
    PushMessage {
        payload: serde_json::to_vec(&shown).unwrap_or_default(),
        ttl: KEPT_TEST,
        urgency: Urgency::High,
        topic: Topic::parse("test"),
    }
}

/// Who speaks to somebody wakes their device; who speaks to many does not drain it.
const fn urgency(kind: Kind) -> Urgency {
    match kind {
        Kind::Mention | Kind::Direct => Urgency::High,
        Kind::Everyone | Kind::Broadcast | Kind::Certificate | Kind::Answer => Urgency::Normal,
    }
}

fn said(locale: Locale, one: &Due) -> String {
    let id = match one.kind {
        Kind::Mention => "notification-mention-subject",
        Kind::Everyone => "notification-everyone-subject",
        Kind::Direct => "notification-direct-subject",
        // Its title may say what it says.
        Kind::Broadcast => "push-broadcast",
        Kind::Certificate => "push-certificate",
        Kind::Answer => "push-answer",
    };
    let author = match one.author.as_str() {
        "" => say(locale, "push-somebody", &[]),
        known => cut(known),
    };
    say(locale, id, &[("author", author), ("channel", cut(&one.channel))])
}

fn cut(name: &str) -> String {
    name.chars().take(NAME).collect()
}
