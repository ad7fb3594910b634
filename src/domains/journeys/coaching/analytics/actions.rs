//! Counting at once, or in the background where that takes long.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::domains::journeys::building;
use crate::domains::journeys::learning::enrolling::queries::cohorts;
use crate::domains::journeys::learning::model::CohortJourney;
use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CohortJourneyId, EnrolmentId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::{self, NewJob, Status};

use super::counting::Counts;
use super::jobs::{COUNT, Wanted};
use super::model::Figures;
use super::queries::{self, Moment, VersionRow, Whose};

/// After so long without a sign somebody stopped.
const STOPPED: TimeDelta = TimeDelta::days(14);
/// Learners up to whom figures are counted while their reader waits, about a second at two hundred lessons.
pub const AT_ONCE: i64 = 5_000;
/// Learners whose rows are read at once.
const BATCH: i64 = 1_000;

/// A cohort, and the number of a version, where they were chosen.
pub type Chosen = (Option<CohortJourneyId>, Option<i32>);

/// The figures of one version, of everybody or of one cohort.
#[derive(Debug, Clone)]
pub struct Report {
    pub version: VersionRow,
    pub versions: Vec<VersionRow>,
    pub cohorts: Vec<CohortJourney>,
    pub cohort: Option<CohortJourneyId>,
    /// How many learn it now, or left it.
    pub learners: i64,
    /// Nothing of more people than are counted at once and whom nobody counted so far.
    pub counted: Option<Counted>,
    /// Whether they are too many to be counted while somebody waits.
    pub is_large: bool,
    /// How far they are with counting, while they are counted.
    pub counting: Option<Status>,
    /// Since when the last attempt at counting them is given up.
    pub given_up: Option<DateTime<Utc>>,
}

/// Figures, and when they were counted.
#[derive(Debug, Clone)]
pub struct Counted {
    pub figures: Figures,
    pub at: DateTime<Utc>,
}

impl Report {
    /// The figures.
    ///
    /// # Errors
    /// [`AppError::Conflict`] while they were not counted.
    pub fn into_counted(self) -> Result<Counted, AppError> {
        let learners = self.learners;
        self.counted.ok_or_else(|| {
            AppError::Conflict(format!(
                "Nobody counted the figures of these {learners} learners yet. They are counted each night, and when a coach asks for it on the page."
            ))
        })
    }
}

/// What is looked at: a version, everybody or a cohort on it, and what else there is to look at.
struct Choice {
    version: VersionRow,
    versions: Vec<VersionRow>,
    cohorts: Vec<CohortJourney>,
    whose: Whose,
    learners: i64,
}

/// Nothing while nothing is published.
fn choose(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    (cohort, number): Chosen,
) -> Result<Option<Choice>, AppError> {
    let versions = queries::versions(tx, coaching)?;
    let cohorts = cohorts(tx, coaching)?;
    if cohort.is_some_and(|id| cohorts.iter().all(|one| one.id != id)) {
        return Err(AppError::NotFound);
    }
    let chosen = match number {
        Some(number) => versions.iter().find(|one| one.number == number),
        // The newest that anybody learns.
        None => versions.iter().find(|one| one.learners > 0).or(versions.first()),
    };
    let version = match (chosen, number) {
        (Some(version), _) => version.clone(),
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(AppError::NotFound),
    };
    let whose = Whose {
        version: version.id,
        cohort,
    };
    let learners = match cohort {
        Some(cohort) => queries::count_cohort(tx, coaching, version.id, cohort)?,
        None => version.learners,
    };
    Ok(Some(Choice {
        version,
        versions,
        cohorts,
        whose,
        learners,
    }))
}

/// Counts, or reads what was counted; nothing while nothing is published.
///
/// # Errors
/// [`AppError::NotFound`] for a cohort or version that is not of this journey.
pub fn report(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    chosen: Chosen,
) -> Result<Option<Report>, AppError> {
    let Some(choice) = choose(tx, coaching, chosen)? else {
        return Ok(None);
    };
    let whose = choice.whose;
    let is_large = choice.learners > AT_ONCE;
    let (counted, counting, given_up) = match is_large {
        true => {
            let key = Wanted::key(whose);
            (
                kept(tx, coaching, whose)?,
                jobs::open_named(tx, COUNT, &key)?,
                jobs::given_up(tx, COUNT, &key)?,
            )
        }
        false => (Some(count(tx, coaching, whose)?), None, None),
    };
    Ok(Some(Report {
        counted,
        is_large,
        counting,
        given_up,
        learners: choice.learners,
        versions: choice.versions,
        cohorts: choice.cohorts,
        cohort: whose.cohort,
        version: choice.version,
    }))
}

fn kept(tx: &mut TenantTx<'_>, coaching: &Coaching, whose: Whose) -> Result<Option<Counted>, AppError> {
    let Some(row) = queries::kept(tx, coaching, whose)? else {
        return Ok(None);
    };
    // What an earlier release counted differently is counted anew.
    let figures = serde_json::from_value(row.figures).ok();
    Ok(figures.map(|figures| Counted {
        figures,
        at: row.counted_at,
    }))
}

fn count(tx: &mut TenantTx<'_>, coaching: &Coaching, whose: Whose) -> Result<Counted, AppError> {
    let mut counting = Counting::begin(tx, whose)?;
    while counting.step(tx, coaching)? > 0 {}
    counting.end(tx, coaching)
}

/// Counting, some learners after others.
#[derive(Debug)]
pub struct Counting {
    whose: Whose,
    at: Moment,
    counts: Counts,
    after: Option<EnrolmentId>,
}

impl Counting {
    /// Before the first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn begin(tx: &mut TenantTx<'_>, whose: Whose) -> Result<Self, AppError> {
        let now = tx.now();
        Ok(Self {
            whose,
            at: Moment {
                now,
                quiet: now - STOPPED,
            },
            counts: Counts::of(building::nodes(tx, whose.version)?)?,
            after: None,
        })
    }

    /// Counts the next learners; how many they were, 0 when all are counted.
    ///
    /// # Errors
    /// When the database fails.
    pub fn step(&mut self, tx: &mut TenantTx<'_>, coaching: &Coaching) -> Result<usize, AppError> {
        let learners = queries::learners(tx, coaching, (self.whose, self.at), (self.after, BATCH))?;
        let ids: Vec<EnrolmentId> = learners.iter().map(|one| one.id).collect();
        let Some(last) = ids.last() else {
            return Ok(0);
        };
        self.after = Some(*last);
        self.counts.add_learners(&learners);
        self.counts.add_lessons(queries::lessons(tx, coaching, &ids)?);
        self.counts
            .add_steps(queries::steps(tx, coaching, &ids, self.at.now)?);
        self.counts.add_attempts(queries::attempts(tx, coaching, &ids)?);
        Ok(ids.len())
    }

    /// The figures.
    ///
    /// # Errors
    /// When the database fails.
    pub fn end(self, tx: &mut TenantTx<'_>, coaching: &Coaching) -> Result<Counted, AppError> {
        let pace = match self.whose.cohort {
            Some(cohort) => queries::pace(tx, coaching, cohort)?,
            None => None,
        };
        Ok(Counted {
            figures: self.counts.figures(pace),
            at: self.at.now,
        })
    }
}

/// Has figures counted in the background; while they are, does nothing.
///
/// # Errors
/// As [`report`]; [`AppError::NotFound`] while nothing is published.
pub fn ask(tx: &mut TenantTx<'_>, coaching: &Coaching, chosen: Chosen) -> Result<(), AppError> {
    let choice = choose(tx, coaching, chosen)?.ok_or(AppError::NotFound)?;
    let whose = choice.whose;
    let wanted = Wanted::new(coaching.journey(), whose);
    tx.audit(
        Entry::of("journeys.figures.asked", "journey", coaching.journey())
            .after(json!({ "version": whose.version, "cohort": whose.cohort, "learners": choice.learners })),
    )?;
    tx.enqueue(NewJob::new(COUNT, wanted).unique(Wanted::key(whose)))?;
    Ok(())
}

/// Stops counting; the figures that were counted before stay.
///
/// # Errors
/// As [`ask`]; [`AppError::Conflict`] when nothing is being counted.
pub fn stop(tx: &mut TenantTx<'_>, coaching: &Coaching, chosen: Chosen) -> Result<(), AppError> {
    let whose = choose(tx, coaching, chosen)?.ok_or(AppError::NotFound)?.whose;
    let Some(open) = jobs::open_named(tx, COUNT, &Wanted::key(whose))? else {
        return Err(AppError::Conflict("Nothing is being counted.".to_owned()));
    };
    jobs::cancel(tx, open.id)?;
    tx.audit(
        Entry::of("journeys.figures.stopped", "journey", coaching.journey())
            .after(json!({ "version": whose.version, "cohort": whose.cohort })),
    )
}
