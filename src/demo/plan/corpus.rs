//! The hand-written files of the sample data, as they are on disk.
//!
//! They are compiled in, so a mistake in one is a mistake in the program: the tests parse
//! them all, and nothing at run time can change them.

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    script::{self, ScriptLine},
    setting::Setting,
};

/// Everything written for one organization.
#[derive(Debug)]
pub struct Corpus {
    pub setting: Setting,
    pub threads: Vec<Thread>,
    pub exchanges: Vec<Exchange>,
}

/// When something written may be placed, and how it should feel.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Manner {
    #[serde(default)]
    pub hours: Hours,
    #[serde(default)]
    pub days: Days,
    #[serde(default)]
    pub pace: Pace,
    #[serde(default)]
    pub mood: Mood,
}

/// Part of the day a text belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hours {
    #[default]
    Any,
    Morning,
    Day,
    Evening,
    Night,
    /// Shortly after a quarter to three in the night that follows the day.
    Late,
}

/// Days of the week a text belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    #[default]
    Any,
    Weekday,
    Weekend,
    Monday,
    Friday,
    Sunday,
}

/// How fast people answer one another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// Seconds to two minutes.
    Quick,
    /// Minutes.
    #[default]
    Steady,
    /// Half an hour and more.
    Slow,
}

/// Which reactions fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    #[default]
    Plain,
    Serious,
    Warm,
    Funny,
    News,
}

/// A conversation written from beginning to end.
#[derive(Debug)]
pub struct Thread {
    pub places: Vec<String>,
    /// In how many channels it may happen.
    pub uses: usize,
    /// Day it belongs to, 0 for the day of the plan and negative before; anywhere when absent.
    pub day: Option<i64>,
    /// For the conversations of the last hour: minutes before the plan's moment at which
    /// the first and the last message are sent.
    pub minutes_ago: Option<[i64; 2]>,
    /// Whether it may come anywhere, or in the order of the file.
    pub scattered: Scattered,
    pub manner: Manner,
    pub lines: Vec<ScriptLine>,
}

/// Whether a conversation is part of a story that is told in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scattered {
    Yes,
    No,
}

/// One person says something, others answer: openers, replies and closers that fit each other.
#[derive(Debug)]
pub struct Exchange {
    pub places: Vec<String>,
    pub manner: Manner,
    /// Fewest and most replies to one opener.
    pub replies: [i64; 2],
    /// How often one opener may be used; openers full of slots bear more.
    pub uses: usize,
    /// Part of the opener: a role or a given name; anybody when absent.
    pub by: Option<String>,
    pub openers: Vec<ScriptLine>,
    pub answers: Vec<ScriptLine>,
    /// Said at the end, now and then, by whoever opened.
    pub closers: Vec<ScriptLine>,
}

#[derive(Deserialize)]
struct TextFile {
    #[serde(default)]
    thread: Vec<ThreadSource>,
    #[serde(default)]
    exchange: Vec<ExchangeSource>,
    #[serde(default)]
    volley: Vec<VolleySource>,
}

#[derive(Deserialize)]
struct ThreadSource {
    places: Vec<String>,
    uses: Option<usize>,
    day: Option<i64>,
    minutes_ago: Option<[i64; 2]>,
    #[serde(flatten)]
    manner: Manner,
    script: String,
}

/// Many short threads of the same parts, one list of turns each.
#[derive(Deserialize)]
struct VolleySource {
    places: Vec<String>,
    uses: Option<usize>,
    #[serde(flatten)]
    manner: Manner,
    /// Who speaks first, second …; starts over after the last.
    speakers: Vec<String>,
    turns: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct ExchangeSource {
    places: Vec<String>,
    #[serde(flatten)]
    manner: Manner,
    replies: [i64; 2],
    by: Option<String>,
    uses: Option<usize>,
    openers: Vec<String>,
    #[serde(default)]
    answers: Vec<String>,
    #[serde(default)]
    closers: Vec<String>,
}

/// What was written for Local 1199 Northside.
pub fn northside() -> Corpus {
    gather(
        include_str!("../corpus/northside.toml"),
        &[
            include_str!("../corpus/bargaining.toml"),
            include_str!("../corpus/worksites.toml"),
            include_str!("../corpus/nights.toml"),
            include_str!("../corpus/stewards.toml"),
            include_str!("../corpus/coaching.toml"),
            include_str!("../corpus/school.toml"),
            include_str!("../corpus/challenge.toml"),
            include_str!("../corpus/everyone.toml"),
            include_str!("../corpus/direct.toml"),
            include_str!("../corpus/francais.toml"),
            include_str!("../corpus/asides.toml"),
            include_str!("../corpus/last_hour.toml"),
        ],
    )
}

/// What was written for Summit Sales Academy.
pub fn summit() -> Corpus {
    gather(
        include_str!("../corpus/summit.toml"),
        &[include_str!("../corpus/summit_talk.toml")],
    )
}

fn gather(setting: &str, texts: &[&str]) -> Corpus {
    let mut corpus = Corpus {
        setting: parsed(setting),
        threads: Vec::new(),
        exchanges: Vec::new(),
    };
    for text in texts {
        let file: TextFile = parsed(text);
        corpus.threads.extend(file.thread.into_iter().map(thread));
        corpus.threads.extend(file.volley.iter().flat_map(volley));
        corpus.exchanges.extend(file.exchange.into_iter().map(exchange));
    }
    corpus
}

#[expect(
    clippy::expect_used,
    reason = "the files are compiled in and every one is parsed by the tests"
)]
pub fn parsed<T: DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).expect("a corpus file is not what the plan reads")
}

fn thread(source: ThreadSource) -> Thread {
    Thread {
        places: source.places,
        uses: source.uses.unwrap_or(1),
        day: source.day,
        minutes_ago: source.minutes_ago,
        scattered: match source.uses {
            None => Scattered::No,
            Some(_) => Scattered::Yes,
        },
        manner: source.manner,
        lines: script::lines(&source.script),
    }
}

fn volley(source: &VolleySource) -> impl Iterator<Item = Thread> {
    source.turns.iter().map(|turns| Thread {
        places: source.places.clone(),
        uses: source.uses.unwrap_or(1),
        day: None,
        minutes_ago: None,
        scattered: Scattered::Yes,
        manner: source.manner.clone(),
        lines: turns
            .iter()
            .zip(source.speakers.iter().cycle())
            .map(|(turn, speaker)| ScriptLine {
                speaker: speaker.clone(),
                ..script::line(turn)
            })
            .collect(),
    })
}

fn exchange(source: ExchangeSource) -> Exchange {
    let spoken = |texts: Vec<String>| texts.iter().map(|text| script::line(text)).collect();
    Exchange {
        places: source.places,
        manner: source.manner,
        replies: source.replies,
        by: source.by,
        uses: source.uses.unwrap_or(2),
        openers: spoken(source.openers),
        answers: spoken(source.answers),
        closers: spoken(source.closers),
    }
}
