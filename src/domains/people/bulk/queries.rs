//! Changes of many in SQL: one statement for all of them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::people::model::NewAssignment;
use crate::domains::people::policy::{Arranging, Listing, Tagging};
use crate::kernel::ids::{AssignmentId, BulkId, MemberId, TagId};
use crate::kernel::sql_types;
use crate::platform::db::schema::{bulk_changes, steward_assignments, tags};
use crate::platform::db::{TenantTx, statement};

use super::model::{Bulk, NewBulk};

/// Notes a change before it is done, with the moment it is made; how many it reached is noted after.
pub fn begin(
    tx: &mut TenantTx<'_>,
    new: &NewBulk<'_>,
) -> Result<(BulkId, DateTime<Utc>), crate::kernel::error::AppError> {
    let (id, now, me) = (tx.new_id::<BulkId>(), tx.now(), tx.my_id()?);
    diesel::insert_into(bulk_changes::table)
        .values((
            bulk_changes::id.eq(id),
            bulk_changes::kind.eq(new.kind),
            bulk_changes::made_by.eq(me),
            bulk_changes::made_at.eq(now),
            bulk_changes::words.eq(new.words),
            bulk_changes::from_id.eq(new.from),
            bulk_changes::to_id.eq(new.to),
            bulk_changes::moment.eq(new.moment),
            bulk_changes::affected.eq(0),
            bulk_changes::skipped.eq(0),
        ))
        .execute(tx.conn())?;
    Ok((id, now))
}

/// Notes how many a change reached and how many not.
pub fn finish(tx: &mut TenantTx<'_>, id: BulkId, affected: usize, skipped: usize) -> QueryResult<()> {
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    diesel::update(bulk_changes::table.filter(bulk_changes::id.eq(id)))
        .set((
            bulk_changes::affected.eq(number(affected)),
            bulk_changes::skipped.eq(number(skipped)),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// One change, locked.
pub fn locked(tx: &mut TenantTx<'_>, id: BulkId) -> QueryResult<Bulk> {
    Bulk::query()
        .filter(bulk_changes::id.eq(id))
        .for_update()
        .first(tx.conn())
}

/// The latest changes: of everybody, or of one person.
pub fn newest(tx: &mut TenantTx<'_>, of: Option<MemberId>, limit: i64) -> QueryResult<Vec<Bulk>> {
    let mut changes = Bulk::query().into_boxed();
    if let Some(of) = of {
        changes = changes.filter(bulk_changes::made_by.eq(of));
    }
    changes
        .order((bulk_changes::made_at.desc(), bulk_changes::id.desc()))
        .limit(limit)
        .load(tx.conn())
}

/// Notes that a change was taken back.
pub fn mark_undone(tx: &mut TenantTx<'_>, id: BulkId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(bulk_changes::table.filter(bulk_changes::id.eq(id)))
        .set(bulk_changes::undone_at.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// Lower case.
    fn lower(text: Text) -> Text;
}

/// Puts a tag on these people, from the moment the change was made, and remembers on whom it did not count before; answers how many.
#[expect(
    clippy::disallowed_methods,
    reason = "an INSERT that feeds another has no typed form"
)]
pub fn tag(
    tx: &mut TenantTx<'_>,
    _: &Tagging,
    (bulk, made_at): (BulkId, DateTime<Utc>),
    people: &[MemberId],
    (name, until, today): (&str, Option<NaiveDate>, NaiveDate),
) -> QueryResult<usize> {
    let (fresh, me) = (tx.new_id::<TagId>(), tx.actor().member_id());
    diesel::insert_into(tags::table)
        .values((
            tags::id.eq(fresh),
            tags::name.eq(name),
            tags::created_at.eq(made_at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    let id: TagId = tags::table
        .filter(lower(tags::name).eq(lower(name)))
        .select(tags::id)
        .first(tx.conn())?;
    statement(
        "WITH put AS (INSERT INTO member_tags AS g (member_id, tag_id, added_by, added_at, expires_on) \
           SELECT p, $2, $3, $4, $5 FROM unnest($1) AS p ON CONFLICT (org_id, member_id, tag_id) DO UPDATE \
             SET added_by = $3, added_at = $4, expires_on = $5 WHERE g.expires_on < $7 RETURNING g.member_id) \
         INSERT INTO bulk_items (bulk_id, position, member_id, tag_id) SELECT $6, row_number() OVER (), member_id, $2 FROM put",
    )
    .bind::<Array<SqlUuid>, _>(people.to_vec())
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<SqlUuid>, _>(me)
    .bind::<Timestamptz, _>(made_at)
    .bind::<Nullable<Date>, _>(until)
    .bind::<SqlUuid, _>(bulk)
    .bind::<Date, _>(today)
    .execute(tx.conn())
}

/// Takes the tags of a change off again: those that nobody put on anew since, of people whom the acting member may still change.
#[expect(clippy::disallowed_methods, reason = "DELETE … USING has no typed form")]
pub fn untag(tx: &mut TenantTx<'_>, proof: &Tagging, bulk: BulkId) -> QueryResult<usize> {
    let sight = match proof.listing() {
        Listing::Everybody(_) => "$2 IS NOT NULL",
        Listing::Own(_) => {
            "g.member_id IN (SELECT p.member_id FROM app.people_of($2, app.moment()) p WHERE p.kind <> 'training')"
        }
    };
    statement(format!(
        "DELETE FROM member_tags g USING bulk_items i, bulk_changes b WHERE i.bulk_id = $1 AND b.org_id = i.org_id AND b.id = i.bulk_id \
           AND g.org_id = i.org_id AND g.member_id = i.member_id AND g.tag_id = i.tag_id \
           AND g.added_by = b.made_by AND g.added_at = b.made_at AND {sight}"
    ))
    .bind::<SqlUuid, _>(bulk)
    .bind::<SqlUuid, _>(proof.listing().viewer())
    .execute(tx.conn())
}

/// Gives these people to a steward and remembers which assignments it made. Who has a primary on those dates already, and the
/// steward, are left out; answers how many were not.
#[expect(
    clippy::disallowed_methods,
    reason = "an INSERT that feeds another has no typed form"
)]
pub fn assign(
    tx: &mut TenantTx<'_>,
    _: &Arranging,
    bulk: BulkId,
    people: &[MemberId],
    new: &NewAssignment,
) -> QueryResult<usize> {
    let ids: Vec<AssignmentId> = people.iter().map(|_| tx.new_id()).collect();
    let (now, me) = (tx.now(), tx.actor().member_id());
    statement(
        "WITH put AS (INSERT INTO steward_assignments (id, steward_id, kind, member_id, effective_from, effective_to, given_by, given_at) \
           SELECT u.id, $3, $4, u.person, $5, $6, $7, $8 FROM unnest($1, $2) AS u(id, person) WHERE u.person <> $3 \
             AND NOT EXISTS (SELECT 1 FROM steward_assignments a WHERE a.org_id = (SELECT app.current_org()) AND a.member_id = u.person AND a.steward_id = $3 \
               AND a.kind = $4 AND tstzrange(a.effective_from, a.effective_to) && tstzrange($5, $6)) \
           ON CONFLICT DO NOTHING RETURNING id) \
         INSERT INTO bulk_items (bulk_id, position, assignment_id) SELECT $9, row_number() OVER (), id FROM put",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<SqlUuid>, _>(people.to_vec())
    .bind::<SqlUuid, _>(new.steward)
    .bind::<sql_types::AssignmentKind, _>(new.kind)
    .bind::<Timestamptz, _>(new.from)
    .bind::<Nullable<Timestamptz>, _>(new.to)
    .bind::<Nullable<SqlUuid>, _>(me)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(bulk)
    .execute(tx.conn())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many assignments a steward has from a moment on that can be handed over: all but those a leave gave them.
#[expect(
    clippy::disallowed_methods,
    reason = "kept beside the statements it counts for"
)]
pub fn to_hand_over(tx: &mut TenantTx<'_>, steward: MemberId, from: DateTime<Utc>) -> QueryResult<i64> {
    let found: Count = statement(
        "SELECT count(*) AS count FROM steward_assignments WHERE org_id = (SELECT app.current_org()) AND steward_id = $1 AND leave_id IS NULL \
         AND (effective_to IS NULL OR effective_to > $2)",
    )
    .bind::<SqlUuid, _>(steward)
    .bind::<Timestamptz, _>(from)
    .get_result(tx.conn())?;
    Ok(found.count)
}

/// Waits until nobody else changes the assignments of a steward, until the end of the transaction.
pub fn lock_assignments(tx: &mut TenantTx<'_>, _: &Arranging, steward: MemberId) -> QueryResult<()> {
    steward_assignments::table
        .filter(steward_assignments::steward_id.eq(steward))
        .order(steward_assignments::id)
        .select(steward_assignments::id)
        .for_update()
        .load::<AssignmentId>(tx.conn())
        .map(drop)
}

/// Hands the assignments of one steward to another from a moment on: those in force end then and go on with the other, those to
/// come become the other's. Answers how many.
#[expect(
    clippy::disallowed_methods,
    reason = "statements that feed one another have no typed form"
)]
pub fn hand_over(
    tx: &mut TenantTx<'_>,
    _: &Arranging,
    bulk: BulkId,
    (from, to): (MemberId, MemberId),
    moment: DateTime<Utc>,
) -> QueryResult<usize> {
    let (now, me) = (tx.now(), tx.actor().member_id());
    let ended = statement(
        "INSERT INTO bulk_items (bulk_id, position, assignment_id, replaced_id, replaced_to) \
         SELECT $1, row_number() OVER (ORDER BY a.id), gen_random_uuid(), a.id, a.effective_to FROM steward_assignments a \
         WHERE a.org_id = (SELECT app.current_org()) AND a.steward_id = $2 AND a.leave_id IS NULL AND a.member_id IS DISTINCT FROM $3 \
           AND a.effective_from < $4 AND (a.effective_to IS NULL OR a.effective_to > $4)",
    )
    .bind::<SqlUuid, _>(bulk)
    .bind::<SqlUuid, _>(from)
    .bind::<SqlUuid, _>(to)
    .bind::<Timestamptz, _>(moment)
    .execute(tx.conn())?;
    statement(
        "UPDATE steward_assignments a SET effective_to = $2, ended_by = $3 FROM bulk_items i WHERE i.bulk_id = $1 AND a.org_id = i.org_id AND a.id = i.replaced_id",
    )
    .bind::<SqlUuid, _>(bulk)
    .bind::<Timestamptz, _>(moment)
    .bind::<Nullable<SqlUuid>, _>(me)
    .execute(tx.conn())?;
    statement(
        "INSERT INTO steward_assignments (id, steward_id, kind, member_id, worksite_id, department_id, shift_id, effective_from, effective_to, given_by, given_at) \
         SELECT i.assignment_id, $2, a.kind, a.member_id, a.worksite_id, a.department_id, a.shift_id, $3, i.replaced_to, $4, $5 \
         FROM bulk_items i JOIN steward_assignments a ON a.org_id = i.org_id AND a.id = i.replaced_id WHERE i.bulk_id = $1",
    )
    .bind::<SqlUuid, _>(bulk)
    .bind::<SqlUuid, _>(to)
    .bind::<Timestamptz, _>(moment)
    .bind::<Nullable<SqlUuid>, _>(me)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    let moved = statement(
        "WITH moved AS (UPDATE steward_assignments a SET steward_id = $3 WHERE a.org_id = (SELECT app.current_org()) AND a.steward_id = $2 \
           AND a.leave_id IS NULL AND a.member_id IS DISTINCT FROM $3 AND a.effective_from >= $4 RETURNING a.id) \
         INSERT INTO bulk_items (bulk_id, position, assignment_id, moved_from) SELECT $1, 1000000 + row_number() OVER (), id, $2 FROM moved",
    )
    .bind::<SqlUuid, _>(bulk)
    .bind::<SqlUuid, _>(from)
    .bind::<SqlUuid, _>(to)
    .bind::<Timestamptz, _>(moment)
    .execute(tx.conn())?;
    Ok(ended + moved)
}

/// Takes the assignments of a change back, as far as they are still as it made them: what it made goes, what it ended for that goes
/// on as before, what it handed over returns. Answers how many.
///
/// What was ended, handed on or given to somebody else since is a later decision, and stays with what it replaced.
#[expect(clippy::disallowed_methods, reason = "DELETE … USING has no typed form")]
pub fn unassign(tx: &mut TenantTx<'_>, bulk: BulkId) -> QueryResult<usize> {
    // Both sides of a handover are as it left them, or neither is touched; of an assignment that replaced none there is one side.
    let gone: Vec<Gone> = statement(
        "DELETE FROM steward_assignments a USING bulk_items i, bulk_changes b WHERE i.bulk_id = $1 AND i.moved_from IS NULL \
           AND b.org_id = i.org_id AND b.id = i.bulk_id AND a.org_id = i.org_id AND a.id = i.assignment_id \
           AND a.steward_id = coalesce(b.to_id, a.steward_id) AND a.effective_from = coalesce(b.moment, a.effective_from) AND a.ended_by IS NULL \
           AND (i.replaced_id IS NULL OR (a.effective_to IS NOT DISTINCT FROM i.replaced_to AND EXISTS (SELECT 1 FROM steward_assignments o \
             WHERE o.org_id = i.org_id AND o.id = i.replaced_id AND o.effective_to = a.effective_from))) RETURNING a.id",
    )
    .bind::<SqlUuid, _>(bulk)
    .load(tx.conn())?;
    let ids: Vec<AssignmentId> = gone.iter().map(|one| one.id).collect();
    statement(
        "UPDATE steward_assignments a SET effective_to = i.replaced_to, ended_by = NULL FROM bulk_items i \
         WHERE i.bulk_id = $1 AND i.assignment_id = ANY($2) AND a.org_id = i.org_id AND a.id = i.replaced_id \
           AND NOT (a.kind = 'primary' AND EXISTS (SELECT 1 FROM steward_assignments o WHERE o.org_id = a.org_id AND o.id <> a.id AND o.kind = 'primary' \
             AND ((o.member_id IS NOT NULL AND o.member_id = a.member_id) OR (o.worksite_id IS NOT NULL AND o.worksite_id = a.worksite_id \
               AND o.department_id IS NOT DISTINCT FROM a.department_id AND o.shift_id IS NOT DISTINCT FROM a.shift_id)) \
             AND tstzrange(o.effective_from, o.effective_to) && tstzrange(a.effective_to, i.replaced_to)))",
    )
    .bind::<SqlUuid, _>(bulk)
    .bind::<Array<SqlUuid>, _>(ids)
    .execute(tx.conn())?;
    let moved = statement(
        "UPDATE steward_assignments a SET steward_id = i.moved_from FROM bulk_items i JOIN bulk_changes b ON b.org_id = i.org_id AND b.id = i.bulk_id \
         WHERE i.bulk_id = $1 AND i.moved_from IS NOT NULL AND a.org_id = i.org_id AND a.id = i.assignment_id \
           AND a.steward_id = coalesce(b.to_id, a.steward_id) AND a.ended_by IS NULL AND a.member_id IS DISTINCT FROM i.moved_from",
    )
    .bind::<SqlUuid, _>(bulk)
    .execute(tx.conn())?;
    Ok(gone.len() + moved)
}

#[derive(QueryableByName)]
struct Gone {
    #[diesel(sql_type = SqlUuid)]
    id: AssignmentId,
}

/// One line of an export.
#[derive(QueryableByName, Debug, Clone)]
pub struct Exported {
    #[diesel(sql_type = SqlUuid)]
    pub id: MemberId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub stage: String,
    #[diesel(sql_type = Text)]
    pub worksite: String,
    #[diesel(sql_type = Text)]
    pub department: String,
    #[diesel(sql_type = Text)]
    pub shift: String,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = Text)]
    pub phone: String,
    #[diesel(sql_type = Text)]
    pub joined: String,
    #[diesel(sql_type = Text)]
    pub locale: String,
    #[diesel(sql_type = Text)]
    pub tags: String,
    /// Values of the fields asked for, in their order, joined by a unit separator.
    #[diesel(sql_type = Array<Nullable<Text>>)]
    pub fields: Vec<Option<String>>,
}

/// What records say about these people, in their order, with these fields of the organization's own.
#[expect(
    clippy::disallowed_methods,
    reason = "outer joins and lists have no readable typed form"
)]
pub fn exported(
    tx: &mut TenantTx<'_>,
    _: &crate::domains::people::policy::Exporting,
    people: &[MemberId],
    fields: &[crate::kernel::ids::FieldId],
    today: NaiveDate,
) -> QueryResult<Vec<Exported>> {
    statement(
        "SELECT m.id, m.display_name AS name, m.stage::text AS stage, coalesce(w.name, '') AS worksite, coalesce(d.name, '') AS department, \
           coalesce(h.name, '') AS shift, coalesce(m.email, '') AS email, coalesce((SELECT k.value FROM contact_points k WHERE k.org_id = m.org_id \
             AND k.member_id = m.id AND k.kind = 'phone' ORDER BY k.created_at, k.id LIMIT 1), '') AS phone, \
           coalesce(m.joined_on::text, '') AS joined, m.locale, coalesce((SELECT string_agg(t.name, ', ' ORDER BY t.name) FROM member_tags g \
             JOIN tags t ON t.org_id = g.org_id AND t.id = g.tag_id WHERE g.org_id = m.org_id AND g.member_id = m.id \
             AND (g.expires_on IS NULL OR g.expires_on >= $3)), '') AS tags, \
           ARRAY(SELECT v.value FROM unnest($2) WITH ORDINALITY AS f(id, place) LEFT JOIN member_values v ON v.org_id = m.org_id AND v.member_id = m.id \
             AND v.field_id = f.id ORDER BY f.place) AS fields \
         FROM unnest($1) WITH ORDINALITY AS p(id, place) JOIN members m ON m.org_id = (SELECT app.current_org()) AND m.id = p.id \
         LEFT JOIN worksites w ON w.org_id = m.org_id AND w.id = m.worksite_id \
         LEFT JOIN departments d ON d.org_id = m.org_id AND d.id = m.department_id \
         LEFT JOIN shifts h ON h.org_id = m.org_id AND h.id = m.shift_id ORDER BY p.place",
    )
    .bind::<Array<SqlUuid>, _>(people.to_vec())
    .bind::<Array<SqlUuid>, _>(fields.to_vec())
    .bind::<Date, _>(today)
    .load(tx.conn())
}
