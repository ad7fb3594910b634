//! `/journeys/{journey}/matrix` and `/journeys/{journey}/stuck`

use actix_web::web;

use crate::domains::identity::Me;
use crate::domains::journeys::learning::policy::COACHES;
use crate::kernel::ids::JourneyId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::pages::{MatrixPage, OverviewQuery, StuckPage};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let coaches = Access::Roles(COACHES);
    vec![
        get("/journeys/{journey}/matrix", coaches, Rate::Standard, matrix),
        get("/journeys/{journey}/stuck", coaches, Rate::Standard, stuck),
    ]
}

async fn matrix(me: Me, journey: web::Path<JourneyId>, query: web::Query<OverviewQuery>) -> Reply {
    let (journey, query) = (*journey, query.into_inner());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            MatrixPage::read(tx, shell, me.zone, journey, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn stuck(me: Me, journey: web::Path<JourneyId>, query: web::Query<OverviewQuery>) -> Reply {
    let (journey, query) = (*journey, query.into_inner());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            StuckPage::read(tx, shell, journey, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}
