//! The last look before a campaign is sent off: what would happen, and what is missing.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::app::App;
use crate::domains::campaigns::audience::{self, Part, Rehearsal};
use crate::domains::campaigns::content::{is_example, left_words};
use crate::domains::campaigns::model::{Campaign, Start};
use crate::domains::campaigns::sending::{Carrier, Letters, Reader, SentAs};
use crate::domains::campaigns::templates::model::Channel;
use crate::domains::campaigns::variants::model::letter;
use crate::domains::campaigns::{providers, templates, variants};
use crate::domains::{consent, people};
use crate::kernel::error::AppError;
use crate::kernel::ids::{DeliveryId, Id, MemberId};
use crate::kernel::sms::measure;
use crate::kernel::text::grouped;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;

/// Messages a second that a provider is taken to carry when nobody set a pace: what one connection does at 20 ms a message.
const PER_CONNECTION: usize = 50;

/// How a message looks to somebody who gets it.
pub struct Sample {
    pub name: String,
    pub address: String,
    pub subject: String,
    pub html: Option<String>,
    pub text: String,
}

/// A variant beside A, to somebody who would get it.
pub struct VariantSample {
    pub letter: &'static str,
    pub sample: Option<Sample>,
}

/// What sending would do.
pub struct Review {
    pub rehearsal: Rehearsal,
    pub sample: Option<Sample>,
    /// The variants beside A.
    pub variants: Vec<VariantSample>,
    /// How many would get each variant, and how many would wait; empty when nothing is tried.
    pub parts: Vec<(String, String)>,
    /// What a text message comes to.
    pub cost: String,
    /// When the last of it has left, in words.
    pub finish: String,
    /// Through what it leaves, in words.
    pub through: String,
    /// Whether nothing leaves this portal.
    pub is_outbox: bool,
}

impl Review {
    /// Asks the same question as sending does, without sending.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when it cannot be asked yet.
    pub fn read(tx: &mut TenantTx<'_>, app: &App, campaign: &Campaign, zone: Tz) -> Result<Self, AppError> {
        let rehearsal = audience::rehearse(tx, &app.keys, campaign)?;
        let chosen = providers::in_use(tx, app, campaign.channel)?;
        let usable = chosen.iter().find_map(|one| one.as_ref().ok());
        let is_outbox = usable.is_some_and(|one| matches!(one.carrier, Carrier::Outbox));
        let pace = usable.map_or(0, |one| match one.limits.per_second {
            Some(pace) => usize::try_from(pace).unwrap_or(usize::MAX),
            None => one.connections * PER_CONNECTION,
        });
        let through = match (&usable, chosen.first()) {
            (Some(_), _) if is_outbox => {
                "The outbox of this portal: nothing leaves it until an admin adds a provider.".to_owned()
            }
            (Some(one), _) => one
                .from
                .as_ref()
                .map(|from| from.address.clone())
                .unwrap_or_default(),
            (None, Some(Err(why))) => why.clone(),
            (None, _) => String::new(),
        };
        let letters = Letters::read(tx, app, campaign, usable.and_then(|one| one.from.clone()))?;
        let parts = match variants::queries::shape(tx, campaign.id)? {
            Some(shape) => audience::split(tx, &app.keys, campaign, shape)?,
            None => Vec::new(),
        };
        let example = |number: i16| {
            let of_it = parts.iter().find(|part| part.variant == Some(number));
            of_it.and_then(|part| part.example).or(rehearsal.example)
        };
        let first = match example(0) {
            Some(member) => Some(sample(tx, &letters, campaign, member)?),
            None => None,
        };
        let from = usable.and_then(|one| one.from.as_ref());
        let beside = samples_beside(tx, app, campaign, from, &example)?;
        let sample = first;
        let cost = match (&sample, campaign.channel) {
            (Some(sample), Channel::Sms) => cost(&sample.text, rehearsal.recipients),
            _ => String::new(),
        };
        Ok(Self {
            finish: finish(campaign, &rehearsal, pace, zone, tx.now()),
            parts: match parts.is_empty() {
                true => Vec::new(),
                false => in_parts(&parts, beside.len()),
            },
            variants: beside,
            rehearsal,
            sample,
            cost,
            through,
            is_outbox,
        })
    }
}

/// What a campaign would say in the words of a starter, which nobody wrote for its readers.
///
/// # Errors
/// When the database fails.
pub fn starter_words(tx: &mut TenantTx<'_>, campaign: &Campaign) -> Result<Vec<String>, AppError> {
    let mut found: Vec<String> = Vec::new();
    for edition in variants::editions(tx, campaign)? {
        let of = edition.campaign;
        let Some(words) = templates::actions::words_of(tx, of.template_id, of.version_id)? else {
            continue;
        };
        let left = left_words(&words.source);
        found.extend(left.map(|words| format!("The template still says what its starter said: “{words}”.")));
        let is_filled = |name: &str| {
            let value = of.fill.get(name).and_then(serde_json::Value::as_str);
            value.is_some_and(|value| !value.trim().is_empty())
        };
        let examples = words.variables.iter().filter(|one| is_example(one));
        found.extend(examples.filter(|one| !is_filled(&one.name)).map(|one| {
            format!(
                "“{}” is left empty, so people read the starter’s example: “{}”.",
                one.called(),
                one.fallback.as_deref().unwrap_or_default()
            )
        }));
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|one| seen.insert(one.clone()));
    Ok(found)
}

/// Each variant beside A, to an example of those who would get it.
fn samples_beside(
    tx: &mut TenantTx<'_>,
    app: &App,
    campaign: &Campaign,
    from: Option<&SentAs>,
    example: &impl Fn(i16) -> Option<MemberId>,
) -> Result<Vec<VariantSample>, AppError> {
    let mut samples = Vec::new();
    for edition in variants::editions(tx, campaign)?.into_iter().skip(1) {
        let letters = Letters::read_with(tx, app, &edition.campaign, &edition.subject, from.cloned())?;
        samples.push(VariantSample {
            letter: letter(edition.number),
            sample: match example(edition.number) {
                Some(member) => Some(sample(tx, &letters, campaign, member)?),
                None => None,
            },
        });
    }
    Ok(samples)
}

/// How many get each variant and how many wait, in words.
fn in_parts(parts: &[Part], beside: usize) -> Vec<(String, String)> {
    let count = |variant: Option<i16>| {
        let those = parts.iter().filter(|part| part.variant == variant);
        those.map(|part| part.people).sum::<i64>()
    };
    let mut words: Vec<(String, String)> = (0..)
        .take(beside + 1)
        .map(|number| (format!("Get {}", letter(number)), grouped(count(Some(number)))))
        .collect();
    words.push(("Wait for the winner".to_owned(), grouped(count(None))));
    words
}

/// What one person would get.
///
/// # Errors
/// When a value is missing.
pub fn sample(
    tx: &mut TenantTx<'_>,
    letters: &Letters,
    campaign: &Campaign,
    member: MemberId,
) -> Result<Sample, AppError> {
    let reach = people::reach(tx, member)?;
    let phone = consent::actions::addresses(tx, member, consent::model::Channel::Sms)?
        .into_iter()
        .next();
    let address = match campaign.channel {
        Channel::Email => reach.email.unwrap_or_default(),
        Channel::Sms => phone.clone().unwrap_or_default(),
    };
    let now = tx.now();
    let reader = Reader {
        delivery: DeliveryId::from_uuid(uuid::Uuid::nil()),
        bucket: now.date_naive(),
        member,
        name: &reach.name,
        address: &address,
        locale: &reach.locale,
        phone: phone.as_deref(),
        values: None,
    };
    let parts = letters
        .looked_at(&reader)
        .map_err(|cause| AppError::Conflict(cause.to_string()))?;
    Ok(Sample {
        name: reach.name.clone(),
        address: address.clone(),
        subject: parts.subject,
        html: parts.html,
        text: parts.text,
    })
}

fn cost(text: &str, people: i64) -> String {
    let parts = measure(text).segments;
    let all = i64::from(parts) * people;
    format!(
        "{parts} part{} for each, {all} in all. Providers charge by the part.",
        if parts == 1 { "" } else { "s" }
    )
}

fn finish(
    campaign: &Campaign,
    rehearsal: &Rehearsal,
    per_second: usize,
    zone: Tz,
    now: DateTime<Utc>,
) -> String {
    let Some((first, last)) = rehearsal.span.filter(|_| campaign.starts != Start::Entry) else {
        return String::new();
    };
    if per_second == 0 {
        return "Not before a provider takes messages again.".to_owned();
    }
    let people = u64::try_from(rehearsal.recipients).unwrap_or_default();
    let seconds = people.div_ceil(u64::try_from(per_second).unwrap_or(1)).max(1);
    let lasts = crate::kernel::time::waiting_time(seconds);
    let through = last.max(first) + TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX / 2_000));
    match campaign.starts {
        Start::Now if last <= now + TimeDelta::minutes(1) => format!("About {lasts} after it is sent off."),
        _ => format!("About {}.", local_date_time(through, zone)),
    }
}
