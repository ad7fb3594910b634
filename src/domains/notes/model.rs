//! Notes.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kernel::ids::{CaseId, MemberId, NoteId};
use crate::pg_enum;
use crate::platform::db::schema::field_notes;

pg_enum! {
    /// What a note is about.
    NoteKind as NoteKind {
        Contact = "contact": "Conversation",
        Organizing = "organizing": "Organising",
        Meeting = "meeting": "Meeting",
        Workplace = "workplace": "Workplace",
        Grievance = "grievance": "Grievance",
        Personal = "personal": "Personal",
    }
}

impl NoteKind {
    /// Who reads it unless the writer says otherwise: what is written in a case stays in it, and what somebody confides with who
    /// heard it.
    pub fn usual_visibility(self, case: Option<CaseId>) -> NoteVisibility {
        match self {
            _ if case.is_some() => NoteVisibility::Case,
            Self::Contact | Self::Organizing | Self::Meeting | Self::Workplace => NoteVisibility::Team,
            Self::Grievance | Self::Personal => NoteVisibility::Private,
        }
    }
}

pg_enum! {
    /// Who may read a note.
    NoteVisibility as NoteVisibility {
        /// Everybody whose assignment in force reaches the person.
        Team = "team": "Those who look after them",
        /// The writer alone.
        Private = "private": "Only me",
        /// The team of a case.
        Case = "case": "The case team",
        /// Office holders.
        Officers = "officers": "Officers",
    }
}

impl NoteVisibility {
    /// How few read it: raising is immediate, lowering wants a reason.
    pub fn strictness(self) -> u8 {
        match self {
            Self::Team => 0,
            Self::Case => 1,
            Self::Officers => 2,
            Self::Private => 3,
        }
    }

    /// Whether others may see from it that the person was spoken with, though not what was said. What is for officers tells nobody
    /// else that there was anything.
    pub fn tells_of_contact(self) -> bool {
        !matches!(self, Self::Officers)
    }
}

pg_enum! {
    /// How somebody was disposed.
    Sentiment as NoteSentiment {
        Positive = "positive": "Positive",
        Engaged = "engaged": "Engaged",
        Neutral = "neutral": "Neutral",
        Concerned = "concerned": "Concerned",
        Negative = "negative": "Negative",
        Disengaged = "disengaged": "Disengaged",
    }
}

/// What is written, as it is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoteText {
    /// What was said.
    pub said: String,
    /// What they were asked to do.
    pub ask: String,
    /// `yes`, `maybe`, `no`, or nothing.
    pub answer: String,
    /// Who else was there.
    pub present: String,
}

/// A note the acting member sees, its text still sealed.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = field_notes)]
pub struct Note {
    /// Which.
    pub id: NoteId,
    /// About whom.
    pub member_id: MemberId,
    /// Who wrote it.
    pub author_id: MemberId,
    /// What it is about.
    pub kind: NoteKind,
    /// Who may read it.
    pub visibility: NoteVisibility,
    /// When the conversation was.
    pub occurred_at: DateTime<Utc>,
    /// When the note arrived here.
    pub received_at: DateTime<Utc>,
    /// Whether the person answered.
    pub reached: bool,
    /// The text under the person's key.
    pub sealed: Vec<u8>,
    /// How they were disposed.
    pub sentiment: Option<Sentiment>,
    /// 1 to 5, 5 the most engaged.
    pub engagement: Option<i16>,
    /// 1 to 5, 5 the strongest, whatever the organization shows it as.
    pub support: Option<i16>,
    /// Words for what it was about.
    pub tags: Vec<String>,
    /// The day of the follow-up.
    pub follow_up_on: Option<NaiveDate>,
    /// Counts changes.
    pub version: i32,
    /// When it was last changed.
    pub edited_at: Option<DateTime<Utc>>,
    /// The case it was written in.
    pub case_id: Option<CaseId>,
    /// The record under whose key it is sealed, when that is another by now: the two were made one.
    pub sealed_for: Option<MemberId>,
}

impl Note {
    /// Whose key its text is under.
    pub fn key_holder(&self) -> MemberId {
        self.sealed_for.unwrap_or(self.member_id)
    }

    /// Whether it is read in the daily round; else each reading is noted, and lists do not show what it says.
    pub fn is_everyday(&self) -> bool {
        matches!(self.visibility, NoteVisibility::Team | NoteVisibility::Private)
    }
}

pg_enum! {
    /// For what somebody read a note that is not read in the daily round.
    ReadPurpose as ReadPurpose {
        /// They work on its case.
        Case = "case": "Works on the case",
        /// They hold an office.
        Office = "office": "Holds an office",
        /// A privacy officer opened what they do not usually read.
        BreakGlass = "break_glass": "Opened for a reason",
        /// A privacy officer gathered what the person asked for.
        SubjectRequest = "subject_request": "The person asked for their data",
        /// It left the portal in a file.
        Export = "export": "Taken out in a file",
    }
}

/// A note to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewNote {
    /// Made by the writer's device.
    pub id: NoteId,
    /// What it is about.
    pub kind: NoteKind,
    /// Who may read it.
    pub visibility: NoteVisibility,
    /// When the conversation was; now when nothing is said.
    pub occurred_at: Option<DateTime<Utc>>,
    /// Whether the person answered.
    pub reached: bool,
    /// The text.
    pub text: NoteText,
    /// How they were disposed.
    pub sentiment: Option<Sentiment>,
    /// 1 to 5.
    pub engagement: Option<i16>,
    /// 1 to 5, 5 the strongest.
    pub support: Option<i16>,
    /// Words for what it was about.
    pub tags: Vec<String>,
    /// The day of a follow-up.
    pub follow_up_on: Option<NaiveDate>,
    /// What the follow-up is to do; something usual when empty.
    pub next_step: String,
    /// The case it is written in.
    pub case: Option<CaseId>,
}

/// A change of a note.
#[derive(Debug, Clone)]
pub struct NoteChange {
    /// The new text.
    pub text: NoteText,
    /// The new level.
    pub visibility: NoteVisibility,
    /// Why more people may read it from now on.
    pub reason: String,
    /// The version it was made from.
    pub version: i32,
}
