//! `/journeys/import`, `/journeys/imports/{arrival}` and `/journeys/{journey}/export`.

use std::fs::File;
use std::io::BufReader;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, ContentEncoding};
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::config;
use crate::domains::identity::Me;
use crate::domains::journeys::building::policy::{self, BUILDERS};
use crate::domains::journeys::building::{actions, pages, queries};
use crate::domains::journeys::library;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ContextId, JourneyId, JourneyImportId};
use crate::kernel::validate::Check;
use crate::platform::files;
use crate::platform::storage::StorageKey;
use crate::platform::web::download::attachment;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::upload::Upload;
use crate::platform::web::{
    Access, Answer, Flash, Posted, PostedArchive, PostedFiles, Reply, RequestKey, RouteDef, Yes,
};

use super::archive::Archive;
use super::book::Book;
use super::imports::actions as imports;
use super::imports::pages as import_pages;
use super::imports::queries::Begun;
use super::pages::{ImportForm, ImportPage};
use super::{intake, outgoing};

/// The routes; before what takes the name of a journey in the same place.
pub fn routes() -> Vec<RouteDef> {
    let builders = Access::Roles(BUILDERS);
    vec![
        get("/journeys/import", builders, Rate::Standard, blank),
        post("/journeys/import", builders, Rate::Medium, bring),
        get("/journeys/imports/{arrival}", builders, Rate::Standard, show),
        post(
            "/journeys/imports/{arrival}/cancellation",
            builders,
            Rate::Medium,
            stop,
        ),
        get("/journeys/{journey}/export", builders, Rate::Medium, export),
    ]
}

async fn import_page(
    me: &Me,
    web: &config::Web,
    form: ImportForm,
    errors: FieldErrors,
) -> Result<ImportPage, AppError> {
    let megabytes = web.archive_limit / (1024 * 1024);
    let largest = match megabytes / 1024 {
        0 => format!("{megabytes} MB"),
        gigabytes => format!("{gigabytes} GB"),
    };
    me.tenant(move |tx, me| {
        let builder = actions::builder(tx)?;
        Ok(ImportPage {
            teams: pages::teams(tx, &builder, &form.team)?,
            imports: import_pages::lines(tx, me.zone)?,
            shell: me.shell(tx)?,
            largest,
            form,
            errors,
        })
    })
    .await
}

async fn blank(me: Me, app: web::Data<App>) -> Reply {
    let page = import_page(
        &me,
        &app.config.web,
        ImportForm::default(),
        FieldErrors::default(),
    )
    .await?;
    me.visit.page(&page)
}

/// What the form says beside the file.
fn meant(form: &ImportForm) -> Result<(String, Option<ContextId>), FieldErrors> {
    let mut check = Check::default();
    let title = check.line("title", "Title", &form.title, 0, 120);
    let team = check.optional("team", "a team", &form.team);
    check.finish(|| (title, team))
}

/// The journey of an archive, checked as far as its texts go, and how many of its files are not taken in.
async fn read(file: &Upload, title: String, largest: usize) -> Result<(Book, usize), AppError> {
    let path = file.path().to_path_buf();
    let read = web::block(move || -> Result<(Book, usize), String> {
        let file = File::open(path).map_err(|_| "The file did not arrive. Choose it again.".to_owned())?;
        let mut archive = Archive::open(BufReader::new(file), largest as u64)?;
        Ok((intake::read(&mut archive, &title)?, intake::left_out(&archive)))
    })
    .await
    .map_err(|cause| AppError::Unexpected(cause.into()))?;
    read.map_err(|said| AppError::field("file", said))
}

async fn bring(me: Me, app: web::Data<App>, posted: PostedArchive<ImportForm>) -> Reply {
    me.tenant(|tx, _| actions::builder(tx)).await?;
    let posted = posted.0;
    let typed = posted.form.clone();
    match brought(&me, &app, posted).await {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = import_page(&me, &app.config.web, typed, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn brought(me: &Me, app: &App, posted: PostedFiles<ImportForm>) -> Result<Answer, AppError> {
    let (title, team) = meant(&posted.form)?;
    me.tenant(move |tx, _| {
        let builder = actions::builder(tx)?;
        policy::may_begin(&builder, team).map(|_| ())
    })
    .await?;
    let file = match (posted.files.into_iter().next(), posted.refused.into_iter().next()) {
        (Some(file), _) => file,
        (None, Some(refused)) => return Err(AppError::field("file", refused)),
        (None, None) => return Err(AppError::field("file", "Choose a file first.")),
    };
    let (book, left_out) = read(&file, title.clone(), app.config.web.archive_limit).await?;
    match book.assets.is_empty() {
        true => at_once(me, app, posted.key, (book, team, left_out)).await,
        false => by_and_by(me, app, posted.key, (file, title, team)).await,
    }
}

async fn at_once(
    me: &Me,
    app: &App,
    key: RequestKey,
    (book, team, left_out): (Book, Option<ContextId>, usize),
) -> Result<Answer, AppError> {
    app.db
        .once(&me.scope(), key, move |tx| {
            let builder = actions::builder(tx)?;
            let beginning = policy::may_begin(&builder, team)?;
            let keeper = library::actions::keeper(tx)?;
            let taken = book
                .taken(&std::collections::HashMap::new())
                .map_err(|said| AppError::field("file", said))?;
            let id = intake::bring_in(tx, (&beginning, &keeper), &taken)?;
            let words = match left_out {
                0 => "The journey is here, as a draft.".to_owned(),
                1 => "The journey is here, as a draft. One file that is no Markdown was left out: upload it to the library.".to_owned(),
                count => format!(
                    "The journey is here, as a draft. {count} files that are no Markdown were left out: upload them to the library."
                ),
            };
            Ok(Answer::see_other(format!("/journeys/{id}/build")).with(Flash::done(words)))
        })
        .await
}

/// Keeps the archive where a job finds it. The same form sent twice is one import.
async fn by_and_by(
    me: &Me,
    app: &App,
    key: RequestKey,
    (file, title, team): (Upload, String, Option<ContextId>),
) -> Result<Answer, AppError> {
    let away = |cause: anyhow::Error| AppError::Unexpected(cause.context("keeping the archive of an import"));
    let id = JourneyImportId(key.uuid());
    let place = StorageKey::new(
        me.org.0,
        "imports",
        crate::kernel::ids::fresh::<JourneyImportId>().0,
    )
    .map_err(|cause| away(cause.into()))?;
    app.storage
        .put_file(&place, file.path(), "application/zip")
        .await
        .map_err(|cause| away(cause.into()))?;
    let begun = Begun {
        id,
        title,
        team,
        file_name: file.name.clone(),
        storage_key: place.to_string(),
    };
    let kept = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let taken = kept.clone();
    let answer = app
        .db
        .once(&me.scope(), key, move |tx| {
            if imports::begin(tx, &begun)? {
                tx.after_commit(move || taken.store(true, std::sync::atomic::Ordering::Relaxed));
            }
            Ok(Answer::see_other(format!("/journeys/imports/{id}")))
        })
        .await;
    // Refused, or sent a second time: nothing knows of this copy.
    if !kept.load(std::sync::atomic::Ordering::Relaxed) {
        files::discard(app.storage.as_ref(), &place.to_string(), None).await;
    }
    answer
}

async fn show(me: Me, id: web::Path<JourneyImportId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            import_pages::ImportPage::read(tx, shell, id, me.zone)
        })
        .await?;
    me.visit.page(&page)
}

async fn stop(me: Me, app: web::Data<App>, id: web::Path<JourneyImportId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            imports::stop(tx, id)?;
            Ok(Answer::see_other(format!("/journeys/imports/{id}")))
        })
        .await?
        .reply(&me.visit)
}

/// Which version is taken out; the draft without a number.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Which {
    version: String,
}

async fn export(me: Me, app: web::Data<App>, id: web::Path<JourneyId>, which: web::Query<Which>) -> Reply {
    let (id, number) = (*id, which.version.parse::<i32>().ok());
    let (name, entries) = me
        .tenant(move |tx, _| {
            let (_, journey) = actions::seen(tx, id)?;
            let version = match number {
                Some(number) => queries::numbered(tx, id, number)?,
                None => queries::draft(tx, id)?,
            };
            let name = match version.number {
                Some(number) => format!("{} (version {number}).zip", version.title),
                None => format!("{} (draft).zip", version.title),
            };
            Ok((name, outgoing::parcel(tx, &journey, &version)?))
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        // It is packed already, and goes out as it is made.
        .insert_header(ContentEncoding::Identity)
        .insert_header((CONTENT_DISPOSITION, attachment(&name)))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(outgoing::packed(&app, me.scope(), entries)))
}
