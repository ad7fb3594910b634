//! The page of one's day.

use crate::domains::identity::Me;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::pages::DayPage;

/// The route.
pub fn routes() -> Vec<RouteDef> {
    vec![get("/my-day", Access::Member, Rate::Standard, show)]
}

async fn show(me: Me) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            DayPage::read(tx, shell, me)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}
