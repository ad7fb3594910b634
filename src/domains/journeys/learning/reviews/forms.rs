//! An answer to what was handed in, and which of them the queue shows.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::domains::journeys::building::content::Criterion;
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::{CohortJourneyId, JourneyId, SubmissionId};
use crate::kernel::validate::Check;
use crate::platform::web::address;

use super::rubric::{self, Needed, Score};

/// An answer as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReviewForm {
    pub comments: String,
    /// `approve` or `return`.
    pub verdict: String,
    /// Out of which queue it was opened.
    pub all: String,
    pub journey: String,
    pub cohort: String,
    pub since: String,
    /// What was scored, by the names of [`rubric::field`].
    #[serde(flatten)]
    pub scores: BTreeMap<String, String>,
}

/// An answer as meant.
#[derive(Debug, Clone)]
pub struct Review {
    pub comments: String,
    pub is_approved: bool,
    pub scores: Vec<Score>,
}

impl ReviewForm {
    /// What stands in a field of the rubric.
    pub fn score(&self, field: &str) -> &str {
        self.scores.get(field).map_or("", String::as_str)
    }

    /// Reads the form: who returns something says why, who approves scores all of the rubric.
    ///
    /// # Errors
    /// Missing comments with something that is returned; what is wrong with the scores.
    pub fn parse(&self, rubric: &[Criterion]) -> Result<Review, FieldErrors> {
        let is_approved = self.verdict == "approve";
        let mut check = Check::default();
        let least = usize::from(!is_approved);
        let comments = check.text("comments", "What to change", &self.comments, least, 10_000);
        let is_known = is_approved || self.verdict == "return";
        check.refuse_when(!is_known, "comments", "Approve it, or return it with comments.");
        let needed = match is_approved {
            true => Needed::All,
            false => Needed::Some,
        };
        let scores = rubric::read(rubric, |field| self.score(field), needed);
        match (check.finish(|| ()), scores) {
            (Ok(()), Ok(scores)) => Ok(Review {
                comments,
                is_approved,
                scores,
            }),
            (written, scored) => {
                let mut errors = written.err().unwrap_or_default();
                let wrong = scored.err().unwrap_or_default();
                for (field, words) in wrong.iter() {
                    errors.add(field, words);
                }
                Err(errors)
            }
        }
    }

    /// The queue it was opened from.
    pub fn queue(&self) -> QueueQuery {
        QueueQuery {
            all: self.all.clone(),
            journey: self.journey.clone(),
            cohort: self.cohort.clone(),
            since: self.since.clone(),
            ..QueueQuery::default()
        }
    }
}

/// Which of what waits is shown, and where the list goes on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct QueueQuery {
    /// `yes` for the queue over all journeys.
    pub all: String,
    /// One of them.
    pub journey: String,
    pub cohort: String,
    /// Only what waits for so many days.
    pub since: String,
    pub after: String,
    pub at: String,
}

/// For how long something waits, to choose from.
pub const AGES: [(&str, &str); 4] = [
    ("", "However long"),
    ("2", "More than 2 days"),
    ("7", "More than a week"),
    ("14", "More than 2 weeks"),
];

impl QueueQuery {
    /// Whether it goes over all journeys.
    pub fn is_over_all(&self) -> bool {
        self.all == "yes"
    }

    /// Which journey was chosen.
    pub fn journey(&self) -> Option<JourneyId> {
        self.journey.parse().ok()
    }

    /// Which cohort was chosen.
    pub fn cohort(&self) -> Option<CohortJourneyId> {
        self.cohort.parse().ok()
    }

    /// Only what was handed in before then.
    pub fn before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days: i64 = self.since.parse().ok()?;
        Some(now - TimeDelta::days(days.clamp(0, 3_650)))
    }

    /// Where the list goes on.
    pub fn after(&self) -> Option<(DateTime<Utc>, SubmissionId)> {
        self.at.parse().ok().zip(self.after.parse().ok())
    }

    /// An address in the same queue.
    pub fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let all = if self.is_over_all() { "yes" } else { "" };
        let mut filters = vec![
            ("all", all),
            ("journey", self.journey.as_str()),
            ("cohort", self.cohort.as_str()),
            ("since", self.since.as_str()),
        ];
        filters.extend(more);
        address(path, &filters)
    }

    /// Where the list is.
    pub fn list(&self, journey: JourneyId) -> String {
        match self.is_over_all() {
            true => Self {
                all: String::new(),
                ..self.clone()
            }
            .address("/journeys/reviews", &[]),
            false => self.address(&format!("/journeys/{journey}/reviews"), &[]),
        }
    }
}
