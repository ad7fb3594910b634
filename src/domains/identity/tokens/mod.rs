//! Personal API tokens: a secret that acts as its member, within scopes, until it ends. Shown once, stored as a digest.

mod actions;
mod forms;
mod pages;
pub(super) mod queries;
mod routes;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::kernel::ids::{OrgId, UserId};

pub use routes::routes;

/// Who holds a token, and what it allows.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The organization it acts in.
    pub org: OrgId,
    /// The login of its member.
    pub user: UserId,
    /// What it allows.
    pub scopes: Arc<[String]>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
}
