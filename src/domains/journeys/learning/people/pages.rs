//! What coaches see of a journey's people.

use askama::Template;
use serde::Deserialize;

use crate::domains::channels::places;
use crate::domains::journeys::building;
use crate::domains::journeys::coaching::nudges::pages::NudgeLine;
use crate::domains::journeys::coaching::{broadcasts, nudges};
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::enrolling::forms::CohortForm;
use crate::domains::journeys::learning::enrolling::queries::{behind, cohorts};
use crate::domains::journeys::learning::model::{ActKind, CohortJourney, Enrolment, EnrolmentState};
use crate::domains::journeys::learning::pages::{MilestoneView, milestones};
use crate::domains::journeys::learning::queries as enrolments;
use crate::domains::journeys::learning::reviews::queries as reviews;
use crate::domains::journeys::learning::unlocking::words::Reader;
use crate::domains::journeys::learning::unlocking::{self, structure};
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CohortJourneyId, EnrolmentId, JourneyId, MemberId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address};

use super::forms::ActForm;
use super::queries;

/// People on a page.
const PAGE: usize = 50;

/// Where the list goes on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PeopleQuery {
    pub after: String,
}

/// One learner in the list.
pub struct LearnerLine {
    pub id: EnrolmentId,
    pub card: MemberCard,
    pub cohort: String,
    pub state: EnrolmentState,
    pub tone: &'static str,
    pub done: i32,
    pub required: i32,
    pub percent: i32,
    pub number: i32,
    pub last: String,
}

/// A cohort with its clock.
pub struct CohortView {
    pub cohort: CohortJourney,
    pub starts: String,
    pub pace: String,
    /// Why what was typed was not taken.
    pub errors: FieldErrors,
    pub is_paused: bool,
    /// Their channel and what it is called.
    pub channel: Option<(String, String)>,
    /// Whether one may be made for them.
    pub may_channel: bool,
}

fn cohort_view(tx: &mut TenantTx<'_>, cohort: CohortJourney) -> Result<CohortView, AppError> {
    let channel = places::channel_of_context(tx, cohort.context_id)?;
    Ok(CohortView {
        may_channel: channel.is_none() && broadcasts::actions::may_begin_channel(tx, &cohort)?,
        channel: channel.map(|channel| (format!("/channels/{}", channel.id), channel.title)),
        starts: cohort.starts_on.format("%Y-%m-%d").to_string(),
        pace: cohort.pace.map(|pace| pace.to_string()).unwrap_or_default(),
        errors: FieldErrors::default(),
        is_paused: cohort.paused_at.is_some(),
        cohort,
    })
}

/// What was typed for a cohort and could not be taken.
pub type Refused<'a> = (CohortJourneyId, &'a CohortForm, &'a FieldErrors);

/// `/journeys/{journey}/people`
#[derive(Template)]
#[template(path = "journeys/people/index.html")]
pub struct PeoplePage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub learners: Vec<LearnerLine>,
    pub cohorts: Vec<CohortView>,
    pub waiting: i64,
    /// How many learn an older version.
    pub behind: i64,
    pub is_published: bool,
    pub start: String,
    pub next: String,
}

impl PeoplePage {
    /// Who learns a journey.
    ///
    /// # Errors
    /// As [`coaching`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        (journey, query): (JourneyId, &PeopleQuery),
        refused: Option<Refused<'_>>,
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let after: Option<EnrolmentId> = query.after.parse().ok();
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = enrolments::of_journey(tx, journey, after, limit)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let path = format!("/journeys/{journey}/people");
        let next = found
            .last()
            .filter(|_| has_more)
            .map(|last| address(&path, &[("after", &last.id.to_string())]));
        let newest = building::published(tx, journey)?.map(|version| version.id);
        let older = match newest {
            Some(newest) => behind(tx, &coaching, newest)?,
            None => Vec::new(),
        };
        let cohorts = cohorts(tx, &coaching)?;
        let learners = lines(tx, me, found, &cohorts)?;
        let mut views = Vec::new();
        for cohort in cohorts {
            let view = cohort_view(tx, cohort)?;
            views.push(match refused {
                Some((id, form, errors)) if id == view.cohort.id => CohortView {
                    starts: form.starts_on.clone(),
                    pace: form.pace.clone().unwrap_or_default(),
                    errors: errors.clone(),
                    ..view
                },
                _ => view,
            });
        }
        Ok(Self {
            waiting: reviews::count_waiting(tx, &coaching)?,
            learners,
            cohorts: views,
            behind: older.iter().map(|one| one.learners).sum(),
            is_published: newest.is_some(),
            start: after.map(|_| path).unwrap_or_default(),
            next: next.unwrap_or_default(),
            title: coaching.title().to_owned(),
            journey,
            shell,
        })
    }
}

fn lines(
    tx: &mut TenantTx<'_>,
    me: &Member,
    found: Vec<Enrolment>,
    cohorts: &[CohortJourney],
) -> Result<Vec<LearnerLine>, AppError> {
    let ids: Vec<MemberId> = found.iter().map(|one| one.member_id).collect();
    let mut cards = tenancy::member_cards(tx, &ids)?;
    let line = |one: Enrolment| {
        let cohort = cohorts.iter().find(|cohort| Some(cohort.id) == one.cohort_id);
        Some(LearnerLine {
            id: one.id,
            card: cards.remove(&one.member_id)?,
            cohort: cohort.map(|cohort| cohort.name.clone()).unwrap_or_default(),
            state: one.state,
            tone: match one.state {
                EnrolmentState::Active => "",
                EnrolmentState::Completed => "positive",
                EnrolmentState::Left => "warning",
            },
            done: one.done,
            required: one.required,
            percent: one.percent(),
            number: one.number,
            last: match one.last_at {
                Some(at) => format!("last active {}", local_date_time(at, me.zone)),
                None => "not started yet".to_owned(),
            },
        })
    };
    Ok(found.into_iter().filter_map(line).collect())
}

/// A decision that was made.
pub struct ActLine {
    pub words: &'static str,
    pub node: String,
    pub reason: String,
    pub by: String,
    pub when: String,
    pub until: String,
}

/// `/journeys/{journey}/people/{enrolment}`
#[derive(Template)]
#[template(path = "journeys/people/learner.html")]
pub struct LearnerPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub id: EnrolmentId,
    pub card: MemberCard,
    pub state: EnrolmentState,
    pub number: i32,
    /// Whether there is a newer version to which they can be moved.
    pub is_behind: bool,
    pub done: i32,
    pub required: i32,
    pub percent: i32,
    pub last: String,
    pub milestones: Vec<MilestoneView>,
    pub acts: Vec<ActLine>,
    /// What coaches wrote to them about this journey.
    pub nudges: Vec<NudgeLine>,
    pub nodes: Vec<Choice>,
    pub kinds: Vec<Choice>,
    pub form: ActForm,
    pub errors: FieldErrors,
}

impl LearnerPage {
    /// One learner's way, as who looks after them sees it.
    ///
    /// # Errors
    /// As [`coaching`]; [`AppError::NotFound`] for an enrolment of another journey.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        (journey, id): (JourneyId, EnrolmentId),
        (form, errors): (ActForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let enrolment = enrolments::enrolment(tx, id)?;
        coaching.expect(&enrolment)?;
        let path = unlocking::path(tx, id)?;
        let reader = Reader {
            enrolment: id,
            zone: me.zone,
        };
        let said = structure::of_version(tx, enrolment.version_id)?;
        let milestones = milestones(&path, &said, reader, None);
        let acts = queries::acts(tx, &coaching, id)?;
        let mut people: Vec<MemberId> = acts.iter().map(|act| act.acted_by).collect();
        people.push(enrolment.member_id);
        let mut cards = tenancy::member_cards(tx, &people)?;
        let moment = |at| local_date_time(at, me.zone);
        let line = |act: queries::Act| ActLine {
            words: match act.kind {
                ActKind::Unlock => "Opened",
                ActKind::Approve => "Approved",
                ActKind::Waive => "Counted as done",
                ActKind::Revoke => "Taken back",
            },
            node: path
                .title(act.node)
                .unwrap_or("A lesson that is no longer there")
                .to_owned(),
            by: cards
                .get(&act.acted_by)
                .map(|card| card.name.clone())
                .unwrap_or_default(),
            when: moment(act.acted_at),
            until: act.expires_at.map(moment).unwrap_or_default(),
            reason: act.reason,
        };
        let acts = acts.into_iter().map(line).collect();
        let newest = building::published(tx, journey)?.map(|version| version.id);
        Ok(Self {
            is_behind: enrolment.state == EnrolmentState::Active
                && newest.is_some_and(|id| id != enrolment.version_id),
            nodes: choices(&milestones, &form.node),
            kinds: ActKind::ALL
                .iter()
                .map(|kind| Choice::new(kind.as_str(), kind.label(), form.kind == kind.as_str()))
                .collect(),
            acts,
            nudges: nudges::pages::of_learner(tx, &coaching, (id, me.zone))?,
            milestones,
            card: cards.remove(&enrolment.member_id).ok_or(AppError::NotFound)?,
            state: enrolment.state,
            number: enrolment.number,
            done: enrolment.done,
            required: enrolment.required,
            percent: enrolment.percent(),
            last: enrolment.last_at.map(moment).unwrap_or_default(),
            title: coaching.title().to_owned(),
            journey,
            id,
            form,
            errors,
            shell,
        })
    }
}

/// Every node, each milestone before its lessons.
fn choices(milestones: &[MilestoneView], chosen: &str) -> Vec<Choice> {
    let mut choices = Vec::new();
    for milestone in milestones {
        let key = milestone.key.to_string();
        let is_chosen = chosen == key;
        choices.push(Choice::new(
            key,
            format!("Milestone: {}", milestone.title),
            is_chosen,
        ));
        choices.extend(milestone.lessons.iter().map(|lesson| {
            let key = lesson.key.to_string();
            let is_chosen = chosen == key;
            Choice::new(
                key,
                format!("{} ({})", lesson.title, lesson.status.label().to_lowercase()),
                is_chosen,
            )
        }));
    }
    choices
}
