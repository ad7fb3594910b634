//! What coaches see of what was handed in.

use askama::Template;

use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::lessons::pages::Html;
use crate::domains::journeys::learning::model::SubmissionState;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{EnrolmentId, JourneyId, MemberId, SubmissionId};
use crate::kernel::markup;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::ReviewForm;
use super::queries;

/// Most that are shown at once; the others come as these are answered.
const SHOWN: i64 = 100;

/// One thing that waits.
pub struct WaitingLine {
    pub id: SubmissionId,
    pub card: MemberCard,
    pub lesson: String,
    pub number: i16,
    pub when: String,
}

/// `/journeys/{journey}/reviews`
#[derive(Template)]
#[template(path = "journeys/people/reviews.html")]
pub struct ReviewsPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub waiting: Vec<WaitingLine>,
}

impl ReviewsPage {
    /// What waits, the longest first.
    ///
    /// # Errors
    /// As [`coaching`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        journey: JourneyId,
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let found = queries::waiting(tx, &coaching, SHOWN)?;
        let ids: Vec<MemberId> = found.iter().map(|one| one.member_id).collect();
        let cards = tenancy::member_cards(tx, &ids)?;
        let line = |one: queries::Waiting| {
            Some(WaitingLine {
                id: one.id,
                card: cards.get(&one.member_id)?.clone(),
                lesson: one.lesson_title,
                number: one.number,
                when: local_date_time(one.submitted_at, me.zone),
            })
        };
        Ok(Self {
            waiting: found.into_iter().filter_map(line).collect(),
            title: coaching.title().to_owned(),
            journey,
            shell,
        })
    }
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
    pub number: i16,
    pub when: String,
    pub body: Html,
    pub state: SubmissionState,
    pub is_waiting: bool,
    pub comments: Html,
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
        shell: Shell,
        me: &Member,
        (journey, id): (JourneyId, SubmissionId),
        (form, errors): (ReviewForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let one = queries::one(tx, &coaching, id)?;
        let mut cards = tenancy::member_cards(tx, &[one.member_id])?;
        Ok(Self {
            card: cards.remove(&one.member_id).ok_or(AppError::NotFound)?,
            enrolment: one.enrolment_id,
            lesson: one.lesson_title,
            number: one.number,
            when: local_date_time(one.submitted_at, me.zone),
            body: Html(markup::document(&one.body).html),
            state: one.state,
            is_waiting: one.state == SubmissionState::Waiting,
            comments: Html(markup::document(&one.comments).html),
            title: coaching.title().to_owned(),
            journey,
            id,
            form,
            errors,
            shell,
        })
    }
}
