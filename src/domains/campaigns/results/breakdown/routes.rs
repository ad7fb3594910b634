//! `/campaigns/{campaign}/links`, `/domains`, `/segments` and `/times`: the results taken apart.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::campaigns::policy::{self, SENDERS};
use crate::domains::identity::Me;
use crate::kernel::ids::CampaignId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::pages::{GroupsPage, LinksPage, TimesPage};
use super::times::Step;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let senders = Access::Roles(SENDERS);
    vec![
        get("/campaigns/{campaign}/links", senders, Rate::Standard, links),
        get("/campaigns/{campaign}/domains", senders, Rate::Standard, domains),
        get(
            "/campaigns/{campaign}/segments",
            senders,
            Rate::Standard,
            segments,
        ),
        get("/campaigns/{campaign}/times", senders, Rate::Standard, times),
    ]
}

async fn links(me: Me, app: web::Data<App>, id: web::Path<CampaignId>) -> Reply {
    let (id, app) = (*id, app.get_ref().clone());
    let page = me
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            let shell = me.shell(tx)?;
            LinksPage::read(tx, shell, &app, id)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn domains(me: Me, app: web::Data<App>, id: web::Path<CampaignId>) -> Reply {
    let (id, keys) = (*id, app.keys.clone());
    let page = me
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            let shell = me.shell(tx)?;
            GroupsPage::by_domain(tx, shell, &keys, id)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn segments(me: Me, id: web::Path<CampaignId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            let shell = me.shell(tx)?;
            GroupsPage::by_segment(tx, shell, id)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct TimesQuery {
    /// `days`, or hours.
    by: String,
}

async fn times(me: Me, id: web::Path<CampaignId>, query: web::Query<TimesQuery>) -> Reply {
    let (id, step) = (*id, Step::of_word(&query.by));
    let page = me
        .tenant(move |tx, me| {
            policy::may_campaign(tx.actor())?;
            let shell = me.shell(tx)?;
            TimesPage::read(tx, shell, me.zone, id, step)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}
