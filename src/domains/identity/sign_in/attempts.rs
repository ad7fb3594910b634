//! Attempts, counted before they are judged: parallel guesses count as many as they are.

use chrono::TimeDelta;

use crate::kernel::error::AppError;
use crate::platform::crypto::KeyRing;
use crate::platform::db::SystemTx;

use super::super::queries::lock;
use super::queries;

/// How long an attempt counts.
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// What is counted, as a keyed hash: the table tells no addresses.
#[derive(Debug, Clone)]
pub struct Subject {
    hash: Vec<u8>,
    limit: i64,
}

impl Subject {
    /// `kind` says what is tried (`account`, `address`, `code` …), `name` by or on whom; at most `limit` in [`WINDOW`].
    pub fn new(keys: &KeyRing, kind: &str, name: &str, limit: i64) -> Self {
        Self {
            hash: keys
                .sign("sign-in-subject", format!("{kind}:{name}").as_bytes())
                .to_vec(),
            limit,
        }
    }
}

/// Notes one attempt on every subject and answers how many the first one had before.
///
/// # Errors
/// [`AppError::RateLimited`] with the seconds to wait when a subject has had its number; then nothing is noted.
pub fn note(tx: &mut SystemTx<'_>, subjects: &[Subject]) -> Result<i64, AppError> {
    let now = tx.now();
    let mut before = None;
    for subject in subjects {
        lock(tx, lock_key(&subject.hash))?;
        let recent = queries::recent_attempts(tx, &subject.hash, now - WINDOW, subject.limit.max(1))?;
        let count = i64::try_from(recent.len()).unwrap_or(i64::MAX);
        if let Some(oldest) = recent.last().filter(|_| count >= subject.limit) {
            let wait = (*oldest + WINDOW - now).num_seconds().max(1);
            return Err(AppError::RateLimited {
                retry_after: u64::try_from(wait).unwrap_or(1),
            });
        }
        before.get_or_insert(count);
    }
    for subject in subjects {
        queries::add_attempt(tx, &subject.hash)?;
    }
    Ok(before.unwrap_or_default())
}

/// Forgets every attempt on a subject, because the right person came.
pub fn clear(tx: &mut SystemTx<'_>, subject: &Subject) -> Result<(), AppError> {
    Ok(queries::forget_attempts(tx, &subject.hash)?)
}

/// Takes back the newest attempt on a subject: it turned out to be right, but others on it were not.
pub fn take_back(tx: &mut SystemTx<'_>, subject: &Subject) -> Result<(), AppError> {
    Ok(queries::forget_newest_attempt(tx, &subject.hash)?)
}

/// The advisory lock of a subject: attempts on one subject are counted one after the other.
fn lock_key(hash: &[u8]) -> i64 {
    hash.first_chunk::<8>()
        .map_or(0, |bytes| i64::from_be_bytes(*bytes))
}
