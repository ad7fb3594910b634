//! Forgetting what was told long ago.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::json;

use crate::platform::jobs::{JobKind, Outcome};

use super::queries;

/// Forgets notices that came to an end, once a day.
pub const FORGET: &str = "webhooks.forget_notices";

/// For how long it can be looked up how telling something went.
const KEPT: TimeDelta = TimeDelta::days(30);

/// The jobs of webhooks.
pub fn kinds() -> Vec<JobKind> {
    vec![JobKind {
        name: FORGET,
        run: Arc::new(|run| {
            let forgotten = run.tenant(|tx| {
                let before = tx.now() - KEPT;
                Ok(queries::forget(tx, before)?)
            })?;
            Ok(Outcome::Done(json!({ "notices": forgotten })))
        }),
    }]
}
