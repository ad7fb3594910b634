//! Pages and posts about notes.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CaseId, MemberId, NoteId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::forms::NoteForm;
use super::pages::{EditNotePage, NewNotePage};
use super::{actions, queries};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get(
            "/people/{member}/notes/new",
            Access::Member,
            Rate::Standard,
            blank,
        ),
        post("/people/{member}/notes", Access::Member, Rate::Medium, write),
        post("/notes/{note}", Access::Member, Rate::Medium, change),
        get("/notes/{note}/edit", Access::Member, Rate::Standard, edit),
    ]
}

async fn new_page(
    me: &Me,
    member: MemberId,
    form: NoteForm,
    errors: FieldErrors,
) -> Result<NewNotePage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        NewNotePage::read(tx, shell, member, form, errors)
    })
    .await
}

/// Where a note begins, as the address has it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct NewNoteQuery {
    case: String,
}

async fn blank(me: Me, member: web::Path<MemberId>, query: web::Query<NewNoteQuery>) -> Reply {
    let form = NoteForm {
        case: query.into_inner().case,
        ..NoteForm::default()
    };
    let page = new_page(&me, *member, form, FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn write(me: Me, app: web::Data<App>, member: web::Path<MemberId>, posted: Posted<NoteForm>) -> Reply {
    let (member, form, zone, keys) = (*member, posted.form, me.zone, app.keys.clone());
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let case = form.case.parse::<CaseId>().ok();
            actions::expect_writer(tx, member, case)?;
            let strong = queries::one_is_strong(tx)?;
            let new = form.parse(tx.now().with_timezone(&zone).date_naive(), strong)?;
            actions::write(tx, &keys, member, &new)?;
            let notice = match new.follow_up_on {
                Some(_) => "The note is saved, and the follow-up is on your list.",
                None => "The note is saved.",
            };
            let back = match case {
                Some(case) => format!("/cases/{case}"),
                None => format!("/people/{member}/record"),
            };
            Ok(Answer::see_other(back).with(Flash::done(notice)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = new_page(&me, member, typed, errors).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn edit_page(
    me: &Me,
    app: &App,
    note: NoteId,
    typed: Option<NoteForm>,
    errors: FieldErrors,
    conflict: String,
) -> Result<EditNotePage, AppError> {
    let keys = app.keys.clone();
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        EditNotePage::read(tx, shell, &keys, note, typed, errors, conflict)
    })
    .await
}

async fn edit(me: Me, app: web::Data<App>, note: web::Path<NoteId>) -> Reply {
    let page = edit_page(&me, &app, *note, None, FieldErrors::default(), String::new()).await?;
    me.visit.confidential_page(200, &page)
}

async fn change(me: Me, app: web::Data<App>, note: web::Path<NoteId>, posted: Posted<NoteForm>) -> Reply {
    let (note, form, keys) = (*note, posted.form, app.keys.clone());
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            super::policy::may_change(tx.actor(), &queries::note(tx, note)?, None)?;
            actions::change(tx, &keys, note, &form.parse_change()?)?;
            Ok(Answer::see_other(format!("/notes/{note}"))
                .with(Flash::done("Saved. What it was before is kept.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = edit_page(&me, &app, note, Some(typed), errors, String::new()).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(AppError::Conflict(told)) => {
            let page = edit_page(&me, &app, note, Some(typed), FieldErrors::default(), told).await?;
            me.visit.confidential_page(409, &page)
        }
        Err(error) => Err(error),
    }
}
