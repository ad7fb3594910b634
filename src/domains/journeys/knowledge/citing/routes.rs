//! `/journeys/{journey}/nodes/{node}/knowledge`: finding a passage for a lesson, and citing it there.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::building;
use crate::domains::journeys::building::policy::BUILDERS;
use crate::domains::journeys::knowledge::actions as knowledge;
use crate::domains::journeys::knowledge::forms::KnowledgeQuery;
use crate::kernel::error::AppError;
use crate::kernel::ids::{JourneyId, NodeKey};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::actions;
use super::pages::CitePage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let builders = Access::Roles(BUILDERS);
    vec![
        get(
            "/journeys/{journey}/nodes/{node}/knowledge",
            builders,
            Rate::Standard,
            find,
        ),
        post(
            "/journeys/{journey}/nodes/{node}/knowledge",
            builders,
            Rate::Medium,
            cite,
        ),
    ]
}

async fn find(me: Me, path: web::Path<(JourneyId, NodeKey)>, query: web::Query<KnowledgeQuery>) -> Reply {
    let (at, words) = (*path, query.words());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            CitePage::read(tx, shell, at, words)
        })
        .await?;
    match me.visit.partial {
        true => me.visit.page(&page.found()),
        false => me.visit.page(&page),
    }
}

/// Which passage.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct CiteForm {
    document: String,
    number: String,
}

async fn cite(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(JourneyId, NodeKey)>,
    posted: Posted<CiteForm>,
) -> Reply {
    let ((journey, node), form) = (*path, posted.form);
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let reader = knowledge::reader(tx)?;
            let (building, _) = building::actions::changing(tx, journey)?;
            let passage = form.document.parse().ok().zip(form.number.parse().ok());
            let passage = passage.ok_or(AppError::NotFound)?;
            actions::insert(tx, (&building, &reader), node, passage)?;
            let words = Flash::done("The quotation stands at the end of the text.");
            Ok(Answer::see_other(format!("/journeys/{journey}/nodes/{node}")).with(words))
        })
        .await?
        .reply(&me.visit)
}
