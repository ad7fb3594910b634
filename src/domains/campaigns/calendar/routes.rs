//! `/campaigns/calendar`.

use actix_web::web;
use serde::Deserialize;

use crate::domains::campaigns::policy::{self, SENDERS};
use crate::domains::identity::Me;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::pages::CalendarPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![get(
        "/campaigns/calendar",
        Access::Roles(SENDERS),
        Rate::Standard,
        show,
    )]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct CalendarQuery {
    /// Such as `2026-12`.
    month: String,
}

async fn show(me: Me, query: web::Query<CalendarQuery>) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            let shell = me.shell(tx)?;
            CalendarPage::read(tx, shell, &query.month)
        })
        .await?;
    me.visit.page(&page)
}
