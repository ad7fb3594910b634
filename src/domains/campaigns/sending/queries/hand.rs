//! What is in hand: taking deliveries under a lease, and asking again whether they may go.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Nullable, SmallInt, Text, Time, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

use crate::domains::campaigns::audience::{Clock, Hours};
use crate::domains::campaigns::model::Reason;
use crate::domains::campaigns::sending::letters::{Reader, Values};
use crate::domains::consent::bulk::Bulk;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignId, DeliveryId, MemberId};
use crate::platform::db::schema::delivery_values;
use crate::platform::db::{TenantTx, statement};

/// A delivery as it comes out of the queue.
#[derive(QueryableByName, Debug)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    delivery_id: DeliveryId,
    #[diesel(sql_type = SqlUuid)]
    member_id: MemberId,
    #[diesel(sql_type = Date)]
    bucket: chrono::NaiveDate,
    #[diesel(sql_type = SmallInt)]
    attempt: i16,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Nullable<Text>)]
    address: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    phone: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    refusal: Option<String>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    variant: Option<i16>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    winner: Option<i16>,
    #[diesel(sql_type = Text)]
    time_zone: String,
    #[diesel(sql_type = Nullable<Time>)]
    quiet_from: Option<NaiveTime>,
    #[diesel(sql_type = Nullable<Time>)]
    quiet_to: Option<NaiveTime>,
}

/// A delivery that this process sends, and nobody else.
#[derive(Debug, Clone)]
pub struct InHand {
    pub delivery: DeliveryId,
    pub member: MemberId,
    pub bucket: chrono::NaiveDate,
    /// Which attempt this is, from 1.
    pub attempt: i16,
    pub name: String,
    pub locale: String,
    /// Where it goes.
    pub address: String,
    pub phone: Option<String>,
    /// What the template's own variables say in this message alone.
    pub values: Option<Values>,
    /// With which variant it takes part in a test; nothing when it does not.
    pub variant: Option<i16>,
    /// What was decided for it, when it waited for a test.
    pub winner: Option<i16>,
    /// When it was last asked whether it may go.
    pub asked: Instant,
}

impl InHand {
    /// The person, as letters see them.
    pub fn reader(&self) -> Reader<'_> {
        Reader {
            delivery: self.delivery,
            bucket: self.bucket,
            member: self.member,
            name: &self.name,
            address: &self.address,
            locale: &self.locale,
            phone: self.phone.as_deref(),
            values: self.values.as_ref(),
        }
    }

    /// Which variant it says; 0 is A.
    pub fn told(&self) -> i16 {
        self.variant.or(self.winner).unwrap_or_default()
    }
}

/// What was taken.
#[derive(Debug, Default)]
pub struct Taken {
    /// What is to be sent.
    pub to_send: Vec<InHand>,
    /// What may not go any more, and why.
    pub refused: Vec<(DeliveryId, String)>,
    /// What it is too quiet for now, and until when.
    pub later: Vec<(DeliveryId, DateTime<Utc>)>,
    /// Whether some of what was due has to wait for its domain, or for the end of somebody's quiet hours.
    pub has_more: bool,
    /// How long the provider is to be left alone, when nothing may be taken.
    pub wait: Option<TimeDelta>,
}

impl Taken {
    /// Whether nothing is due besides.
    pub fn is_all(&self) -> bool {
        !self.has_more && self.wait.is_none()
    }
}

/// What is wanted of a lease.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// How many at most.
    pub most: usize,
    /// Whether a process that ends in the middle leaves it open whether a message left.
    pub may_leave_doubt: bool,
    /// Whether the words say a phone number.
    pub says_phone: bool,
}

/// Takes deliveries of a campaign that are due. In the same statement each is asked whether it may still go; `hours` say whether it is
/// quiet for somebody by now.
#[expect(clippy::disallowed_methods, reason = "a lease is one statement")]
pub fn take(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    owner: Uuid,
    wanted: Wanted,
    bulk: &Bulk,
    hours: Option<&Hours>,
) -> Result<Taken, AppError> {
    // An array and not a join: behind row-level security the planner takes the queue for one row, and would read all of it for each. By
    // its place in the table, at which its lock has just been, a row is found without an index; one that moved meanwhile waits for the next time.
    // Before the question is put: what is said afterwards may not be in the answer.
    let asked = Instant::now();
    let now = tx.now();
    let bulk = bulk.clone().at(now);
    let joins = bulk.joins_but_suppressions(6);
    let phone = match wanted.says_phone {
        true => {
            "(SELECT p.value FROM contact_points p WHERE p.member_id = m.id AND p.kind = 'phone' ORDER BY p.created_at, p.id LIMIT 1)"
        }
        false => "NULL::text",
    };
    let sql = format!(
        "WITH taken AS (\
           SELECT q.ctid AS place FROM send_queue q WHERE q.org_id = (SELECT app.current_org()) AND q.campaign_id = $1 AND q.lease_owner IS NULL AND NOT q.is_held \
             AND q.due_at <= $2 AND EXISTS (SELECT 1 FROM campaigns c WHERE c.id = $1 AND c.state = 'sending') ORDER BY q.due_at LIMIT $3 FOR UPDATE SKIP LOCKED), \
         hand AS (\
           UPDATE send_queue q SET lease_owner = $4, leased_at = $2, may_leave_doubt = $5, attempt = q.attempt + 1 \
           WHERE q.org_id = (SELECT app.current_org()) AND q.ctid = ANY (ARRAY(SELECT taken.place FROM taken)) RETURNING q.delivery_id, q.member_id, q.bucket, q.attempt, q.variant, q.winner) \
         SELECT hand.delivery_id, hand.member_id, hand.bucket, hand.attempt, hand.variant, hand.winner, m.display_name AS name, m.locale, reached.address, \
           {phone} AS phone, \
           CASE WHEN m.state = 'left' THEN 'left' ELSE may.refusal END AS refusal, m.time_zone, pauses.quiet_from, pauses.quiet_to \
         FROM hand JOIN members m ON m.org_id = (SELECT app.current_org()) AND m.id = hand.member_id {joins}"
    );
    let asking = statement(sql)
        .bind::<SqlUuid, _>(campaign)
        .bind::<Timestamptz, _>(now)
        .bind::<BigInt, _>(i64::try_from(wanted.most).unwrap_or(i64::MAX))
        .bind::<SqlUuid, _>(owner)
        .bind::<Bool, _>(wanted.may_leave_doubt);
    let rows: Vec<Row> = bulk.bind_but_suppressions(asking).load(tx.conn())?;
    let addresses: Vec<&str> = rows.iter().filter_map(|row| row.address.as_deref()).collect();
    let mut suppressed = bulk.suppressed(tx, &addresses)?.into_iter();
    let rows: Vec<Row> = rows
        .into_iter()
        .map(|row| {
            // As many as there are addresses, in their order. Whoever left is told of by that.
            let is_suppressed = row.address.is_some() && suppressed.next().unwrap_or_default();
            match (is_suppressed, row.refusal.as_deref()) {
                (true, Some("left")) | (false, _) => row,
                (true, _) => Row {
                    refusal: Some(Reason::Suppressed.as_str().to_owned()),
                    ..row
                },
            }
        })
        .collect();
    let mut taken = Taken::default();
    let mut known = HashMap::new();
    for row in rows {
        let clock: Clock = (row.time_zone, row.quiet_from, row.quiet_to);
        let next = *known
            .entry(clock)
            .or_insert_with_key(|clock| hours.map_or(Ok(now), |hours| hours.next(clock, now)));
        let refusal = row
            .refusal
            .or_else(|| next.err().map(|reason| reason.as_str().to_owned()));
        match (refusal, row.address) {
            (None, Some(_)) if next.is_ok_and(|next| next > now) => {
                taken.later.push((row.delivery_id, next.unwrap_or(now)));
            }
            (None, Some(address)) => taken.to_send.push(InHand {
                delivery: row.delivery_id,
                member: row.member_id,
                bucket: row.bucket,
                attempt: row.attempt,
                name: row.name,
                locale: row.locale,
                address,
                phone: row.phone,
                values: None,
                variant: row.variant,
                winner: row.winner,
                asked,
            }),
            (refusal, _) => taken.refused.push((
                row.delivery_id,
                refusal.unwrap_or_else(|| "no_address".to_owned()),
            )),
        }
    }
    Ok(taken)
}

/// Gives single messages what they say.
pub fn add_values(tx: &mut TenantTx<'_>, to_send: &mut [InHand]) -> QueryResult<()> {
    let ids: Vec<DeliveryId> = to_send.iter().map(|one| one.delivery).collect();
    let mut known = values(tx, &ids)?;
    for one in to_send {
        one.values = known.remove(&one.delivery);
    }
    Ok(())
}

/// What the template's own variables say in these messages, by the names that templates use.
pub fn values(tx: &mut TenantTx<'_>, deliveries: &[DeliveryId]) -> QueryResult<HashMap<DeliveryId, Values>> {
    let rows: Vec<(DeliveryId, serde_json::Value)> = delivery_values::table
        .filter(delivery_values::delivery_id.eq_any(deliveries))
        .select((delivery_values::delivery_id, delivery_values::said))
        .load(tx.conn())?;
    let named = |said: serde_json::Value| {
        let said = said.as_object().cloned().unwrap_or_default();
        said.into_iter()
            .filter_map(|(name, value)| Some((format!("vars.{name}"), value.as_str()?.to_owned())))
            .collect()
    };
    Ok(rows.into_iter().map(|(id, said)| (id, named(said))).collect())
}

#[derive(QueryableByName)]
struct Allowed {
    #[diesel(sql_type = SqlUuid)]
    delivery_id: DeliveryId,
    #[diesel(sql_type = Nullable<Text>)]
    refusal: Option<String>,
}

/// Which of these are still this process's to send, in a campaign that is not stopped, and for each why it may not go, if so.
/// What is not answered is no longer ours.
#[expect(clippy::disallowed_methods, reason = "the same question as of a lease")]
pub fn ask_again(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    owner: Uuid,
    deliveries: &[DeliveryId],
    bulk: &Bulk,
) -> Result<Vec<(DeliveryId, Option<String>)>, AppError> {
    let bulk = bulk.clone().at(tx.now());
    let joins = bulk.joins(4);
    let sql = format!(
        "SELECT q.delivery_id, CASE WHEN m.state = 'left' THEN 'left' ELSE may.refusal END AS refusal FROM send_queue q \
         JOIN campaigns c ON c.org_id = q.org_id AND c.id = q.campaign_id AND c.state = 'sending' \
         JOIN members m ON m.org_id = q.org_id AND m.id = q.member_id {joins} \
         WHERE q.org_id = (SELECT app.current_org()) AND q.campaign_id = $1 AND q.lease_owner = $2 AND q.delivery_id = ANY($3)"
    );
    let asking = statement(sql)
        .bind::<SqlUuid, _>(campaign)
        .bind::<SqlUuid, _>(owner)
        .bind::<Array<SqlUuid>, _>(deliveries);
    let rows: Vec<Allowed> = bulk.bind(asking).load(tx.conn())?;
    Ok(rows
        .into_iter()
        .map(|row| (row.delivery_id, row.refusal))
        .collect())
}

/// Gives back what has to wait until then, as if it had not been taken.
#[expect(clippy::disallowed_methods, reason = "many rows at once")]
pub fn put_off(
    tx: &mut TenantTx<'_>,
    owner: Uuid,
    later: &[(DeliveryId, DateTime<Utc>)],
) -> Result<(), AppError> {
    if later.is_empty() {
        return Ok(());
    }
    let (ids, times): (Vec<DeliveryId>, Vec<DateTime<Utc>>) = later.iter().copied().unzip();
    statement(
        "UPDATE send_queue q SET lease_owner = NULL, leased_at = NULL, attempt = greatest(q.attempt - 1, 0), \
           due_at = ($3::timestamptz[])[array_position($2::uuid[], q.delivery_id)] \
         WHERE q.org_id = (SELECT app.current_org()) AND q.lease_owner = $1 AND q.delivery_id = ANY($2)",
    )
    .bind::<SqlUuid, _>(owner)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Timestamptz>, _>(times)
    .execute(tx.conn())?;
    Ok(())
}

/// Gives back what was not begun, as if it had not been taken.
#[expect(clippy::disallowed_methods, reason = "many rows at once")]
pub fn give_back(tx: &mut TenantTx<'_>, owner: Uuid, deliveries: &[DeliveryId]) -> Result<(), AppError> {
    let deliveries: HashSet<DeliveryId> = deliveries.iter().copied().collect();
    if deliveries.is_empty() {
        return Ok(());
    }
    statement(
        "UPDATE send_queue SET lease_owner = NULL, leased_at = NULL, attempt = greatest(attempt - 1, 0) \
         WHERE org_id = (SELECT app.current_org()) AND lease_owner = $1 AND delivery_id = ANY($2)",
    )
    .bind::<SqlUuid, _>(owner)
    .bind::<Array<SqlUuid>, _>(deliveries.into_iter().collect::<Vec<_>>())
    .execute(tx.conn())?;
    Ok(())
}
