//! Reading what comes from outside: it takes its time, and may not be readable at all.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::runtime::Handle;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::kernel::ids::KnowledgeId;
use crate::platform::jobs::{JobKind, JobRun, Outcome};
use crate::platform::storage::StorageKey;
use crate::providers::pages::{Pages, Written};
use crate::providers::pdf;
use crate::providers::reach::Reach;

use super::actions::{self, Found};
use super::model::{Document, KnowledgeKind};
use super::reading::{html, markdown, plain};

/// Reads a document into passages.
pub const READ: &str = "journeys.read_knowledge";

/// Which.
#[derive(Serialize, Deserialize)]
pub struct Reading {
    pub document: KnowledgeId,
}

/// The jobs of the room.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let portal = app.clone();
    vec![JobKind {
        name: READ,
        run: Arc::new(move |run| read(&portal, run)),
    }]
}

/// Can be done again at any point: what is found takes the place of what was there.
fn read(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let Reading { document } = run.args()?;
    let Some(document) = run.tenant(|tx| actions::taken_in_hand(tx, document))? else {
        return Ok(Outcome::Done(json!({ "state": "nothing to do" })));
    };
    let found = match document.kind {
        KnowledgeKind::Page => Ok(Found {
            blocks: markdown::blocks(&document.body),
            ..Found::default()
        }),
        KnowledgeKind::Pdf => of_file(app, &document),
        KnowledgeKind::Link => of_link(app, &document),
    };
    let is_read = run.tenant(move |tx| actions::read(tx, &document, found))?;
    let state = if is_read { "ready" } else { "failed" };
    Ok(Outcome::Done(json!({ "state": state })))
}

fn of_file(app: &App, document: &Document) -> Result<Found, String> {
    let key = document.storage_key.as_deref().unwrap_or_default();
    let key: StorageKey = key.parse().map_err(|_| "The file is gone.".to_owned())?;
    let storage = app.storage.as_ref();
    let bytes = Handle::current().block_on(async {
        let stored = storage.get(&key).await.map_err(|_| away())?;
        stored.into_bytes().await.map_err(|_| away())
    })?;
    let pages = pdf::pages(bytes.to_vec()).map_err(|why| why.to_string())?;
    Ok(Found {
        title: String::new(),
        pages: i32::try_from(pages.len()).ok(),
        blocks: plain::of_pages(&pages),
    })
}

fn away() -> String {
    "The file could not be fetched from where it is kept. Try again.".to_owned()
}

fn of_link(app: &App, document: &Document) -> Result<Found, String> {
    let pages = Pages::new(Reach::of_portal(&app.config.public_url)).map_err(|error| error.to_string())?;
    let address = document.url.as_deref().unwrap_or_default();
    let fetched = Handle::current()
        .block_on(pages.fetch(address))
        .map_err(|why| why.to_string())?;
    Ok(match fetched.written {
        Written::Html => {
            let words = html::words(&fetched.text);
            Found {
                title: words.title,
                blocks: words.blocks,
                pages: None,
            }
        }
        Written::Plain => Found {
            blocks: plain::blocks(&fetched.text),
            ..Found::default()
        },
    })
}
