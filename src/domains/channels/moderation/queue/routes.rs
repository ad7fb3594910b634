//! The queue.

use actix_web::web;

use crate::app::App;
use crate::domains::channels::moderation::model::{ReportId, ReportOutcome};
use crate::domains::channels::moderation::policy;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::forms::{DecisionForm, Position};
use super::{actions, pages, queries};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/moderation", Access::Member, Rate::Standard, queue),
        get("/moderation/{report}", Access::Member, Rate::Standard, case),
        post("/moderation/{report}", Access::Member, Rate::Medium, decide),
    ]
}

async fn queue(me: Me, position: web::Query<Position>) -> Reply {
    let position = position.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let highest = queries::highest_role(tx, me.member)?;
            let overseeing = policy::may_oversee(me, highest)?;
            let cases = queries::cases(tx, me, &overseeing, &position)?;
            let shell = me.shell(tx)?;
            pages::queue(tx, me, shell, &position, cases)
        })
        .await?;
    me.visit.page(&page)
}

async fn case(me: Me, report: web::Path<ReportId>) -> Reply {
    let report = *report;
    let page = me
        .tenant(move |tx, me| {
            let case = actions::open(tx, report)?;
            let shell = me.shell(tx)?;
            pages::case(
                tx,
                me,
                shell,
                &case,
                (DecisionForm::default(), FieldErrors::default()),
            )
        })
        .await?;
    me.visit.page(&page)
}

async fn decide(
    me: Me,
    app: web::Data<App>,
    report: web::Path<ReportId>,
    posted: Posted<DecisionForm>,
) -> Reply {
    let (report, typed) = (*report, posted.form.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let decision = posted.form.parse()?;
            actions::decide(tx, report, &decision)?;
            Ok(Answer::see_other("/moderation").with(Flash::done(done(decision.outcome))))
        })
        .await;
    match outcome {
        Err(AppError::Invalid(errors)) if !me.visit.partial => {
            let page = me
                .tenant(move |tx, me| {
                    let case = actions::open(tx, report)?;
                    let shell = me.shell(tx)?;
                    pages::case(tx, me, shell, &case, (typed, errors))
                })
                .await?;
            me.visit.page_with(422, &page)
        }
        outcome => outcome?.reply(&me.visit),
    }
}

const fn done(outcome: ReportOutcome) -> &'static str {
    match outcome {
        ReportOutcome::Removed => "The message is removed. Those who reported it are told.",
        ReportOutcome::Warned => {
            "The author finds the warning among their notices. Those who reported it are told."
        }
        ReportOutcome::Open | ReportOutcome::Dismissed => {
            "The report is closed. Those who reported it are told."
        }
    }
}
