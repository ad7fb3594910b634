//! `/kit`: every component in every state, for those who build pages.

use askama::Template;
use askama::filters::HtmlSafe;

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

#[derive(Template)]
#[template(path = "kit/_controls.html")]
struct KitControls<'a> {
    shell: &'a Shell,
}

impl HtmlSafe for KitControls<'_> {}

fn controls<'a>(shell: &'a Shell) -> KitControls<'a> {
    KitControls { shell }
}

#[derive(Template)]
#[template(path = "kit/_pages.html")]
struct KitPages<'a> {
    shell: &'a Shell,
    charts: &'a KitCharts,
}

impl HtmlSafe for KitPages<'_> {}

fn pages<'a>(shell: &'a Shell, charts: &'a KitCharts) -> KitPages<'a> {
    KitPages { shell, charts }
}

#[derive(Template)]
#[template(path = "kit/_inbox.html")]
struct KitInbox<'a> {
    shell: &'a Shell,
}

impl HtmlSafe for KitInbox<'_> {}

fn inbox<'a>(shell: &'a Shell) -> KitInbox<'a> {
    KitInbox { shell }
}

#[derive(Template)]
#[template(path = "kit/_feed.html")]
struct KitFeed<'a> {
    shell: &'a Shell,
}

impl HtmlSafe for KitFeed<'_> {}

fn feed<'a>(shell: &'a Shell) -> KitFeed<'a> {
    KitFeed { shell }
}

#[derive(Template)]
#[template(path = "kit/_composer.html")]
struct KitComposer<'a> {
    shell: &'a Shell,
}

impl HtmlSafe for KitComposer<'_> {}

fn composer<'a>(shell: &'a Shell) -> KitComposer<'a> {
    KitComposer { shell }
}

#[derive(Template)]
#[template(path = "kit/_channel_list.html")]
struct KitChannelList;

impl HtmlSafe for KitChannelList {}

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
