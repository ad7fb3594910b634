//! Pages and posts about merging.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, MergeId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::forms::{MergeForm, OtherQuery};
use super::model::Field;
use super::pages::MergePage;

const ADMINS: Access = Access::Roles(&[Role::Admin]);

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/people/{member}/merge", ADMINS, Rate::Standard, ask),
        post("/people/{member}/merge", ADMINS, Rate::Medium, merge),
        get("/merges/{merge}/parting", ADMINS, Rate::Standard, ask_to_part),
        post("/merges/{merge}/parting", ADMINS, Rate::Medium, part),
    ]
}

async fn merge_page(me: &Me, member: MemberId, asked: String) -> Result<MergePage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        MergePage::read(tx, shell, me, member, asked)
    })
    .await
}

async fn ask(me: Me, member: web::Path<MemberId>, query: web::Query<OtherQuery>) -> Reply {
    let page = merge_page(&me, *member, query.into_inner().other).await?;
    let status = if page.errors.is_empty() { 200 } else { 422 };
    me.visit.confidential_page(status, &page)
}

async fn merge(me: Me, app: web::Data<App>, member: web::Path<MemberId>, posted: Posted<MergeForm>) -> Reply {
    let (member, form) = (*member, posted.form);
    let asked = form
        .other()
        .map(|id| id.to_string())
        .unwrap_or_else(|| form.other.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::merge(tx, member, &form)?;
            let notice = Flash::done("The two records are one. You can part them again for 90 days.");
            Ok(Answer::see_other(format!("/people/{member}/record")).with(notice))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(_)) => {
            let page = merge_page(&me, member, asked).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn ask_to_part(me: Me, merge: web::Path<MergeId>) -> Reply {
    let merge = *merge;
    let page = me
        .tenant(move |tx, me| {
            let (found, _) = actions::partable(tx, merge)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: "Part the two records?".to_owned(),
                text: "What moved goes back to the record that was given up, and what this one took from it is what it was before, unless \
                       somebody edited it since. What was added since stays here."
                    .to_owned(),
                action: format!("/merges/{merge}/parting"),
                verb: "Part them",
                cancel: format!("/people/{}/record", found.kept_id),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn part(me: Me, app: web::Data<App>, merge: web::Path<MergeId>, posted: Posted<Yes>) -> Reply {
    let merge = *merge;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (parted, edited) = actions::part(tx, merge)?;
            let kept: Vec<&str> = edited.into_iter().map(Field::label).collect();
            let notice = match kept.is_empty() {
                true => "They are two records again. This is the one that had been given up.".to_owned(),
                false => format!(
                    "They are two records again. This is the one that had been given up. Edited since on the other, and left so: {}.",
                    kept.join(", ")
                ),
            };
            Ok(Answer::see_other(format!("/people/{}/record", parted.given_up_id)).with(Flash::done(notice)))
        })
        .await?;
    answer.reply(&me.visit)
}
