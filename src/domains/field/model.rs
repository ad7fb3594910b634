//! What was sent from a device, and what was made of it.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Deserializer, Serialize};

use crate::kernel::ids::{MemberId, NoteId, TaskId};
use crate::kernel::text::{in_one_line, without_invisible};
use crate::pg_enum;
use crate::platform::db::schema::unplaced_notes;

/// What is older than this when it arrives is marked.
const LONG_AGO: TimeDelta = TimeDelta::days(30);
/// A device's clock may be this far ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

pg_enum! {
    /// What was made of something that was sent.
    Outcome as FieldOutcome {
        /// A note.
        Noted = "noted": "Noted",
        /// A note that still needs a person.
        Unplaced = "unplaced": "Needs a person",
        /// A task is done.
        Done = "done": "Done",
        /// Somebody was tried and did not answer; the task stays.
        Tried = "tried": "Tried",
    }
}

/// What is told about something that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// What was made of it.
    pub outcome: Outcome,
    /// Whether it had been taken in before.
    pub is_again: bool,
}

/// When something happened and when it got here.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// By the device's clock.
    pub told: DateTime<Utc>,
    /// By ours.
    pub now: DateTime<Utc>,
}

impl Timing {
    /// Whether what the device says is better not relied on: long ago, or still to come.
    pub fn is_doubtful(self) -> bool {
        self.told < self.now - LONG_AGO || self.told > self.now + AHEAD
    }

    /// When it happened, for days that were said in words: never later than now.
    pub fn happened(self) -> DateTime<Utc> {
        self.told.min(self.now)
    }
}

/// A note as its writer left it: about somebody of a list, or about a name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WrittenNote {
    /// Whom of the list that was taken along.
    pub member: Option<MemberId>,
    /// The name that was written instead.
    #[serde(deserialize_with = "line")]
    pub name: String,
    /// What it was.
    pub kind: String,
    /// What was said.
    #[serde(deserialize_with = "text")]
    pub said: String,
    /// `no` when they did not answer. Since the third schema.
    pub reached: String,
    /// The day of a follow-up in words, as on the day it was written. Since the second schema.
    pub follow_up: String,
    /// What is to be done then. Since the second schema.
    #[serde(deserialize_with = "line")]
    pub next_step: String,
}

/// Pages before the third version let through what was pasted, invisible characters and all.
fn text<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    String::deserialize(value).map(|text| without_invisible(&text))
}

fn line<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    String::deserialize(value).map(|text| in_one_line(&text))
}

impl WrittenNote {
    /// A note of which only the words are known, whatever they are.
    pub fn saying(words: &str) -> Self {
        Self {
            said: without_invisible(words),
            ..Self::default()
        }
    }
}

/// What somebody did about a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// It is done.
    Done,
    /// They called and nobody answered.
    NoAnswer,
    /// They left a message.
    LeftMessage,
    /// The number is somebody else's.
    WrongNumber,
}

impl Doing {
    /// In the words of a note.
    pub fn label(self) -> &'static str {
        match self {
            Self::Done => "Done",
            Self::NoAnswer => "No answer",
            Self::LeftMessage => "Left a message",
            Self::WrongNumber => "Wrong number",
        }
    }
}

/// What somebody meant to do about a task as they saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenIntent {
    /// Which.
    pub task: TaskId,
    /// The version they saw.
    pub if_version: i32,
    /// What they did.
    pub outcome: Doing,
}

/// A task that was changed while somebody without a network did something about it: both, to choose from.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// Which.
    pub task: TaskId,
    /// Its version now.
    pub version: i32,
    /// What the sender did.
    pub outcome: Doing,
    /// The same in words.
    pub yours: String,
    /// How it is now, in words.
    pub theirs: String,
}

/// What became of an intent.
#[derive(Debug, Clone)]
pub enum Intended {
    /// It was taken in.
    Taken(Receipt),
    /// The task is another than the one they saw.
    Differs(Difference),
}

/// A note that still needs a person, its words sealed.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = unplaced_notes)]
pub struct Unplaced {
    /// Which; the note will have the same id.
    pub id: NoteId,
    /// When it happened by the device's clock.
    pub occurred_at: DateTime<Utc>,
    /// When it got here.
    pub received_at: DateTime<Utc>,
    /// Name and words.
    pub sealed: Vec<u8>,
}
