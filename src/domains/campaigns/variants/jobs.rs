//! What follows by itself: clicks decide at their time, and the rest is let go.

use std::sync::Arc;

use serde_json::json;

use crate::domains::campaigns::sending::GatherArgs;
use crate::kernel::error::AppError;
use crate::platform::jobs::{JobKind, JobRun, Outcome};

use super::actions::{self, Next};

/// Lets clicks decide which variant the rest gets.
pub const DECIDE: &str = "campaigns.decide_test";
/// Lets the rest go with the variant that was decided, some thousand people at a time.
pub const RELEASE: &str = "campaigns.release_rest";

/// The jobs of tests.
pub fn kinds() -> Vec<JobKind> {
    vec![
        JobKind {
            name: DECIDE,
            run: Arc::new(decide),
        },
        JobKind {
            name: RELEASE,
            run: Arc::new(release),
        },
    ]
}

fn decide(run: &JobRun) -> Result<Outcome, AppError> {
    let GatherArgs { campaign } = run.args()?;
    Ok(outcome(
        run.tenant(move |tx| actions::decide_by_clicks(tx, campaign))?,
    ))
}

fn release(run: &JobRun) -> Result<Outcome, AppError> {
    let GatherArgs { campaign } = run.args()?;
    loop {
        let next = run.tenant(move |tx| actions::release(tx, campaign))?;
        if next != Next::More {
            return Ok(outcome(next));
        }
    }
}

fn outcome(next: Next) -> Outcome {
    match next {
        Next::Done | Next::More => Outcome::Done(json!({})),
        Next::Later(wait) => Outcome::Snooze(wait),
        Next::Not => Outcome::Cancelled("there is nothing to be done about it".to_owned()),
    }
}
