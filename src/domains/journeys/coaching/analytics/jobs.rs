//! Counting in the background what takes too long while somebody waits.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domains::journeys::building;
use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CohortJourneyId, JourneyId, JourneyVersionId};
use crate::platform::jobs::{JobKind, JobRun, NewJob, Outcome};

use super::actions::{AT_ONCE, Counting};
use super::queries::{self, Whose};

/// Counts the figures of one version, of everybody or of one cohort.
pub const COUNT: &str = "journeys.count_figures";
/// Each night: has those figures counted anew that can't be counted while somebody waits.
pub const COUNT_ALL: &str = "journeys.count_all_figures";

/// Whose figures.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Wanted {
    journey: JourneyId,
    version: JourneyVersionId,
    cohort: Option<CohortJourneyId>,
}

impl Wanted {
    /// These.
    pub fn new(journey: JourneyId, whose: Whose) -> Self {
        Self {
            journey,
            version: whose.version,
            cohort: whose.cohort,
        }
    }

    /// What such a job is called, so that the same figures are counted once at a time.
    pub fn key(whose: Whose) -> String {
        match whose.cohort {
            Some(cohort) => format!("{}:{cohort}", whose.version),
            None => whose.version.to_string(),
        }
    }

    fn whose(&self) -> Whose {
        Whose {
            version: self.version,
            cohort: self.cohort,
        }
    }
}

/// The room's jobs.
pub fn kinds() -> Vec<JobKind> {
    vec![
        JobKind {
            name: COUNT,
            run: Arc::new(count),
        },
        JobKind {
            name: COUNT_ALL,
            run: Arc::new(count_all),
        },
    ]
}

fn count_all(run: &JobRun) -> Result<Outcome, AppError> {
    let asked = run.tenant(|tx| {
        let large = queries::large(tx, AT_ONCE)?;
        for one in &large {
            let whose = Whose {
                version: one.version,
                cohort: one.cohort,
            };
            let wanted = Wanted::new(one.journey, whose);
            tx.enqueue(NewJob::new(COUNT, wanted).unique(Wanted::key(whose)))?;
        }
        Ok(large.len())
    })?;
    Ok(Outcome::Done(json!({ "asked": asked })))
}

/// A transaction for each thousand learners; what was counted before is shown until the last of them.
fn count(run: &JobRun) -> Result<Outcome, AppError> {
    let wanted: Wanted = run.args()?;
    let whose = wanted.whose();
    let (coaching, mut counting, total) = run.tenant(|tx| {
        let coaching = Coaching::of_portal(&building::journey(tx, wanted.journey)?);
        let versions = queries::versions(tx, &coaching)?;
        let learners = versions.iter().find(|one| one.id == whose.version);
        let total = match whose.cohort {
            Some(cohort) => queries::count_cohort(tx, &coaching, whose.version, cohort)?,
            None => learners.map_or(0, |one| one.learners),
        };
        Ok((coaching, Counting::begin(tx, whose)?, i32::try_from(total).ok()))
    })?;
    let mut done = 0_i32;
    loop {
        let counted = run.tenant(|tx| counting.step(tx, &coaching))?;
        if counted == 0 {
            break;
        }
        done = done.saturating_add(i32::try_from(counted).unwrap_or(i32::MAX));
        if run.progress(done, total)? {
            return Ok(Outcome::Cancelled("asked to stop".to_owned()));
        }
    }
    run.tenant(|tx| {
        let counted = counting.end(tx, &coaching)?;
        let figures =
            serde_json::to_value(&counted.figures).map_err(|cause| AppError::Unexpected(cause.into()))?;
        Ok(queries::keep(tx, &coaching, whose, counted.at, &figures)?)
    })?;
    Ok(Outcome::Done(json!({ "learners": done })))
}
