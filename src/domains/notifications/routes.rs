//! `/inbox/notifications`: what somebody was told of by push and e-mail, and what not, and why; and on which devices.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::ids::NotificationId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::devices;
use super::pages::NotificationsPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let own = vec![get("/inbox/notifications", Access::Member, Rate::Standard, show)];
    [own, devices::routes::routes()].into_iter().flatten().collect()
}

#[derive(Debug, Deserialize)]
struct Place {
    before: Option<NotificationId>,
}

async fn show(me: Me, app: web::Data<App>, place: web::Query<Place>) -> Reply {
    let before = place.before;
    let page = me
        .tenant(move |tx, me| NotificationsPage::read(tx, &app, me, before, None))
        .await?;
    me.visit.confidential_page(200, &page)
}
