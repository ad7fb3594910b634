//! Broadcasts, moderation reports and drafts.

use chrono::{DateTime, Duration, Utc};

use super::{
    calendar::Calendar,
    corpus::{BroadcastSource, DraftSource, OutcomeSource, ReportSource},
    dice::Dice,
    shape::{
        Audience, Broadcast, BroadcastTiming, Channel, Context, Decision, Deletion, Draft, Outcome,
        Person, Receipt, Report,
    },
    writing::Written,
};

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
        (
            BroadcastTiming::Scheduled { created_at, due_at },
            Vec::new(),
        )
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
