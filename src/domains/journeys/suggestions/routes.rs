//! `/journeys/suggestions`.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::AppError;
use crate::kernel::ids::SuggestionId;
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::forms::{ApprovalForm, RejectionForm, SuggestionQuery};
use super::pages::{ListPage, SuggestionPage, Typed};
use super::policy::{DECIDERS, Decider};
use super::{actions, queries};

const LIST: &str = "/journeys/suggestions";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let deciders = Access::Roles(DECIDERS);
    vec![
        get(LIST, deciders, Rate::Standard, list),
        post("/journeys/suggestions/search", deciders, Rate::Strict, look_now),
        get(
            "/journeys/suggestions/{suggestion}",
            deciders,
            Rate::Standard,
            show,
        ),
        post(
            "/journeys/suggestions/{suggestion}/approval",
            deciders,
            Rate::Medium,
            approve,
        ),
        post(
            "/journeys/suggestions/{suggestion}/rejection",
            deciders,
            Rate::Medium,
            reject,
        ),
    ]
}

async fn list(me: Me, query: web::Query<SuggestionQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            ListPage::read(tx, shell, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn look_now(me: Me, app: web::Data<App>, posted: Posted<Yes>) -> Reply {
    app.db
        .once(&me.scope(), posted.key, |tx| {
            let decider = actions::decider(tx)?;
            actions::look_now(tx, &decider)?;
            let words = Flash::done(
                "It is looked at who does not get on. What comes of it appears here in a moment.",
            );
            Ok(Answer::see_other(LIST).with(words))
        })
        .await?
        .reply(&me.visit)
}

async fn page(me: &Me, id: SuggestionId, typed: Option<Typed>) -> Result<SuggestionPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        SuggestionPage::read(tx, shell, me.zone, id, typed)
    })
    .await
}

async fn show(me: Me, id: web::Path<SuggestionId>) -> Reply {
    let page = page(&me, *id, None).await?;
    me.visit.confidential_page(200, &page)
}

/// To the next that waits; to the list after the last.
fn onwards(tx: &mut TenantTx<'_>, decider: &Decider, done: SuggestionId) -> Result<String, AppError> {
    let next = queries::next_pending(tx, decider, done)?;
    Ok(next.map_or_else(|| LIST.to_owned(), |next| format!("{LIST}/{next}")))
}

async fn approve(
    me: Me,
    app: web::Data<App>,
    id: web::Path<SuggestionId>,
    posted: Posted<ApprovalForm>,
) -> Reply {
    let (id, form, typed) = (*id, posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let decider = actions::decider(tx)?;
            queries::seen(tx, &decider, id)?;
            actions::approve(tx, &decider, id, &form.parse()?)?;
            let to = onwards(tx, &decider, id)?;
            Ok(Answer::see_other(to).with(Flash::done("Sent as a message from you.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let typed = Typed {
                message: typed.message,
                errors,
                ..Typed::default()
            };
            let page = page(&me, id, Some(typed)).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn reject(
    me: Me,
    app: web::Data<App>,
    id: web::Path<SuggestionId>,
    posted: Posted<RejectionForm>,
) -> Reply {
    let (id, form, typed) = (*id, posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let decider = actions::decider(tx)?;
            queries::seen(tx, &decider, id)?;
            actions::reject(tx, &decider, id, &form.parse()?)?;
            let to = onwards(tx, &decider, id)?;
            Ok(Answer::see_other(to).with(Flash::done("Rejected. Nothing was sent.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let proposed = me
                .tenant(move |tx, _| {
                    let decider = actions::decider(tx)?;
                    Ok(queries::seen(tx, &decider, id)?.proposed_message)
                })
                .await?;
            let typed = Typed {
                message: if typed.message.is_empty() {
                    proposed
                } else {
                    typed.message
                },
                why: typed.why,
                errors,
            };
            let page = page(&me, id, Some(typed)).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}
