//! `/journeys/{journey}/analytics`

use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::policy::COACHES;
use crate::kernel::error::AppError;
use crate::kernel::ids::JourneyId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, address};

use super::actions::{self, report};
use super::file::{Sheet, csv};
use super::pages::{AnalyticsPage, AnalyticsQuery};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let coaches = Access::Roles(COACHES);
    vec![
        get("/journeys/{journey}/analytics", coaches, Rate::Standard, show),
        get(
            "/journeys/{journey}/analytics/lessons.csv",
            coaches,
            Rate::Medium,
            lessons,
        ),
        get(
            "/journeys/{journey}/analytics/weeks.csv",
            coaches,
            Rate::Medium,
            weeks,
        ),
        get(
            "/journeys/{journey}/analytics/questions.csv",
            coaches,
            Rate::Medium,
            questions,
        ),
        post(
            "/journeys/{journey}/analytics/counts",
            coaches,
            Rate::Medium,
            count,
        ),
        post(
            "/journeys/{journey}/analytics/counts/stop",
            coaches,
            Rate::Medium,
            stop,
        ),
    ]
}

async fn show(me: Me, journey: web::Path<JourneyId>, query: web::Query<AnalyticsQuery>) -> Reply {
    let (journey, query) = (*journey, query.into_inner());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            AnalyticsPage::read(tx, shell, me.zone, (journey, query))
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

/// Back to the figures that were looked at.
fn shown(journey: JourneyId, form: &AnalyticsQuery) -> String {
    address(
        &format!("/journeys/{journey}/analytics"),
        &[("cohort", &form.cohort), ("version", &form.version)],
    )
}

async fn count(
    me: Me,
    app: web::Data<App>,
    journey: web::Path<JourneyId>,
    posted: Posted<AnalyticsQuery>,
) -> Reply {
    let (journey, form) = (*journey, posted.form);
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let coaching = coaching(tx, journey)?;
            actions::ask(tx, &coaching, form.chosen())?;
            Ok(Answer::see_other(shown(journey, &form)))
        })
        .await?
        .reply(&me.visit)
}

async fn stop(
    me: Me,
    app: web::Data<App>,
    journey: web::Path<JourneyId>,
    posted: Posted<AnalyticsQuery>,
) -> Reply {
    let (journey, form) = (*journey, posted.form);
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let coaching = coaching(tx, journey)?;
            actions::stop(tx, &coaching, form.chosen())?;
            let words = Flash::done("Counting stops. What was counted before stays.");
            Ok(Answer::see_other(shown(journey, &form)).with(words))
        })
        .await?
        .reply(&me.visit)
}

async fn lessons(me: Me, journey: web::Path<JourneyId>, query: web::Query<AnalyticsQuery>) -> Reply {
    file(me, *journey, query.into_inner(), (Sheet::Lessons, "lessons")).await
}

async fn weeks(me: Me, journey: web::Path<JourneyId>, query: web::Query<AnalyticsQuery>) -> Reply {
    file(me, *journey, query.into_inner(), (Sheet::Weeks, "weeks")).await
}

async fn questions(me: Me, journey: web::Path<JourneyId>, query: web::Query<AnalyticsQuery>) -> Reply {
    file(me, *journey, query.into_inner(), (Sheet::Questions, "questions")).await
}

async fn file(
    me: Me,
    journey: JourneyId,
    query: AnalyticsQuery,
    (sheet, name): (Sheet, &'static str),
) -> Reply {
    let bytes = me
        .tenant(move |tx, _| {
            let coaching = coaching(tx, journey)?;
            let report = report(tx, &coaching, query.chosen())?.ok_or(AppError::NotFound)?;
            csv(&report.into_counted()?.figures, sheet)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((
            "Content-Disposition",
            format!("attachment; filename=\"{name}.csv\""),
        ))
        .insert_header(("Cache-Control", "no-store"))
        .body(bytes))
}
