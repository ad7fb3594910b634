//! Pages and posts about records.

use actix_web::web;

use crate::app::App;
use crate::domains::RECORD_PARTS;
use crate::domains::identity::Me;
use crate::domains::people::merge::actions as merge;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ContactPointId, MemberId, TagId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::form_page::RecordFormPage;
use super::forms::{ContactPointForm, PlacementForm, TagForm};
use super::pages::{RecordPage, Typed};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/people/{member}/record", Access::Member, Rate::Standard, show),
        post("/people/{member}/record", Access::Member, Rate::Medium, place),
        get(
            "/people/{member}/record/edit",
            Access::Member,
            Rate::Standard,
            edit,
        ),
        post(
            "/people/{member}/contact-points",
            Access::Member,
            Rate::Medium,
            add_point,
        ),
        post(
            "/people/{member}/contact-points/{point}/removal",
            Access::Member,
            Rate::Medium,
            remove_point,
        ),
        post("/people/{member}/tags", Access::Member, Rate::Medium, add_tag),
        post(
            "/people/{member}/tags/{tag}/removal",
            Access::Member,
            Rate::Medium,
            remove_tag,
        ),
    ]
}

async fn record_page(me: &Me, app: &App, member: MemberId, typed: Typed) -> Result<RecordPage, AppError> {
    let keys = app.keys.clone();
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        RecordPage::read(tx, shell, me, member, (RECORD_PARTS, &keys), typed)
    })
    .await
}

async fn show(me: Me, app: web::Data<App>, member: web::Path<MemberId>) -> Reply {
    let member = *member;
    if let Some(now) = me.tenant(move |tx, _| merge::alias(tx, member)).await? {
        // Who does not see the kept record learns nothing of the one that was given up.
        record_page(&me, &app, now, Typed::default()).await?;
        return me.visit.go(&back(now));
    }
    let page = record_page(&me, &app, member, Typed::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn form_page(
    me: &Me,
    member: MemberId,
    typed: Option<PlacementForm>,
    errors: FieldErrors,
) -> Result<RecordFormPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        RecordFormPage::read(tx, shell, member, typed, errors)
    })
    .await
}

async fn edit(me: Me, member: web::Path<MemberId>) -> Reply {
    let page = form_page(&me, *member, None, FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

fn back(member: MemberId) -> String {
    format!("/people/{member}/record")
}

async fn place(
    me: Me,
    app: web::Data<App>,
    member: web::Path<MemberId>,
    posted: Posted<PlacementForm>,
) -> Reply {
    let (member, form) = (*member, posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let fields = actions::changeable_fields(tx, member)?;
            let placement = form.parse(&fields)?;
            actions::expect_unchanged(tx, member, &form.version)?;
            let person = actions::place(tx, member, &placement)?;
            Ok(match super::seen(tx, &person) {
                Ok(_) => Answer::see_other(back(member)).with(Flash::done("Saved.")),
                // Whom one moves to another worksite may be somebody else's from then on.
                Err(_) => Answer::see_other("/my-people").with(Flash::done(
                    "Saved. They are no longer among the people you look after.",
                )),
            })
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = form_page(&me, member, Some(typed), errors).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn add_point(
    me: Me,
    app: web::Data<App>,
    member: web::Path<MemberId>,
    posted: Posted<ContactPointForm>,
) -> Reply {
    let (member, form) = (*member, posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_changeable(tx, member)?;
            actions::add_contact_point(tx, member, form.parse()?)?;
            Ok(Answer::see_other(back(member)).with(Flash::done("Added.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let typed = Typed {
                point: typed,
                errors,
                ..Typed::default()
            };
            let page = record_page(&me, &app, member, typed).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn remove_point(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(MemberId, ContactPointId)>,
    posted: Posted<Yes>,
) -> Reply {
    let (member, point) = path.into_inner();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::remove_contact_point(tx, member, point)?;
            Ok(Answer::see_other(back(member)).with(Flash::done("Taken away.")))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn add_tag(me: Me, app: web::Data<App>, member: web::Path<MemberId>, posted: Posted<TagForm>) -> Reply {
    let (member, form, zone) = (*member, posted.form, me.zone);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_changeable(tx, member)?;
            let today = tx.now().with_timezone(&zone).date_naive();
            let (tag, until) = form.parse(today)?;
            actions::add_tag(tx, member, &tag, until)?;
            Ok(Answer::see_other(back(member)).with(Flash::done("Tagged.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let typed = Typed {
                tag: typed,
                errors,
                ..Typed::default()
            };
            let page = record_page(&me, &app, member, typed).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn remove_tag(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(MemberId, TagId)>,
    posted: Posted<Yes>,
) -> Reply {
    let (member, tag) = path.into_inner();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::remove_tag(tx, member, tag)?;
            Ok(Answer::see_other(back(member)).with(Flash::done("Taken off.")))
        })
        .await?;
    answer.reply(&me.visit)
}
