//! Counting.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use uuid::Uuid;

use crate::domains::journeys::building;
use crate::domains::journeys::building::content::{Content, Question, Quiz};
use crate::domains::journeys::building::model::Node;
use crate::domains::journeys::learning::enrolling::queries::cohorts;
use crate::domains::journeys::learning::lessons::quiz::{Answers, is_right};
use crate::domains::journeys::learning::model::CohortJourney;
use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CohortJourneyId, EnrolmentId, NodeKey};
use crate::platform::db::TenantTx;

use super::model::{LessonFigures, QuestionFigures, Step, Totals, WEEKS, WeekFigures, weeks};
use super::queries::{self, AttemptRow, Learner, LessonRow, VersionRow, Whose};

/// After so long without a sign somebody stopped.
const STOPPED: TimeDelta = TimeDelta::days(14);

/// The figures of one version, of everybody or of one cohort.
#[derive(Debug, Clone)]
pub struct Report {
    pub version: VersionRow,
    pub versions: Vec<VersionRow>,
    pub cohorts: Vec<CohortJourney>,
    pub cohort: Option<CohortJourneyId>,
    pub totals: Totals,
    pub lessons: Vec<LessonFigures>,
    pub weeks: Vec<WeekFigures>,
    pub questions: Vec<QuestionFigures>,
}

/// Counts; nothing while nothing is published.
///
/// # Errors
/// [`AppError::NotFound`] for a cohort or version that is not of this journey.
pub fn report(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    (cohort, number): (Option<CohortJourneyId>, Option<i32>),
) -> Result<Option<Report>, AppError> {
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
    let quiet = tx.now() - STOPPED;
    let learners = queries::learners(tx, coaching, whose, quiet)?;
    let ids: Vec<EnrolmentId> = learners.iter().map(|one| one.id).collect();
    let nodes = building::nodes(tx, version.id)?;
    let rows = queries::lessons(tx, coaching, &ids)?;
    let attempts = queries::attempts(tx, coaching, &ids)?;
    Ok(Some(Report {
        totals: totals(&learners),
        weeks: by_week(tx, coaching, (&learners, &ids), (cohort, version.required))?,
        questions: questions(&nodes, &attempts)?,
        lessons: lessons(nodes, rows, &learners),
        versions,
        cohorts,
        cohort,
        version,
    }))
}

fn totals(learners: &[Learner]) -> Totals {
    let count = |is: fn(&Learner) -> bool| {
        i64::try_from(learners.iter().filter(|one| is(one)).count()).unwrap_or(i64::MAX)
    };
    Totals {
        enrolled: count(|_| true),
        begun: count(|one| one.has_begun),
        half: count(|one| one.has_half),
        finished: count(|one| one.has_finished),
        left: count(|one| one.has_left),
    }
}

fn lessons(nodes: Vec<Node>, rows: Vec<LessonRow>, learners: &[Learner]) -> Vec<LessonFigures> {
    let rows: HashMap<NodeKey, LessonRow> = rows.into_iter().map(|row| (row.lesson, row)).collect();
    let mut stopped: HashMap<NodeKey, i64> = HashMap::new();
    for key in learners.iter().filter_map(|one| one.stopped_at) {
        *stopped.entry(key).or_default() += 1;
    }
    let (mut milestones, mut all): (Vec<Node>, Vec<Node>) =
        nodes.into_iter().partition(|node| node.parent.is_none());
    milestones.sort_by_key(|node| node.position);
    all.sort_by_key(|node| node.position);
    let mut found = Vec::new();
    for milestone in &milestones {
        for lesson in all.iter().filter(|one| one.parent == Some(milestone.key)) {
            let row = rows.get(&lesson.key);
            found.push(LessonFigures {
                key: lesson.key,
                milestone: milestone.title.clone(),
                title: lesson.title.clone(),
                is_optional: lesson.is_optional,
                started: row.map_or(0, |row| row.started),
                done: row.map_or(0, |row| row.done),
                stopped: stopped.get(&lesson.key).copied().unwrap_or_default(),
                quartiles: row.and_then(|row| row.seconds.clone()?.try_into().ok()),
            });
        }
    }
    found
}

fn by_week(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    (learners, ids): (&[Learner], &[EnrolmentId]),
    (cohort, required): (Option<CohortJourneyId>, i32),
) -> Result<Vec<WeekFigures>, AppError> {
    let most = i32::try_from(WEEKS).unwrap_or(i32::MAX);
    let mut there: BTreeMap<i32, i64> = BTreeMap::new();
    for one in learners {
        *there.entry(one.elapsed.min(most)).or_default() += 1;
    }
    let pace = match cohort {
        Some(cohort) => queries::pace(tx, coaching, cohort)?,
        None => None,
    };
    let steps: Vec<Step> = queries::steps(tx, coaching, ids)?
        .into_iter()
        .map(|row| Step {
            elapsed: row.elapsed.min(most),
            week: row.week,
            count: row.count,
        })
        .collect();
    Ok(weeks(&there, &steps, pace.map(|pace| (pace, required))))
}

/// How often each question was answered rightly at the first attempt, in the order of lessons and questions.
fn questions(nodes: &[Node], attempts: &[AttemptRow]) -> Result<Vec<QuestionFigures>, AppError> {
    let mut found = Vec::new();
    for node in nodes {
        let Some(Content::Quiz(quiz)) = Content::of(node)? else {
            continue;
        };
        let counts = counts(&quiz, attempts.iter().filter(|one| one.lesson == node.key));
        found.extend(quiz.questions.iter().map(|question| {
            let (asked, right) = counts.get(&question.key).copied().unwrap_or_default();
            QuestionFigures {
                lesson: node.key,
                lesson_title: node.title.clone(),
                key: question.key,
                prompt: question.prompt.clone(),
                asked,
                right,
            }
        }));
    }
    Ok(found)
}

fn counts<'a>(quiz: &Quiz, attempts: impl Iterator<Item = &'a AttemptRow>) -> HashMap<Uuid, (i64, i64)> {
    let known: HashMap<Uuid, &Question> = quiz.questions.iter().map(|one| (one.key, one)).collect();
    let mut counts: HashMap<Uuid, (i64, i64)> = HashMap::new();
    for attempt in attempts {
        let drawn: Vec<Uuid> = serde_json::from_value(attempt.questions.clone()).unwrap_or_default();
        let answers: Answers = serde_json::from_value(attempt.answers.clone()).unwrap_or_default();
        for question in drawn.iter().filter_map(|key| known.get(key)) {
            let is_right = answers
                .get(&question.key)
                .is_some_and(|given| is_right(question, given));
            let (asked, right) = counts.entry(question.key).or_default();
            *asked += 1;
            *right += i64::from(is_right);
        }
    }
    counts
}
