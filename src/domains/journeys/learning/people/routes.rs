//! `/journeys/{journey}/people`

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::policy::COACHES;
use crate::domains::journeys::learning::queries::enrolment;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{EnrolmentId, JourneyId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::actions;
use super::forms::ActForm;
use super::pages::{LearnerPage, PeoplePage, PeopleQuery};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let coaches = Access::Roles(COACHES);
    vec![
        get("/journeys/{journey}/people", coaches, Rate::Standard, list),
        get(
            "/journeys/{journey}/people/{enrolment}",
            coaches,
            Rate::Standard,
            show,
        ),
        post(
            "/journeys/{journey}/people/{enrolment}/acts",
            coaches,
            Rate::Medium,
            decide,
        ),
    ]
}

async fn list(me: Me, journey: web::Path<JourneyId>, query: web::Query<PeopleQuery>) -> Reply {
    let (journey, query) = (*journey, query.into_inner());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            PeoplePage::read(tx, shell, me, (journey, &query), None)
        })
        .await?;
    me.visit.page(&page)
}

async fn learner(
    me: &Me,
    at: (JourneyId, EnrolmentId),
    typed: (ActForm, FieldErrors),
) -> Result<LearnerPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        LearnerPage::read(tx, shell, me, at, typed)
    })
    .await
}

async fn show(me: Me, at: web::Path<(JourneyId, EnrolmentId)>, query: web::Query<ActForm>) -> Reply {
    let typed = (query.into_inner(), FieldErrors::default());
    let page = learner(&me, at.into_inner(), typed).await?;
    me.visit.confidential_page(200, &page)
}

async fn decide(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(JourneyId, EnrolmentId)>,
    posted: Posted<ActForm>,
) -> Reply {
    let (at, form) = (at.into_inner(), posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (journey, id) = at;
            let coaching = coaching(tx, journey)?;
            let enrolment = enrolment(tx, id)?;
            coaching.expect(&enrolment)?;
            actions::act(tx, &coaching, &enrolment, &form.parse()?)?;
            let notice = "Decided. The learner sees it at once; the reason stays in their record.";
            Ok(Answer::see_other(format!("/journeys/{journey}/people/{id}")).with(Flash::done(notice)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = learner(&me, at, (typed, errors)).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}
