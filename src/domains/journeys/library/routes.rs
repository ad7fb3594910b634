//! `/journeys/library`.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::AssetId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, PostedFiles, Reply, RouteDef, Yes};

use super::actions;
use super::forms::{AssetForm, LibraryQuery};
use super::model::{AssetKind, Content};
use super::pages::{AssetPage, FormPage, LibraryPage, Looking};
use super::parts::Parts;
use super::playing::allow;
use super::policy::KEEPERS;
use super::queries::assets;
use super::uploads::actions::{self as uploads, Destination, Following};
use super::uploads::intake::{self, Sent};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(KEEPERS);
    vec![
        get("/journeys/library", keepers, Rate::Standard, list),
        get("/journeys/library/new", keepers, Rate::Standard, new),
        post("/journeys/library/new", keepers, Rate::Medium, add),
        get("/journeys/library/assets/{asset}", keepers, Rate::Standard, show),
        get(
            "/journeys/library/assets/{asset}/edit",
            keepers,
            Rate::Standard,
            edit,
        ),
        post(
            "/journeys/library/assets/{asset}/edit",
            keepers,
            Rate::Medium,
            change,
        ),
        post(
            "/journeys/library/assets/{asset}/file",
            keepers,
            Rate::Medium,
            replace,
        ),
        get(
            "/journeys/library/assets/{asset}/archive",
            keepers,
            Rate::Standard,
            ask_to_archive,
        ),
        post(
            "/journeys/library/assets/{asset}/archive",
            keepers,
            Rate::Medium,
            archive,
        ),
        post(
            "/journeys/library/assets/{asset}/restoration",
            keepers,
            Rate::Medium,
            restore,
        ),
        get(
            "/journeys/library/assets/{asset}/versions/{version}",
            keepers,
            Rate::Standard,
            older,
        ),
        post(
            "/journeys/library/assets/{asset}/versions/{version}",
            keepers,
            Rate::Medium,
            bring_back,
        ),
    ]
}

async fn list(me: Me, query: web::Query<LibraryQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            LibraryPage::read(tx, shell, query)
        })
        .await?;
    me.visit.page(&page)
}

/// What is to be made, and where.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NewQuery {
    kind: String,
    folder: String,
}

async fn new_page(me: &Me, app: &App, form: AssetForm, errors: FieldErrors) -> Result<FormPage, AppError> {
    let app = app.clone();
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        FormPage::new(tx, shell, &app, (form, errors))
    })
    .await
}

async fn new(me: Me, app: web::Data<App>, query: web::Query<NewQuery>) -> Reply {
    let kind = query.kind.parse().unwrap_or(AssetKind::Page);
    let form = AssetForm::blank(kind, &query.folder);
    let page = new_page(&me, &app, form, FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn add(me: Me, app: web::Data<App>, posted: PostedFiles<AssetForm>) -> Reply {
    let (form, key) = (posted.form, posted.key);
    let sent = Sent {
        seed: key.uuid(),
        files: posted.files,
        refused: posted.refused,
    };
    let added = match form.kind().has_file() {
        true => add_file(&me, &app, &form, sent).await,
        false => add_words(&me, &app, &form, key).await,
    };
    match added {
        Ok(asset) => {
            let (to, words) = match form.kind().has_parts() {
                true => (
                    "/parts",
                    "It is in the library. Write it here; the first version is made when you say so.",
                ),
                false => ("", "It is in the library."),
            };
            me.visit.go_with(
                &format!("/journeys/library/assets/{asset}{to}"),
                Flash::done(words),
            )
        }
        Err(AppError::Invalid(errors)) => {
            let page = new_page(&me, &app, form, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn add_file(me: &Me, app: &App, form: &AssetForm, sent: Sent) -> Result<AssetId, AppError> {
    me.tenant(|tx, _| actions::keeper(tx)).await?;
    let written = form.parse(AssetKind::File, 0)?;
    let into = Destination::New(written.described, written.body);
    let into = match sent.files.first() {
        Some(file) => intake::named(into, &file.name),
        None => into,
    };
    intake::take(app, &me.scope(), sent, into, &written.alt).await
}

async fn add_words(
    me: &Me,
    app: &App,
    form: &AssetForm,
    key: crate::platform::web::RequestKey,
) -> Result<AssetId, AppError> {
    let (form, id) = (form.clone(), AssetId(key.uuid()));
    let answer = app
        .db
        .once(&me.scope(), key, move |tx| {
            let keeper = actions::keeper(tx)?;
            let kind = form.kind();
            let written = form.parse(kind, 1)?;
            let by = keeper.may_write(written.described.team)?;
            let content = Content {
                body: written.body,
                url: written.url,
                parts: Parts::empty(kind).map(|parts| parts.written()).transpose()?,
                ..Content::default()
            };
            actions::add(tx, &by, (id, kind), &written.described, &content)?;
            Answer::json(200, &id)
        })
        .await?;
    answer.content()
}

async fn asset_page(me: &Me, app: &App, id: AssetId, looking: Looking) -> Result<AssetPage, AppError> {
    let app = app.clone();
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        AssetPage::read(tx, shell, (&app, me), id, looking)
    })
    .await
}

async fn show(me: Me, app: web::Data<App>, id: web::Path<AssetId>) -> Reply {
    let page = asset_page(&me, &app, *id, Looking::default()).await?;
    let mut response = me.visit.page(&page)?;
    allow(&mut response, page.player.as_ref());
    Ok(response)
}

async fn older(me: Me, app: web::Data<App>, path: web::Path<(AssetId, i32)>) -> Reply {
    let (id, version) = path.into_inner();
    let looking = Looking {
        version: Some(version),
        ..Looking::default()
    };
    let page = asset_page(&me, &app, id, looking).await?;
    let mut response = me.visit.page(&page)?;
    allow(&mut response, page.player.as_ref());
    Ok(response)
}

async fn edit_page(
    me: &Me,
    app: &App,
    id: AssetId,
    typed: Option<(AssetForm, FieldErrors)>,
) -> Result<FormPage, AppError> {
    let app = app.clone();
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        FormPage::of(tx, shell, &app, id, typed)
    })
    .await
}

async fn edit(me: Me, app: web::Data<App>, id: web::Path<AssetId>) -> Reply {
    let page = edit_page(&me, &app, *id, None).await?;
    me.visit.page(&page)
}

async fn change(me: Me, app: web::Data<App>, id: web::Path<AssetId>, posted: Posted<AssetForm>) -> Reply {
    let (id, form, typed) = (*id, posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = actions::keeper(tx)?;
            let asset = assets::seen(tx, &keeper, id)?;
            keeper.may_write(asset.team_id)?;
            actions::change(tx, &keeper, id, &form.parse(asset.kind, 1)?)?;
            Ok(Answer::see_other(format!("/journeys/library/assets/{id}")).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = edit_page(&me, &app, id, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// The page of an asset again, with what is wrong about what was sent from it.
pub(super) async fn wrong(me: &Me, app: &App, id: AssetId, errors: FieldErrors, language: String) -> Reply {
    let looking = Looking {
        version: None,
        errors,
        language,
    };
    let page = asset_page(me, app, id, looking).await?;
    me.visit.page_with(422, &page)
}

/// What is decided about a file that takes the place of another.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ReplaceForm {
    /// `keep` or `drop`.
    words: String,
    /// `yes`
    published: String,
}

async fn replace(
    me: Me,
    app: web::Data<App>,
    id: web::Path<AssetId>,
    posted: PostedFiles<ReplaceForm>,
) -> Reply {
    let id = *id;
    let following = Following::read(&posted.form.words, &posted.form.published);
    let name = posted.files.first().map(|file| file.name.clone());
    let kind = me
        .tenant(move |tx, _| {
            let keeper = actions::keeper(tx)?;
            let asset = assets::seen(tx, &keeper, id)?;
            keeper.may_write(asset.team_id)?;
            match asset.kind.has_file() {
                true => Ok(asset.kind),
                false => Err(AppError::Conflict("That is not made of a file.".to_owned())),
            }
        })
        .await?;
    let sent = Sent {
        seed: posted.key.uuid(),
        files: posted.files,
        refused: posted.refused,
    };
    let taken = match name.map_or(Ok(()), |name| uploads::check_kind(kind, &name)) {
        Ok(()) => intake::take(&app, &me.scope(), sent, Destination::Version(id, following), "").await,
        Err(error) => Err(error),
    };
    match taken {
        Ok(_) => me.visit.go_with(
            &format!("/journeys/library/assets/{id}"),
            Flash::done("That is the new version."),
        ),
        Err(AppError::Invalid(errors)) => wrong(&me, &app, id, errors, String::new()).await,
        Err(error) => Err(error),
    }
}

async fn ask_to_archive(me: Me, id: web::Path<AssetId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            let keeper = actions::keeper(tx)?;
            let asset = assets::seen(tx, &keeper, id)?;
            keeper.may_write(asset.team_id)?;
            let text = match assets::uses(tx, id)?.len() {
                0 => "No journey uses it. It leaves the list, and can be brought back at any time.".to_owned(),
                1 => "A journey uses it and goes on doing so. It is only offered no more, and can be brought back at any time.".to_owned(),
                many => format!("{many} journeys use it and go on doing so. It is only offered no more, and can be brought back at any time."),
            };
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Archive “{}”?", asset.title),
                text,
                action: format!("/journeys/library/assets/{id}/archive"),
                verb: "Archive it",
                cancel: format!("/journeys/library/assets/{id}"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn archive(me: Me, app: web::Data<App>, id: web::Path<AssetId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = actions::keeper(tx)?;
            actions::archive(tx, &keeper, id)?;
            let words = Flash::done("Archived. Where it is used, it stays.");
            Ok(Answer::see_other("/journeys/library").with(words))
        })
        .await?
        .reply(&me.visit)
}

async fn restore(me: Me, app: web::Data<App>, id: web::Path<AssetId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = actions::keeper(tx)?;
            actions::restore(tx, &keeper, id)?;
            let words = Flash::done("It is offered again.");
            Ok(Answer::see_other(format!("/journeys/library/assets/{id}")).with(words))
        })
        .await?
        .reply(&me.visit)
}

async fn bring_back(
    me: Me,
    app: web::Data<App>,
    path: web::Path<(AssetId, i32)>,
    posted: Posted<Yes>,
) -> Reply {
    let (id, number) = path.into_inner();
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = actions::keeper(tx)?;
            actions::bring_back(tx, &keeper, id, number)?;
            let words = Flash::done(format!("Version {number} is shown again."));
            Ok(Answer::see_other(format!("/journeys/library/assets/{id}")).with(words))
        })
        .await?
        .reply(&me.visit)
}
