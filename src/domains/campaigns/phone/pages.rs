//! A phone as a page.

use std::cmp::Reverse;

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domains::campaigns::reports::queries::by_number;
use crate::domains::{consent, people};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::CampaignId;
use crate::kernel::sms::{Encoding, measure};
use crate::kernel::time::{ago, local_clock, local_day, machine};
use crate::platform::db::TenantTx;
use crate::platform::mail::{Kept, Line, mime};
use crate::platform::web::Shell;
use crate::platform::web::shell::{hue, initials};

use super::CAMPAIGN;
use super::queries;

/// Messages of one phone that are shown: the newest.
pub const MOST: i64 = 100;

/// `/outbox/phones/{mail}`
#[derive(Template)]
#[template(path = "campaigns/phone/phone.html")]
pub struct PhonePage {
    pub shell: Shell,
    /// Where it is.
    pub path: String,
    pub owner: Owner,
    pub organization: String,
    pub organization_initials: String,
    /// Phones that the organization wrote to.
    pub phones: Vec<PhoneLine>,
    pub days: Vec<Day>,
    /// What was typed and not taken.
    pub typed: String,
    pub errors: FieldErrors,
}

/// Whose phone it is.
pub struct Owner {
    /// Their name; the number where nobody is known by it.
    pub name: String,
    pub number: String,
    pub initials: String,
    pub hue: u16,
}

/// A phone in the list.
pub struct PhoneLine {
    pub path: String,
    pub number: String,
    pub newest: String,
    pub at: String,
    pub ago: String,
    pub is_current: bool,
}

/// A day of a conversation.
pub struct Day {
    pub label: String,
    pub bubbles: Vec<Bubble>,
}

/// One message, as its owner sees it.
pub struct Bubble {
    /// Whether the owner wrote it.
    pub is_own: bool,
    pub text: String,
    pub at: String,
    pub clock: String,
    /// What it takes, in words.
    pub parts: String,
    /// The page of its campaign; empty when it is of none.
    pub campaign: String,
    moment: DateTime<Utc>,
}

/// What the outbox has of a phone.
pub struct Found {
    pub number: String,
    pub texts: Vec<Kept>,
    pub phones: Vec<Line>,
}

impl PhonePage {
    /// Reads it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        (shell, path): (Shell, String),
        found: Found,
        (typed, errors): (String, FieldErrors),
    ) -> Result<Self, AppError> {
        let (asker, now) = (consent::asker(tx)?, tx.now());
        let zone = asker.zone();
        let answers = queries::newest(tx, &found.number, MOST)?.into_iter();
        let texts = found.texts.iter().map(|text| bubble_of(text, zone));
        let mut bubbles: Vec<Bubble> = texts.collect();
        bubbles.extend(answers.map(|one| bubble(one.body, one.at, zone)));
        bubbles.sort_by_key(|one| (one.moment, Reverse(one.is_own)));
        Ok(Self {
            shell,
            path,
            owner: owner(tx, &found.number)?,
            organization_initials: initials(&asker.name),
            organization: asker.name,
            phones: lines(found.phones, &found.number, now),
            days: by_day(bubbles, now, zone),
            typed,
            errors,
        })
    }
}

fn owner(tx: &mut TenantTx<'_>, number: &str) -> Result<Owner, AppError> {
    let known = by_number(tx, number)?.into_iter().next();
    let reach = match known {
        Some(member) => Some((member, people::reach(tx, member)?.name)),
        None => None,
    };
    Ok(match reach {
        Some((member, name)) => Owner {
            initials: initials(&name),
            hue: hue(member.0),
            number: number.to_owned(),
            name,
        },
        None => Owner {
            name: number.to_owned(),
            number: number.to_owned(),
            initials: "#".to_owned(),
            hue: 0,
        },
    })
}

fn lines(mut phones: Vec<Line>, current: &str, now: DateTime<Utc>) -> Vec<PhoneLine> {
    phones.sort_by_key(|line| Reverse(line.created_at));
    let line = |line: Line| PhoneLine {
        path: format!("/outbox/phones/{}", line.id),
        is_current: line.recipient == current,
        number: line.recipient,
        newest: line.subject,
        at: machine(line.created_at),
        ago: ago(line.created_at, now),
    };
    phones.into_iter().map(line).collect()
}

/// A message that the phone got.
fn bubble_of(text: &Kept, zone: Tz) -> Bubble {
    let opened = mime::open(&text.mime);
    let words: Vec<&str> = opened.parts.iter().map(|part| part.text.as_str()).collect();
    let campaign = opened.headers.iter().find(|(name, _)| name == CAMPAIGN);
    let campaign = campaign.and_then(|(_, id)| id.parse::<CampaignId>().ok());
    Bubble {
        is_own: false,
        campaign: campaign.map(|id| format!("/campaigns/{id}")).unwrap_or_default(),
        ..bubble(words.join("\n"), text.created_at, zone)
    }
}

fn bubble(text: String, moment: DateTime<Utc>, zone: Tz) -> Bubble {
    Bubble {
        is_own: true,
        parts: parts(&text),
        text,
        at: machine(moment),
        clock: local_clock(moment, zone),
        campaign: String::new(),
        moment,
    }
}

fn parts(text: &str) -> String {
    let meter = measure(text);
    let alphabet = match meter.encoding {
        Encoding::Gsm7 => "GSM-7",
        Encoding::Ucs2 => "UCS-2",
    };
    match meter.segments {
        1 => format!("1 part, {alphabet}"),
        many => format!("{many} parts, {alphabet}"),
    }
}

fn by_day(bubbles: Vec<Bubble>, now: DateTime<Utc>, zone: Tz) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for bubble in bubbles {
        let label = local_day(bubble.moment, now, zone);
        match days.last_mut().filter(|day| day.label == label) {
            Some(day) => day.bubbles.push(bubble),
            None => days.push(Day {
                label,
                bubbles: vec![bubble],
            }),
        }
    }
    days
}
