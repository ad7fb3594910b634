//! Pages of many tasks.

use actix_web::web;

use crate::domains::identity::Me;
use crate::domains::tasks::forms::TaskForm;
use crate::kernel::error::FieldErrors;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::filter::TasksQuery;
use super::pages::{BoardPage, CalendarPage, TasksPage};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/tasks", Access::Member, Rate::Standard, list),
        get("/tasks/board", Access::Member, Rate::Standard, board),
        get("/tasks/calendar", Access::Member, Rate::Standard, calendar),
    ]
}

async fn list(me: Me, query: web::Query<TasksQuery>) -> Reply {
    let query = query.into_inner().in_todays_words();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            TasksPage::read(tx, shell, me, &query, TaskForm::default(), FieldErrors::default())
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn board(me: Me, query: web::Query<TasksQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            BoardPage::read(tx, shell, me, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn calendar(me: Me, query: web::Query<TasksQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            CalendarPage::read(tx, shell, me, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}
