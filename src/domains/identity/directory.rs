//! Members behind logins, remembered for a few seconds: every request asks, few of them should reach the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use moka::sync::Cache;

use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{OrgId, UserId};
use crate::platform::db::{Db, SystemTask};
use crate::platform::web::shell::OrganizationChoice;

use super::queries;
use super::tokens::Bearer;

/// How long what was read is believed when nobody says that it changed.
const BELIEVED: Duration = Duration::from_secs(10);

/// A login's member in one organization and where else it could go.
#[derive(Debug, Clone)]
pub struct Known {
    /// The acting member.
    pub member: Member,
    /// Every organization of this login.
    pub organizations: Vec<OrganizationChoice>,
    /// The login's address.
    pub email: String,
    /// Whether the login asks for a second factor.
    pub has_second_factor: bool,
    /// Whether this member's roles ask for a second factor that the login does not have.
    pub must_enrol: bool,
}

/// The directory.
pub struct Directory {
    db: Db,
    known: Cache<(UserId, OrgId), Option<Arc<Known>>>,
    bearers: Cache<Vec<u8>, Option<Bearer>>,
    is_set_up: AtomicBool,
}

impl Directory {
    /// An empty directory over `db`.
    pub fn new(db: Db) -> Self {
        let known = Cache::builder()
            .max_capacity(100_000)
            .time_to_live(BELIEVED)
            .build();
        let bearers = Cache::builder()
            .max_capacity(10_000)
            .time_to_live(BELIEVED)
            .build();
        Self {
            db,
            known,
            bearers,
            is_set_up: AtomicBool::new(false),
        }
    }

    /// The active member of `user` in `org`; `None` when there is none (any more).
    ///
    /// # Errors
    /// When the database is away.
    pub async fn look_up(&self, user: UserId, org: OrgId) -> Result<Option<Arc<Known>>, AppError> {
        if let Some(known) = self.known.get(&(user, org)) {
            return Ok(known);
        }
        let found = self
            .db
            .system(SystemTask::SignIn, move |tx| Ok(queries::known(tx, user, org)?))
            .await?
            .map(Arc::new);
        self.known.insert((user, org), found.clone());
        Ok(found)
    }

    /// The holder of a personal API token by its digest; `None` when it is unknown, expired or revoked.
    ///
    /// # Errors
    /// When the database is away.
    pub(super) async fn bearer(&self, digest: Vec<u8>) -> Result<Option<Bearer>, AppError> {
        if let Some(bearer) = self.bearers.get(&digest) {
            return Ok(bearer);
        }
        let key = digest.clone();
        let found = self
            .db
            .system(SystemTask::SignIn, move |tx| {
                Ok(super::tokens::queries::bearer(tx, &key)?)
            })
            .await?;
        self.bearers.insert(digest, found.clone());
        Ok(found)
    }

    /// Whether there is an organization; until then everything leads to the set-up page.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn is_set_up(&self) -> Result<bool, AppError> {
        if self.is_set_up.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let found = self
            .db
            .system(SystemTask::SignIn, |tx| Ok(queries::has_organization(tx)?))
            .await?;
        self.is_set_up.store(found, Ordering::Relaxed);
        Ok(found)
    }

    /// Forgets everything, because what someone may do has changed.
    pub fn forget_all(&self) {
        self.known.invalidate_all();
        self.bearers.invalidate_all();
    }
}
