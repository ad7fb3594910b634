//! The page, and what was ticked on it.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::notes::actions;
use crate::kernel::error::{AppError, FieldErrors};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::forms::HandoverForm;
use super::pages::HandoverPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/notes/handover", Access::Member, Rate::Standard, show),
        post("/notes/handover", Access::Member, Rate::Medium, give),
    ]
}

async fn page(me: &Me, app: &App, form: HandoverForm, errors: FieldErrors) -> Result<HandoverPage, AppError> {
    let keys = app.keys.clone();
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        HandoverPage::read(tx, shell, me, &keys, form, errors)
    })
    .await
}

async fn show(me: Me, app: web::Data<App>, query: web::Query<HandoverForm>) -> Reply {
    let form = HandoverForm {
        before: query.into_inner().before,
        ..HandoverForm::default()
    };
    let page = page(&me, &app, form, FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn give(me: Me, app: web::Data<App>, posted: Posted<HandoverForm>) -> Reply {
    let (form, keys) = (posted.form, app.keys.clone());
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (notes, reason) = form.parse()?;
            let notice = match actions::give_to_team(tx, &keys, &notes, &reason)? {
                1 => "The team can read 1 more note.".to_owned(),
                given => format!("The team can read {given} more notes."),
            };
            Ok(Answer::see_other("/notes/handover").with(Flash::done(notice)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, &app, typed, errors).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}
