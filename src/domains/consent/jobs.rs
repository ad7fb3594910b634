//! Comparing the copy of what may be sent with the records it follows from.

use std::sync::Arc;

use serde_json::json;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::audit::Entry;
use crate::platform::jobs::{JobKind, JobRun, Outcome};

use super::{actions, queries, renewing, sealing};

/// Derives every preference from the records anew and compares; runs once a day. What differs is mended and told.
pub const CHECK: &str = "consent.check_preferences";

/// People compared in one transaction.
const BATCH: i64 = 500;

/// The jobs of consent.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let app = app.clone();
    vec![
        JobKind {
            name: CHECK,
            run: Arc::new(check),
        },
        renewing::kind(&app),
        JobKind {
            name: sealing::jobs::SEAL,
            run: Arc::new(move |run| sealing::jobs::seal(&app, run)),
        },
    ]
}

fn check(run: &JobRun) -> Result<Outcome, AppError> {
    let (mut after, mut checked, mut mended) = (None::<MemberId>, 0_i32, 0_i32);
    loop {
        let (last, count, differed) = run.tenant(move |tx| {
            let people = queries::with_records(tx, after, BATCH)?;
            let mut differed = Vec::new();
            for member in &people {
                queries::lock(tx, *member)?;
                if actions::refresh(tx, *member)? {
                    differed.push(*member);
                }
            }
            if !differed.is_empty() {
                tx.audit(
                    Entry::general("consent.preferences.mended", "organization")
                        .after(json!({ "members": differed })),
                )?;
            }
            Ok((people.last().copied(), people.len(), differed.len()))
        })?;
        checked = checked.saturating_add(i32::try_from(count).unwrap_or(i32::MAX));
        mended = mended.saturating_add(i32::try_from(differed).unwrap_or(i32::MAX));
        match last {
            None => break,
            Some(_) if run.progress(checked, None)? => {
                return Ok(Outcome::Cancelled("asked to stop".to_owned()));
            }
            Some(_) => after = last,
        }
    }
    Ok(Outcome::Done(json!({ "checked": checked, "mended": mended })))
}
