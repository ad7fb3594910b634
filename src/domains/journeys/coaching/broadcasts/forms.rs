//! A broadcast to learners, as typed.

use serde::Deserialize;

use crate::domains::channels::broadcasts::model::checked_words;
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::CohortJourneyId;
use crate::kernel::validate::Check;

/// Where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Into the channel of the cohort, to everybody in it, and to the inbox of the learners who are not.
    Channel,
    /// To each learner, wherever they are.
    Inbox,
}

/// A broadcast as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct BroadcastForm {
    pub cohort: String,
    /// `channel` or `inbox`.
    pub way: String,
    pub title: String,
    pub body: String,
    /// How many people it goes to, where that has to be typed.
    pub confirm: String,
    /// `preview` or `send`.
    pub intent: String,
}

/// A broadcast as meant.
#[derive(Debug, Clone)]
pub struct Meant {
    pub title: String,
    pub body: String,
    pub way: Way,
    pub confirmed: Option<i64>,
}

impl BroadcastForm {
    /// To which cohort; everybody without one.
    pub fn cohort(&self) -> Option<CohortJourneyId> {
        self.cohort.parse().ok()
    }

    /// Where it goes.
    pub fn way(&self) -> Way {
        match self.way.as_str() {
            "inbox" => Way::Inbox,
            _ => Way::Channel,
        }
    }

    /// Reads the form.
    ///
    /// # Errors
    /// An empty or too long title or text.
    pub fn parse(&self) -> Result<Meant, FieldErrors> {
        let mut check = Check::default();
        let (title, body) = checked_words(&mut check, &self.title, &self.body);
        check.finish(|| Meant {
            title,
            body,
            way: self.way(),
            confirmed: self.confirm.trim().parse().ok(),
        })
    }
}
