//! `/journeys/{journey}/nudges` and the learner's word about them.

use actix_web::{HttpRequest, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::learning::actions::{coaching, learning};
use crate::domains::journeys::learning::policy::COACHES;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{EnrolmentId, JourneyId};
use crate::platform::db::TenantTx;
use crate::platform::mail::Locale;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::actions::{self, Judged, Wish};
use super::forms::{NewNudge, NudgeForm};
use super::pages::{LogQuery, NudgePage, NudgesPage};
use super::queries::Lock;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let coaches = Access::Roles(COACHES);
    vec![
        get("/journeys/{journey}/nudges", coaches, Rate::Standard, list),
        get("/journeys/{journey}/nudges/new", coaches, Rate::Standard, blank),
        post("/journeys/{journey}/nudges", coaches, Rate::Medium, send),
        post("/learn/{enrolment}/reminders", Access::Member, Rate::Medium, wish),
    ]
}

async fn list(me: Me, journey: web::Path<JourneyId>, query: web::Query<LogQuery>) -> Reply {
    let (journey, query) = (*journey, query.into_inner());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            NudgesPage::read(tx, (shell, me), journey, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn page(
    me: &Me,
    at: (JourneyId, String),
    typed: (NudgeForm, FieldErrors),
) -> Result<NudgePage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        NudgePage::read(tx, (shell, me), (at.0, &at.1), typed)
    })
    .await
}

async fn blank(me: Me, app: web::Data<App>, journey: web::Path<JourneyId>, request: HttpRequest) -> Reply {
    let form = NudgeForm::of(request.query_string())?;
    let at = (*journey, app.config.public_url.clone());
    let page = page(&me, at, (form, FieldErrors::default())).await?;
    let status = if page.errors.is_empty() { 200 } else { 422 };
    me.visit.confidential_page(status, &page)
}

/// The form as it is meant, for the languages its learners read.
fn meant(tx: &mut TenantTx<'_>, journey: JourneyId, form: &NudgeForm) -> Result<NewNudge, AppError> {
    let coaching = coaching(tx, journey)?;
    let judged = actions::judged(tx, &coaching, &form.learners(), Lock::Read)?;
    let locales: Vec<Locale> = judged.iter().map(|one| one.locale).collect();
    Ok(form.parse(&locales)?)
}

async fn send(
    me: Me,
    app: web::Data<App>,
    journey: web::Path<JourneyId>,
    posted: Posted<NudgeForm>,
) -> Reply {
    let (journey, form, portal) = (*journey, posted.form, app.config.public_url.clone());
    let at = (journey, portal.clone());
    let typed = form.clone();
    let outcome = match form.intent.as_str() {
        "draft" => Ok(None),
        "preview" => {
            let checked = me.tenant(move |tx, _| meant(tx, journey, &form)).await;
            checked.map(|_| None)
        }
        _ => {
            let scope = me.scope();
            let sent = app.db.once(&scope, posted.key, move |tx| {
                let new = meant(tx, journey, &form)?;
                let coaching = coaching(tx, journey)?;
                let judged = actions::send(tx, &coaching, &portal, &new)?;
                Ok(Answer::see_other(format!("/journeys/{journey}/nudges")).with(notice(&judged)))
            });
            sent.await.map(Some)
        }
    };
    match outcome {
        Ok(Some(answer)) => answer.reply(&me.visit),
        Ok(None) => {
            let page = page(&me, at, (typed, FieldErrors::default())).await?;
            let status = if page.errors.is_empty() { 200 } else { 422 };
            me.visit.confidential_page(status, &page)
        }
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, at, (typed, errors)).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// How many got it, and that the others are named below.
fn notice(judged: &[Judged]) -> Flash {
    let sent = judged.iter().filter(|one| one.refusal.is_none()).count();
    let rest = judged.len() - sent;
    let went = match sent {
        0 => "Sent to nobody.".to_owned(),
        1 => "Sent to one learner.".to_owned(),
        count => format!("Sent to {count} learners."),
    };
    match (sent, rest) {
        (_, 0) => Flash::done(went),
        (0, _) => Flash::problem(format!("{went} Why stands below.")),
        (_, 1) => Flash::done(format!("{went} One did not get it; why stands below.")),
        (_, rest) => Flash::done(format!("{went} {rest} did not get it; why stands below.")),
    }
}

/// What a learner wants.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct WishForm {
    wish: String,
}

async fn wish(me: Me, app: web::Data<App>, id: web::Path<EnrolmentId>, posted: Posted<WishForm>) -> Reply {
    let (id, form) = (*id, posted.form);
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let learning = learning(tx, id)?;
            let (wish, notice) = match form.wish.as_str() {
                "none" => (Wish::None, "Nobody reminds you of this journey for 2 weeks."),
                "again" => (Wish::Again, "Your coach may remind you again."),
                _ => return Err(AppError::field("wish", "Choose one of the two.")),
            };
            actions::snooze(tx, &learning, wish)?;
            Ok(Answer::see_other(format!("/learn/{id}")).with(Flash::done(notice)))
        })
        .await?;
    answer.reply(&me.visit)
}
