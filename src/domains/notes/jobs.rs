//! Shredding what nobody may read any more.

use std::sync::Arc;

use serde_json::json;

use crate::app::App;
use crate::domains::tasks;
use crate::kernel::error::AppError;
use crate::platform::audit::Entry;
use crate::platform::jobs::{JobKind, JobRun, Outcome};

use super::queries;

/// Takes away private notes of who stopped being a member 90 days ago with what follows them, except about people under a hold; runs once a day.
pub const SHRED: &str = "notes.shred_abandoned";

/// The jobs of notes.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let app = app.clone();
    vec![JobKind {
        name: SHRED,
        run: Arc::new(move |run| shred(&app, run)),
    }]
}

fn shred(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let shredded = app.db.tenant_blocking(&run.scope(), |tx| {
        let shredded = queries::shred_abandoned(tx)?;
        let alone = tasks::shred_abandoned(tx)?;
        if shredded + alone > 0 {
            tx.audit(
                Entry::general("notes.abandoned.shredded", "organization")
                    .after(json!({ "notes": shredded, "tasks": alone })),
            )?;
        }
        Ok(shredded)
    })?;
    Ok(Outcome::Done(json!({ "notes": shredded })))
}
