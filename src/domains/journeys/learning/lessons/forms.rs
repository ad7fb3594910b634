//! What browsers send from lessons.

use std::collections::HashMap;

use serde::Deserialize;
use uuid::Uuid;

use crate::domains::journeys::worksheets::answers::SheetForm;
use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

use super::actions::MOST_WRITTEN;
use super::quiz::{self, Answers, Given};
use super::writing;

/// What somebody wrote, to be kept or handed in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct WritingForm {
    pub body: String,
    /// `save` keeps it; anything else hands it in.
    pub intent: String,
    /// The mark of the draft that the window began with or kept last; see [`writing::mark`]. Nothing asks for none.
    pub seen: Option<String>,
    /// What is filled into a worksheet.
    #[serde(flatten)]
    pub sheet: SheetForm,
}

impl WritingForm {
    /// Whether it is only kept.
    pub fn is_draft(&self) -> bool {
        self.intent == "save"
    }

    /// What is handed in.
    ///
    /// # Errors
    /// A missing or over-long text.
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let body = check.text("body", "Your text", &self.body, 1, MOST_WRITTEN);
        check.finish(|| body)
    }
}

/// What is ticked off.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TicksForm {
    pub item: Vec<String>,
}

/// What answers are sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    Keep,
    Check(Uuid),
    /// All of them, unless one was left out.
    Submit,
    /// All of them, whatever was left out.
    SubmitAnyway,
}

/// Answers to a quiz: a field `q-<key>` for each question.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct AnswersForm(HashMap<String, Vec<String>>);

/// Most characters of an answer that is kept.
const MOST_ANSWERED: usize = 500;
/// Most options that are kept.
const MOST_CHOSEN: usize = 50;

impl AnswersForm {
    /// What they are sent for.
    pub fn intent(&self) -> Intent {
        let intent = self
            .0
            .get("intent")
            .and_then(|values| values.first())
            .map_or("", String::as_str);
        match intent.strip_prefix("check-").and_then(|key| key.parse().ok()) {
            Some(key) => Intent::Check(key),
            None if intent == "submit" => Intent::Submit,
            None if intent == "submit-anyway" => Intent::SubmitAnyway,
            None => Intent::Keep,
        }
    }

    /// The same answers, to be kept and no more.
    #[must_use]
    pub fn to_keep(mut self) -> Self {
        self.0.remove("intent");
        self
    }

    /// The answers of these questions after this form: what was checked stays as it was.
    pub fn merged(&self, drawn: &[Uuid], mut kept: Answers) -> Answers {
        let checks = self.intent();
        for key in drawn {
            let given = kept.entry(*key).or_default();
            if given.is_checked {
                continue;
            }
            let values = self.0.get(&quiz::name(*key)).cloned().unwrap_or_default();
            let values = values.into_iter().take(MOST_CHOSEN).map(|value| {
                value
                    .replace('\0', "")
                    .chars()
                    .take(MOST_ANSWERED)
                    .collect::<String>()
            });
            *given = Given {
                values: values.filter(|value| !value.trim().is_empty()).collect(),
                is_checked: checks == Intent::Check(*key),
            };
            // Nothing was answered, so nothing is checked.
            given.is_checked = given.is_checked && !given.values.is_empty();
        }
        kept
    }
}

/// What was played of a video.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct WatchedForm {
    /// `0-10,25-31`
    pub ranges: String,
    pub second: i32,
}

/// Where in a text somebody is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PlaceForm {
    pub place: String,
}

/// A note as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NoteForm {
    pub note: String,
    /// `3:07`, or empty.
    pub at: String,
}

/// A note as meant.
#[derive(Debug, Clone)]
pub struct NewNote {
    pub body: String,
    pub second: Option<i32>,
}

impl NoteForm {
    /// Reads the form.
    ///
    /// # Errors
    /// A missing or over-long note, or a time that is none.
    pub fn parse(&self) -> Result<NewNote, FieldErrors> {
        let mut check = Check::default();
        let body = check.text("note", "The note", &self.note, 1, 2_000);
        let second = writing::second(&self.at);
        let is_wrong = !self.at.trim().is_empty() && second.is_none();
        check.refuse_when(
            is_wrong,
            "at",
            "Write the time as minutes and seconds, such as 3:07.",
        );
        check.finish(|| NewNote { body, second })
    }
}
