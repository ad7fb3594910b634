//! Bringing the database to the shape this binary expects, under a lock, by one process at a time.

use anyhow::{Context, anyhow};
use diesel::connection::SimpleConnection;
use diesel::pg::Pg;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The advisory lock every migrating process takes: "waymark" in ASCII, a number nobody else would choose.
const LOCK: i64 = 0x0077_6179_6d61_726b;

/// Does `work` while no other process prepares this database: roles and migrations are one step under one lock.
///
/// # Errors
/// When the owner cannot connect, the lock is not free within two minutes, or `work` fails.
pub fn alone<T>(
    owner_url: &str,
    work: impl FnOnce(&mut PgConnection) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut conn = connect(owner_url)?;
    conn.batch_execute(&format!(
        "SET lock_timeout = '120s'; SELECT pg_advisory_lock({LOCK})"
    ))
    .context("waiting for another migrating process")?;
    let outcome = work(&mut conn);
    conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))
        .context("releasing the migration lock")?;
    outcome
}

/// Runs what is pending and answers the names of what was run. Called inside [`alone`].
///
/// # Errors
/// When a migration fails; it is rolled back, earlier ones stay.
pub fn run(conn: &mut PgConnection) -> anyhow::Result<Vec<String>> {
    conn.run_pending_migrations(MIGRATIONS)
        .map(|run| run.iter().map(ToString::to_string).collect())
        .map_err(|cause| anyhow!("a migration failed: {cause}"))
}

/// The names of migrations this binary has and the database has not.
///
/// # Errors
/// When the database cannot be reached.
pub fn pending(owner_url: &str) -> anyhow::Result<Vec<String>> {
    let mut conn = connect(owner_url)?;
    let pending = <PgConnection as MigrationHarness<Pg>>::pending_migrations(&mut conn, MIGRATIONS);
    let pending = pending.map_err(|cause| anyhow!("cannot read the migration table: {cause}"))?;
    Ok(pending
        .iter()
        .map(|migration| migration.name().to_string())
        .collect())
}

/// Undoes the newest migration and runs it again; proves that `down.sql` works.
///
/// # Errors
/// When either direction fails.
pub fn redo_all(owner_url: &str) -> anyhow::Result<usize> {
    let mut conn = connect(owner_url)?;
    let undone = conn
        .revert_all_migrations(MIGRATIONS)
        .map_err(|cause| anyhow!("a migration cannot be undone: {cause}"))?
        .len();
    conn.run_pending_migrations(MIGRATIONS)
        .map_err(|cause| anyhow!("a migration cannot be run again: {cause}"))?;
    Ok(undone)
}

/// Has PostgreSQL look at what its tables hold, after much was written at once.
///
/// # Errors
/// When the owner cannot connect.
pub fn take_stock(owner_url: &str) -> anyhow::Result<()> {
    connect(owner_url)?
        .batch_execute("VACUUM ANALYZE")
        .context("looking at what was written")
}

/// Has the embedded server compress the pages in its log with LZ4, which takes a fifth of the time that its own method takes. Servers that
/// were built without it keep theirs.
///
/// # Errors
/// When the owner cannot connect.
pub fn prefer_lz4(owner_url: &str, database: &str) -> anyhow::Result<()> {
    let mut conn = connect(owner_url)?;
    if let Err(cause) = conn.batch_execute(&format!(
        "ALTER DATABASE \"{database}\" SET wal_compression = 'lz4'"
    )) {
        tracing::debug!(%cause, "the log of the database is compressed in the server's own way");
    }
    Ok(())
}

fn connect(url: &str) -> anyhow::Result<PgConnection> {
    PgConnection::establish(url)
        .map_err(|cause| anyhow!("cannot connect to PostgreSQL as the owner: {cause}"))
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    number: i32,
}

/// The server's version number, such as 150018 for 15.18.
///
/// # Errors
/// When the database cannot be reached.
#[expect(clippy::disallowed_methods, reason = "a server setting has no typed form")]
pub fn server_version(owner_url: &str) -> anyhow::Result<u32> {
    let mut conn = connect(owner_url)?;
    let version: Version = diesel::sql_query("SELECT current_setting('server_version_num')::int AS number")
        .get_result(&mut conn)?;
    Ok(version.number.unsigned_abs())
}
