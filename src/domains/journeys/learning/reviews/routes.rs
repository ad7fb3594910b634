//! `/journeys/{journey}/reviews`

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

use super::forms::ReviewForm;
use super::pages::{ReviewPage, ReviewsPage};
use super::{actions, queries};

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

async fn list(me: Me, journey: web::Path<JourneyId>) -> Reply {
    let journey = *journey;
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            ReviewsPage::read(tx, shell, me, journey)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn page(
    me: &Me,
    at: (JourneyId, SubmissionId),
    typed: (ReviewForm, FieldErrors),
) -> Result<ReviewPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        ReviewPage::read(tx, shell, me, at, typed)
    })
    .await
}

async fn show(me: Me, at: web::Path<(JourneyId, SubmissionId)>) -> Reply {
    let page = page(
        &me,
        at.into_inner(),
        (ReviewForm::default(), FieldErrors::default()),
    )
    .await?;
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
            queries::one(tx, &coaching, id)?;
            let review = form.parse()?;
            actions::review(tx, &coaching, id, &review)?;
            let notice = match review.is_approved {
                true => "Approved. On to the next.",
                false => "Returned with your comments.",
            };
            // The next that waits, so that a queue is worked through without going back.
            let next = queries::waiting(tx, &coaching, 1)?;
            let to = match next.first() {
                Some(next) => format!("/journeys/{journey}/reviews/{}", next.id),
                None => format!("/journeys/{journey}/reviews"),
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
