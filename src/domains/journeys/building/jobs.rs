//! Publishing at the time somebody chose.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::kernel::error::AppError;
use crate::kernel::ids::JourneyId;
use crate::platform::jobs::{JobKind, JobRun, Outcome};

use super::{policy, publishing, queries};

/// Publishes a draft at its time.
pub const PUBLISH: &str = "journeys.publish";

/// Which draft.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Due {
    pub journey: JourneyId,
}

/// The room's jobs.
pub fn kinds() -> Vec<JobKind> {
    vec![JobKind {
        name: PUBLISH,
        run: Arc::new(publish),
    }]
}

/// Publishes when the time is that of the draft: who chose another or none meanwhile has the last word. What has to be mended first stays a
/// draft whose time has passed, and its page says so.
fn publish(run: &JobRun) -> Result<Outcome, AppError> {
    let Due { journey } = run.args()?;
    let number = run.tenant(move |tx| {
        let draft = queries::draft(tx, journey)?;
        let is_archived = queries::journey(tx, journey)?.archived_at.is_some();
        let (Some(at), Some(by), false) = (draft.publish_at, draft.publish_by, is_archived) else {
            return Ok(None);
        };
        if at > tx.now() {
            return Ok(None);
        }
        let building = policy::as_planned(journey, by);
        match publishing::actions::publish(tx, &building, &draft.note) {
            Ok((_, number)) => Ok(Some(number)),
            Err(AppError::Invalid(_)) => Ok(None),
            Err(error) => Err(error),
        }
    })?;
    Ok(Outcome::Done(json!({ "number": number })))
}
