//! Pages of the bus.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::oversight::policy;
use crate::kernel::actor::Role;
use crate::kernel::ids::EventId;
use crate::platform::bus;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::pages::{BusPage, CataloguePage, EventsPage};

const ADMINS: Access = Access::Roles(&[Role::Admin]);

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/admin/bus", ADMINS, Rate::Standard, show),
        get("/admin/bus/events", ADMINS, Rate::Standard, events),
        get("/admin/bus/catalogue", ADMINS, Rate::Standard, catalogue),
        post("/admin/bus/dead-letters/{event}", ADMINS, Rate::Medium, redrive),
    ]
}

async fn show(me: Me, app: web::Data<App>) -> Reply {
    let register = app.register.clone();
    let page = me
        .tenant(move |tx, me| {
            let care = policy::may_look_after_bus(tx.actor())?;
            let shell = me.shell(tx)?;
            BusPage::read(tx, shell, &care, &register)
        })
        .await?;
    me.visit.page(&page)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Older {
    before: String,
}

async fn events(me: Me, older: web::Query<Older>) -> Reply {
    let before = older.before.parse::<EventId>().ok();
    let page = me
        .tenant(move |tx, me| {
            let care = policy::may_look_after_bus(tx.actor())?;
            let shell = me.shell(tx)?;
            EventsPage::read(tx, shell, me, &care, before)
        })
        .await?;
    me.visit.page(&page)
}

async fn catalogue(me: Me, app: web::Data<App>) -> Reply {
    let register = app.register.clone();
    let page = me
        .tenant(move |tx, me| {
            policy::may_look_after_bus(tx.actor())?;
            Ok(CataloguePage::new(me.shell(tx)?, &register))
        })
        .await?;
    me.visit.page(&page)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RedriveForm {
    subscriber: String,
}

async fn redrive(
    me: Me,
    app: web::Data<App>,
    event: web::Path<EventId>,
    posted: Posted<RedriveForm>,
) -> Reply {
    let (event, subscriber) = (*event, posted.form.subscriber);
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            policy::may_look_after_bus(tx.actor())?;
            bus::redrive(tx, event, &subscriber)?;
            Ok(Answer::see_other("/admin/bus").with(Flash::done("It is being delivered again.")))
        })
        .await?;
    answer.reply(&me.visit)
}
