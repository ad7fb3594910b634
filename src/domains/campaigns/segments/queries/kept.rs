//! Segments as they are kept.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Uuid as SqlUuid};
use serde_json::{Value, json};

use crate::domains::campaigns::segments::model::{self, Condition, Segment};
use crate::domains::campaigns::segments::policy::Segmenting;
use crate::domains::campaigns::segments::tree::Known;
use crate::domains::people::fields::model::Sensitivity;
use crate::domains::people::fields::queries as fields;
use crate::kernel::error::AppError;
use crate::kernel::ids::SegmentId;
use crate::platform::db::schema::segments;
use crate::platform::db::{TenantTx, statement};

/// What is kept about a segment.
#[derive(Debug, Clone)]
pub struct Words {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// What must be true of its people.
    pub condition: Condition,
}

/// One segment, in use or not.
pub fn segment(tx: &mut TenantTx<'_>, id: SegmentId) -> QueryResult<Segment> {
    Segment::query().filter(segments::id.eq(id)).first(tx.conn())
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: SegmentId,
}

/// A page of segments by name, after one of them: those in use, or those that are not.
#[expect(clippy::disallowed_methods, reason = "rows are compared as rows")]
pub fn list(
    tx: &mut TenantTx<'_>,
    is_archived: bool,
    after: Option<SegmentId>,
    limit: i64,
) -> QueryResult<Vec<Segment>> {
    let ids: Vec<Id> = statement(
        "SELECT s.id FROM segments s WHERE (s.archived_at IS NOT NULL) = $1 \
           AND ($2 IS NULL OR (lower(s.name), s.id) > (SELECT lower(a.name), a.id FROM segments a WHERE a.id = $2)) \
         ORDER BY lower(s.name), s.id LIMIT $3",
    )
    .bind::<Bool, _>(is_archived)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())?;
    let ids: Vec<SegmentId> = ids.into_iter().map(|one| one.id).collect();
    let mut found: Vec<Segment> = Segment::query()
        .filter(segments::id.eq_any(&ids))
        .load(tx.conn())?;
    found.sort_by_key(|one| ids.iter().position(|id| *id == one.id));
    Ok(found)
}

/// Keeps a new segment.
///
/// # Errors
/// At the name when another segment in use has it.
pub fn insert(tx: &mut TenantTx<'_>, by: &Segmenting, words: &Words) -> Result<SegmentId, AppError> {
    let (id, now) = (tx.new_id::<SegmentId>(), tx.now());
    diesel::insert_into(segments::table)
        .values((
            segments::id.eq(id),
            segments::name.eq(&words.name),
            segments::about.eq(&words.about),
            segments::rule.eq(json!(words.condition)),
            segments::created_by.eq(by.by()),
            segments::created_at.eq(now),
            segments::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map_err(name_taken)?;
    Ok(id)
}

/// Changes a segment.
///
/// # Errors
/// As [`insert`].
pub fn update(tx: &mut TenantTx<'_>, _: &Segmenting, id: SegmentId, words: &Words) -> Result<(), AppError> {
    let now = tx.now();
    diesel::update(segments::table.filter(segments::id.eq(id)))
        .set((
            segments::name.eq(&words.name),
            segments::about.eq(&words.about),
            segments::rule.eq(json!(words.condition)),
            segments::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map_err(name_taken)?;
    Ok(())
}

/// Takes a segment out of use, or back into it; answers whether that was new.
///
/// # Errors
/// At the name when another segment in use has it.
pub fn set_archived(
    tx: &mut TenantTx<'_>,
    _: &Segmenting,
    id: SegmentId,
    at: Option<DateTime<Utc>>,
) -> Result<bool, AppError> {
    let changed = diesel::update(
        segments::table
            .filter(segments::id.eq(id))
            .filter(segments::archived_at.is_null().eq(at.is_some())),
    )
    .set(segments::archived_at.eq(at))
    .execute(tx.conn())
    .map_err(name_taken)?;
    Ok(changed == 1)
}

fn name_taken(error: Error) -> AppError {
    match &error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
            if info.constraint_name() == Some("segments_name_taken") =>
        {
            AppError::field("name", "There is a segment of this name already.")
        }
        _ => error.into(),
    }
}

/// Lets nobody else of the organization change what segments name until this is done: two changes at once could close a circle.
#[expect(clippy::disallowed_methods, reason = "locks have no typed form")]
pub fn lock_rules(tx: &mut TenantTx<'_>) -> QueryResult<()> {
    let key = format!("segments/{}", tx.org());
    statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(key)
        .execute(tx.conn())
        .map(|_| ())
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = SqlUuid)]
    id: SegmentId,
    #[diesel(sql_type = Jsonb)]
    rule: Value,
}

/// What these trees refer to. Asks nothing where they refer to nothing.
///
/// # Errors
/// When the database fails.
pub fn known(tx: &mut TenantTx<'_>, conditions: &[&Condition]) -> Result<Known, AppError> {
    let mut known = Known::default();
    let named: Vec<SegmentId> = conditions.iter().flat_map(|one| one.segments()).collect();
    if !named.is_empty() {
        for one in with_their_own(tx, named)? {
            known.segments.insert(one.id, model::read(&one.rule)?);
        }
    }
    let asks_fields = |one: &Condition| !one.fields().is_empty();
    if conditions.iter().any(|one| asks_fields(one)) || known.segments.values().any(asks_fields) {
        known.fields = fields::fields(tx)?
            .into_iter()
            .filter(|field| field.sensitivity == Sensitivity::Normal)
            .map(|field| field.id)
            .collect::<HashSet<_>>();
    }
    Ok(known)
}

#[expect(clippy::disallowed_methods, reason = "recursion has no typed form")]
fn with_their_own(tx: &mut TenantTx<'_>, named: Vec<SegmentId>) -> QueryResult<Vec<Named>> {
    statement(
        "WITH RECURSIVE named AS (SELECT s.id, s.rule FROM segments s WHERE s.id = ANY($1) \
           UNION SELECT s.id, s.rule FROM named n CROSS JOIN LATERAL jsonb_path_query(n.rule, '$.**.segment') AS u(id) \
             JOIN segments s ON s.org_id = (SELECT app.current_org()) AND s.id = (u.id #>> '{}')::uuid) \
         SELECT n.id, n.rule FROM named n",
    )
    .bind::<Array<SqlUuid>, _>(named)
    .load(tx.conn())
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The segments in use that name this one, by name.
#[expect(clippy::disallowed_methods, reason = "paths in JSON have no typed form")]
pub fn used_by(tx: &mut TenantTx<'_>, id: SegmentId) -> QueryResult<Vec<String>> {
    let found: Vec<Name> = statement(
        "SELECT s.name FROM segments s WHERE s.archived_at IS NULL AND EXISTS (SELECT 1 FROM jsonb_path_query(s.rule, '$.**.segment') AS u(id) \
           WHERE u.id #>> '{}' = $1) ORDER BY lower(s.name), s.id LIMIT 5",
    )
    .bind::<Text, _>(id.to_string())
    .load(tx.conn())?;
    Ok(found.into_iter().map(|one| one.name).collect())
}
