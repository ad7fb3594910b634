//! Pages that show notes.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::notes::policy;
use crate::kernel::actor::Role;
use crate::kernel::ids::NoteId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::list::{NotesPage, NotesQuery};
use super::log::{LogQuery, ReadingsPage};
use super::pages::NotePage;

/// The routes. The list is open to every member: who may read nothing is shown nothing.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/notes", Access::Member, Rate::Standard, list),
        get(
            "/notes/readings",
            Access::Roles(&[Role::PrivacyOfficer]),
            Rate::Standard,
            readings,
        ),
        get("/notes/{note}", Access::Member, Rate::Standard, show),
    ]
}

async fn list(me: Me, app: web::Data<App>, query: web::Query<NotesQuery>) -> Reply {
    let (keys, query) = (app.keys.clone(), query.into_inner());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            NotesPage::read(tx, shell, me, &keys, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn show(me: Me, app: web::Data<App>, note: web::Path<NoteId>) -> Reply {
    let keys = app.keys.clone();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            NotePage::read(tx, shell, me, &keys, *note)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn readings(me: Me, query: web::Query<LogQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let proof = policy::may_read_log(tx.actor())?;
            let shell = me.shell(tx)?;
            ReadingsPage::read(tx, shell, me, &proof, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}
