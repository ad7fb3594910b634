//! How an audience falls into the variants of a test.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Uuid as SqlUuid};

use crate::domains::campaigns::model::Campaign;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;

use super::question::Question;

/// The part of an audience that gets one variant, or waits for the winner.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Part {
    /// 0 is A; nothing for those who wait.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub variant: Option<i16>,
    #[diesel(sql_type = BigInt)]
    pub people: i64,
    /// One of them.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub example: Option<MemberId>,
}

/// Asks how an audience would fall into these `variants`, of which this `share` in a hundred takes part. It is what gathering writes down:
/// of several people with one address, the first gets the message.
///
/// # Errors
/// [`AppError::Conflict`] when there is no template yet, or a segment cannot be asked as it is.
pub fn split(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    campaign: &Campaign,
    (share, variants): (i16, i16),
) -> Result<Vec<Part>, AppError> {
    let now = tx.now();
    let question = Question::of(tx, keys, campaign, (now, None))?;
    let (judged, next) = question.sql();
    let [id, of_hundred, among] = [0, 1, 2].map(|n| format!("${}", next + n));
    let sql = format!(
        "{judged}, placed AS (SELECT g.first, app.variant_of({id}, g.first, {of_hundred}, {among}) AS variant FROM ( \
           SELECT (array_agg(j.id ORDER BY j.id))[1] AS first FROM judged j WHERE j.reason IS NULL GROUP BY j.hash) g) \
         SELECT p.variant, count(*) AS people, (array_agg(p.first))[1] AS example FROM placed p GROUP BY p.variant ORDER BY p.variant NULLS LAST"
    );
    let asked = question
        .asked(sql, None, i64::MAX)
        .bind::<SqlUuid, _>(campaign.id)
        .bind::<SmallInt, _>(share)
        .bind::<SmallInt, _>(variants);
    Ok(asked.load(tx.conn())?)
}
