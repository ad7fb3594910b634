//! What people are written: who and where, never what was said.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::domains::consent::links::{Link, Opens};
use crate::domains::consent::model::Channel;
use crate::kernel::ids::{MemberId, OrgId};
use crate::platform::mail::{Letter, Locale, Mailbox, say};

use super::model::Kind;
use super::queries::Due;

/// Lines in one mail; how many more there are is said below.
const LINES: usize = 20;

/// To whom, and from where.
pub struct About<'a> {
    pub member: MemberId,
    pub name: &'a str,
    pub email: &'a str,
    pub locale: &'a str,
    pub organization: &'a str,
}

/// One letter for all of it.
pub fn letter(app: &App, org: OrgId, about: &About<'_>, told: &[Due], now: DateTime<Utc>) -> Letter {
    let portal = app.config.public_url.trim_end_matches('/');
    let locale = Locale::of(about.locale);
    let to = Mailbox {
        name: about.name.to_owned(),
        email: about.email.to_owned(),
    };
    let signed = |opens| {
        let link = Link {
            org,
            member: about.member,
            opens,
        };
        link.written(&app.keys, now)
    };
    // Who has different kinds of news leaves the kind of the first; the preferences show all.
    let category = told.first().map_or("social", |first| first.kind.category());
    let leaving = signed(Opens::Leaving {
        message: None,
        channel: Channel::Email,
        category: category.to_owned(),
    });
    let preferences = format!("{portal}/p/{}", signed(Opens::Preferences));
    let letter = match told {
        [one] => Letter::new(to, locale, id_of(one.kind), &values(one, about.organization))
            .action("notification-action", format!("{portal}{}", one.path())),
        several => {
            let values = [
                ("organization", about.organization.to_owned()),
                ("count", several.len().to_string()),
            ];
            let mut letter = Letter::new(to, locale, "notification-several", &values);
            for one in several.iter().take(LINES) {
                letter = letter.paragraph(say(
                    locale,
                    &format!("{}-subject", id_of(one.kind)),
                    &self::values(one, about.organization),
                ));
            }
            if let Some(more) = several.len().checked_sub(LINES).filter(|more| *more > 0) {
                let count = [("count", more.to_string())];
                letter = letter.paragraph(say(locale, "notification-more", &count));
            }
            letter.action("notification-action", format!("{portal}/inbox"))
        }
    };
    letter
        .closing("notification-closing", &[("preferences", preferences)])
        .leave_with(&format!("{portal}/u/{leaving}"))
        .may_wait()
}

const fn id_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Mention => "notification-mention",
        Kind::Everyone => "notification-everyone",
        Kind::Direct => "notification-direct",
        Kind::Broadcast => "notification-broadcast",
        Kind::Certificate => "notification-certificate",
        Kind::Answer => "notification-answer",
    }
}

fn values(one: &Due, organization: &str) -> [(&'static str, String); 4] {
    [
        ("author", one.author.clone()),
        ("channel", one.channel.clone()),
        ("title", one.title.clone()),
        ("organization", organization.to_owned()),
    ]
}
