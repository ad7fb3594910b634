//! `/journeys/{journey}/reviews` and `/journeys/reviews`

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::policy::COACHES;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{JourneyId, SubmissionId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::forms::{QueueQuery, ReviewForm};
use super::pages::{ReviewPage, ReviewsPage, href};
use super::{actions, queries};

/// The queue over all journeys; stands before what takes the name of a journey in the same place.
pub fn queue_routes() -> Vec<RouteDef> {
    vec![get(
        "/journeys/reviews",
        Access::Roles(COACHES),
        Rate::Standard,
        all,
    )]
}

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let coaches = Access::Roles(COACHES);
    vec![
        get("/journeys/{journey}/reviews", coaches, Rate::Standard, list),
        get(
            "/journeys/{journey}/reviews/{submission}",
            coaches,
            Rate::Standard,
            show,
        ),
        post(
            "/journeys/{journey}/reviews/{submission}",
            coaches,
            Rate::Medium,
            review,
        ),
    ]
}

async fn queue_page(me: Me, journey: Option<JourneyId>, query: QueueQuery) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            ReviewsPage::read(tx, (shell, me), journey, query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn all(me: Me, query: web::Query<QueueQuery>) -> Reply {
    queue_page(me, None, query.into_inner()).await
}

async fn list(me: Me, journey: web::Path<JourneyId>, query: web::Query<QueueQuery>) -> Reply {
    queue_page(me, Some(*journey), query.into_inner()).await
}

async fn page(
    me: &Me,
    at: (JourneyId, SubmissionId),
    typed: (ReviewForm, FieldErrors),
) -> Result<ReviewPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        ReviewPage::read(tx, (shell, me), at, typed)
    })
    .await
}

async fn show(me: Me, at: web::Path<(JourneyId, SubmissionId)>, query: web::Query<QueueQuery>) -> Reply {
    let query = query.into_inner();
    let form = ReviewForm {
        all: query.all,
        journey: query.journey,
        cohort: query.cohort,
        since: query.since,
        ..ReviewForm::default()
    };
    let page = page(&me, at.into_inner(), (form, FieldErrors::default())).await?;
    me.visit.confidential_page(200, &page)
}

async fn review(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(JourneyId, SubmissionId)>,
    posted: Posted<ReviewForm>,
) -> Reply {
    let (at, form) = (at.into_inner(), posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (journey, id) = at;
            let coaching = coaching(tx, journey)?;
            let one = queries::one(tx, &coaching, id)?;
            let review = form.parse(&one.rubric())?;
            actions::review(tx, &coaching, id, &review)?;
            let notice = match review.is_approved {
                true => "Approved. On to the next.",
                false => "Returned with your comments.",
            };
            // The next that waits, so that a queue is worked through without going back; at its end, what was passed over.
            let query = form.queue();
            let queue = actions::queue(tx, Some(journey), &query)?;
            let mut next = queries::waiting(tx, &queue, Some((one.submitted_at, one.id)), 1)?;
            if next.is_empty() {
                next = queries::waiting(tx, &queue, None, 1)?;
            }
            let to = match next.first() {
                Some(next) => href(next, &query),
                None => query.list(journey),
            };
            Ok(Answer::see_other(to).with(Flash::done(notice)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, at, (typed, errors)).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}
