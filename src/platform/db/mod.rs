//! The only doors to the database: [`Db::tenant`] for work inside one organization, [`Db::system`] for the narrow rest.
//!
//! A connection is never handed out bare. `tenant` opens a transaction, tells PostgreSQL the organization, runs the work
//! and commits; row-level security does the rest, and the type [`TenantTx`] shows it in every query's signature.

pub mod migrations;
pub mod pool;
pub mod roles;
pub mod schema;
mod scope;
mod statement;
mod system;
mod tenant;

use std::any::Any;
use std::sync::Arc;

use anyhow::anyhow;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::kernel::error::AppError;
use crate::kernel::time::Clock;
use crate::platform::live::Signals;

pub use scope::TenantScope;
pub use statement::{Kept, Statement, kept, statement};
pub use system::{SystemTask, SystemTx};
pub use tenant::TenantTx;

use pool::{Pool, PoolSettings};

/// What a transaction's work gives back, without its type: keeps the transaction core free of generics.
type Answer = Result<Box<dyn Any + Send>, AppError>;
type TenantWork<'a> = Box<dyn FnOnce(&mut TenantTx<'_>) -> Answer + Send + 'a>;
type SystemWork<'a> = Box<dyn FnOnce(&mut SystemTx<'_>) -> Answer + Send + 'a>;

/// Both connection pools and what transactions need: the clock and the signals raised after commit.
#[derive(Clone)]
pub struct Db {
    tenants: Pool,
    system: Pool,
    /// As many turns as connections: who waits for one waits here, in order, and not on a thread of their own.
    tenant_turns: Arc<Semaphore>,
    system_turns: Arc<Semaphore>,
    clock: Arc<dyn Clock>,
    signals: Arc<Signals>,
}

impl Db {
    /// Opens both pools. `tenant_url` and `system_url` log in as `waymark_app` and `waymark_system`.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] when the database cannot be reached with either role.
    pub fn connect(
        tenant_url: &str,
        system_url: &str,
        size: u32,
        clock: Arc<dyn Clock>,
        signals: Arc<Signals>,
    ) -> Result<Self, AppError> {
        let tenants = pool::open(PoolSettings {
            url: tenant_url,
            size,
        })?;
        let system = pool::open(PoolSettings {
            url: system_url,
            size: size.clamp(2, 6),
        })?;
        let turns = |pool: &Pool| Arc::new(Semaphore::new(pool.max_size().try_into().unwrap_or(1)));
        Ok(Self {
            tenant_turns: turns(&tenants),
            system_turns: turns(&system),
            tenants,
            system,
            clock,
            signals,
        })
    }

    /// What is raised after commits: waking workers, moving channel revisions.
    pub fn signals(&self) -> &Arc<Signals> {
        &self.signals
    }

    /// The clock transactions read.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Connections in use and open, for metrics: `(tenant busy, tenant open, system busy, system open)`.
    pub fn connections(&self) -> (u32, u32, u32, u32) {
        let (tenants, system) = (self.tenants.state(), self.system.state());
        let busy = |state: &diesel::r2d2::State| state.connections.saturating_sub(state.idle_connections);
        (
            busy(&tenants),
            tenants.connections,
            busy(&system),
            system.connections,
        )
    }

    /// Runs `work` in one transaction of the scope's organization, on the blocking pool.
    ///
    /// # Errors
    /// What `work` answers; then nothing was written. [`AppError::Unavailable`] when there is no connection.
    pub async fn tenant<T: Send + 'static>(
        &self,
        scope: &TenantScope,
        work: impl FnOnce(&mut TenantTx<'_>) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        unboxed(
            self.tenant_task(scope, Box::new(move |tx| work(tx).map(boxed)))
                .await?,
        )
    }

    /// [`Db::tenant`] for callers that already run on a thread of their own.
    ///
    /// # Errors
    /// As [`Db::tenant`].
    pub fn tenant_blocking<T: Send + 'static>(
        &self,
        scope: &TenantScope,
        work: impl FnOnce(&mut TenantTx<'_>) -> Result<T, AppError> + Send,
    ) -> Result<T, AppError> {
        self.tenant_core(scope, Box::new(move |tx| work(tx).map(boxed)))
            .and_then(unboxed)
    }

    /// Runs `work` in one transaction as the system role, which sees only what sign-in, claiming and dispatch need.
    ///
    /// # Errors
    /// As [`Db::tenant`].
    pub async fn system<T: Send + 'static>(
        &self,
        task: SystemTask,
        work: impl FnOnce(&mut SystemTx<'_>) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        unboxed(
            self.system_task(task, Box::new(move |tx| work(tx).map(boxed)))
                .await?,
        )
    }

    /// [`Db::system`] for callers that already run on a thread of their own.
    ///
    /// # Errors
    /// As [`Db::tenant`].
    pub fn system_blocking<T: Send + 'static>(
        &self,
        task: SystemTask,
        work: impl FnOnce(&mut SystemTx<'_>) -> Result<T, AppError> + Send,
    ) -> Result<T, AppError> {
        self.system_core(task, Box::new(move |tx| work(tx).map(boxed)))
            .and_then(unboxed)
    }

    async fn tenant_task(&self, scope: &TenantScope, work: TenantWork<'static>) -> Answer {
        let (db, scope) = (self.clone(), scope.clone());
        let turn = turn(&self.tenant_turns).await?;
        on_blocking_pool(turn, Box::new(move || db.tenant_core(&scope, work))).await
    }

    async fn system_task(&self, task: SystemTask, work: SystemWork<'static>) -> Answer {
        let db = self.clone();
        let turn = turn(&self.system_turns).await?;
        on_blocking_pool(turn, Box::new(move || db.system_core(task, work))).await
    }

    fn tenant_core(&self, scope: &TenantScope, work: TenantWork<'_>) -> Answer {
        let mut hooks = Vec::new();
        let begin = scope.begin_sql(self.clock.now());
        let answer = pool::in_transaction(&self.tenants, &begin, |conn| {
            let mut tx = TenantTx::new(conn, scope, self.clock.as_ref(), &self.signals);
            let answer = work(&mut tx)?;
            hooks = tx.into_hooks();
            Ok(answer)
        })?;
        hooks.into_iter().for_each(|hook| hook());
        Ok(answer)
    }

    fn system_core(&self, task: SystemTask, work: SystemWork<'_>) -> Answer {
        pool::in_transaction(&self.system, task.begin_sql(), |conn| {
            work(&mut SystemTx::new(conn, task, self.clock.as_ref()))
        })
    }
}

fn boxed<T: Send + 'static>(value: T) -> Box<dyn Any + Send> {
    Box::new(value)
}

fn unboxed<T: 'static>(answer: Box<dyn Any + Send>) -> Result<T, AppError> {
    answer
        .downcast()
        .map(|value| *value)
        .map_err(|_| AppError::Unexpected(anyhow!("a transaction answered another type")))
}

/// A turn at the database.
///
/// # Errors
/// [`AppError::Unavailable`] when none comes for as long as one waits for a connection.
async fn turn(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, AppError> {
    match tokio::time::timeout(pool::PATIENCE, turns.clone().acquire_owned()).await {
        Ok(Ok(turn)) => Ok(turn),
        _ => Err(AppError::Unavailable),
    }
}

/// Runs `work` on the blocking pool inside the caller's tracing span; a panic there becomes an unexpected error. Boxed, so
/// that what spawning a task needs is compiled once, not for each of hundreds of transactions. The turn ends with the work, even
/// when nobody waits for its answer any more.
async fn on_blocking_pool(turn: OwnedSemaphorePermit, work: Box<dyn FnOnce() -> Answer + Send>) -> Answer {
    let span = tracing::Span::current();
    let in_turn = move || {
        let answer = span.in_scope(work);
        drop(turn);
        answer
    };
    match tokio::task::spawn_blocking(in_turn).await {
        Ok(answer) => answer,
        Err(panic) => Err(AppError::Unexpected(anyhow!("database work stopped: {panic}"))),
    }
}
