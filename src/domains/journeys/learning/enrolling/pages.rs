//! What coaches see when they enrol and move people.

use askama::Template;

use crate::domains::journeys::building;
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::queries::enrolment;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{EnrolmentId, JourneyId, JourneyVersionId};
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::actions::{Outcome, candidates, cohorts_to_enrol, find};
use super::forms::EnrolForm;
use super::moving;

/// Somebody who would be enrolled.
pub struct CandidateLine {
    pub card: MemberCard,
    pub words: &'static str,
    pub tone: &'static str,
}

/// `/journeys/{journey}/people/new`
#[derive(Template)]
#[template(path = "journeys/people/enrol.html")]
pub struct EnrolPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub cohorts: Vec<Choice>,
    pub form: EnrolForm,
    pub errors: FieldErrors,
    /// Those called as was looked for, but for those named already.
    pub found: Vec<MemberCard>,
    /// Whether there is anything to enrol people in.
    pub is_published: bool,
    /// Who it would be, once one has looked.
    pub people: Option<Vec<CandidateLine>>,
    pub new: usize,
    pub there: usize,
}

/// Most cohorts to choose from.
const COHORTS: i64 = 1_000;

impl EnrolPage {
    /// The form, with who it would be when that is asked.
    ///
    /// # Errors
    /// As [`coaching`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        journey: JourneyId,
        form: EnrolForm,
        mut errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let is_looking = form.is_looking();
        let form = form.with_added();
        let found = find(tx, &coaching, &form.q, &form.handles())?;
        let cohorts = cohorts_to_enrol(tx, &coaching, COHORTS)?
            .into_iter()
            .map(|context| {
                let id = context.id.to_string();
                let chosen = form.cohort == id;
                Choice::new(id, context.name, chosen)
            })
            .collect();
        let mut people = None;
        if is_looking && errors.is_empty() {
            let found = form.parse().map_err(AppError::from);
            match found.and_then(|new| candidates(tx, &coaching, &new)) {
                Ok(found) => people = Some(found),
                Err(AppError::Invalid(wrong)) => errors = wrong,
                Err(error) => return Err(error),
            }
        }
        let count = |wanted: fn(Outcome) -> bool| {
            people.as_ref().map_or(0, |found| {
                found.iter().filter(|(_, outcome)| wanted(*outcome)).count()
            })
        };
        let there = count(|outcome| outcome == Outcome::There);
        let new = count(|outcome| outcome != Outcome::There);
        let line = |(card, outcome): (MemberCard, Outcome)| CandidateLine {
            card,
            words: match outcome {
                Outcome::New => "Begins",
                Outcome::Again => "Goes on where they were",
                Outcome::There => "Learns it already",
            },
            tone: if outcome == Outcome::There { "" } else { "positive" },
        };
        Ok(Self {
            shell,
            journey,
            title: coaching.title().to_owned(),
            cohorts,
            form,
            errors,
            found,
            is_published: building::published(tx, journey)?.is_some(),
            people: people.map(|found| found.into_iter().map(line).collect()),
            new,
            there,
        })
    }
}

/// Learners of one version, and what changes for them.
pub struct MoveView {
    pub version: JourneyVersionId,
    pub number: i32,
    pub learners: i64,
    pub added: Vec<String>,
    /// With how many have done it.
    pub removed: Vec<(String, i64)>,
    pub changed: Vec<(String, i64)>,
    pub same: usize,
}

/// `/journeys/{journey}/people/moving`
#[derive(Template)]
#[template(path = "journeys/people/moving.html")]
pub struct MovingPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub moves: Vec<MoveView>,
    /// The only one who is to be moved, and what they are called.
    pub only: Option<(EnrolmentId, String)>,
}

impl MovingPage {
    /// What moving everybody, or one of them, to the newest version would change.
    ///
    /// # Errors
    /// As [`coaching`]; [`AppError::NotFound`] for somebody who never learned the journey.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        journey: JourneyId,
        only: Option<EnrolmentId>,
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let only = match only {
            Some(id) => Some(enrolment(tx, id)?),
            None => None,
        };
        let mut chosen = None;
        if let Some(only) = &only {
            coaching.expect(only)?;
            let card = tenancy::member_cards(tx, &[only.member_id])?.remove(&only.member_id);
            chosen = Some((only.id, card.ok_or(AppError::NotFound)?.name));
        }
        let is_theirs =
            |version: JourneyVersionId| only.as_ref().is_none_or(|only| only.version_id == version);
        let mut previews = moving::previews(tx, &coaching)?;
        previews.retain(|one| is_theirs(one.behind.version_id));
        let moves = previews.into_iter().map(|preview| {
            let mut view = MoveView {
                version: preview.behind.version_id,
                number: preview.behind.number,
                learners: preview.behind.learners,
                added: Vec::new(),
                removed: Vec::new(),
                changed: Vec::new(),
                same: 0,
            };
            for change in preview.changes {
                match (change.was, change.becomes, change.is_changed) {
                    (None, Some(title), _) => view.added.push(title),
                    (Some(title), None, _) => view.removed.push((title, change.done_by)),
                    (Some(_), Some(title), true) => view.changed.push((title, change.done_by)),
                    _ => view.same += 1,
                }
            }
            view
        });
        Ok(Self {
            moves: moves.collect(),
            only: chosen,
            title: coaching.title().to_owned(),
            journey,
            shell,
        })
    }
}
