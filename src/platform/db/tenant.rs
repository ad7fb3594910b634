//! A running transaction inside one organization.

use std::any::Any;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::{PgConnection, QueryResult};

use crate::kernel::actor::{Actor, Member, Roles};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{self, Id, MemberId, OrgId};
use crate::kernel::time::Clock;
use crate::platform::live::Signals;

use super::TenantScope;

/// Something to do once the transaction has committed; dropped when it rolls back.
pub type AfterCommit = Box<dyn FnOnce() + Send>;

/// A transaction that sees and writes one organization's rows and nothing else.
pub struct TenantTx<'c> {
    conn: &'c mut PgConnection,
    scope: &'c TenantScope,
    clock: &'c dyn Clock,
    signals: &'c Arc<Signals>,
    hooks: Vec<AfterCommit>,
    read: Vec<Box<dyn Any + Send>>,
}

impl<'c> TenantTx<'c> {
    pub(super) fn new(
        conn: &'c mut PgConnection,
        scope: &'c TenantScope,
        clock: &'c dyn Clock,
        signals: &'c Arc<Signals>,
    ) -> Self {
        Self {
            conn,
            scope,
            clock,
            signals,
            hooks: Vec::new(),
            read: Vec::new(),
        }
    }

    pub(super) fn into_hooks(self) -> Vec<AfterCommit> {
        self.hooks
    }

    /// The connection, for `queries` only.
    pub fn conn(&mut self) -> &mut PgConnection {
        self.conn
    }

    /// The organization.
    pub fn org(&self) -> OrgId {
        self.scope.org()
    }

    /// The whole scope.
    pub fn scope(&self) -> &'c TenantScope {
        self.scope
    }

    /// Who acts.
    pub fn actor(&self) -> &'c Actor {
        self.scope.actor()
    }

    /// The acting member.
    ///
    /// # Errors
    /// [`AppError::Denied`] when the portal itself acts: what asks for a member is something only people do.
    pub fn me(&self) -> Result<&'c Member, AppError> {
        match self.scope.actor() {
            Actor::Member(member) => Ok(member),
            Actor::Portal(task) => {
                Err(Denied::because(format!("Only a person can do that, not the task {task}.")).into())
            }
        }
    }

    /// The acting member's id.
    ///
    /// # Errors
    /// As [`TenantTx::me`].
    pub fn my_id(&self) -> Result<MemberId, AppError> {
        self.me().map(|me| me.member)
    }

    /// The acting member's roles; none for the portal itself.
    pub fn roles(&self) -> Roles {
        self.scope.actor().roles()
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A new identifier.
    pub fn new_id<I: Id>(&self) -> I {
        ids::fresh()
    }

    /// Signals raised after commit.
    pub fn signals(&self) -> &'c Arc<Signals> {
        self.signals
    }

    /// What several parts of a page ask for, read once: one answer of each type. Only where nothing it tells is written before
    /// the page is drawn.
    ///
    /// # Errors
    /// What `read` answers.
    pub fn read_once<T: Copy + Send + 'static>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        if let Some(known) = self.read.iter().find_map(|known| known.downcast_ref::<T>()) {
            return Ok(*known);
        }
        let value = read(self)?;
        self.read.push(Box::new(value));
        Ok(value)
    }

    /// From here to its end this transaction finds rows by an index wherever there is one. Behind row-level security PostgreSQL takes a
    /// large table for one row, and would read all of it for each person.
    ///
    /// # Errors
    /// When the database fails.
    pub fn by_index(&mut self) -> QueryResult<()> {
        self.conn.batch_execute("SET LOCAL enable_seqscan = off")
    }

    /// Does `hook` once this transaction has committed.
    pub fn after_commit(&mut self, hook: impl FnOnce() + Send + 'static) {
        self.hooks.push(Box::new(hook));
    }
}
