//! Posts about many tasks.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::BulkChangeId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::forms::BulkForm;
use super::pages::{BulkPage, DonePage, counted};

/// The routes. They stand before those of one task, whose addresses look alike.
pub fn routes() -> Vec<RouteDef> {
    vec![
        post("/tasks/bulk", Access::Member, Rate::Medium, look),
        post("/tasks/bulk/changes", Access::Member, Rate::Medium, apply),
        get("/tasks/bulk/{bulk}", Access::Member, Rate::Standard, show),
        post("/tasks/bulk/{bulk}/undo", Access::Member, Rate::Medium, undo),
    ]
}

async fn page(me: &Me, form: BulkForm, errors: FieldErrors) -> Result<BulkPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        BulkPage::read(tx, shell, me, form, errors)
    })
    .await
}

/// Shows what was ticked; changes nothing.
async fn look(me: Me, posted: Posted<BulkForm>) -> Reply {
    let page = page(&me, posted.form, FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn apply(me: Me, app: web::Data<App>, posted: Posted<BulkForm>) -> Reply {
    let (form, zone) = (posted.form, me.zone);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let ids = form.tasks()?;
            let words = form.parse(tx.now().with_timezone(&zone).date_naive())?;
            let change = actions::apply(tx, &ids, &words)?;
            let notice = Flash::done(format!("Changed {}.", counted(ids.len())));
            Ok(Answer::see_other(format!("/tasks/bulk/{change}")).with(notice))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) if errors.of("task").is_empty() => {
            let page = page(&me, typed, errors).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn show(me: Me, bulk: web::Path<BulkChangeId>) -> Reply {
    let bulk = *bulk;
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            DonePage::read(tx, shell, me, bulk)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn undo(me: Me, app: web::Data<App>, bulk: web::Path<BulkChangeId>, posted: Posted<Yes>) -> Reply {
    let bulk = *bulk;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let undone = actions::undo(tx, bulk)?;
            let notice = match undone.left {
                0 => format!("{} as before.", counted(undone.restored)),
                left => format!(
                    "{} as before; {left} changed since and left alone.",
                    counted(undone.restored)
                ),
            };
            Ok(Answer::see_other(format!("/tasks/bulk/{bulk}")).with(Flash::done(notice)))
        })
        .await?;
    answer.reply(&me.visit)
}
