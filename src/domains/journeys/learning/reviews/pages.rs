//! What coaches see of what was handed in.

use askama::Template;
use chrono::SecondsFormat;
use chrono_tz::Tz;

use crate::domains::journeys::building::content::Criterion;
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::enrolling::queries::cohorts;
use crate::domains::journeys::learning::lessons::pages::Html;
use crate::domains::journeys::learning::model::SubmissionState;
use crate::domains::journeys::worksheets::pages::FilledView;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{EnrolmentId, JourneyId, MemberId, SubmissionId};
use crate::kernel::markup;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::actions;
use super::forms::{AGES, QueueQuery, ReviewForm};
use super::queries::{self, Waiting};
use super::rubric::{self, Score};

/// Things on a page of the queue.
const PAGE: usize = 50;

/// One thing that waits.
pub struct WaitingLine {
    pub href: String,
    pub card: MemberCard,
    pub lesson: String,
    /// Of which journey; empty where all are of one.
    pub journey: String,
    pub number: i16,
    pub when: String,
}

/// `/journeys/{journey}/reviews` and `/journeys/reviews`
#[derive(Template)]
#[template(path = "journeys/people/reviews.html")]
pub struct ReviewsPage {
    pub shell: Shell,
    /// Nothing for the queue over all journeys.
    pub journey: Option<JourneyId>,
    pub title: String,
    pub here: String,
    pub journeys: Vec<Choice>,
    pub cohorts: Vec<Choice>,
    pub ages: Vec<Choice>,
    pub waiting: Vec<WaitingLine>,
    pub start: String,
    pub next: String,
}

impl ReviewsPage {
    /// What waits, the longest first: of one journey, or of all that the reader looks after.
    ///
    /// # Errors
    /// As [`actions::queue`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        (shell, me): (Shell, &Member),
        journey: Option<JourneyId>,
        mut query: QueueQuery,
    ) -> Result<Self, AppError> {
        query.all = if journey.is_none() { "yes" } else { "" }.to_owned();
        let queue = actions::queue(tx, journey, &query)?;
        let after = query.after();
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::waiting(tx, &queue, after, limit)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let here = match journey {
            Some(journey) => format!("/journeys/{journey}/reviews"),
            None => "/journeys/reviews".to_owned(),
        };
        let next = found.last().filter(|_| has_more).map(|last| {
            let at = last.submitted_at.to_rfc3339_opts(SecondsFormat::Micros, true);
            query.address(&here, &[("after", &last.id.to_string()), ("at", &at)])
        });
        let known = match journey {
            Some(_) => Vec::new(),
            None => actions::looked_after(tx)?,
        };
        let of = journey.or(query.journey().filter(|id| queue.journeys.contains(id)));
        let (title, cohorts) = match of {
            None => (String::new(), Vec::new()),
            Some(of) => {
                let coaching = coaching(tx, of)?;
                let choice = |one: crate::domains::journeys::learning::model::CohortJourney| {
                    Choice::new(one.id.to_string(), one.name, Some(one.id) == query.cohort())
                };
                let cohorts = cohorts(tx, &coaching)?.into_iter().map(choice).collect();
                (coaching.title().to_owned(), cohorts)
            }
        };
        let name = |id: JourneyId| {
            let found = known.iter().find(|one| one.id == id);
            found.map(|one| one.title.clone()).unwrap_or_default()
        };
        Ok(Self {
            waiting: lines(tx, found, (&query, me.zone), name)?,
            start: after.map(|_| query.address(&here, &[])).unwrap_or_default(),
            next: next.unwrap_or_default(),
            ages: AGES
                .iter()
                .map(|(value, words)| Choice::new(*value, *words, query.since == *value))
                .collect(),
            journeys: known
                .iter()
                .map(|one| {
                    Choice::new(
                        one.id.to_string(),
                        one.title.clone(),
                        query.journey() == Some(one.id),
                    )
                })
                .collect(),
            title,
            cohorts,
            here,
            journey,
            shell,
        })
    }
}

fn lines(
    tx: &mut TenantTx<'_>,
    found: Vec<Waiting>,
    (query, zone): (&QueueQuery, Tz),
    name: impl Fn(JourneyId) -> String,
) -> Result<Vec<WaitingLine>, AppError> {
    let ids: Vec<MemberId> = found.iter().map(|one| one.member_id).collect();
    let cards = tenancy::member_cards(tx, &ids)?;
    let line = |one: Waiting| {
        Some(WaitingLine {
            href: href(&one, query),
            card: cards.get(&one.member_id)?.clone(),
            journey: name(one.journey_id),
            lesson: one.lesson_title,
            number: one.number,
            when: local_date_time(one.submitted_at, zone),
        })
    };
    Ok(found.into_iter().filter_map(line).collect())
}

/// The page of something that waits, in the same queue.
pub fn href(one: &Waiting, query: &QueueQuery) -> String {
    query.address(&format!("/journeys/{}/reviews/{}", one.journey_id, one.id), &[])
}

/// A level of a criterion to choose.
pub struct LevelChoice {
    pub value: String,
    pub label: String,
    pub points: u32,
    pub is_chosen: bool,
}

/// A criterion to score.
pub struct CriterionView {
    pub field: String,
    pub title: String,
    pub most: u32,
    /// Empty where points are typed.
    pub levels: Vec<LevelChoice>,
    pub typed: String,
    pub error: String,
}

/// A version of what was handed in.
pub struct VersionView {
    pub number: i16,
    pub when: String,
    pub state: SubmissionState,
    pub tone: &'static str,
    pub body: Html,
    /// What was filled into a worksheet, in the place of a text.
    pub filled: Option<FilledView>,
    pub comments: Html,
    pub has_comments: bool,
    pub reviewer: String,
    pub scores: Vec<Score>,
    pub sum: String,
}

/// `/journeys/{journey}/reviews/{submission}`
#[derive(Template)]
#[template(path = "journeys/people/review.html")]
pub struct ReviewPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub id: SubmissionId,
    pub enrolment: EnrolmentId,
    pub card: MemberCard,
    pub lesson: String,
    pub when: String,
    pub shown: VersionView,
    pub is_waiting: bool,
    /// The others, the newest first.
    pub versions: Vec<VersionView>,
    pub rubric: Vec<CriterionView>,
    pub most: u32,
    pub list: String,
    pub previous: String,
    pub next: String,
    pub form: ReviewForm,
    pub errors: FieldErrors,
}

impl ReviewPage {
    /// Something that was handed in.
    ///
    /// # Errors
    /// As [`coaching`]; [`AppError::NotFound`] for what was handed in elsewhere.
    pub fn read(
        tx: &mut TenantTx<'_>,
        (shell, me): (Shell, &Member),
        (journey, id): (JourneyId, SubmissionId),
        (form, errors): (ReviewForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let one = queries::one(tx, &coaching, id)?;
        let all = queries::versions(tx, &coaching, &one)?;
        let query = form.queue();
        let queue = actions::queue(tx, Some(journey), &query)?;
        let place = (one.submitted_at, one.id);
        let next = queries::waiting(tx, &queue, Some(place), 1)?;
        let previous = queries::before(tx, &queue, place)?;
        let mut people: Vec<MemberId> = all.iter().filter_map(|one| one.reviewed_by).collect();
        people.push(one.member_id);
        let mut cards = tenancy::member_cards(tx, &people)?;
        let version =
            |one: &Waiting| version(one, me.zone, |by| cards.get(&by).map(|card| card.name.clone()));
        let criteria = one.rubric();
        Ok(Self {
            shown: version(&one),
            versions: all.iter().filter(|other| other.id != id).map(version).collect(),
            card: cards.remove(&one.member_id).ok_or(AppError::NotFound)?,
            enrolment: one.enrolment_id,
            when: local_date_time(one.submitted_at, me.zone),
            is_waiting: one.state == SubmissionState::Waiting,
            most: criteria.iter().map(rubric::most).sum(),
            rubric: criteria
                .iter()
                .map(|one| criterion(one, &form, &errors))
                .collect(),
            list: query.list(journey),
            next: next.first().map(|next| href(next, &query)).unwrap_or_default(),
            previous: previous.map(|one| href(&one, &query)).unwrap_or_default(),
            lesson: one.lesson_title,
            title: coaching.title().to_owned(),
            journey,
            id,
            form,
            errors,
            shell,
        })
    }
}

fn version(one: &Waiting, zone: Tz, name: impl Fn(MemberId) -> Option<String>) -> VersionView {
    let scores = rubric::kept(one.scores.clone());
    VersionView {
        number: one.number,
        when: local_date_time(one.submitted_at, zone),
        state: one.state,
        tone: match one.state {
            SubmissionState::Waiting => "accent",
            SubmissionState::Returned => "warning",
            SubmissionState::Approved => "positive",
        },
        body: Html(markup::document(&one.body).html),
        filled: FilledView::kept(one.filled.as_ref()),
        comments: Html(markup::document(&one.comments).html),
        has_comments: !one.comments.is_empty(),
        reviewer: one.reviewed_by.and_then(name).unwrap_or_default(),
        sum: rubric::sum(&scores),
        scores,
    }
}

fn criterion(one: &Criterion, form: &ReviewForm, errors: &FieldErrors) -> CriterionView {
    let field = rubric::field(one);
    let typed = form.score(&field).to_owned();
    let level = |(place, level): (usize, &crate::domains::journeys::building::content::Level)| LevelChoice {
        is_chosen: typed == place.to_string(),
        value: place.to_string(),
        label: level.text.clone(),
        points: level.points,
    };
    CriterionView {
        levels: one.levels.iter().enumerate().map(level).collect(),
        most: rubric::most(one),
        title: one.title.clone(),
        error: errors.of(&field).to_owned(),
        field,
        typed,
    }
}
