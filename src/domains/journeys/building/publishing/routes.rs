//! `/journeys/{journey}/publication`: what is wrong with a draft, what changed, and making a version of it.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::building::actions;
use crate::domains::journeys::building::policy::BUILDERS;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::JourneyId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::actions as publishing;
use super::forms::{PublishForm, Wanted};
use super::pages::PublicationPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let builders = Access::Roles(BUILDERS);
    vec![
        get("/journeys/{journey}/publication", builders, Rate::Standard, look),
        post("/journeys/{journey}/publication", builders, Rate::Medium, publish),
    ]
}

async fn page(
    me: &Me,
    id: JourneyId,
    typed: Option<(PublishForm, FieldErrors)>,
) -> Result<PublicationPage, AppError> {
    me.tenant(move |tx, me| {
        let (_, journey) = actions::changing(tx, id)?;
        let shell = me.shell(tx)?;
        PublicationPage::read(tx, shell, &journey, me.zone, typed)
    })
    .await
}

async fn look(me: Me, id: web::Path<JourneyId>) -> Reply {
    let page = page(&me, *id, None).await?;
    me.visit.page(&page)
}

async fn publish(
    me: Me,
    app: web::Data<App>,
    id: web::Path<JourneyId>,
    posted: Posted<PublishForm>,
) -> Reply {
    let (id, form, typed, zone) = (*id, posted.form.clone(), posted.form, me.zone);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (building, _) = actions::changing(tx, id)?;
            let said = match form.parse(zone, tx.now())? {
                Wanted::Now { note } => {
                    let (_, number) = publishing::publish(tx, &building, &note)?;
                    format!("Published as version {number}.")
                }
                Wanted::At { note, at } => {
                    publishing::plan(tx, &building, at, &note)?;
                    "It will be published by itself at that time, as it is then.".to_owned()
                }
                Wanted::Never => {
                    publishing::unplan(tx, &building)?;
                    "It is no longer going to be published by itself.".to_owned()
                }
            };
            Ok(Answer::see_other(format!("/journeys/{id}")).with(Flash::done(said)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(&me, id, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}
