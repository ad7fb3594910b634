//! Parameters for an organization too large to plan message by message.
//!
//! The database makes the rows itself (`INSERT … SELECT FROM generate_series`); the plan says
//! how many of what, and which words to choose from. Numbers count from 0.

use chrono::{DateTime, Utc};

use super::{corpus, dice::Dice, shape::ContextKind};

/// How many channels a large organization has.
const CHANNELS: u32 = 400;
/// How many different bodies its messages choose from.
const BODIES: usize = 400;
/// Smallest channel.
const FEWEST_MEMBERS: u32 = 12;

/// A large organization in figures and word lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LargePlan {
    /// Name and key of the organization.
    pub name: String,
    pub key: String,
    pub time_zone: String,
    /// How many members; member `n` exists for `n` in `0..members`.
    pub members: u32,
    /// How many messages; the sum over the channels.
    pub messages: u64,
    /// How far back the messages reach.
    pub days: u32,
    /// Words to choose from by hash of the member's number.
    pub first_names: Vec<String>,
    pub last_names: Vec<String>,
    pub worksites: Vec<String>,
    pub job_titles: Vec<String>,
    /// Markdown bodies to choose from by hash of channel and message number; none mentions
    /// anybody, none is empty.
    pub bodies: Vec<String>,
    /// Biggest first.
    pub channels: Vec<LargeChannel>,
}

/// A channel in figures. Its members are the numbers `first_member`, `first_member + 1` …
/// modulo the number of members of the organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LargeChannel {
    pub key: String,
    pub name: String,
    /// `Team` or `Cohort`.
    pub kind: ContextKind,
    pub first_member: u32,
    pub members: u32,
    pub messages: u64,
}

/// A large organization of that many members and messages.
pub fn large(seed: u64, members: u32, messages: u64) -> LargePlan {
    let mut dice = Dice::new(seed, "large");
    let corpus = corpus::northside();
    let (first_names, last_names) = names(&corpus.setting.names);
    LargePlan {
        name: "Federation of Health and Service Locals".to_owned(),
        key: "federation".to_owned(),
        time_zone: corpus.setting.organization.time_zone.clone(),
        members,
        messages,
        days: 365,
        first_names,
        last_names,
        worksites: worksites(),
        job_titles: job_titles(&corpus),
        bodies: bodies(seed, &mut dice),
        channels: channels(members, messages, &mut dice),
    }
}

/// First and last words of the names that have both, each once.
fn names(written: &[String]) -> (Vec<String>, Vec<String>) {
    let mut first = Vec::new();
    let mut last = Vec::new();
    for name in written {
        let name = name.split(" | ").next().unwrap_or(name);
        if let Some((given, family)) = name.split_once(' ') {
            first.push(given.to_owned());
            last.push(family.to_owned());
        }
    }
    (once(first), once(last))
}

fn once(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words.dedup();
    words
}

fn job_titles(corpus: &corpus::Corpus) -> Vec<String> {
    let titles = corpus.setting.worksite.iter().flat_map(|site| site.jobs.clone());
    once(titles.collect())
}

fn worksites() -> Vec<String> {
    const PLACES: [&str; 16] = [
        "Ashford",
        "Birchmount",
        "Cedar Hill",
        "Dunmore",
        "Eastgate",
        "Fairview",
        "Glenholme",
        "Harbourfront",
        "Islington",
        "Junction",
        "Kingsway",
        "Lakeside",
        "Millbrook",
        "Northgate",
        "Oakridge",
        "Parkdale",
    ];
    const KINDS: [&str; 4] = ["General Hospital", "Long-Term Care", "Home Care", "Clinic"];
    PLACES
        .iter()
        .flat_map(|place| KINDS.iter().map(move |kind| format!("{place} {kind}")))
        .collect()
}

/// What people of the lively organization say that makes sense anywhere.
fn bodies(seed: u64, dice: &mut Dice) -> Vec<String> {
    let lively = super::lively(seed, DateTime::<Utc>::UNIX_EPOCH);
    let said = lively
        .messages
        .into_iter()
        .map(|message| message.body)
        .filter(|body| !body.contains('@') && (12..600).contains(&body.len()))
        .collect();
    dice.sample(&once(said), BODIES)
}

/// Sizes fall like 1/rank: half of everybody in the first channel, a dozen in the last.
/// Messages fall more slowly, because small channels talk more per head.
fn channels(members: u32, messages: u64, dice: &mut Dice) -> Vec<LargeChannel> {
    let shares: Vec<f64> = (0..CHANNELS)
        .map(|rank| 1.0 / f64::from(rank + 4).powf(0.8))
        .collect();
    let total: f64 = shares.iter().sum();
    let mut left = messages;
    let mut channels: Vec<LargeChannel> = (0_u32..)
        .zip(&shares)
        .map(|(rank, share)| {
            let talk = part(messages, share / total).min(left);
            left -= talk;
            channel(rank, members, talk, dice)
        })
        .collect();
    if let Some(first) = channels.first_mut() {
        first.messages += left;
    }
    channels
}

fn channel(rank: u32, members: u32, messages: u64, dice: &mut Dice) -> LargeChannel {
    let size = (members / 2 / (rank + 1)).max(FEWEST_MEMBERS).min(members);
    let first = dice.between(0, i64::from(members.saturating_sub(1)));
    LargeChannel {
        key: format!("channel-{:03}", rank + 1),
        name: if rank == 0 {
            "Everybody".to_owned()
        } else {
            format!("Channel {}", rank + 1)
        },
        kind: if rank % 5 == 4 {
            ContextKind::Cohort
        } else {
            ContextKind::Team
        },
        first_member: u32::try_from(first).unwrap_or(0),
        members: size,
        messages,
    }
}

/// A share of a whole, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share between 0 and 1 of a count far below 2^52"
)]
fn part(whole: u64, share: f64) -> u64 {
    (whole as f64 * share) as u64
}
