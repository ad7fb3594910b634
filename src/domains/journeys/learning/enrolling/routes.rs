//! `/journeys/{journey}/people/new` and what changes who learns.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::people::pages::{PeoplePage, PeopleQuery};
use crate::domains::journeys::learning::policy::COACHES;
use crate::domains::journeys::learning::queries::enrolment;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CohortJourneyId, EnrolmentId, JourneyId, JourneyVersionId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::actions::{self, Leaving};
use super::forms::{ClockChange, CohortForm, EnrolForm};
use super::moving;
use super::pages::{EnrolPage, MovingPage};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let coaches = Access::Roles(COACHES);
    vec![
        get("/journeys/{journey}/people/new", coaches, Rate::Standard, blank),
        post("/journeys/{journey}/people", coaches, Rate::Medium, enrol),
        get(
            "/journeys/{journey}/people/moving",
            coaches,
            Rate::Standard,
            moving_page,
        ),
        post(
            "/journeys/{journey}/people/moving",
            coaches,
            Rate::Medium,
            move_all,
        ),
        post(
            "/journeys/{journey}/people/{enrolment}/removal",
            coaches,
            Rate::Medium,
            remove,
        ),
        post(
            "/journeys/{journey}/cohorts/{cohort}",
            coaches,
            Rate::Medium,
            set_clock,
        ),
    ]
}

async fn form_page(
    me: &Me,
    journey: JourneyId,
    form: EnrolForm,
    errors: FieldErrors,
) -> Result<EnrolPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        EnrolPage::read(tx, shell, journey, form, errors)
    })
    .await
}

async fn blank(me: Me, journey: web::Path<JourneyId>, query: web::Query<EnrolForm>) -> Reply {
    let page = form_page(&me, *journey, query.into_inner(), FieldErrors::default()).await?;
    let status = if page.errors.is_empty() { 200 } else { 422 };
    me.visit.page_with(status, &page)
}

async fn enrol(
    me: Me,
    app: web::Data<App>,
    journey: web::Path<JourneyId>,
    posted: Posted<EnrolForm>,
) -> Reply {
    let (journey, form) = (*journey, posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let coaching = coaching(tx, journey)?;
            let count = actions::enrol(tx, &coaching, &form.parse()?)?;
            let notice = match count {
                0 => "Everybody you named learns it already.".to_owned(),
                1 => "One person is enrolled.".to_owned(),
                count => format!("{count} people are enrolled."),
            };
            Ok(Answer::see_other(format!("/journeys/{journey}/people")).with(Flash::done(notice)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = form_page(&me, journey, typed, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn moving_page(me: Me, journey: web::Path<JourneyId>, query: web::Query<MovingQuery>) -> Reply {
    let (journey, only): (JourneyId, Option<EnrolmentId>) = (*journey, query.learner.parse().ok());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            MovingPage::read(tx, shell, journey, only)
        })
        .await?;
    me.visit.page(&page)
}

/// From which version people are moved.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
struct MovingForm {
    from: String,
    /// Only these; everybody of the version without one.
    learner: Vec<String>,
}

/// Who is to be moved.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
struct MovingQuery {
    learner: String,
}

async fn move_all(
    me: Me,
    app: web::Data<App>,
    journey: web::Path<JourneyId>,
    posted: Posted<MovingForm>,
) -> Reply {
    let (journey, form) = (*journey, posted.form);
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let coaching = coaching(tx, journey)?;
            let from: JourneyVersionId = form
                .from
                .parse()
                .map_err(|_| AppError::field("from", "Choose a version."))?;
            let chosen: Result<Vec<EnrolmentId>, _> =
                form.learner.iter().map(|id| id.parse::<EnrolmentId>()).collect();
            let chosen = chosen.map_err(|_| AppError::field("learner", "Choose learners."))?;
            let notice = match moving::move_all(tx, &coaching, from, &chosen)? {
                1 => "One learner is on the newest version. What they did stays done.".to_owned(),
                count => format!("{count} learners are on the newest version. What they did stays done."),
            };
            Ok(Answer::see_other(format!("/journeys/{journey}/people")).with(Flash::done(notice)))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn remove(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(JourneyId, EnrolmentId)>,
    posted: Posted<Yes>,
) -> Reply {
    let (journey, id) = path.into_inner();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let coaching = coaching(tx, journey)?;
            let enrolment = enrolment(tx, id)?;
            actions::leave(tx, Leaving::by_coach(&coaching, enrolment)?)?;
            let notice = "They no longer learn this. Enrol them again and they go on where they were.";
            Ok(Answer::see_other(format!("/journeys/{journey}/people")).with(Flash::done(notice)))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn set_clock(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(JourneyId, CohortJourneyId)>,
    posted: Posted<CohortForm>,
) -> Reply {
    let (journey, cohort) = path.into_inner();
    let form = posted.form;
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let coaching = coaching(tx, journey)?;
            super::queries::cohort(tx, &coaching, cohort)?;
            let change = form.parse()?;
            actions::set_clock(tx, &coaching, cohort, change)?;
            let done = match change {
                ClockChange::Pause => "They are paused.",
                ClockChange::Resume => "They go on.",
                ClockChange::Start(..) => "First day and pace are set.",
            };
            Ok(Answer::see_other(format!("/journeys/{journey}/people")).with(Flash::done(done)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = me
                .tenant(move |tx, me| {
                    let shell = me.shell(tx)?;
                    let refused = Some((cohort, &typed, &errors));
                    PeoplePage::read(tx, shell, me, (journey, &PeopleQuery::default()), refused)
                })
                .await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}
