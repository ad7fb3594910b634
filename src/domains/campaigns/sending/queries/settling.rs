//! What became of deliveries, and writing it down: events, counts and the end of what stands in the queue, in one statement.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Bytea, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domains::campaigns::model::{DoubtPolicy, EventKind};
use crate::domains::campaigns::sending::pacing::Slower;
use crate::domains::consent;
use crate::domains::consent::model::{Channel as ContactChannel, SuppressionReason};
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignId, DeliveryId, EventId, fresh};
use crate::platform::crypto::KeyRing;
use crate::platform::db::{TenantTx, statement};
use crate::platform::mail::{self, Finished};

/// Characters of what a provider said that are kept.
const KEPT: usize = 500;

/// What became of one delivery.
#[derive(Debug, Clone)]
pub struct Settled {
    pub delivery: DeliveryId,
    /// The event that says so, by which it is known again when nobody heard whether it was committed.
    pub event: EventId,
    pub kind: EventKind,
    /// With which variant it takes part in a test; nothing when it does not.
    pub variant: Option<i16>,
    /// What the provider said, or why not.
    pub detail: String,
    /// Under which name the provider knows it.
    pub provider_ref: Option<String>,
    /// SHA-256 of the message as it left.
    pub sha256: Option<[u8; 32]>,
    pub next: Next,
    /// An address that does not work for anybody's mail, so that it is not written to again.
    pub bad_address: Option<String>,
    /// That less was asked for.
    pub slower: Option<Slower>,
    /// A message for the outbox, which is written in the transaction that says so.
    pub posted: Option<Posted>,
}

/// What happens with a delivery now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing more.
    Done,
    /// Another attempt.
    Again(DateTime<Utc>),
    /// It waits for a person.
    Held,
}

/// A message for the outbox.
#[derive(Debug, Clone)]
pub struct Posted {
    pub recipient: String,
    pub subject: String,
    pub mime: Vec<u8>,
}

impl Settled {
    /// That it came to an end this way.
    pub fn done(delivery: DeliveryId, kind: EventKind, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        Self {
            delivery,
            event: fresh(),
            kind,
            variant: None,
            detail: match detail.len() <= KEPT {
                true => detail,
                false => detail.chars().take(KEPT).collect(),
            },
            provider_ref: None,
            sha256: None,
            next: Next::Done,
            bad_address: None,
            slower: None,
            posted: None,
        }
    }

    /// The same without the address it went to, which mail servers like to repeat: the log outlives the person, the address must not.
    #[must_use]
    pub fn without(self, address: &str) -> Self {
        // What nearly every mail server says.
        if address.contains('@') && !self.detail.contains('@') {
            return self;
        }
        Self {
            detail: without(&self.detail, address),
            ..self
        }
    }

    /// That it was put off: until another attempt, or for good once that would be too late.
    pub fn put_off(
        delivery: DeliveryId,
        attempt: i16,
        detail: impl Into<String>,
        now: DateTime<Utc>,
    ) -> Self {
        match wait(attempt) {
            Some(wait) => Self {
                next: Next::Again(now + jittered(wait, delivery)),
                ..Self::done(delivery, EventKind::Deferred, detail)
            },
            None => {
                let detail: String = detail.into();
                Self::done(
                    delivery,
                    EventKind::Refused,
                    format!("Given up after a day of attempts. {detail}"),
                )
            }
        }
    }

    /// That nobody knows whether it left.
    pub fn doubted(
        delivery: DeliveryId,
        policy: DoubtPolicy,
        detail: impl Into<String>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            next: match policy {
                DoubtPolicy::Resend => Next::Again(now),
                DoubtPolicy::Hold => Next::Held,
            },
            ..Self::done(delivery, EventKind::InDoubt, detail)
        }
    }
}

/// A text without an address, however its letters are written.
pub fn without(text: &str, address: &str) -> String {
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    let address = address.to_ascii_lowercase();
    while let Some(at) = rest
        .to_ascii_lowercase()
        .find(&address)
        .filter(|_| !address.is_empty())
    {
        let (before, after) = rest.split_at(at);
        kept.push_str(before);
        kept.push_str("(their address)");
        rest = after.get(address.len()..).unwrap_or_default();
    }
    kept.push_str(rest);
    kept
}

/// How long to wait after so many attempts: what mail servers do with mail that is put off (RFC 5321, 4.5.4.1 asks for a second attempt
/// within the hour and for going on for days; a campaign is news for a day). None after the last.
pub fn wait(attempt: i16) -> Option<TimeDelta> {
    let minutes = [1, 5, 30, 120, 360, 360, 360];
    let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    minutes.get(index).map(|minutes| TimeDelta::minutes(*minutes))
}

/// Up to a tenth longer, so that what was put off together does not come back together.
fn jittered(wait: TimeDelta, delivery: DeliveryId) -> TimeDelta {
    let share = i64::from(delivery.0.as_bytes().last().copied().unwrap_or_default());
    wait + TimeDelta::milliseconds(wait.num_milliseconds() * share / 2550)
}

/// Writes down what became of deliveries. Those that this worker no longer has in hand stay in the queue as they are: somebody else took
/// them over, and the log shows both.
#[expect(clippy::disallowed_methods, reason = "one statement for many deliveries")]
pub fn write_down(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    owner: Uuid,
    settled: &[Settled],
) -> Result<(), AppError> {
    if settled.is_empty() {
        return Ok(());
    }
    for posted in settled.iter().filter_map(|one| one.posted.as_ref()) {
        let finished = Finished {
            recipient: &posted.recipient,
            subject: &posted.subject,
            mime: &posted.mime,
        };
        mail::keep_finished(tx, &finished)?;
    }
    let now = tx.now();
    let events: Vec<Uuid> = settled.iter().map(|one| one.event.0).collect();
    let again = |one: &Settled| match one.next {
        Next::Again(at) => Some(at),
        Next::Done | Next::Held => None,
    };
    statement(
        "WITH r AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::timestamptz[], $8::bool[], $14::smallint[]) \
             AS r(delivery, event, kind, detail, provider_ref, sha256, again, is_held, variant)), \
         told AS (INSERT INTO delivery_events (org_id, at, id, delivery_id, campaign_id, kind, detail, provider_ref, sha256, variant) \
           SELECT (SELECT app.current_org()), $9, r.event, r.delivery, $10, r.kind::delivery_event_kind, r.detail, r.provider_ref, r.sha256, r.variant FROM r), \
         gone AS (DELETE FROM send_queue q WHERE q.org_id = (SELECT app.current_org()) AND q.delivery_id = ANY ($12) AND q.lease_owner = $11), \
         back AS (UPDATE send_queue q SET lease_owner = NULL, leased_at = NULL, due_at = coalesce(r.again, q.due_at), is_held = r.is_held FROM r \
           WHERE q.org_id = (SELECT app.current_org()) AND q.delivery_id = ANY ($13) AND q.delivery_id = r.delivery AND q.lease_owner = $11) \
         INSERT INTO campaign_counts (campaign_id, what, amount) SELECT $10, w.what, count(*) \
           FROM (SELECT r.kind AS what FROM r UNION ALL SELECT r.kind || '_' || r.variant FROM r WHERE r.variant IS NOT NULL) w GROUP BY w.what ORDER BY w.what \
           ON CONFLICT (org_id, campaign_id, what) DO UPDATE SET amount = campaign_counts.amount + excluded.amount",
    )
    .bind::<Array<SqlUuid>, _>(settled.iter().map(|one| one.delivery.0).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(events)
    .bind::<Array<Text>, _>(settled.iter().map(|one| one.kind.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(settled.iter().map(|one| one.detail.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(settled.iter().map(|one| one.provider_ref.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Bytea>>, _>(settled.iter().map(|one| one.sha256.map(|hash| hash.to_vec())).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(settled.iter().map(again).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(settled.iter().map(|one| one.next == Next::Held).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(campaign)
    .bind::<SqlUuid, _>(owner)
    .bind::<Array<SqlUuid>, _>(those(settled, true))
    .bind::<Array<SqlUuid>, _>(those(settled, false))
    .bind::<Array<Nullable<SmallInt>>, _>(settled.iter().map(|one| one.variant).collect::<Vec<_>>())
    .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = SqlUuid)]
    id: EventId,
}

/// Which of these are written down already. A database that goes away while it commits says nothing, and may have committed.
#[expect(clippy::disallowed_methods, reason = "by the index of deliveries")]
pub fn told(tx: &mut TenantTx<'_>, settled: &[Settled]) -> Result<HashSet<EventId>, AppError> {
    let found: Vec<Told> = statement(
        "SELECT id FROM delivery_events WHERE org_id = (SELECT app.current_org()) AND delivery_id = ANY ($1) AND id = ANY ($2)",
    )
    .bind::<Array<SqlUuid>, _>(settled.iter().map(|one| one.delivery.0).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(settled.iter().map(|one| one.event.0).collect::<Vec<_>>())
    .load(tx.conn())?;
    Ok(found.into_iter().map(|one| one.id).collect())
}

/// Those that came to an end, or those that did not. Told apart here, since an array is looked up by the index, and what is joined is not.
fn those(settled: &[Settled], are_done: bool) -> Vec<Uuid> {
    let those = settled.iter().filter(|one| (one.next == Next::Done) == are_done);
    those.map(|one| one.delivery.0).collect()
}

/// Keeps addresses that do not work for anybody's mail from being written to again.
pub fn suppress_bad(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    channel: ContactChannel,
    settled: &[Settled],
) -> Result<(), AppError> {
    for one in settled {
        if let Some(address) = &one.bad_address {
            let note: String = one.detail.chars().take(300).collect();
            consent::actions::suppress_reported(
                tx,
                keys,
                channel,
                address,
                SuppressionReason::Bounce,
                &note,
            )?;
        }
    }
    Ok(())
}
