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

use super::Letter;

/// How long a letter without a secret is kept.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Puts a letter into the outbox, in this transaction.
///
/// # Errors
/// When it cannot be built or written; then nothing else of the transaction is either.
pub fn post(tx: &mut TenantTx<'_>, config: &Config, letter: &Letter) -> Result<(), AppError> {
    let (org, now) = (tx.org(), tx.now());
    insert(tx.conn(), config, letter, Some(org.0), now)
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
    diesel::insert_into(outbox_mails::table)
        .values((
            outbox_mails::id.eq(fresh::<EventId>().0),
            outbox_mails::org_id_hint.eq(org),
            outbox_mails::recipient.eq(letter.recipient()),
            outbox_mails::subject.eq(letter.subject()),
            outbox_mails::mime.eq(mime),
            outbox_mails::created_at.eq(now),
            outbox_mails::readable_until.eq(letter.goes_at().unwrap_or(now + KEPT)),
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
}

/// A whole mail of the outbox.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = outbox_mails)]
pub struct Kept {
    /// Its id.
    pub id: Uuid,
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
