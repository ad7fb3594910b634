//! The outbox: mail waiting for its provider, or kept to be looked at.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use crate::config::Config;
use crate::kernel::error::AppError;
use crate::kernel::ids::{EventId, fresh};
use crate::platform::db::schema::outbox_mails;
use crate::platform::db::{SystemTx, TenantTx};

use super::{Lane, Letter};

/// How long a letter without a secret is kept.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Puts a letter into the outbox, in this transaction.
///
/// # Errors
/// When it cannot be built or written; then nothing else of the transaction is either.
pub fn post(tx: &mut TenantTx<'_>, config: &Config, letter: &Letter) -> Result<(), AppError> {
    let (org, now) = (tx.org(), tx.now());
    insert(tx.conn(), config, letter, Some(org.0), now)?;
    wake(tx);
    Ok(())
}

/// Letters in this transaction leave as soon as it is committed.
fn wake(tx: &mut TenantTx<'_>) {
    let signals = tx.signals().clone();
    tx.after_commit(move || signals.letters.notify_one());
}

/// [`post`] for letters that belong to no organization, such as a new password.
///
/// # Errors
/// As [`post`].
pub fn post_as_system(tx: &mut SystemTx<'_>, config: &Config, letter: &Letter) -> Result<(), AppError> {
    let now = tx.now();
    insert(tx.conn(), config, letter, None, now)
}

fn insert(
    conn: &mut PgConnection,
    config: &Config,
    letter: &Letter,
    org: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let mime = letter.mime(&config.mail.from, now)?;
    let finished = Finished {
        recipient: letter.recipient(),
        subject: letter.subject(),
        mime: &mime,
    };
    let manner = Manner {
        lane: letter.lane(),
        leaves_at: Some(now),
        is_secret: letter.goes_at().is_some(),
        readable_until: letter.goes_at().unwrap_or(now + KEPT),
    };
    put(conn, &finished, org, &manner, now)
}

/// A message that was made elsewhere, whole.
#[derive(Debug, Clone, Copy)]
pub struct Finished<'a> {
    /// The bare address it goes to.
    pub recipient: &'a str,
    /// Its subject, for the list.
    pub subject: &'a str,
    /// The MIME message (RFC 5322).
    pub mime: &'a [u8],
}

/// Puts a finished message into the outbox, in this transaction, from where it leaves. It may hold no secret: it is kept as long as any.
///
/// # Errors
/// When it cannot be written.
pub fn post_finished(tx: &mut TenantTx<'_>, finished: &Finished<'_>) -> Result<(), AppError> {
    let now = tx.now();
    finish(tx, finished, Some(now))?;
    wake(tx);
    Ok(())
}

/// [`post_finished`] for what does not leave: it is kept to be looked at.
///
/// # Errors
/// As [`post_finished`].
pub fn keep_finished(tx: &mut TenantTx<'_>, finished: &Finished<'_>) -> Result<(), AppError> {
    finish(tx, finished, None)
}

fn finish(
    tx: &mut TenantTx<'_>,
    finished: &Finished<'_>,
    leaves_at: Option<DateTime<Utc>>,
) -> Result<(), AppError> {
    let (org, now) = (tx.org(), tx.now());
    let manner = Manner {
        lane: Lane::Prompt,
        leaves_at,
        is_secret: false,
        readable_until: now + KEPT,
    };
    put(tx.conn(), finished, Some(org.0), &manner, now)
}

/// How a message is kept, and when it leaves.
struct Manner {
    lane: Lane,
    leaves_at: Option<DateTime<Utc>>,
    is_secret: bool,
    readable_until: DateTime<Utc>,
}

fn put(
    conn: &mut PgConnection,
    finished: &Finished<'_>,
    org: Option<Uuid>,
    manner: &Manner,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    diesel::insert_into(outbox_mails::table)
        .values((
            outbox_mails::id.eq(fresh::<EventId>().0),
            outbox_mails::org_id_hint.eq(org),
            outbox_mails::recipient.eq(finished.recipient),
            outbox_mails::subject.eq(finished.subject),
            outbox_mails::mime.eq(finished.mime),
            outbox_mails::created_at.eq(now),
            outbox_mails::readable_until.eq(manner.readable_until),
            outbox_mails::lane.eq(manner.lane),
            outbox_mails::leaves_at.eq(manner.leaves_at),
            outbox_mails::is_secret.eq(manner.is_secret),
        ))
        .execute(conn)?;
    Ok(())
}

/// One mail of the outbox in a list.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = outbox_mails)]
pub struct Line {
    /// Its id.
    pub id: Uuid,
    /// Who it is for.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it is tried next; none when it stays here.
    pub leaves_at: Option<DateTime<Utc>>,
    /// When it left.
    pub left_at: Option<DateTime<Utc>>,
    /// Through what.
    pub left_through: String,
    /// Why it has not left.
    pub trouble: String,
}

/// A whole mail of the outbox.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = outbox_mails)]
pub struct Kept {
    /// Its id.
    pub id: Uuid,
    /// The organization it was written for, when there is one.
    pub org_id_hint: Option<Uuid>,
    /// Who it is for.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// The MIME message.
    pub mime: Vec<u8>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// The newest mails, before `before` when given.
pub fn newest(tx: &mut SystemTx<'_>, before: Option<Uuid>, limit: i64) -> QueryResult<Vec<Line>> {
    let now = tx.now();
    let mut lines = Line::query()
        .filter(outbox_mails::readable_until.gt(now))
        .order(outbox_mails::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        lines = lines.filter(outbox_mails::id.lt(before));
    }
    lines.load(tx.conn())
}

/// One mail.
pub fn kept(tx: &mut SystemTx<'_>, id: Uuid) -> QueryResult<Kept> {
    let now = tx.now();
    Kept::query()
        .filter(outbox_mails::id.eq(id))
        .filter(outbox_mails::readable_until.gt(now))
        .first(tx.conn())
}

/// Whether a recipient is a phone number in international form (E.164), so that what it got is a text message.
pub fn is_number(recipient: &str) -> bool {
    let digits = recipient.strip_prefix('+');
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The newest of what was written to a number for an organization, newest first.
pub fn texts_to(tx: &mut SystemTx<'_>, org: Uuid, number: &str, limit: i64) -> QueryResult<Vec<Kept>> {
    let now = tx.now();
    Kept::query()
        .filter(outbox_mails::org_id_hint.eq(org))
        .filter(outbox_mails::recipient.eq(number))
        .filter(outbox_mails::readable_until.gt(now))
        .order(outbox_mails::id.desc())
        .limit(limit)
        .load(tx.conn())
}

/// The numbers that an organization wrote to, each with the newest of what it got.
pub fn numbers(tx: &mut SystemTx<'_>, org: Uuid, limit: i64) -> QueryResult<Vec<Line>> {
    let now = tx.now();
    Line::query()
        .filter(outbox_mails::org_id_hint.eq(org))
        .filter(outbox_mails::recipient.like("+%"))
        .filter(outbox_mails::recipient.not_like("%@%"))
        .filter(outbox_mails::readable_until.gt(now))
        .distinct_on(outbox_mails::recipient)
        .order((outbox_mails::recipient, outbox_mails::id.desc()))
        .limit(limit)
        .load(tx.conn())
}
