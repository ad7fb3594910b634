//! An import, its rows, and how far it is.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::domains::people::model::Stage;
use crate::kernel::ids::{ImportId, JobId, MemberId};
use crate::pg_enum;
use crate::platform::db::schema::people_imports;

/// How long an import can be taken back.
pub const UNDOABLE: TimeDelta = TimeDelta::hours(24);
/// How long a file nobody took over is kept.
pub const KEPT: TimeDelta = TimeDelta::days(7);

pg_enum! {
    /// How far an import is.
    ImportState as ImportState {
        /// The columns' meanings are to be chosen.
        Uploaded = "uploaded": "Choose the columns",
        /// Being compared with who is known.
        Checking = "checking": "Being checked",
        /// Compared; nothing is taken over yet.
        Checked = "checked": "Checked",
        /// Being taken over.
        Running = "running": "Being imported",
        /// Stopped on request, with a part taken over.
        Stopped = "stopped": "Stopped",
        /// Taken over.
        Done = "done": "Imported",
        /// Being taken back.
        Undoing = "undoing": "Being taken back",
        /// Taken back.
        Undone = "undone": "Taken back",
    }
}

impl ImportState {
    /// Whether a job works on it.
    pub fn is_working(self) -> bool {
        matches!(self, Self::Checking | Self::Running | Self::Undoing)
    }
}

pg_enum! {
    /// What a row is.
    Verdict as ImportVerdict {
        New = "new": "New",
        Changed = "changed": "Changed",
        Unchanged = "unchanged": "Unchanged",
        /// Possibly about somebody who is known.
        Possible = "possible": "Possibly the same",
        /// Cannot be taken over.
        Wrong = "wrong": "Error",
    }
}

pg_enum! {
    /// What happens with a row that is possibly about somebody who is known.
    RowChoice as ImportChoice {
        Skip = "skip": "Skip the row",
        Same = "same": "It is the same person",
        New = "new": "It is somebody else",
    }
}

/// How days are written when they do not begin with the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayOrder {
    /// `24/12/2026`
    DayFirst,
    /// `12/24/2026`
    MonthFirst,
}

/// Whether worksites, departments and shifts the file names are made when they are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// A name nobody knows is an error of its row.
    Refuse,
    /// They are made.
    Make,
}

/// What was chosen for a whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// What each column is, by its place; a column left out is empty.
    pub columns: Vec<String>,
    /// How far people are whom the file says nothing about.
    pub stage: Stage,
    /// How days are written.
    pub days: DayOrder,
    /// What numbers without a country code begin with, such as `+1`; empty when there is none.
    pub country_code: String,
    /// What happens to unknown worksites.
    pub missing: Missing,
    /// Why new people's data may be kept.
    pub legal_basis: String,
    /// When that was noted.
    pub basis_noted_on: Option<NaiveDate>,
}

/// An import.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = people_imports)]
pub struct Import {
    /// Which.
    pub id: ImportId,
    /// The file's name.
    pub file_name: String,
    /// Who brought it.
    pub made_by: MemberId,
    /// When.
    pub made_at: DateTime<Utc>,
    /// How the file was written.
    pub encoding: String,
    /// What is between its cells.
    pub delimiter: String,
    /// The first line.
    pub header: Vec<String>,
    /// The first rows: a list of lists of texts.
    pub sample: Value,
    /// Rows in all.
    pub total: i32,
    /// What was chosen, as [`Choices`]; `{}` before.
    pub choices: Value,
    /// How far it is.
    pub state: ImportState,
    /// The job that works on it.
    pub job_id: Option<JobId>,
    /// When the last of it was taken over.
    pub applied_at: Option<DateTime<Utc>>,
    /// When its job ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Under which id its file is kept; its own for those of before files had one.
    pub file_id: Option<Uuid>,
    /// When its file was deleted: with its rows, or because somebody in it was erased.
    pub file_gone_at: Option<DateTime<Utc>>,
    /// When its rows were forgotten too.
    pub forgotten_at: Option<DateTime<Utc>>,
    /// When its rows were last compared with who is known.
    pub checked_at: Option<DateTime<Utc>>,
}

/// An import as lists show it, without what its file looked like.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = people_imports)]
pub struct ImportSummary {
    /// Which.
    pub id: ImportId,
    /// The file's name.
    pub file_name: String,
    /// Who brought it.
    pub made_by: MemberId,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Rows in all.
    pub total: i32,
    /// How far it is.
    pub state: ImportState,
}

impl Import {
    /// Under which id its file is kept.
    pub fn file(&self) -> Uuid {
        self.file_id.unwrap_or(self.id.0)
    }

    /// What was chosen.
    pub fn chosen(&self) -> Option<Choices> {
        serde_json::from_value(self.choices.clone()).ok()
    }

    /// The first rows.
    pub fn first_rows(&self) -> Vec<Vec<String>> {
        serde_json::from_value(self.sample.clone()).unwrap_or_default()
    }

    /// Until when it can be taken back, when it can.
    pub fn undoable_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let may =
            matches!(self.state, ImportState::Done | ImportState::Stopped) && self.forgotten_at.is_none();
        let until = self.applied_at? + UNDOABLE;
        (may && until > now).then_some(until)
    }
}

/// A row as it is staged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    pub line: i32,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub worksite: Option<String>,
    pub department: Option<String>,
    pub shift: Option<String>,
    pub stage: Option<Stage>,
    pub joined_on: Option<NaiveDate>,
    pub locale: Option<&'static str>,
    pub tags: Vec<String>,
    /// Values of the organization's own fields, by the field's id.
    pub fields: serde_json::Map<String, Value>,
    /// What is wrong with it, a sentence each.
    pub problems: Vec<String>,
}

/// How many rows of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub fresh: i64,
    pub changed: i64,
    pub unchanged: i64,
    pub possible: i64,
    pub wrong: i64,
    /// Possible ones for which something else than skipping was chosen.
    pub chosen: i64,
    /// Taken over as new people, and as changes.
    pub applied_new: i64,
    pub applied_changed: i64,
    pub undone: i64,
}

impl Counts {
    /// Rows that would be taken over.
    pub fn to_apply(&self) -> i64 {
        self.fresh + self.changed + self.chosen
    }

    /// Rows taken over.
    pub fn applied(&self) -> i64 {
        self.applied_new + self.applied_changed
    }
}
