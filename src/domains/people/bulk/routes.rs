//! Pages and posts about changes of many.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::people::policy;
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{BulkId, MemberId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::forms::{BulkForm, HandoverForm};
use super::model::Doing;
use super::pages::{AskPage, BulkListPage, BulkPage, HandoverPage};
use super::{actions, export};

const ADMINS: Access = Access::Roles(&[Role::Admin]);

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/bulk", Access::Member, Rate::Standard, list),
        get("/bulk/new", Access::Member, Rate::Standard, ask),
        post("/bulk", Access::Member, Rate::Medium, change),
        post("/bulk/export", Access::Member, Rate::Strict, take),
        get("/bulk/{bulk}", Access::Member, Rate::Standard, show),
        get("/bulk/{bulk}/undo", Access::Member, Rate::Standard, ask_to_undo),
        post("/bulk/{bulk}/undo", Access::Member, Rate::Medium, undo),
        get(
            "/stewards/{member}/handover",
            ADMINS,
            Rate::Standard,
            ask_to_hand_over,
        ),
        post("/stewards/{member}/handover", ADMINS, Rate::Medium, hand_over),
    ]
}

async fn list(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            let shell = me.shell(tx)?;
            BulkListPage::read(tx, shell, me)
        })
        .await?;
    me.visit.page(&page)
}

async fn ask_page(me: &Me, form: BulkForm, errors: FieldErrors) -> Result<AskPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        AskPage::read(tx, shell, me, form, errors)
    })
    .await
}

async fn ask(me: Me, request: HttpRequest) -> Reply {
    me.tenant(|tx, _| Ok(policy::may_list(tx.actor())?)).await?;
    let form = BulkForm::of(request.query_string())?;
    let page = ask_page(&me, form, FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn change(me: Me, app: web::Data<App>, posted: Posted<BulkForm>) -> Reply {
    let (form, zone) = (posted.form, me.zone);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            policy::may_list(tx.actor())?;
            let (selection, now) = (form.selection()?, tx.now());
            let today = now.with_timezone(&zone).date_naive();
            let bulk = match form.doing() {
                Some(Doing::Tag) => {
                    policy::may_tag(tx.actor())?;
                    let (tag, until) = form.tag(today)?;
                    actions::tag(tx, &selection, (&tag, until), today)?
                }
                Some(Doing::Assign) => {
                    policy::may_arrange(tx.actor())?;
                    actions::assign(tx, &selection, &form.assignment(zone, now)?, today)?
                }
                Some(Doing::Export) | None => return Err(AppError::NotFound),
            };
            Ok(Answer::see_other(format!("/bulk/{bulk}")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = ask_page(&me, typed, errors).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// Hands the records out. It changes nothing; that it was done is in the log.
async fn take(me: Me, posted: Posted<BulkForm>) -> Reply {
    let form = posted.form;
    let typed = form.clone();
    let outcome = me
        .tenant(move |tx, me| {
            export::expect_exporter(tx)?;
            let reason = form.reason()?;
            let today = tx.now().with_timezone(&me.zone).date_naive();
            export::export(tx, me, &form.selection()?, &reason, today)
        })
        .await;
    match outcome {
        Ok(table) => Ok(HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header(("Cache-Control", "no-store"))
            .insert_header(("Content-Disposition", "attachment; filename=\"records.csv\""))
            .body(table)),
        Err(AppError::Invalid(errors)) => {
            let form = BulkForm {
                action: Doing::Export.as_str().to_owned(),
                ..typed
            };
            let page = ask_page(&me, form, errors).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn show(me: Me, bulk: web::Path<BulkId>) -> Reply {
    let bulk = *bulk;
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            BulkPage::read(tx, shell, me, bulk)
        })
        .await?;
    me.visit.page(&page)
}

async fn ask_to_undo(me: Me, bulk: web::Path<BulkId>) -> Reply {
    let bulk = *bulk;
    let page = me
        .tenant(move |tx, me| {
            let change = actions::own(tx, bulk)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: "Take this back?".to_owned(),
                text: format!(
                    "{}: it is as if it had not been done. What somebody changed since stays.",
                    actions::in_words(tx, &change)?
                ),
                action: format!("/bulk/{bulk}/undo"),
                verb: "Take it back",
                cancel: format!("/bulk/{bulk}"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn undo(me: Me, app: web::Data<App>, bulk: web::Path<BulkId>, posted: Posted<Yes>) -> Reply {
    let bulk = *bulk;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let notice = match actions::undo(tx, bulk)? {
                0 => "It is taken back.".to_owned(),
                1 => "It is taken back, except for 1 that was changed since.".to_owned(),
                kept => format!("It is taken back, except for {kept} that were changed since."),
            };
            Ok(Answer::see_other(format!("/bulk/{bulk}")).with(Flash::done(notice)))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn handover_page(
    me: &Me,
    steward: MemberId,
    form: HandoverForm,
    errors: FieldErrors,
) -> Result<HandoverPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        HandoverPage::read(tx, shell, steward, form, errors)
    })
    .await
}

async fn ask_to_hand_over(me: Me, steward: web::Path<MemberId>) -> Reply {
    let page = handover_page(&me, *steward, HandoverForm::default(), FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn hand_over(
    me: Me,
    app: web::Data<App>,
    steward: web::Path<MemberId>,
    posted: Posted<HandoverForm>,
) -> Reply {
    let (steward, form, zone) = (*steward, posted.form, me.zone);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_handover(tx, steward)?;
            let (to, from) = form.parse(zone, tx.now())?;
            let bulk = actions::hand_over(tx, steward, to, from)?;
            Ok(Answer::see_other(format!("/bulk/{bulk}")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = handover_page(&me, steward, typed, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}
