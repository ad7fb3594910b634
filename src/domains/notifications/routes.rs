//! `/inbox/notifications`: what somebody was told of by e-mail, and what not, and why.

use actix_web::web;
use serde::Deserialize;

use crate::domains::identity::Me;
use crate::kernel::ids::NotificationId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::pages::NotificationsPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![get("/inbox/notifications", Access::Member, Rate::Standard, show)]
}

#[derive(Debug, Deserialize)]
struct Place {
    before: Option<NotificationId>,
}

async fn show(me: Me, place: web::Query<Place>) -> Reply {
    let before = place.before;
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            NotificationsPage::read(tx, shell, me.zone, me.member, before)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}
