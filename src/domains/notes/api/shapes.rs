//! What the API sends and takes. Additive changes only.

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domains::notes::model::{Note, NoteKind, NoteText, NoteVisibility, Sentiment};
use crate::kernel::ids::{CaseId, MemberId, NoteId};

/// A note in a list: what it says is on the note itself, where reading it is noted when that has to be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NoteSummary {
    /// Its id.
    pub id: NoteId,
    /// About whom.
    pub member_id: MemberId,
    /// Who wrote it.
    pub author_id: MemberId,
    /// What it is about.
    pub kind: NoteKind,
    /// Who may read it.
    pub visibility: NoteVisibility,
    /// The case it was written in.
    pub case_id: Option<CaseId>,
    /// When the conversation was.
    pub occurred_at: DateTime<Utc>,
    /// Whether the person answered.
    pub reached: bool,
    /// Counts changes.
    pub version: i32,
}

impl From<&Note> for NoteSummary {
    fn from(note: &Note) -> Self {
        Self {
            id: note.id,
            member_id: note.member_id,
            author_id: note.author_id,
            kind: note.kind,
            visibility: note.visibility,
            case_id: note.case_id,
            occurred_at: note.occurred_at,
            reached: note.reached,
            version: note.version,
        }
    }
}

/// A note.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NoteView {
    /// What a list says of it.
    #[serde(flatten)]
    pub summary: NoteSummary,
    /// What was said.
    pub said: String,
    /// What they were asked to do.
    pub ask: String,
    /// `yes`, `maybe`, `no`, or empty.
    pub answer: String,
    /// Who else was there.
    pub present: String,
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
}

impl NoteView {
    /// A note with what it says.
    pub fn of(note: &Note, text: NoteText) -> Self {
        Self {
            summary: NoteSummary::from(note),
            said: text.said,
            ask: text.ask,
            answer: text.answer,
            present: text.present,
            sentiment: note.sentiment,
            engagement: note.engagement,
            support: note.support,
            tags: note.tags.clone(),
            follow_up_on: note.follow_up_on,
        }
    }
}

/// That a note is written. Who wrote it for officers may not read it any more.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NoteWritten {
    /// Its id.
    pub id: NoteId,
}

impl WriteNote {
    /// Who may read it. Of two words that say different things the stricter holds.
    pub fn level(&self) -> NoteVisibility {
        match (self.visibility, self.is_confidential, self.is_private) {
            (Some(level), ..) => level,
            (None, Some(true), _) if self.case_id.is_some() => NoteVisibility::Case,
            (None, Some(true), _) => NoteVisibility::Officers,
            (None, _, Some(true)) => NoteVisibility::Private,
            (None, Some(false), Some(false)) => NoteVisibility::Team,
            (None, ..) => self.kind.usual_visibility(self.case_id),
        }
    }
}

/// A note to be written.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteNote {
    /// About whom: somebody the caller looks after, or whom the case is about.
    pub member_id: MemberId,
    /// What it is about.
    pub kind: NoteKind,
    /// Who may read it; what is usual for the kind when left out.
    #[serde(default)]
    pub visibility: Option<NoteVisibility>,
    /// From programs that know no levels: `true` is the level `private`. Not together with `visibility`.
    #[serde(default, rename = "isPrivate")]
    pub is_private: Option<bool>,
    /// From programs that know no levels: `true` is the level `case` in a case and `officers` elsewhere, also when it is
    /// private as well. Not together with `visibility`.
    #[serde(default, rename = "isConfidential")]
    pub is_confidential: Option<bool>,
    /// When the conversation was; now when left out.
    #[serde(default)]
    pub occurred_at: Option<DateTime<Utc>>,
    /// The case it is written in.
    #[serde(default)]
    pub case_id: Option<CaseId>,
    /// Whether the person answered; `true` when left out.
    #[serde(default)]
    pub reached: Option<bool>,
    /// Up to 4,000 characters.
    #[serde(default)]
    pub said: String,
    /// Up to 300 characters.
    #[serde(default)]
    pub ask: String,
    /// `yes`, `maybe`, `no`, or empty.
    #[serde(default)]
    pub answer: String,
    /// Who else was there, up to 300 characters.
    #[serde(default)]
    pub present: String,
    /// How they were disposed.
    #[serde(default)]
    pub sentiment: Option<Sentiment>,
    /// 1 to 5, 5 the most engaged.
    #[serde(default)]
    pub engagement: Option<i16>,
    /// 1 to 5, 5 the strongest.
    #[serde(default)]
    pub support: Option<i16>,
    /// The day of a follow-up, which becomes a task.
    #[serde(default)]
    pub follow_up_on: Option<NaiveDate>,
    /// What the follow-up is to do, up to 200 characters.
    #[serde(default)]
    pub next_step: String,
}
