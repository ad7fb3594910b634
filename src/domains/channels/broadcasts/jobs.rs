//! The job that sends a broadcast when its time has come.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::kernel::error::AppError;
use crate::kernel::ids::BroadcastId;
use crate::platform::jobs::{JobKind, JobRun, Outcome};

use super::sending::{self, Sending};

/// Its name.
pub const SEND: &str = "channels.send_broadcast";

/// Which broadcast.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Send {
    /// The broadcast.
    pub broadcast: BroadcastId,
}

/// The kind of job.
pub fn send_broadcast(app: &App) -> JobKind {
    let db = app.db.clone();
    let run = move |run: &JobRun| {
        let wanted: Send = run.args()?;
        match db.tenant_blocking(&run.scope(), move |tx| sending::send(tx, wanted.broadcast)) {
            Ok(Sending::Sent(recipients)) => {
                Ok(Outcome::Done(serde_json::json!({ "recipients": recipients })))
            }
            Ok(Sending::Closed) => Ok(Outcome::Cancelled("it was sent or cancelled before".to_owned())),
            Ok(Sending::CalledOff) => Ok(Outcome::Cancelled(
                "its sender may not reach this audience any more".to_owned(),
            )),
            Ok(Sending::Early(wait)) => Ok(Outcome::Snooze(wait)),
            Err(AppError::NotFound) => Ok(Outcome::Cancelled(
                "there is no such broadcast any more".to_owned(),
            )),
            Err(other) => Err(other),
        }
    };
    JobKind {
        name: SEND,
        run: Arc::new(run),
    }
}
