//! Shredding what nobody may read any more.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::json;

use crate::app::App;
use crate::domains::{tasks, tenancy};
use crate::kernel::error::AppError;
use crate::platform::audit::Entry;
use crate::platform::jobs::{JobKind, JobRun, Outcome};

use super::queries;

/// Takes away private notes of who stopped being a member 90 days ago with what follows them, except about people under a hold; runs once a day.
pub const SHRED: &str = "notes.shred_abandoned";

/// How long after their author has left they can be reached, as `app.is_abandoned` says it too.
const KEPT: TimeDelta = TimeDelta::days(90);

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
        // Few, and found first: asking of each of a million notes whether its author is here would take minutes.
        let departed = tenancy::departed(tx, tx.now() - KEPT)?;
        let shredded = queries::shred_abandoned(tx, &departed)?;
        let alone = tasks::shred_abandoned(tx, &departed)?;
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
