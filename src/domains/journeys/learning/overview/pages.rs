//! Learners by lessons, and those who are stuck, as coaches see them.

use std::collections::{HashMap, HashSet};

use askama::Template;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::domains::journeys::building;
use crate::domains::journeys::building::model::Node;
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::enrolling::queries::cohorts;
use crate::domains::journeys::learning::model::{LessonState, percent};
use crate::domains::journeys::learning::policy::Coaching;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::error::AppError;
use crate::kernel::ids::{CohortJourneyId, EnrolmentId, JourneyId, JourneyVersionId, MemberId, NodeKey};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address};

use super::queries::{self, Cell, Learner};
use super::stuck::{self, Reason};

/// Learners on a page.
const PAGE: usize = 50;
/// After so long a lesson that was begun and not finished is shown as stalled.
const STALLED: TimeDelta = TimeDelta::days(7);

/// Which cohort, and where the list goes on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OverviewQuery {
    pub cohort: String,
    pub after: String,
    pub since: String,
}

/// What a page about a journey's people begins with.
struct Scene {
    coaching: Coaching,
    cohort: Option<CohortJourneyId>,
    cohorts: Vec<Choice>,
    /// The address without where it goes on.
    path: String,
}

impl Scene {
    fn read(
        tx: &mut TenantTx<'_>,
        journey: JourneyId,
        query: &OverviewQuery,
        page: &str,
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let known = cohorts(tx, &coaching)?;
        let cohort = query.cohort.parse().ok();
        let cohort = known.iter().map(|one| one.id).find(|id| Some(*id) == cohort);
        let choice = |one: crate::domains::journeys::learning::model::CohortJourney| {
            Choice::new(one.id.to_string(), one.name, Some(one.id) == cohort)
        };
        let plain = format!("/journeys/{journey}/{page}");
        Ok(Self {
            path: match cohort {
                Some(id) => address(&plain, &[("cohort", &id.to_string())]),
                None => plain,
            },
            cohorts: known.into_iter().map(choice).collect(),
            cohort,
            coaching,
        })
    }

    fn at(&self, rest: &str) -> String {
        let join = if self.path.contains('?') { '&' } else { '?' };
        format!("{}{join}{rest}", self.path)
    }
}

/// A lesson at the head of a column.
pub struct Column {
    /// From 1, through the whole journey.
    pub number: usize,
    pub title: String,
    /// The first of its milestone.
    pub is_first: bool,
}

/// A milestone over its columns.
pub struct Band {
    pub title: String,
    pub columns: usize,
}

/// How far somebody is with a lesson.
pub struct Mark {
    /// A word for the look of it; empty when nobody touched it.
    pub look: &'static str,
    pub icon: &'static str,
    /// In words, for everybody who does not see colours.
    pub words: String,
}

/// A learner with all lessons.
pub struct Row {
    pub href: String,
    pub card: MemberCard,
    pub percent: i32,
    pub marks: Vec<Mark>,
}

/// `/journeys/{journey}/matrix`
#[derive(Template)]
#[template(path = "journeys/people/matrix.html")]
pub struct MatrixPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub cohorts: Vec<Choice>,
    pub bands: Vec<Band>,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    pub is_published: bool,
    pub start: String,
    pub next: String,
}

impl MatrixPage {
    /// Everybody who learns a journey, with each lesson of its newest version.
    ///
    /// # Errors
    /// As [`coaching`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: Tz,
        journey: JourneyId,
        query: &OverviewQuery,
    ) -> Result<Self, AppError> {
        let scene = Scene::read(tx, journey, query, "matrix")?;
        let newest = building::published(tx, journey)?;
        let nodes = match &newest {
            Some(version) => building::nodes(tx, version.id)?,
            None => Vec::new(),
        };
        let after: Option<EnrolmentId> = query.after.parse().ok();
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut learners = queries::learners(tx, &scene.coaching, scene.cohort, after, limit)?;
        let has_more = learners.len() > PAGE;
        learners.truncate(PAGE);
        let next = learners
            .last()
            .filter(|_| has_more)
            .map(|last| scene.at(&format!("after={}", last.id)));
        let (bands, columns, keys) = heads(nodes);
        let rows = rows(tx, &scene, (learners, &keys), zone)?;
        Ok(Self {
            is_published: newest.is_some(),
            start: after.map(|_| scene.path.clone()).unwrap_or_default(),
            next: next.unwrap_or_default(),
            title: scene.coaching.title().to_owned(),
            cohorts: scene.cohorts,
            bands,
            columns,
            rows,
            journey,
            shell,
        })
    }
}

/// The heads of the table, and the lessons below them in order.
fn heads(nodes: Vec<Node>) -> (Vec<Band>, Vec<Column>, Vec<NodeKey>) {
    let (mut milestones, mut lessons): (Vec<Node>, Vec<Node>) =
        nodes.into_iter().partition(|node| node.parent.is_none());
    milestones.sort_by_key(|node| node.position);
    lessons.sort_by_key(|node| node.position);
    let (mut bands, mut columns, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for milestone in milestones {
        let before = columns.len();
        for lesson in lessons
            .iter()
            .filter(|lesson| lesson.parent == Some(milestone.key))
        {
            columns.push(Column {
                number: columns.len() + 1,
                title: lesson.title.clone(),
                is_first: columns.len() == before,
            });
            keys.push(lesson.key);
        }
        if columns.len() > before {
            bands.push(Band {
                title: milestone.title,
                columns: columns.len() - before,
            });
        }
    }
    (bands, columns, keys)
}

fn rows(
    tx: &mut TenantTx<'_>,
    scene: &Scene,
    (learners, keys): (Vec<Learner>, &[NodeKey]),
    zone: Tz,
) -> Result<Vec<Row>, AppError> {
    let now = tx.now();
    let ids: Vec<EnrolmentId> = learners.iter().map(|one| one.id).collect();
    let people: Vec<MemberId> = learners.iter().map(|one| one.member_id).collect();
    let mut versions: Vec<JourneyVersionId> = learners.iter().map(|one| one.version_id).collect();
    versions.sort();
    versions.dedup();
    let theirs: HashSet<(JourneyVersionId, NodeKey)> =
        queries::lessons_of(tx, &versions)?.into_iter().collect();
    let cells = queries::cells(tx, &scene.coaching, &ids)?;
    let cells: HashMap<(EnrolmentId, NodeKey), Cell> = cells
        .into_iter()
        .map(|cell| ((cell.enrolment_id, cell.lesson), cell))
        .collect();
    let mut cards = tenancy::member_cards(tx, &people)?;
    let row = |one: Learner| {
        let mark = |key: &NodeKey| match theirs.contains(&(one.version_id, *key)) {
            true => mark(cells.get(&(one.id, *key)), now, zone),
            false => Mark {
                look: "none",
                icon: "",
                words: "Not in their version".to_owned(),
            },
        };
        Some(Row {
            href: format!("/journeys/{}/people/{}", scene.coaching.journey(), one.id),
            percent: percent(one.done, one.required),
            marks: keys.iter().map(mark).collect(),
            card: cards.remove(&one.member_id)?,
        })
    };
    Ok(learners.into_iter().filter_map(row).collect())
}

fn mark(cell: Option<&Cell>, now: DateTime<Utc>, zone: Tz) -> Mark {
    let Some(cell) = cell else {
        return Mark {
            look: "",
            icon: "",
            words: String::new(),
        };
    };
    let since = cell.since.map(|at| local_date_time(at, zone)).unwrap_or_default();
    let is_old = cell.since.is_some_and(|at| at < now - STALLED);
    let (look, icon, words) = match (cell.state, cell.is_waived) {
        (LessonState::Done, _) => ("done", "check", format!("Done {since}")),
        (_, true) => ("waived", "check", format!("Counted as done {since}")),
        (LessonState::Submitted, _) => ("waiting", "clock", "Waiting for review".to_owned()),
        (LessonState::Returned, _) => ("returned", "reply", "Returned with comments".to_owned()),
        (LessonState::Started, _) if is_old => ("stalled", "", format!("Begun {since}, not finished")),
        (LessonState::Started, _) => ("started", "", format!("Begun {since}")),
        (LessonState::Open, _) => ("", "", String::new()),
    };
    let words = match cell.score {
        Some(score) if !words.is_empty() => format!("{words}, {score} %"),
        _ => words,
    };
    Mark { look, icon, words }
}

/// Somebody who is stuck.
pub struct StuckLine {
    pub id: EnrolmentId,
    pub href: String,
    pub card: MemberCard,
    pub done: i32,
    pub required: i32,
    pub reasons: Vec<Reason>,
}

/// `/journeys/{journey}/stuck`
#[derive(Template)]
#[template(path = "journeys/people/stuck.html")]
pub struct StuckPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub cohorts: Vec<Choice>,
    pub lines: Vec<StuckLine>,
    pub start: String,
    pub next: String,
}

impl StuckPage {
    /// Those of a journey who are stuck, and why.
    ///
    /// # Errors
    /// As [`coaching`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        journey: JourneyId,
        query: &OverviewQuery,
    ) -> Result<Self, AppError> {
        let scene = Scene::read(tx, journey, query, "stuck")?;
        let now = tx.now();
        let after = query.since.parse().ok().zip(query.after.parse().ok());
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let limits = stuck::limits(now);
        let mut found = queries::stuck(tx, &scene.coaching, scene.cohort, limits, (after, limit))?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let next = found.last().filter(|_| has_more).map(|last| {
            let since = last.quiet_since.to_rfc3339_opts(SecondsFormat::Micros, true);
            scene.at(&format!("after={}&since={since}", last.id))
        });
        let people: Vec<MemberId> = found.iter().map(|one| one.member_id).collect();
        let mut cards = tenancy::member_cards(tx, &people)?;
        let line = |one: queries::Facts| {
            Some(StuckLine {
                id: one.id,
                href: format!("/journeys/{journey}/people/{}", one.id),
                reasons: stuck::reasons(&one, now),
                done: one.done,
                required: one.required,
                card: cards.remove(&one.member_id)?,
            })
        };
        Ok(Self {
            lines: found.into_iter().filter_map(line).collect(),
            start: after.map(|_| scene.path.clone()).unwrap_or_default(),
            next: next.unwrap_or_default(),
            title: scene.coaching.title().to_owned(),
            cohorts: scene.cohorts,
            journey,
            shell,
        })
    }
}
