//! Forgetting a login, which belongs to no organization and so is out of reach of the transaction that erases.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::domains::identity;
use crate::kernel::error::AppError;
use crate::kernel::ids::UserId;
use crate::platform::db::SystemTask;
use crate::platform::jobs::{JobKind, JobRun, Outcome};

/// Takes a login away that nobody uses any more.
pub const FORGET_LOGIN: &str = "privacy.forget_login";

/// Which login.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ForgetLogin {
    /// Its id.
    pub user: UserId,
}

/// The jobs of erasures.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let app = app.clone();
    vec![JobKind {
        name: FORGET_LOGIN,
        run: Arc::new(move |run| forget(&app, run)),
    }]
}

fn forget(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let ForgetLogin { user } = run.args()?;
    let forgotten = app
        .db
        .system_blocking(SystemTask::SignIn, move |tx| identity::forget_login(tx, user))?;
    app.sessions.forget_all();
    Ok(Outcome::Done(json!({ "forgotten": forgotten })))
}
