//! `/journeys/{journey}/broadcasts` and the channel of a cohort.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::policy::COACHES;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CohortJourneyId, JourneyId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::forms::BroadcastForm;
use super::pages::BroadcastPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let coaches = Access::Roles(COACHES);
    vec![
        get(
            "/journeys/{journey}/broadcasts/new",
            coaches,
            Rate::Standard,
            blank,
        ),
        post("/journeys/{journey}/broadcasts", coaches, Rate::Medium, send),
        post(
            "/journeys/{journey}/cohorts/{cohort}/channel",
            coaches,
            Rate::Medium,
            begin_channel,
        ),
    ]
}

async fn page(
    me: &Me,
    app: &App,
    journey: JourneyId,
    typed: (BroadcastForm, FieldErrors),
) -> Result<BroadcastPage, AppError> {
    let config = app.config.clone();
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        BroadcastPage::read(tx, shell, (journey, &config.broadcasts), typed)
    })
    .await
}

async fn blank(
    me: Me,
    app: web::Data<App>,
    journey: web::Path<JourneyId>,
    query: web::Query<BroadcastForm>,
) -> Reply {
    let form = BroadcastForm {
        intent: String::new(),
        ..query.into_inner()
    };
    let page = page(&me, &app, *journey, (form, FieldErrors::default())).await?;
    me.visit.page(&page)
}

async fn send(
    me: Me,
    app: web::Data<App>,
    journey: web::Path<JourneyId>,
    posted: Posted<BroadcastForm>,
) -> Reply {
    let (journey, form) = (*journey, posted.form);
    let typed = form.clone();
    if form.intent != "send" {
        let page = page(&me, &app, journey, (typed, FieldErrors::default())).await?;
        let status = if page.errors.is_empty() { 200 } else { 422 };
        return me.visit.page_with(status, &page);
    }
    let config = app.config.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let coaching = coaching(tx, journey)?;
            let broadcast = actions::send(tx, &config.broadcasts, &coaching, form.cohort(), form.parse()?)?;
            Ok(Answer::see_other(broadcast.path()).with(Flash::done(
                "It goes out shortly; until then you can take it back.",
            )))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, &app, journey, (typed, errors)).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn begin_channel(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(JourneyId, CohortJourneyId)>,
    posted: Posted<Yes>,
) -> Reply {
    let (journey, cohort) = at.into_inner();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let coaching = coaching(tx, journey)?;
            let channel = actions::begin_channel(tx, &coaching, cohort)?;
            Ok(
                Answer::see_other(format!("/channels/{}", channel.id)).with(Flash::done(
                    "The channel of the cohort. Everybody of the cohort is in it.",
                )),
            )
        })
        .await?;
    answer.reply(&me.visit)
}
