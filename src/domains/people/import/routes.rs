//! Pages and posts about imports.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ImportId, fresh};
use crate::kernel::spreadsheet;
use crate::platform::db::TenantTx;
use crate::platform::storage::StorageError;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::upload::Upload;
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, PostedFiles, Reply, RouteDef, Yes};

use super::forms::{DecisionsForm, MappingForm, RowsQuery};
use super::pages::{ImportView, ImportsPage};
use super::reading::{self, Decoded, Sheet};
use super::{actions, queries, workbook};

const ADMINS: Access = Access::Roles(&[Role::Admin]);

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/imports", ADMINS, Rate::Standard, list),
        post("/imports", ADMINS, Rate::Medium, bring),
        get("/imports/{import}", ADMINS, Rate::Standard, show),
        get("/imports/{import}/mapping", ADMINS, Rate::Standard, mapping),
        post("/imports/{import}/mapping", ADMINS, Rate::Medium, check),
        post("/imports/{import}/decisions", ADMINS, Rate::Medium, decide),
        get("/imports/{import}/errors", ADMINS, Rate::Medium, errors),
        post("/imports/{import}/application", ADMINS, Rate::Medium, apply),
        post("/imports/{import}/cancellation", ADMINS, Rate::Medium, stop),
        get("/imports/{import}/undo", ADMINS, Rate::Standard, ask_to_undo),
        post("/imports/{import}/undo", ADMINS, Rate::Medium, undo),
        get(
            "/imports/{import}/removal",
            ADMINS,
            Rate::Standard,
            ask_to_discard,
        ),
        post("/imports/{import}/removal", ADMINS, Rate::Medium, discard),
    ]
}

type ImportPath = web::Path<ImportId>;

fn place(id: ImportId) -> String {
    format!("/imports/{id}")
}

async fn list_page(me: &Me, errors: FieldErrors) -> Result<ImportsPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        ImportsPage::read(tx, shell, me, errors)
    })
    .await
}

async fn list(me: Me) -> Reply {
    let page = list_page(&me, FieldErrors::default()).await?;
    me.visit.page(&page)
}

#[derive(Default, Deserialize)]
struct NoFields {}

/// Takes a file in: decoded, and found to be a table, before anything of it is kept. The same file sent twice is one import.
async fn bring(me: Me, app: web::Data<App>, posted: PostedFiles<NoFields>) -> Reply {
    me.tenant(|tx, _| actions::expect_importer(tx)).await?;
    let wrong = |message: String| {
        let mut errors = FieldErrors::default();
        errors.add("file", message);
        errors
    };
    let read = match (posted.files.into_iter().next(), posted.refused.into_iter().next()) {
        (Some(file), _) => read(file).await?,
        (None, Some(refused)) => Err(refused),
        (None, None) => Err("Choose a file first.".to_owned()),
    };
    let (name, sheet, decoded) = match read {
        Ok(read) => read,
        Err(message) => {
            let page = list_page(&me, wrong(message)).await?;
            return me.visit.page_with(422, &page);
        }
    };
    let (id, file) = (ImportId(posted.key.uuid()), fresh::<ImportId>().0);
    let key = actions::key_of(me.org, file)?;
    let bytes = bytes::Bytes::from(decoded.text.clone());
    app.storage.put(&key, bytes, "text/csv").await.map_err(away)?;
    let kept = Arc::new(AtomicBool::new(false));
    let taken = kept.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::bring(tx, (id, file), &name, &sheet, &decoded)?;
            tx.after_commit(move || taken.store(true, Ordering::Relaxed));
            Ok(Answer::see_other(place(id)))
        })
        .await;
    // Refused, or sent a second time: nothing knows of this copy.
    if !kept.load(Ordering::Relaxed) {
        app.storage.delete(&key).await.map_err(away)?;
    }
    outcome?.reply(&me.visit)
}

fn away(cause: StorageError) -> AppError {
    AppError::Unexpected(anyhow::Error::new(cause).context("the file of an import"))
}

/// The file as a table, or a sentence about why it is none.
async fn read(file: Upload) -> Result<Result<(String, Sheet, Decoded), String>, AppError> {
    let name = file.name.clone();
    let bytes = tokio::fs::read(file.path())
        .await
        .map_err(|cause| AppError::Unexpected(cause.into()))?;
    let read = tokio::task::spawn_blocking(move || {
        if workbook::is_old_one(&bytes) {
            return Err("That is a workbook of an old kind, or one with a password. Save it as .xlsx without a password, or as CSV UTF-8.".to_owned());
        }
        let decoded = match workbook::is_one(&bytes) {
            true => workbook::text(&bytes).map_err(|wrong| wrong.to_string())?,
            false => reading::decode(&bytes),
        };
        let sheet = reading::sheet(&decoded.text).map_err(|wrong| wrong.to_string())?;
        Ok((sheet, decoded))
    })
    .await
    .map_err(|cause| AppError::Unexpected(cause.into()))?;
    Ok(read.map(|(sheet, decoded)| (name, sheet, decoded)))
}

async fn show(me: Me, id: ImportPath, query: web::Query<RowsQuery>) -> Reply {
    let (id, query) = (*id, query.into_inner());
    let view = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            ImportView::read(tx, shell, me, id, &query)
        })
        .await?;
    me.visit.confidential_page(200, view.template())
}

async fn mapping_page(
    me: &Me,
    id: ImportId,
    typed: Option<MappingForm>,
    errors: FieldErrors,
) -> Result<ImportView, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        ImportView::mapping(tx, shell, id, typed, errors)
    })
    .await
}

async fn mapping(me: Me, id: ImportPath) -> Reply {
    let view = mapping_page(&me, *id, None, FieldErrors::default()).await?;
    me.visit.confidential_page(200, view.template())
}

async fn check(me: Me, app: web::Data<App>, id: ImportPath, posted: Posted<MappingForm>) -> Reply {
    let (id, form) = (*id, posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::check(tx, id, &form)?;
            Ok(Answer::see_other(place(id)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let view = mapping_page(&me, id, Some(typed), errors).await?;
            me.visit.confidential_page(422, view.template())
        }
        Err(error) => Err(error),
    }
}

async fn decide(me: Me, app: web::Data<App>, id: ImportPath, posted: Posted<DecisionsForm>) -> Reply {
    let (id, form) = (*id, posted.form);
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::decide(tx, id, &form)?;
            let to = format!(
                "{}?show=possible&after={}",
                place(id),
                form.after.parse::<i32>().unwrap_or(0)
            );
            Ok(Answer::see_other(to).with(Flash::done("Saved. Nothing is imported yet.")))
        })
        .await?;
    answer.reply(&me.visit)
}

/// The rows that cannot be taken over, as they were, with what is wrong with each.
async fn errors(me: Me, app: web::Data<App>, id: ImportPath) -> Reply {
    let id = *id;
    let (import, problems) = me
        .tenant(move |tx, _| {
            let import = actions::own(tx, id)?;
            Ok((import, queries::problems(tx, id)?))
        })
        .await?;
    let stored = match app.storage.get(&actions::key_of(me.org, import.file())?).await {
        Ok(stored) => stored,
        Err(StorageError::NotFound) => return Err(AppError::NotFound),
        Err(cause) => return Err(away(cause)),
    };
    let bytes = stored
        .into_bytes()
        .await
        .map_err(|cause| AppError::Unexpected(cause.into()))?;
    let table = tokio::task::spawn_blocking(move || {
        let text = String::from_utf8_lossy(&bytes);
        let delimiter = import.delimiter.bytes().next().unwrap_or(b',');
        // The mark lets spreadsheets read it as UTF-8.
        let mut table = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
        let head = ["Line".to_owned(), "Problem".to_owned()];
        let head = head.into_iter().chain(import.header.iter().cloned());
        write(&mut table, head)?;
        for record in reading::records(&text, delimiter).skip(1) {
            let Ok(record) = record else { break };
            let line = i32::try_from(record.line).unwrap_or(i32::MAX);
            if let Some(problem) = problems.get(&line) {
                let row = [line.to_string(), problem.clone()];
                write(&mut table, row.into_iter().chain(record.cells))?;
            }
        }
        table
            .into_inner()
            .map_err(|cause| AppError::Unexpected(anyhow::anyhow!("{cause}")))
    })
    .await
    .map_err(|cause| AppError::Unexpected(cause.into()))??;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("Content-Disposition", "attachment; filename=\"errors.csv\""))
        .body(table))
}

fn write(table: &mut csv::Writer<Vec<u8>>, cells: impl Iterator<Item = String>) -> Result<(), AppError> {
    for cell in cells {
        table
            .write_field(spreadsheet::cell(&cell).as_bytes())
            .map_err(|cause| AppError::Unexpected(cause.into()))?;
    }
    table
        .write_record(None::<&[u8]>)
        .map_err(|cause| AppError::Unexpected(cause.into()))
}

/// Does something with an import, once, and shows it again.
async fn turn(
    me: &Me,
    app: &App,
    id: ImportId,
    posted: Posted<Yes>,
    action: fn(&mut TenantTx<'_>, ImportId) -> Result<(), AppError>,
) -> Reply {
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            action(tx, id)?;
            Ok(Answer::see_other(place(id)))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn apply(me: Me, app: web::Data<App>, id: ImportPath, posted: Posted<Yes>) -> Reply {
    turn(&me, &app, *id, posted, actions::apply).await
}

async fn stop(me: Me, app: web::Data<App>, id: ImportPath, posted: Posted<Yes>) -> Reply {
    turn(&me, &app, *id, posted, actions::stop).await
}

async fn undo(me: Me, app: web::Data<App>, id: ImportPath, posted: Posted<Yes>) -> Reply {
    turn(&me, &app, *id, posted, actions::undo).await
}

/// Asks before something is done with an import: the title, the words about its file, where it is done and by which verb.
async fn ask(
    me: &Me,
    id: ImportId,
    (title, words): (&'static str, fn(&str) -> String),
    (what, verb): (&'static str, &'static str),
) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            let import = actions::own(tx, id)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: title.to_owned(),
                text: words(&import.file_name),
                action: format!("{}/{what}", place(id)),
                verb,
                cancel: place(id),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn ask_to_undo(me: Me, id: ImportPath) -> Reply {
    let words = |file: &str| {
        format!(
            "Whom “{file}” brought in is removed. Who has been worked with since stays as a former member, and who has a login stays as they are. \
             What the file changed about others goes back to what it was, unless somebody edited it since. Worksites and tags it made stay."
        )
    };
    ask(
        &me,
        *id,
        ("Take this import back?", words),
        ("undo", "Take it back"),
    )
    .await
}

async fn ask_to_discard(me: Me, id: ImportPath) -> Reply {
    let words = |file: &str| format!("“{file}” is deleted here. Nobody was imported from it.");
    ask(&me, *id, ("Discard this file?", words), ("removal", "Discard it")).await
}

async fn discard(me: Me, app: web::Data<App>, id: ImportPath, posted: Posted<Yes>) -> Reply {
    let id = *id;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::discard(tx, id)?;
            Ok(Answer::see_other("/imports").with(Flash::done("The file is discarded.")))
        })
        .await?;
    answer.reply(&me.visit)
}
