//! `/journeys/{journey}/cohorts/{cohort}/late-joiners`

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::policy::COACHES;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CohortJourneyId, JourneyId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::actions;
use super::forms::LateForm;
use super::pages::LatePage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let coaches = Access::Roles(COACHES);
    const AT: &str = "/journeys/{journey}/cohorts/{cohort}/late-joiners";
    vec![
        get(AT, coaches, Rate::Standard, show),
        post(AT, coaches, Rate::Medium, set),
    ]
}

type At = (JourneyId, CohortJourneyId);

async fn page(me: &Me, at: At, typed: (LateForm, FieldErrors)) -> Result<LatePage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        LatePage::read(tx, shell, at, typed)
    })
    .await
}

async fn show(me: Me, at: web::Path<At>, query: web::Query<LateForm>) -> Reply {
    let page = page(&me, at.into_inner(), (query.into_inner(), FieldErrors::default())).await?;
    me.visit.page(&page)
}

async fn set(me: Me, app: web::Data<App>, at: web::Path<At>, posted: Posted<LateForm>) -> Reply {
    let (journey, cohort) = at.into_inner();
    let form = posted.form;
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let coaching = coaching(tx, journey)?;
            let rule = form.parse()?;
            let notice = match actions::set_rule(tx, &coaching, cohort, rule)? {
                true => format!("Who joins late counts {} from now on.", rule.in_a_sentence()),
                false => "Nothing changed.".to_owned(),
            };
            Ok(Answer::see_other(format!("/journeys/{journey}/people")).with(Flash::done(notice)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, (journey, cohort), (typed, errors)).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}
