//! `/kit`: every component in every state, for those who build pages.

use askama::Template;

use crate::domains::identity::Me;
use crate::platform::web::charts::KitCharts;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef, Shell};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/kit", Access::Member, Rate::Standard, components),
        get("/kit/channel", Access::Member, Rate::Standard, conversation),
    ]
}

#[derive(Template)]
#[template(path = "kit/page.html")]
struct KitPage {
    shell: Shell,
    charts: KitCharts,
}

#[derive(Template)]
#[template(path = "kit/channel.html")]
struct KitChannel {
    shell: Shell,
}

async fn components(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            Ok(KitPage {
                shell: me.shell(tx)?,
                charts: KitCharts::examples(),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn conversation(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| Ok(KitChannel { shell: me.shell(tx)? }))
        .await?;
    me.visit.page(&page)
}
