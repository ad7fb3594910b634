//! Broadcasts, moderation reports and drafts.

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;

use super::{
    calendar::Calendar,
    dice::Dice,
    setting::{BroadcastSource, DraftSource, OutcomeSource, ReportSource},
    shape::{Channel, Context, Deletion, Person, Role},
    writing::Written,
};

/// One text to many people, with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broadcast {
    pub key: String,
    /// Key of the sender, who may address the audience.
    pub sender: String,
    pub audience: Audience,
    /// Markdown.
    pub body: String,
    pub requires_ack: bool,
    pub timing: BroadcastTiming,
    /// One per recipient, sender excluded; empty while scheduled.
    pub receipts: Vec<Receipt>,
}

/// Whom a broadcast addresses.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody in the channel with this key.
    Channel(String),
    /// Everybody in the team with this key.
    Team(String),
    /// Everybody who holds the role.
    Role(Role),
}

/// When a broadcast goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BroadcastTiming {
    /// It went out then.
    Sent(DateTime<Utc>),
    /// It was written at `created_at` and will go out at `due_at`, after the moment of the plan.
    Scheduled {
        created_at: DateTime<Utc>,
        due_at: DateTime<Utc>,
    },
}

/// What one recipient did with a broadcast; each later moment implies the earlier ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub person: String,
    pub delivered_at: DateTime<Utc>,
    pub seen_at: Option<DateTime<Utc>>,
    /// Only where the broadcast asks for it.
    pub acknowledged_at: Option<DateTime<Utc>>,
}

/// A message somebody asked the moderators to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub key: String,
    pub channel: String,
    /// Index of the message inside the channel.
    pub message: usize,
    /// Key of a channel member who is not the author.
    pub reporter: String,
    pub reason: ReportReason,
    /// What the reporter wrote; may be empty.
    pub note: String,
    pub reported_at: DateTime<Utc>,
    /// `None` while the report is open.
    pub outcome: Option<Outcome>,
}

/// Why a message was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportReason {
    Harassment,
    Privacy,
    Spam,
    OffTopic,
    Other,
}

impl ReportReason {
    /// The name used in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Harassment => "harassment",
            Self::Privacy => "privacy",
            Self::Spam => "spam",
            Self::OffTopic => "off_topic",
            Self::Other => "other",
        }
    }
}

/// How a report ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub handled_by: String,
    pub handled_at: DateTime<Utc>,
    pub decision: Decision,
    /// What the reporter is told.
    pub note: String,
}

/// What the moderators decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The message stays.
    Dismissed,
    /// The message is gone; the plan's message carries the deletion.
    Removed,
    /// The message stays and its author was spoken to.
    Warned,
}

impl Decision {
    /// The name used in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dismissed => "dismissed",
            Self::Removed => "removed",
            Self::Warned => "warned",
        }
    }
}

/// Text a person typed into a channel and has not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub person: String,
    pub channel: String,
    pub body: String,
    pub saved_at: DateTime<Utc>,
}

/// Where to look up who an audience is.
#[derive(Debug)]
pub struct Directory<'a> {
    pub people: &'a [Person],
    pub contexts: &'a [Context],
    pub channels: &'a [&'a Channel],
}

impl Directory<'_> {
    /// Keys of everybody in an audience.
    pub fn audience(&self, audience: &Audience) -> Vec<String> {
        match audience {
            Audience::Channel(key) => self
                .channels
                .iter()
                .filter(|channel| channel.key == *key)
                .flat_map(|channel| &channel.members)
                .map(|membership| membership.person.clone())
                .collect(),
            Audience::Team(key) => self
                .contexts
                .iter()
                .filter(|context| context.key == *key)
                .flat_map(|context| context.members.clone())
                .collect(),
            Audience::Role(role) => self
                .people
                .iter()
                .filter(|person| person.roles.contains(role))
                .map(|person| person.key.clone())
                .collect(),
        }
    }
}

/// The broadcasts with what each recipient did.
pub fn broadcasts(
    sources: &[BroadcastSource],
    directory: &Directory<'_>,
    calendar: &Calendar,
    dice: &mut Dice,
) -> Vec<Broadcast> {
    sources
        .iter()
        .map(|source| broadcast(source, directory, calendar, dice))
        .collect()
}

fn broadcast(
    source: &BroadcastSource,
    directory: &Directory<'_>,
    calendar: &Calendar,
    dice: &mut Dice,
) -> Broadcast {
    let day = if source.day < 0 {
        calendar.working_day(source.day)
    } else {
        source.day
    };
    let moment = calendar.moment(day, source.hour * 60 + 4);
    let (timing, receipts) = if source.day > 0 {
        let created_at = calendar.now() - Duration::hours(19);
        let due_at = moment;
        (BroadcastTiming::Scheduled { created_at, due_at }, Vec::new())
    } else {
        let receipts = directory
            .audience(&source.audience)
            .into_iter()
            .filter(|person| *person != source.sender)
            .map(|person| receipt(person, moment, source, calendar.now(), dice))
            .collect();
        (BroadcastTiming::Sent(moment), receipts)
    };
    Broadcast {
        key: source.key.clone(),
        sender: source.sender.clone(),
        audience: source.audience.clone(),
        body: source.body.trim().to_owned(),
        requires_ack: source.requires_ack,
        timing,
        receipts,
    }
}

fn receipt(
    person: String,
    sent_at: DateTime<Utc>,
    source: &BroadcastSource,
    now: DateTime<Utc>,
    dice: &mut Dice,
) -> Receipt {
    let delivered_at = sent_at + Duration::milliseconds(dice.between(300, 9_000));
    // Half look within hours, the others within two days.
    let hours = if dice.chance(0.5) { 5 } else { 48 };
    let seen = delivered_at + Duration::seconds(dice.between(40, hours * 3_600));
    let acknowledged = seen + Duration::seconds(dice.between(6, 900));
    let seen_at = (dice.chance(source.seen) && seen < now).then_some(seen);
    let of_those = source.acknowledged / source.seen.max(0.01);
    let confirms = source.requires_ack && dice.chance(of_those) && acknowledged < now;
    Receipt {
        person,
        delivered_at,
        seen_at,
        acknowledged_at: seen_at.filter(|_| confirms).map(|_| acknowledged),
    }
}

/// The reports on the messages that carry their marks; removes what moderators removed.
pub fn reports(
    sources: &[ReportSource],
    rooms: &mut [(&Channel, Vec<Written>)],
    now: DateTime<Utc>,
    dice: &mut Dice,
) -> Vec<Report> {
    let mut reports = Vec::new();
    for source in sources {
        for (channel, written) in rooms.iter_mut() {
            let marked = written
                .iter_mut()
                .find(|entry| entry.report.as_ref() == Some(&source.key));
            if let Some(entry) = marked {
                reports.extend(report(source, channel, entry, now, dice));
            }
        }
    }
    reports
}

fn report(
    source: &ReportSource,
    channel: &Channel,
    entry: &mut Written,
    now: DateTime<Utc>,
    dice: &mut Dice,
) -> Option<Report> {
    let handler = source.outcome.as_ref().map(|outcome| outcome.by.as_str());
    let witnesses: Vec<&str> = channel
        .members
        .iter()
        .map(|membership| membership.person.as_str())
        .filter(|person| *person != entry.message.author && Some(*person) != handler)
        .collect();
    let reported_at = entry.message.sent_at + Duration::minutes(dice.between(2, 40));
    let handled_at = reported_at + Duration::minutes(dice.between(15, 600));
    if let Some(outcome) = &source.outcome
        && outcome.decision == Decision::Removed
    {
        entry.message.deletion = Some(Deletion {
            at: handled_at.min(now),
            by: outcome.by.clone(),
            reason: Some(outcome.note.clone()),
        });
    }
    Some(Report {
        key: source.key.clone(),
        channel: channel.key.clone(),
        message: entry.message.index,
        reporter: (*dice.pick(&witnesses)?).to_owned(),
        reason: source.reason,
        note: source.note.clone(),
        reported_at: reported_at.min(now),
        outcome: source
            .outcome
            .as_ref()
            .map(|outcome| ended(outcome, handled_at.min(now))),
    })
}

fn ended(source: &OutcomeSource, handled_at: DateTime<Utc>) -> Outcome {
    Outcome {
        handled_by: source.by.clone(),
        handled_at,
        decision: source.decision,
        note: source.note.clone(),
    }
}

/// The drafts as they lie there.
pub fn drafts(sources: &[DraftSource], now: DateTime<Utc>) -> Vec<Draft> {
    sources
        .iter()
        .map(|source| Draft {
            person: source.person.clone(),
            channel: source.channel.clone(),
            body: source.body.trim().to_owned(),
            saved_at: now - Duration::minutes(source.minutes_ago),
        })
        .collect()
}
