//! The lists of channels.

use actix_web::web;

use crate::domains::channels::places::forms::BrowseQuery;
use crate::domains::channels::places::pages::SideFragment;
use crate::domains::channels::sidebar;
use crate::domains::identity::Me;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::pages::{AsidePage, BrowsePage, IndexPage};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/channels", Access::Member, Rate::Standard, index),
        get("/channels/browse", Access::Member, Rate::Standard, browse),
        get("/channels/aside", Access::Member, Rate::Standard, aside),
        get("/channels/side", Access::Member, Rate::Standard, side),
    ]
}

async fn index(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            let shell = me.shell(tx)?;
            IndexPage::read(tx, me, shell)
        })
        .await?;
    me.visit.page(&page)
}

async fn browse(me: Me, query: web::Query<BrowseQuery>) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            BrowsePage::read(tx, me, shell, &query)
        })
        .await?;
    me.visit.page(&page)
}

async fn aside(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            let shell = me.shell(tx)?;
            AsidePage::read(tx, me, shell)
        })
        .await?;
    me.visit.page(&page)
}

/// The list beside a page by itself, for the script that keeps it up to date. Where the reader is, the page knows.
async fn side(me: Me) -> Reply {
    let part = me
        .tenant(|tx, _| {
            Ok(SideFragment {
                groups: sidebar::groups(tx, None)?,
            })
        })
        .await?;
    me.visit.page(&part)
}
