//! Pages and posts about settings.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::FieldId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::forms::{BlockForm, FieldForm, SettingsForm, UnblockForm};
use super::pages::{BlocksPage, FieldPage, SettingsPage};

const ADMINS: Access = Access::Roles(&[Role::Admin]);
const HOME: &str = "/admin/people";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/admin/people", ADMINS, Rate::Standard, show),
        post("/admin/people", ADMINS, Rate::Medium, change),
        get("/admin/people/fields/new", ADMINS, Rate::Standard, new_field),
        post("/admin/people/fields", ADMINS, Rate::Medium, add_field),
        get("/admin/people/fields/{field}", ADMINS, Rate::Standard, field),
        post("/admin/people/fields/{field}", ADMINS, Rate::Medium, change_field),
        get(
            "/admin/people/fields/{field}/removal",
            ADMINS,
            Rate::Standard,
            ask_to_remove,
        ),
        post(
            "/admin/people/fields/{field}/removal",
            ADMINS,
            Rate::Medium,
            remove_field,
        ),
        get("/admin/people/blocks", ADMINS, Rate::Standard, blocks),
        post("/admin/people/blocks", ADMINS, Rate::Medium, block),
        post("/admin/people/blocks/removal", ADMINS, Rate::Medium, unblock),
    ]
}

async fn settings_page(
    me: &Me,
    typed: Option<SettingsForm>,
    errors: FieldErrors,
) -> Result<SettingsPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        SettingsPage::read(tx, shell, typed, errors)
    })
    .await
}

async fn show(me: Me) -> Reply {
    let page = settings_page(&me, None, FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn change(me: Me, app: web::Data<App>, posted: Posted<SettingsForm>) -> Reply {
    let form = posted.form;
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_arranger(tx)?;
            actions::change(tx, &form.parse()?)?;
            Ok(Answer::see_other(HOME).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = settings_page(&me, Some(typed), errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn field_page(
    me: &Me,
    id: Option<FieldId>,
    typed: Option<FieldForm>,
    errors: FieldErrors,
) -> Result<FieldPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        FieldPage::read(tx, shell, id, typed, errors)
    })
    .await
}

async fn new_field(me: Me) -> Reply {
    let page = field_page(&me, None, None, FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn field(me: Me, id: web::Path<FieldId>) -> Reply {
    let page = field_page(&me, Some(*id), None, FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn add_field(me: Me, app: web::Data<App>, posted: Posted<FieldForm>) -> Reply {
    write_field(me, app, None, posted).await
}

async fn change_field(
    me: Me,
    app: web::Data<App>,
    id: web::Path<FieldId>,
    posted: Posted<FieldForm>,
) -> Reply {
    write_field(me, app, Some(*id), posted).await
}

async fn write_field(me: Me, app: web::Data<App>, id: Option<FieldId>, posted: Posted<FieldForm>) -> Reply {
    let form = posted.form;
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            match id {
                Some(id) => actions::change_field(tx, id, &form)?,
                None => {
                    actions::expect_arranger(tx)?;
                    actions::add_field(tx, &form.parse(None)?)?;
                }
            }
            Ok(Answer::see_other(HOME).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = field_page(&me, id, Some(typed), errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn ask_to_remove(me: Me, id: web::Path<FieldId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            let field = actions::own_field(tx, id)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Remove {}?", field.name),
                text: "What this field says about everybody is deleted for good.".to_owned(),
                action: format!("/admin/people/fields/{id}/removal"),
                verb: "Remove it",
                cancel: HOME.to_owned(),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn remove_field(me: Me, app: web::Data<App>, id: web::Path<FieldId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::remove_field(tx, id)?;
            Ok(Answer::see_other(HOME).with(Flash::done("The field is removed.")))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn blocks_page(me: &Me, form: BlockForm, errors: FieldErrors) -> Result<BlocksPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        BlocksPage::read(tx, shell, form, errors)
    })
    .await
}

async fn blocks(me: Me) -> Reply {
    let page = blocks_page(&me, BlockForm::default(), FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn block(me: Me, app: web::Data<App>, posted: Posted<BlockForm>) -> Reply {
    let form = posted.form;
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_arranger(tx)?;
            actions::block(tx, &form.parse()?)?;
            let notice = Flash::done("From now on they don't meet here, whatever the assignments say.");
            Ok(Answer::see_other("/admin/people/blocks").with(notice))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = blocks_page(&me, typed, errors).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn unblock(me: Me, app: web::Data<App>, posted: Posted<UnblockForm>) -> Reply {
    let form = posted.form;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_arranger(tx)?;
            let (Ok(steward), Ok(member)) = (form.steward.parse(), form.member.parse()) else {
                return Err(AppError::NotFound);
            };
            actions::unblock(tx, steward, member)?;
            Ok(Answer::see_other("/admin/people/blocks")
                .with(Flash::done("Assignments count again for these two.")))
        })
        .await?;
    answer.reply(&me.visit)
}
