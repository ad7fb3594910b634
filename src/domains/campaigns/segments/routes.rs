//! `/segments`.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::SegmentId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::forms::{ListQuery, PageQuery, SegmentForm};
use super::pages::{SegmentPage, SegmentsPage, askable};
use super::policy::{self, KEEPERS};
use super::queries;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(KEEPERS);
    vec![
        get("/segments", keepers, Rate::Standard, list),
        post("/segments", keepers, Rate::Medium, create),
        get("/segments/new", keepers, Rate::Standard, blank),
        post("/segments/draft", keepers, Rate::Standard, draft_new),
        get("/segments/{segment}", keepers, Rate::Standard, show),
        post("/segments/{segment}", keepers, Rate::Medium, change),
        post("/segments/{segment}/draft", keepers, Rate::Standard, draft),
        get(
            "/segments/{segment}/archive",
            keepers,
            Rate::Standard,
            ask_to_archive,
        ),
        post("/segments/{segment}/archive", keepers, Rate::Medium, archive),
        post("/segments/{segment}/restoration", keepers, Rate::Medium, restore),
    ]
}

async fn list(me: Me, query: web::Query<ListQuery>) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            policy::may_segment(tx.actor())?;
            let shell = me.shell(tx)?;
            SegmentsPage::read(tx, shell, &query)
        })
        .await?;
    me.visit.page(&page)
}

async fn new_page(me: &Me, form: SegmentForm, errors: FieldErrors) -> Result<SegmentPage, AppError> {
    me.tenant(move |tx, me| {
        policy::may_segment(tx.actor())?;
        let shell = me.shell(tx)?;
        SegmentPage::blank(tx, shell, form, errors)
    })
    .await
}

async fn kept_page(
    me: &Me,
    id: SegmentId,
    typed: Option<(SegmentForm, FieldErrors)>,
    query: PageQuery,
) -> Result<SegmentPage, AppError> {
    me.tenant(move |tx, me| {
        policy::may_segment(tx.actor())?;
        let shell = me.shell(tx)?;
        SegmentPage::kept(tx, shell, id, typed, &query)
    })
    .await
}

async fn blank(me: Me) -> Reply {
    let page = new_page(&me, SegmentForm::fresh(), FieldErrors::default()).await?;
    me.visit.page(&page)
}

/// Draws the form anew after one of its buttons, with what was typed. It changes nothing.
async fn draft_new(me: Me, posted: Posted<SegmentForm>) -> Reply {
    let page = new_page(&me, posted.form.pressed(), FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn draft(me: Me, id: web::Path<SegmentId>, posted: Posted<SegmentForm>) -> Reply {
    let typed = Some((posted.form.pressed(), FieldErrors::default()));
    let page = kept_page(&me, *id, typed, PageQuery::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn show(me: Me, id: web::Path<SegmentId>, query: web::Query<PageQuery>) -> Reply {
    let page = kept_page(&me, *id, None, query.into_inner()).await?;
    me.visit.confidential_page(200, &page)
}

async fn create(me: Me, app: web::Data<App>, posted: Posted<SegmentForm>) -> Reply {
    let form = posted.form;
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_segment(tx.actor())?;
            let fields = askable(tx)?;
            let words = form.parse(tx, &fields)?;
            let segment = actions::create(tx, &by, &words)?;
            Ok(Answer::see_other(format!("/segments/{segment}")).with(Flash::done("The segment is saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = new_page(&me, typed, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn change(me: Me, app: web::Data<App>, id: web::Path<SegmentId>, posted: Posted<SegmentForm>) -> Reply {
    let (id, form) = (*id, posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_segment(tx.actor())?;
            queries::segment(tx, id)?;
            let fields = askable(tx)?;
            let words = form.parse(tx, &fields)?;
            actions::change(tx, &by, id, &words)?;
            Ok(Answer::see_other(format!("/segments/{id}")).with(Flash::done("The segment is saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = kept_page(&me, id, Some((typed, errors)), PageQuery::default()).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn ask_to_archive(me: Me, id: web::Path<SegmentId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            policy::may_segment(tx.actor())?;
            let segment = queries::segment(tx, id)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Archive “{}”?", segment.name),
                text: "Nobody is offered it any more. What was sent to it stays as it is, and you can take it back into use."
                    .to_owned(),
                action: format!("/segments/{id}/archive"),
                verb: "Archive it",
                cancel: format!("/segments/{id}"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn archive(me: Me, app: web::Data<App>, id: web::Path<SegmentId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = policy::may_segment(tx.actor())?;
            actions::archive(tx, &by, id)?;
            let notice = Flash::done("The segment is archived. You can take it back into use here.");
            Ok(Answer::see_other(format!("/segments/{id}")).with(notice))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn restore(me: Me, app: web::Data<App>, id: web::Path<SegmentId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    let answer =
        app.db
            .once(&me.scope(), posted.key, move |tx| {
                let by = policy::may_segment(tx.actor())?;
                actions::restore(tx, &by, id)?;
                Ok(Answer::see_other(format!("/segments/{id}"))
                    .with(Flash::done("The segment is in use again.")))
            })
            .await?;
    answer.reply(&me.visit)
}
