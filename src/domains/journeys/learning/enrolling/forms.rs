//! Who is to learn a journey, as coaches write it.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domains::journeys::learning::model::LateRule;
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::ContextId;
use crate::kernel::validate::Check;

/// Most people named at once.
const MOST_NAMED: usize = 200;

/// Enrolling as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct EnrolForm {
    /// A cohort, or nothing.
    pub cohort: String,
    /// Handles, however parted.
    pub people: String,
    /// The first day.
    pub starts_on: String,
    /// Required lessons a week; may be empty.
    pub pace: String,
    /// Whose dates count for who joins the cohort later; [`LateRule::OwnDay`] without one.
    pub late: String,
    /// Whether to show who it would be.
    pub look: String,
    /// Whether to look for people by name first.
    pub find: String,
    /// Whom is looked for by name.
    pub q: String,
    /// The handle of somebody found who is to be among them.
    pub add: String,
}

impl EnrolForm {
    /// Whether to show who it would be: not while people are still looked for and added. The button to find them is the one that the
    /// Enter key presses in any field, and means nothing without a name.
    pub fn is_looking(&self) -> bool {
        let is_finding = !self.find.is_empty() && !self.q.trim().is_empty();
        !self.look.is_empty() && !is_finding && self.add.is_empty()
    }

    /// The same with whoever was chosen of those found.
    #[must_use]
    pub fn with_added(self) -> Self {
        let people = match (self.add.trim(), self.people.trim_end()) {
            ("", _) => self.people,
            (added, "") => format!("@{added}"),
            (added, people) => format!("{people} @{added}"),
        };
        Self {
            people,
            add: String::new(),
            ..self
        }
    }

    /// The handles that are named, in lower case and without `@`, each once.
    pub fn handles(&self) -> Vec<String> {
        let separators = |c: char| c.is_whitespace() || c == ',' || c == ';';
        let parts = self.people.split(separators);
        let mut handles: Vec<String> = parts
            .map(|part| part.trim_start_matches('@').to_lowercase())
            .filter(|part| !part.is_empty())
            .collect();
        handles.sort();
        handles.dedup();
        handles
    }
}

/// Enrolling as meant.
#[derive(Debug, Clone)]
pub struct NewEnrolments {
    pub cohort: Option<ContextId>,
    /// In lower case, without `@`.
    pub handles: Vec<String>,
    pub starts_on: Option<NaiveDate>,
    pub pace: Option<i16>,
    pub late: LateRule,
}

impl EnrolForm {
    /// Reads the form.
    ///
    /// # Errors
    /// When nobody is named, or a day or number is none.
    pub fn parse(&self) -> Result<NewEnrolments, FieldErrors> {
        let mut check = Check::default();
        let cohort = check.optional("cohort", "a cohort", &self.cohort);
        let handles = self.handles();
        check.refuse_when(
            handles.len() > MOST_NAMED,
            "people",
            "Name at most 200 people at once, or choose a cohort.",
        );
        let is_nobody = handles.is_empty() && self.cohort.trim().is_empty();
        check.refuse_when(is_nobody, "people", "Choose a cohort, or name somebody.");
        let starts_on = check.day("starts_on", &self.starts_on);
        let pace = match self.pace.trim() {
            "" => None,
            raw => i16::try_from(check.whole_number("pace", "The pace", raw, 1, 100)).ok(),
        };
        let late = match self.late.trim() {
            "" => Some(LateRule::OwnDay),
            typed => check.one_of("late", "whose dates count", typed),
        };
        check.finish(|| NewEnrolments {
            cohort,
            handles,
            starts_on,
            pace,
            late: late.unwrap_or(LateRule::OwnDay),
        })
    }
}

/// What changes about a cohort on a journey.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CohortForm {
    /// `pause`, `resume`, or nothing for the start date.
    pub intent: String,
    pub starts_on: String,
    /// Required lessons a week; empty for no pace, absent to leave it as it is.
    pub pace: Option<String>,
}

/// A change of a cohort's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockChange {
    Pause,
    Resume,
    Start(NaiveDate, PaceChange),
}

/// What becomes of a cohort's pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaceChange {
    Keep,
    Set(Option<i16>),
}

impl CohortForm {
    /// Reads the form.
    ///
    /// # Errors
    /// A missing day.
    pub fn parse(&self) -> Result<ClockChange, FieldErrors> {
        let mut check = Check::default();
        match self.intent.as_str() {
            "pause" => return Ok(ClockChange::Pause),
            "resume" => return Ok(ClockChange::Resume),
            _ => {}
        }
        let day = check.day("starts_on", &self.starts_on);
        check.refuse_when(day.is_none(), "starts_on", "Choose the first day.");
        let pace = match self.pace.as_deref().map(str::trim) {
            None => PaceChange::Keep,
            Some("") => PaceChange::Set(None),
            Some(raw) => {
                let lessons = check.whole_number("pace", "The pace", raw, 1, 100);
                PaceChange::Set(i16::try_from(lessons).ok())
            }
        };
        let start = |day| ClockChange::Start(day, pace);
        check
            .finish(|| day)
            .and_then(|day| day.map(start).ok_or_else(FieldErrors::default))
    }
}
