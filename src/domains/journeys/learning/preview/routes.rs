//! `/journeys/{journey}/preview`

use actix_web::web;

use crate::domains::identity::Me;
use crate::domains::journeys::learning::policy::COACHES;
use crate::kernel::ids::JourneyId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::forms::PreviewQuery;
use super::pages::PreviewPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![get(
        "/journeys/{journey}/preview",
        Access::Roles(COACHES),
        Rate::Standard,
        show,
    )]
}

async fn show(me: Me, journey: web::Path<JourneyId>, query: web::Query<PreviewQuery>) -> Reply {
    let (journey, query) = (*journey, query.into_inner());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            PreviewPage::read(tx, shell, me.zone, journey, query)
        })
        .await?;
    let status = if page.errors.is_empty() { 200 } else { 422 };
    me.visit.confidential_page(status, &page)
}
