//! Logs as they are, and their seals.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Date, Nullable, SmallInt, Text, Timestamptz};
use sha2::{Digest, Sha256};

use crate::kernel::error::AppError;
use crate::platform::db::{TenantTx, statement};

use super::{Contents, Kept, Log, Seal};

/// Told how many more rows were read; an error ends the reading.
pub type OnStep<'a> = &'a mut (dyn FnMut(i64) -> Result<(), AppError> + Send);

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// What a log holds on a day. Read some thousand rows at a time, however many there are.
///
/// # Errors
/// When the database fails, or what `on_step` answers.
#[expect(clippy::disallowed_methods, reason = "a cursor over any of the logs")]
pub fn contents(
    tx: &mut TenantTx<'_>,
    log: &Log,
    day: NaiveDate,
    on_step: OnStep<'_>,
) -> Result<Contents, AppError> {
    let Log { table, time, .. } = log;
    let (from, to) = bounds(day);
    // Rows are made into text after they are in order, some at a time; putting millions in order may take a while.
    statement("SET LOCAL statement_timeout = '5min'").execute(tx.conn())?;
    statement(format!(
        "DECLARE sealed NO SCROLL CURSOR FOR SELECT jsonb_strip_nulls(to_jsonb(t) - 'org_id')::text AS line FROM (\
           SELECT * FROM {table} t WHERE t.org_id = (SELECT app.current_org()) AND t.{time} >= $1 AND t.{time} < $2 ORDER BY t.{time}, t.id OFFSET 0) t \
         ORDER BY t.{time}, t.id"
    ))
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(to)
    .execute(tx.conn())?;
    let (mut sha, mut amount) = (Sha256::new(), 0_i64);
    loop {
        let lines: Vec<Line> = statement("FETCH 4000 FROM sealed").load(tx.conn())?;
        let read = i64::try_from(lines.len()).unwrap_or(i64::MAX);
        if read == 0 {
            break;
        }
        for line in lines {
            // No line of JSON has a line feed in it, so what is hashed can be taken apart in one way only.
            sha.update(line.line.as_bytes());
            sha.update(b"\n");
        }
        amount += read;
        on_step(read)?;
    }
    statement("CLOSE sealed").execute(tx.conn())?;
    Ok(Contents {
        amount,
        hash: sha.finalize().to_vec(),
    })
}

/// The day's first moment, and the next day's.
fn bounds(day: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    let from = day.and_time(NaiveTime::MIN).and_utc();
    (from, from + TimeDelta::days(1))
}

#[derive(QueryableByName)]
struct First {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
}

/// The day of a log's first row.
#[expect(clippy::disallowed_methods, reason = "of any of the logs")]
pub fn first_day(tx: &mut TenantTx<'_>, log: &Log) -> QueryResult<Option<NaiveDate>> {
    let Log { table, time, .. } = log;
    let first: First = statement(format!(
        "SELECT min(t.{time}) AS at FROM {table} t WHERE t.org_id = (SELECT app.current_org())"
    ))
    .get_result(tx.conn())?;
    Ok(first.at.map(|at| at.date_naive()))
}

#[derive(QueryableByName)]
struct Amount {
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

#[derive(QueryableByName)]
struct KeptFrom {
    #[diesel(sql_type = Nullable<Date>)]
    day: Option<NaiveDate>,
}

/// The first day of which a log holds everything, when older months were let go. A month later than what was let go, since what a month
/// holds may have been written down in the next. Never within the last three years, whatever the database says: for so long nothing goes.
#[expect(clippy::disallowed_methods, reason = "of the installation")]
pub fn kept_from(tx: &mut TenantTx<'_>, log: &Log) -> QueryResult<Option<NaiveDate>> {
    if log.kept == Kept::Always {
        return Ok(None);
    }
    let found: Option<KeptFrom> = statement(
        "SELECT least(kept_from + interval '1 month', date_trunc('month', $1) - interval '35 months')::date AS day FROM log_retention",
    )
    .bind::<Timestamptz, _>(tx.now())
    .get_result(tx.conn())
    .optional()?;
    Ok(found.and_then(|found| found.day))
}

/// How many rows a log holds from before a day.
#[expect(clippy::disallowed_methods, reason = "of any of the logs")]
pub fn before(tx: &mut TenantTx<'_>, log: &Log, day: NaiveDate) -> QueryResult<i64> {
    let Log { table, time, .. } = log;
    let found: Amount = statement(format!(
        "SELECT count(*) AS amount FROM {table} t WHERE t.org_id = (SELECT app.current_org()) AND t.{time} < $1"
    ))
    .bind::<Timestamptz, _>(bounds(day).0)
    .get_result(tx.conn())?;
    Ok(found.amount)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Date)]
    day: NaiveDate,
    #[diesel(sql_type = SmallInt)]
    form: i16,
    #[diesel(sql_type = BigInt)]
    amount: i64,
    #[diesel(sql_type = Binary)]
    rows_hash: Vec<u8>,
    #[diesel(sql_type = Binary)]
    root: Vec<u8>,
    #[diesel(sql_type = Timestamptz)]
    sealed_at: DateTime<Utc>,
}

impl From<Row> for Seal {
    fn from(row: Row) -> Self {
        Self {
            day: row.day,
            form: row.form,
            contents: Contents {
                amount: row.amount,
                hash: row.rows_hash,
            },
            root: row.root,
            sealed_at: row.sealed_at,
        }
    }
}

/// Every seal of a log, the first day first: one a day, so a thousand in three years.
#[expect(clippy::disallowed_methods, reason = "kept beside the logs")]
pub fn seals(tx: &mut TenantTx<'_>, log: &Log) -> QueryResult<Vec<Seal>> {
    let rows: Vec<Row> = statement(
        "SELECT day, form, amount, rows_hash, root, sealed_at FROM log_seals \
         WHERE org_id = (SELECT app.current_org()) AND log = $1 ORDER BY day",
    )
    .bind::<Text, _>(log.table)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(Seal::from).collect())
}

/// A log's latest seal.
#[expect(clippy::disallowed_methods, reason = "kept beside the logs")]
pub fn last_seal(tx: &mut TenantTx<'_>, log: &Log) -> QueryResult<Option<Seal>> {
    let row: Option<Row> = statement(
        "SELECT day, form, amount, rows_hash, root, sealed_at FROM log_seals \
         WHERE org_id = (SELECT app.current_org()) AND log = $1 ORDER BY day DESC LIMIT 1",
    )
    .bind::<Text, _>(log.table)
    .get_result(tx.conn())
    .optional()?;
    Ok(row.map(Seal::from))
}

/// Lets one at a time seal the logs of an organization, until its transaction ends.
#[expect(clippy::disallowed_methods, reason = "a lock of the database")]
pub(super) fn lock(tx: &mut TenantTx<'_>) -> QueryResult<()> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('log-seals' || app.current_org()::text, 0))")
        .execute(tx.conn())
        .map(|_| ())
}

/// Keeps a seal.
#[expect(clippy::disallowed_methods, reason = "kept beside the logs")]
pub(super) fn insert(tx: &mut TenantTx<'_>, log: &Log, seal: &Seal) -> QueryResult<()> {
    statement(
        "INSERT INTO log_seals (log, day, form, amount, rows_hash, root, sealed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<Text, _>(log.table)
    .bind::<Date, _>(seal.day)
    .bind::<SmallInt, _>(seal.form)
    .bind::<BigInt, _>(seal.contents.amount)
    .bind::<Binary, _>(seal.contents.hash.clone())
    .bind::<Binary, _>(seal.root.clone())
    .bind::<Timestamptz, _>(seal.sealed_at)
    .execute(tx.conn())
    .map(|_| ())
}
