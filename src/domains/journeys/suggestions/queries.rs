//! Suggestions in SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "suggestions with whom and what they are about have no typed form"
)]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::kernel::ids::{EnrolmentId, Id as _, MemberId, SuggestionId};
use crate::kernel::sql_types;
use crate::platform::db::schema::suggestion_settings;
use crate::platform::db::{TenantTx, statement};

use super::model::{Exchanged, Proposal, Reason, Settings, Status, Suggestion};
use super::policy::{Decider, Deciding, Keeping};

const READ: &str = "SELECT s.id, s.enrolment_id, e.member_id, e.journey_id, v.title AS journey, s.reason, s.facts, s.origin, s.proposed_message, s.rule_message, \
     s.citation, s.citation_path, s.status, s.sent_message, s.decided_by, s.decided_at, s.rejection, s.expires_at, s.created_at \
     FROM journey_suggestions s JOIN journey_enrolments e ON e.org_id = s.org_id AND e.id = s.enrolment_id \
     JOIN journey_versions v ON v.org_id = e.org_id AND v.id = e.version_id WHERE s.org_id = app.current_org() AND ";

fn read(rest: &str) -> String {
    format!("{READ}{rest}")
}

/// A page of what waits, the oldest first, or of what was decided, the newest first.
pub fn page(
    tx: &mut TenantTx<'_>,
    _: &Decider,
    status: Status,
    after: Option<SuggestionId>,
    most: i64,
) -> QueryResult<Vec<Suggestion>> {
    let order = match status {
        Status::Pending => "s.status = $1 AND ($2::uuid IS NULL OR s.id > $2) ORDER BY s.id LIMIT $3",
        _ => "s.status = $1 AND ($2::uuid IS NULL OR s.id < $2) ORDER BY s.id DESC LIMIT $3",
    };
    statement(read(order))
        .bind::<sql_types::SuggestionStatus, _>(status)
        .bind::<Nullable<SqlUuid>, _>(after)
        .bind::<BigInt, _>(most)
        .load(tx.conn())
}

/// One suggestion that somebody decides about.
pub fn seen(tx: &mut TenantTx<'_>, _: &Decider, id: SuggestionId) -> QueryResult<Suggestion> {
    one(tx, id)
}

/// One suggestion, whoever asks: a job.
pub fn one(tx: &mut TenantTx<'_>, id: SuggestionId) -> QueryResult<Suggestion> {
    statement(read("s.id = $1"))
        .bind::<SqlUuid, _>(id)
        .get_result(tx.conn())
}

/// One suggestion, held until the end of the transaction.
pub fn held(tx: &mut TenantTx<'_>, id: SuggestionId) -> QueryResult<Suggestion> {
    statement(read("s.id = $1 FOR UPDATE OF s"))
        .bind::<SqlUuid, _>(id)
        .get_result(tx.conn())
}

/// Everything that was suggested about somebody.
pub fn about(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Suggestion>> {
    statement(read("e.member_id = $1 ORDER BY s.id"))
        .bind::<SqlUuid, _>(member)
        .load(tx.conn())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many wait.
pub fn count_pending(tx: &mut TenantTx<'_>) -> QueryResult<i64> {
    let count: Count = statement(
        "SELECT count(*) AS count FROM journey_suggestions WHERE org_id = app.current_org() AND status = 'pending'",
    )
    .get_result(tx.conn())?;
    Ok(count.count)
}

/// The longest waiting one but this.
pub fn next_pending(
    tx: &mut TenantTx<'_>,
    _: &Decider,
    but: SuggestionId,
) -> QueryResult<Option<SuggestionId>> {
    #[derive(QueryableByName)]
    struct Next {
        #[diesel(sql_type = SqlUuid)]
        id: SuggestionId,
    }
    let next: Option<Next> = statement(
        "SELECT id FROM journey_suggestions WHERE org_id = app.current_org() AND status = 'pending' AND id <> $1 ORDER BY id LIMIT 1",
    )
    .bind::<SqlUuid, _>(but)
    .get_result(tx.conn())
    .optional()?;
    Ok(next.map(|next| next.id))
}

/// Keeps a proposal, unless one for the same learner and reason is open.
pub fn propose(tx: &mut TenantTx<'_>, proposal: &Proposal) -> QueryResult<Option<SuggestionId>> {
    let (id, now): (SuggestionId, _) = (tx.new_id(), tx.now());
    let written = statement(
        "INSERT INTO journey_suggestions (id, enrolment_id, reason, facts, proposed_message, rule_message, citation, citation_path, expires_at, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $9) ON CONFLICT (org_id, enrolment_id, reason) WHERE status = 'pending' DO NOTHING",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(proposal.enrolment)
    .bind::<sql_types::SuggestionReason, _>(proposal.reason)
    .bind::<Array<Text>, _>(&proposal.facts)
    .bind::<Text, _>(&proposal.message)
    .bind::<Text, _>(&proposal.citation)
    .bind::<Text, _>(&proposal.citation_path)
    .bind::<Timestamptz, _>(proposal.expires_at)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok((written == 1).then_some(id))
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = SqlUuid)]
    enrolment_id: EnrolmentId,
    #[diesel(sql_type = Nullable<sql_types::SuggestionReason>)]
    reason: Option<Reason>,
}

/// What is not to be suggested to these: nothing at all (no reason) where something is open, and no reason that was decided since then.
pub fn spared(
    tx: &mut TenantTx<'_>,
    enrolments: &[EnrolmentId],
    since: DateTime<Utc>,
) -> QueryResult<Vec<(EnrolmentId, Option<Reason>)>> {
    let known: Vec<Known> = statement(
        "SELECT DISTINCT s.enrolment_id, CASE WHEN s.status = 'pending' THEN NULL ELSE s.reason END AS reason FROM journey_suggestions s \
         WHERE s.org_id = app.current_org() AND s.enrolment_id = ANY($1) AND (s.status = 'pending' OR s.updated_at > $2)",
    )
    .bind::<Array<SqlUuid>, _>(enrolments)
    .bind::<Timestamptz, _>(since)
    .load(tx.conn())?;
    Ok(known
        .into_iter()
        .map(|one| (one.enrolment_id, one.reason))
        .collect())
}

/// Proposes other words, which a model drafted. Not when somebody decided meanwhile.
pub fn redraft(tx: &mut TenantTx<'_>, id: SuggestionId, message: &str) -> QueryResult<bool> {
    let now = tx.now();
    let changed = statement(
        "UPDATE journey_suggestions SET proposed_message = $2, origin = 'model', updated_at = $3 WHERE org_id = app.current_org() AND id = $1 AND status = 'pending'",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(message)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(changed == 1)
}

/// Approved, with these words, which are sent in the same transaction.
pub fn approve(tx: &mut TenantTx<'_>, by: &Deciding, message: &str) -> QueryResult<()> {
    let now = tx.now();
    statement(
        "UPDATE journey_suggestions SET status = 'approved', sent_message = $2, sent_at = $3, decided_by = $4, decided_at = $3, updated_at = $3 \
         WHERE org_id = app.current_org() AND id = $1",
    )
    .bind::<SqlUuid, _>(by.suggestion())
    .bind::<Text, _>(message)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(by.by())
    .execute(tx.conn())
    .map(|_| ())
}

/// Rejected, for this reason.
pub fn reject(tx: &mut TenantTx<'_>, by: &Deciding, why: &str) -> QueryResult<()> {
    let now = tx.now();
    statement(
        "UPDATE journey_suggestions SET status = 'rejected', rejection = $2, decided_by = $4, decided_at = $3, updated_at = $3 \
         WHERE org_id = app.current_org() AND id = $1",
    )
    .bind::<SqlUuid, _>(by.suggestion())
    .bind::<Text, _>(why)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(by.by())
    .execute(tx.conn())
    .map(|_| ())
}

#[derive(QueryableByName)]
struct Ended {
    #[diesel(sql_type = SqlUuid)]
    id: SuggestionId,
}

/// Ends what nobody decided about in time; answers which.
pub fn expire(tx: &mut TenantTx<'_>, most: i64) -> QueryResult<Vec<SuggestionId>> {
    let now = tx.now();
    let ended: Vec<Ended> = statement(
        "UPDATE journey_suggestions SET status = 'expired', updated_at = $1 WHERE org_id = app.current_org() AND id IN \
           (SELECT id FROM journey_suggestions WHERE org_id = app.current_org() AND status = 'pending' AND expires_at <= $1 ORDER BY id LIMIT $2 FOR UPDATE) RETURNING id",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(most)
    .load(tx.conn())?;
    Ok(ended.into_iter().map(|one| one.id).collect())
}

/// Keeps what a model was asked and answered.
pub fn note_exchange(
    tx: &mut TenantTx<'_>,
    suggestion: SuggestionId,
    exchanged: &Exchanged,
) -> QueryResult<()> {
    let id: SuggestionId = tx.new_id();
    statement(
        "INSERT INTO suggestion_exchanges (id, suggestion_id, model, prompt, answer, refused, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<SqlUuid, _>(suggestion)
    .bind::<Text, _>(&exchanged.model)
    .bind::<Text, _>(&exchanged.prompt)
    .bind::<Text, _>(&exchanged.answer)
    .bind::<Text, _>(&exchanged.refused)
    .bind::<Timestamptz, _>(exchanged.asked_at)
    .execute(tx.conn())
    .map(|_| ())
}

/// What a model was asked about a suggestion, in order.
pub fn exchanges(
    tx: &mut TenantTx<'_>,
    _: &Decider,
    suggestion: SuggestionId,
) -> QueryResult<Vec<Exchanged>> {
    statement(
        "SELECT model, prompt, answer, refused, asked_at FROM suggestion_exchanges WHERE org_id = app.current_org() AND suggestion_id = $1 ORDER BY id",
    )
    .bind::<SqlUuid, _>(suggestion)
    .load(tx.conn())
}

/// How suggestions are made.
pub fn settings(tx: &mut TenantTx<'_>) -> QueryResult<Settings> {
    Ok(Settings::query().first(tx.conn()).optional()?.unwrap_or_default())
}

/// Settings as they are to be kept; a key that is none leaves the one there is.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub is_on: bool,
    pub uses_model: bool,
    pub days_open: i16,
    pub base_url: String,
    pub model: String,
    pub key: Key,
}

/// What becomes of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    Kept,
    Forgotten,
    /// Sealed.
    New(Vec<u8>),
}

/// Keeps how suggestions are made.
pub fn keep_settings(tx: &mut TenantTx<'_>, by: &Keeping, wanted: &Wanted) -> QueryResult<()> {
    let (now, org) = (tx.now(), tx.org());
    let common = (
        suggestion_settings::is_on.eq(wanted.is_on),
        suggestion_settings::uses_model.eq(wanted.uses_model),
        suggestion_settings::days_open.eq(wanted.days_open),
        suggestion_settings::base_url.eq(&wanted.base_url),
        suggestion_settings::model.eq(&wanted.model),
        suggestion_settings::changed_by.eq(by.by()),
        suggestion_settings::changed_at.eq(now),
    );
    let key: Option<Option<Vec<u8>>> = match &wanted.key {
        Key::Kept => None,
        Key::Forgotten => Some(None),
        Key::New(sealed) => Some(Some(sealed.clone())),
    };
    diesel::insert_into(suggestion_settings::table)
        .values((suggestion_settings::org_id.eq(org), common))
        .on_conflict(suggestion_settings::org_id)
        .do_update()
        .set(common)
        .execute(tx.conn())?;
    if let Some(key) = key {
        diesel::update(suggestion_settings::table)
            .set(suggestion_settings::key_sealed.eq(key))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Notes what a check found.
pub fn note_check(tx: &mut TenantTx<'_>, said: &str) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(suggestion_settings::table)
        .set((
            suggestion_settings::checked_at.eq(now),
            suggestion_settings::check_said.eq(said),
        ))
        .execute(tx.conn())
        .map(|_| ())
}
