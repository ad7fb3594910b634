//! The page of one's own people.

use actix_web::web;

use crate::domains::identity::Me;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::pages::{MinePage, MineQuery};

/// The route. Open to every member: who looks after nobody is told so.
pub fn routes() -> Vec<RouteDef> {
    vec![get("/my-people", Access::Member, Rate::Standard, list)]
}

async fn list(me: Me, query: web::Query<MineQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            MinePage::read(tx, shell, me, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}
