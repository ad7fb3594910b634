//! The dry run: what sending now would do, without sending.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::campaigns::model::{Campaign, Reason};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;

use super::question::Question;

/// What sending now would do.
#[derive(Debug, Clone, Default)]
pub struct Rehearsal {
    /// People of the audience, whoever is left out included.
    pub audience: i64,
    /// How many get a message.
    pub recipients: i64,
    /// How many do not, by reason, in the order of [`Reason::ALL`]. With `recipients` they add up to `audience`.
    pub excluded: Vec<(Reason, i64)>,
    /// When the first and the last message to those who get one is due.
    pub span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Somebody who gets it, to be shown how it looks.
    pub example: Option<MemberId>,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = BigInt)]
    people: i64,
    #[diesel(sql_type = BigInt)]
    addresses: i64,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    example: Option<MemberId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    first: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last: Option<DateTime<Utc>>,
}

/// Asks who would get a campaign, and who not.
///
/// # Errors
/// [`AppError::Conflict`] when there is no template yet, or a segment cannot be asked as it is.
pub fn rehearse(tx: &mut TenantTx<'_>, keys: &KeyRing, campaign: &Campaign) -> Result<Rehearsal, AppError> {
    let now = tx.now();
    let question = Question::of(tx, keys, campaign, (now, None))?;
    let (judged, _) = question.sql();
    let sql = format!(
        "{judged} SELECT reason, count(*) AS people, CASE WHEN reason IS NULL THEN count(DISTINCT hash) ELSE 0 END AS addresses, \
           CASE WHEN reason IS NULL THEN (array_agg(id))[1] END AS example, \
           min(due_at) AS first, max(due_at) AS last FROM judged GROUP BY reason"
    );
    let counted: Vec<Counted> = question.asked(sql, None, i64::MAX).load(tx.conn())?;
    let mut done = Rehearsal::default();
    let mut by_reason: Vec<(Reason, i64)> = Vec::new();
    for row in counted {
        done.audience += row.people;
        match row.reason {
            None => {
                done.recipients = row.addresses;
                done.example = row.example;
                done.span = row.first.zip(row.last);
                by_reason.push((Reason::Duplicate, row.people - row.addresses));
            }
            Some(word) => {
                let reason = word
                    .parse()
                    .map_err(|_| AppError::Unexpected(anyhow::anyhow!("there is no reason called {word}")))?;
                by_reason.push((reason, row.people));
            }
        }
    }
    by_reason.retain(|(_, people)| *people > 0);
    by_reason.sort_by_key(|(reason, _)| *reason);
    done.excluded = by_reason;
    Ok(done)
}

/// People looked at before the answer is asked for again.
const STEP: i64 = 1_000;

#[derive(QueryableByName)]
struct Looked {
    #[diesel(sql_type = BigInt)]
    looked_at: i64,
    #[diesel(sql_type = Bool)]
    is_found: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    last: Option<MemberId>,
}

/// Whether anybody gets a campaign; looks no further than the first few of them.
///
/// # Errors
/// As [`rehearse`].
pub fn is_for_somebody(tx: &mut TenantTx<'_>, keys: &KeyRing, campaign: &Campaign) -> Result<bool, AppError> {
    let now = tx.now();
    let question = Question::of(tx, keys, campaign, (now, None))?;
    let (judged, _) = question.sql();
    let sql = format!(
        "{judged} SELECT count(*) AS looked_at, coalesce(bool_or(reason IS NULL), false) AS is_found, \
           (SELECT j.id FROM judged j ORDER BY j.id DESC LIMIT 1) AS last FROM judged"
    );
    let mut after = None;
    loop {
        let steps: Vec<Looked> = question.asked(sql.clone(), after, STEP).load(tx.conn())?;
        let Some(step) = steps.into_iter().next() else {
            return Ok(false);
        };
        if step.is_found || step.looked_at < STEP {
            return Ok(step.is_found);
        }
        after = step.last;
    }
}
