//! The sample data as a plan: pure, deterministic, and without a database.
//!
//! [`lively`] plans a union local that also coaches its stewards; [`second`] plans a small
//! sales academy, to prove that organizations do not see each other; [`large`] gives the
//! figures of an organization for measurements. The same seed and moment always give the
//! same plan. What people say is written by hand in `../corpus`; the plan decides who says
//! it, where and when.

mod calendar;
mod casting;
mod conversations;
mod corpus;
mod dice;
mod large;
mod notices;
pub mod organising;
mod people;
mod places;
mod reactions;
mod reading;
mod schedule;
mod script;
mod setting;
mod shape;
mod words;
mod writing;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use calendar::Calendar;
use casting::Company;
use corpus::Corpus;
use dice::Dice;
use notices::Directory;
use places::Room;
use writing::{Writer, Written};

pub use large::{LargeChannel, LargePlan, large};
pub use notices::{
    Audience, Broadcast, BroadcastTiming, Decision, Draft, Outcome, Receipt, Report, ReportReason,
};
pub use shape::*;

/// Local 1199 Northside: about 200 members and 5,000 messages in the 60 days before `now`.
pub fn lively(seed: u64, now: DateTime<Utc>) -> Plan {
    build(&corpus::northside(), seed, now)
}

/// Summit Sales Academy: about 20 members and 150 messages. Its admin is
/// `admin@example.org`, who is also a member of the first organization.
pub fn second(seed: u64, now: DateTime<Utc>) -> Plan {
    build(&corpus::summit(), seed, now)
}

fn build(corpus: &Corpus, seed: u64, now: DateTime<Utc>) -> Plan {
    let setting = &corpus.setting;
    let dice = |purpose: &str| Dice::new(seed, &format!("{}/{purpose}", setting.organization.key));
    let zone = &setting.organization.time_zone;
    let calendar = Calendar::new(now, zone, &mut dice("calendar"));
    let people = people::roster(setting, now, &mut dice("people"));
    let mut contexts = places::contexts(setting, &people, now, &mut dice("contexts"));
    let rooms = places::rooms(setting, &contexts, &people, now, &mut dice("rooms"));
    let stars = stars(corpus, &people);
    let company = Company::new(&people, &stars, &setting.women, &mut dice("company"));

    let written = talk(corpus, &rooms, &people, &calendar, &company, &mut dice("talk"));
    let mut channels: Vec<Channel> = rooms.iter().map(|room| room.channel.clone()).collect();
    let mut spoken: Vec<(&Channel, Vec<Written>)> =
        rooms.iter().map(|room| &room.channel).zip(written).collect();
    let reports = notices::reports(&setting.report, &mut spoken, now, &mut dice("reports"));
    read(&mut channels, &spoken, corpus, &people, now, &mut dice("reading"));

    let directory = Directory {
        people: &people,
        contexts: &contexts,
        channels: &channels.iter().collect::<Vec<_>>(),
    };
    let broadcasts = notices::broadcasts(&setting.broadcast, &directory, &calendar, &mut dice("broadcasts"));
    let messages = in_order(spoken);
    contexts.sort_by_key(|context| context.created_at);
    let organising = organising::organising(setting, &people, now, &mut dice("organising"));
    Plan {
        organising,
        organization: setting.organization.clone(),
        messages,
        channels,
        broadcasts,
        reports,
        drafts: notices::drafts(&setting.draft, now),
        contexts,
        people,
    }
}

/// Keys of the people who have a part of their own.
fn stars(corpus: &Corpus, people: &[Person]) -> Vec<String> {
    people
        .iter()
        .take(corpus.setting.person.len())
        .map(|person| person.key.clone())
        .collect()
}

fn talk<'a>(
    corpus: &'a Corpus,
    rooms: &[Room<'a>],
    people: &'a [Person],
    calendar: &'a Calendar,
    company: &Company,
    dice: &mut Dice,
) -> Vec<Vec<Written>> {
    let mut writer = Writer {
        people,
        worksites: &corpus.setting.worksite,
        calendar,
        said: BTreeMap::new(),
    };
    conversations::distribute(corpus, rooms, company, dice)
        .into_iter()
        .zip(rooms)
        .map(|(episodes, room)| {
            let dated = schedule::timetable(episodes, room, calendar, dice);
            let mut written = writer.write(room, &dated, dice);
            reactions::react(&mut written, room, company, dice);
            written
        })
        .collect()
}

fn read(
    channels: &mut [Channel],
    spoken: &[(&Channel, Vec<Written>)],
    corpus: &Corpus,
    people: &[Person],
    now: DateTime<Utc>,
    dice: &mut Dice,
) {
    for (channel, (_, written)) in channels.iter_mut().zip(spoken) {
        let messages: Vec<&Message> = written.iter().map(|entry| &entry.message).collect();
        reading::settle(channel, &messages, people, &corpus.setting.reading, now, dice);
    }
}

fn in_order(spoken: Vec<(&Channel, Vec<Written>)>) -> Vec<Message> {
    let mut messages: Vec<Message> = spoken
        .into_iter()
        .flat_map(|(_, written)| written)
        .map(|entry| entry.message)
        .collect();
    messages.sort_by(|one, other| {
        (one.sent_at, &one.channel, one.index).cmp(&(other.sent_at, &other.channel, other.index))
    });
    messages
}
