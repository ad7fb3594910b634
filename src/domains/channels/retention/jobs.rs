//! The nightly deletion.

use std::sync::Arc;

use serde_json::json;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::platform::jobs::{JobKind, JobRun, Outcome};

use super::{actions, queries};

/// Deletes what is due in every channel of an organization; runs once a day.
pub const RETENTION: &str = "channels.retention";

/// The jobs of retention.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let app = app.clone();
    vec![JobKind {
        name: RETENTION,
        run: Arc::new(move |run| purge(&app, run)),
    }]
}

/// A transaction a batch: killed at any moment, it goes on where it was.
fn purge(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let scope = run.scope();
    let channels = app.db.tenant_blocking(&scope, |tx| Ok(queries::with_rule(tx)?))?;
    let (mut messages, mut files) = (0, 0);
    for channel in channels {
        while let Some(purged) = app
            .db
            .tenant_blocking(&scope, move |tx| actions::purge_batch(tx, channel))?
        {
            messages += purged.messages;
            files += purged.files;
            if run.progress(i32::try_from(messages).unwrap_or(i32::MAX), None)? {
                return Ok(Outcome::Cancelled(format!("stopped after {messages} messages")));
            }
        }
    }
    Ok(Outcome::Done(json!({ "messages": messages, "files": files })))
}
