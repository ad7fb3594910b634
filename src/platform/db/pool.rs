//! Connections that outlive a database restart: a link that failed is dropped, never handed out again.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use anyhow::anyhow;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::{self, ManageConnection};
use diesel::{Connection, PgConnection};

use crate::kernel::error::AppError;

/// How long a request waits for a free connection before it is told to come back.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// Settings every connection starts with: nothing may hold a lock or a snapshot for long.
const SESSION: &str = "SET statement_timeout = '30s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'; \
                       SET TIME ZONE 'UTC'; SET client_min_messages = 'warning'";

/// A pool of links to PostgreSQL.
pub type Pool = r2d2::Pool<Links>;

/// What a pool is made of.
#[derive(Debug)]
pub struct PoolSettings<'a> {
    /// PostgreSQL URL with the role to log in as.
    pub url: &'a str,
    /// Most connections open at once; about 3 a core is the measured optimum.
    pub size: u32,
}

/// Opens and judges links.
#[derive(Debug)]
pub struct Links {
    url: String,
}

/// One connection and whether it has failed.
pub struct Link {
    conn: PgConnection,
    failed: bool,
}

impl Deref for Link {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.conn
    }
}

impl DerefMut for Link {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.conn
    }
}

impl ManageConnection for Links {
    type Connection = Link;
    type Error = r2d2::Error;

    fn connect(&self) -> Result<Link, r2d2::Error> {
        let mut conn = PgConnection::establish(&self.url).map_err(r2d2::Error::ConnectionError)?;
        conn.batch_execute(SESSION).map_err(r2d2::Error::QueryError)?;
        Ok(Link { conn, failed: false })
    }

    fn is_valid(&self, link: &mut Link) -> Result<(), r2d2::Error> {
        link.conn
            .batch_execute("SELECT 1")
            .map_err(r2d2::Error::QueryError)
    }

    fn has_broken(&self, link: &mut Link) -> bool {
        link.failed || std::thread::panicking()
    }
}

/// Opens a pool and proves that one connection works.
///
/// # Errors
/// [`AppError::Unavailable`] when no connection can be made; the cause is logged.
pub fn open(settings: PoolSettings<'_>) -> Result<Pool, AppError> {
    r2d2::Pool::builder()
        .max_size(settings.size.max(1))
        .min_idle(Some(1))
        .connection_timeout(PATIENCE)
        .test_on_check_out(false)
        .error_handler(Box::new(r2d2::NopErrorHandler))
        .build(Links {
            url: settings.url.to_owned(),
        })
        .map_err(|cause| {
            tracing::error!(%cause, "no connection to PostgreSQL");
            AppError::Unavailable
        })
}

/// Runs `work` between `begin` and COMMIT on one link. A link that is found dead at `begin`, when nothing has been done
/// yet, is replaced without the caller noticing.
///
/// # Errors
/// What `work` answers (after ROLLBACK), or [`AppError::Unavailable`].
pub fn in_transaction<T>(
    pool: &Pool,
    begin: &str,
    work: impl FnOnce(&mut PgConnection) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let mut link = begun(pool, begin)?;
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&mut link.conn)));
    match outcome {
        Ok(Ok(value)) => match AnsiTransactionManager::commit_transaction(&mut link.conn) {
            Ok(()) => Ok(value),
            Err(error) => {
                link.failed = true;
                Err(error.into())
            }
        },
        Ok(Err(error)) => {
            let rolled_back = AnsiTransactionManager::rollback_transaction(&mut link.conn);
            link.failed = rolled_back.is_err() || matches!(error, AppError::Unavailable);
            Err(error)
        }
        Err(panic) => {
            link.failed = true;
            let cause = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let cause = cause
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            Err(AppError::Unexpected(anyhow!(
                "panic inside a transaction: {cause}"
            )))
        }
    }
}

fn begun(pool: &Pool, begin: &str) -> Result<r2d2::PooledConnection<Links>, AppError> {
    for _ in 0..=pool.max_size() {
        let mut link = pool.get().map_err(|_| AppError::Unavailable)?;
        match AnsiTransactionManager::begin_transaction_sql(&mut link.conn, begin) {
            Ok(()) => return Ok(link),
            Err(error) => {
                tracing::warn!(%error, "a database connection was lost and is replaced");
                link.failed = true;
            }
        }
    }
    Err(AppError::Unavailable)
}
