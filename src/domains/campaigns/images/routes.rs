//! `/campaigns/images`.

use actix_web::web;

use crate::app::App;
use crate::domains::campaigns::templates::policy::{self, WRITERS};
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::CampaignImageId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, PostedFiles, Reply, RouteDef, Yes};

use super::actions::{self, Removed};
use super::forms::{ImageForm, LibraryQuery};
use super::intake::{self, Sent};
use super::pages::{ImagePage, LibraryPage};
use super::{portal, queries, serving};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let writers = Access::Roles(WRITERS);
    let mut routes = vec![
        get("/campaigns/images", writers, Rate::Standard, list),
        post("/campaigns/images", writers, Rate::Medium, add),
        get("/campaigns/images/{image}", writers, Rate::Standard, show),
        post("/campaigns/images/{image}", writers, Rate::Medium, describe),
        get(
            "/campaigns/images/{image}/removal",
            writers,
            Rate::Standard,
            ask_to_remove,
        ),
        post("/campaigns/images/{image}/removal", writers, Rate::Medium, remove),
    ];
    routes.extend(serving::routes());
    routes
}

async fn library(
    me: &Me,
    query: LibraryQuery,
    typed: (ImageForm, FieldErrors),
) -> Result<LibraryPage, AppError> {
    me.tenant(move |tx, me| {
        policy::may_write(tx.actor())?;
        let shell = me.shell(tx)?;
        LibraryPage::read(tx, shell, &query, typed)
    })
    .await
}

async fn list(me: Me, query: web::Query<LibraryQuery>) -> Reply {
    let nothing = (ImageForm::default(), FieldErrors::default());
    let page = library(&me, query.into_inner(), nothing).await?;
    me.visit.page(&page)
}

async fn add(me: Me, app: web::Data<App>, posted: PostedFiles<ImageForm>) -> Reply {
    let (form, key) = (posted.form, posted.key);
    let sent = Sent {
        seed: key.uuid(),
        files: posted.files,
        refused: posted.refused,
    };
    let taken = match form.parse_new() {
        Ok(described) => intake::take(&app, &me.scope(), sent, described).await,
        Err(errors) => Err(AppError::Invalid(errors)),
    };
    match taken {
        Ok(image) => {
            let words = Flash::done("The image is in the library.");
            me.visit.go_with(&format!("/campaigns/images/{image}"), words)
        }
        Err(AppError::Invalid(errors)) => {
            let page = library(&me, LibraryQuery::default(), (form, errors)).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn image_page(
    me: &Me,
    app: &App,
    id: CampaignImageId,
    typed: Option<(ImageForm, FieldErrors)>,
) -> Result<ImagePage, AppError> {
    let config = app.config.clone();
    me.tenant(move |tx, me| {
        policy::may_write(tx.actor())?;
        let shell = me.shell(tx)?;
        ImagePage::read(tx, shell, (me.zone, portal(&config)), id, typed)
    })
    .await
}

async fn show(me: Me, app: web::Data<App>, id: web::Path<CampaignImageId>) -> Reply {
    let page = image_page(&me, &app, *id, None).await?;
    me.visit.page(&page)
}

async fn describe(
    me: Me,
    app: web::Data<App>,
    id: web::Path<CampaignImageId>,
    posted: Posted<ImageForm>,
) -> Reply {
    let (id, form, typed) = (*id, posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let writing = policy::may_write(tx.actor())?;
            queries::image(tx, id)?;
            actions::describe(tx, &writing, id, &form.parse()?)?;
            Ok(Answer::see_other(format!("/campaigns/images/{id}")).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = image_page(&me, &app, id, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn ask_to_remove(me: Me, id: web::Path<CampaignImageId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            policy::may_write(tx.actor())?;
            let image = queries::image(tx, id)?;
            let text = match actions::is_shown(tx, &image)? {
                true => {
                    "Mail shows it, so it only leaves the list: where it stands, it stays and can be seen."
                }
                false => "Nothing shows it, so it goes for good.",
            };
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Remove “{}”?", image.name),
                text: text.to_owned(),
                action: format!("/campaigns/images/{id}/removal"),
                verb: "Remove it",
                cancel: format!("/campaigns/images/{id}"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn remove(me: Me, app: web::Data<App>, id: web::Path<CampaignImageId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let writing = policy::may_write(tx.actor())?;
            let words = match actions::remove(tx, &writing, id)? {
                Removed::Hidden => "Out of the list. Where mail shows it, it can still be seen.",
                Removed::Gone => "Removed.",
            };
            Ok(Answer::see_other("/campaigns/images").with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}
