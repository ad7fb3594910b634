//! Letting go of what nobody will ever place.

use std::sync::Arc;

use serde_json::json;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::platform::audit::Entry;
use crate::platform::jobs::{JobKind, JobRun, Outcome};

use super::queries;

/// Takes away notes that need a person of who stopped being a member 90 days ago; runs once a day.
pub const SHRED: &str = "field.shred_unplaced";

/// The jobs of the field.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let app = app.clone();
    vec![JobKind {
        name: SHRED,
        run: Arc::new(move |run| shred(&app, run)),
    }]
}

fn shred(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let shredded = app.db.tenant_blocking(&run.scope(), |tx| {
        let shredded = queries::shred(tx)?;
        if shredded > 0 {
            tx.audit(
                Entry::general("field.unplaced.shredded", "organization").after(json!({ "notes": shredded })),
            )?;
        }
        Ok(shredded)
    })?;
    Ok(Outcome::Done(json!({ "notes": shredded })))
}
