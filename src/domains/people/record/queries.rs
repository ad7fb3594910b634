//! Records in SQL.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::people::model::{ContactKind, Stage};
use crate::domains::people::policy::{Changing, Seeing};
use crate::kernel::error::AppError;
use crate::kernel::ids::{ContactPointId, DepartmentId, MemberId, ShiftId, TagId, WorksiteId};
use crate::kernel::sql_types;
use crate::platform::db::schema::{contact_points, member_tags, members, tags};
use crate::platform::db::{TenantTx, statement};

use super::forms::Placement;

diesel::allow_tables_to_appear_in_same_query!(member_tags, tags);

/// Where somebody works and how far they are.
#[derive(QueryableByName, Debug, Clone)]
pub struct Place {
    #[diesel(sql_type = sql_types::MemberStage)]
    pub stage: Stage,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub worksite_id: Option<WorksiteId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub department_id: Option<DepartmentId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub shift_id: Option<ShiftId>,
    #[diesel(sql_type = Nullable<Text>)]
    pub worksite: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub department: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub shift: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    pub joined_on: Option<NaiveDate>,
    #[diesel(sql_type = Text)]
    pub legal_basis: String,
    #[diesel(sql_type = Nullable<Date>)]
    pub basis_noted_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    #[diesel(sql_type = Text)]
    pub locale: String,
    #[diesel(sql_type = Text)]
    pub time_zone: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_reached_at: Option<DateTime<Utc>>,
}

/// How somebody is reached, and why they may be.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = members)]
pub struct Reach {
    #[diesel(column_name = display_name)]
    pub name: String,
    pub email: Option<String>,
    pub locale: String,
    pub time_zone: String,
    pub stage: Stage,
    pub left_at: Option<DateTime<Utc>>,
    pub legal_basis: String,
    pub basis_noted_on: Option<NaiveDate>,
}

/// How somebody is reached, in whatever state they are.
pub fn reach(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Reach> {
    Reach::query().filter(members::id.eq(member)).first(tx.conn())
}

/// Sets the language and the time zone in which somebody is written to.
pub fn set_tongue(tx: &mut TenantTx<'_>, member: MemberId, locale: &str, zone: &str) -> QueryResult<()> {
    diesel::update(members::table.filter(members::id.eq(member)))
        .set((members::locale.eq(locale), members::time_zone.eq(zone)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Where somebody works.
pub fn place(tx: &mut TenantTx<'_>, seeing: &Seeing<'_>) -> QueryResult<Place> {
    place_of(tx, seeing.person().card.id)
}

/// Where somebody works, the ways to reach them and the words on them, for their own copy.
pub fn whole(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<(Place, Vec<String>, Vec<String>)> {
    let place = place_of(tx, member)?;
    let points = contact_points::table
        .filter(contact_points::member_id.eq(member))
        .order((contact_points::created_at, contact_points::id))
        .select(contact_points::value)
        .load(tx.conn())?;
    let words = member_tags::table
        .inner_join(
            tags::table.on(tags::org_id
                .eq(member_tags::org_id)
                .and(tags::id.eq(member_tags::tag_id))),
        )
        .filter(member_tags::member_id.eq(member))
        .order(tags::name)
        .select(tags::name)
        .load(tx.conn())?;
    Ok((place, points, words))
}

#[expect(
    clippy::disallowed_methods,
    reason = "four outer joins have no readable typed form"
)]
fn place_of(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Place> {
    statement(
        "SELECT m.stage, m.worksite_id, m.department_id, m.shift_id, w.name AS worksite, d.name AS department, s.name AS shift, \
           m.joined_on, m.legal_basis, m.basis_noted_on, m.email, m.locale, m.time_zone, c.last_reached_at \
         FROM members m LEFT JOIN worksites w ON w.org_id = m.org_id AND w.id = m.worksite_id \
         LEFT JOIN departments d ON d.org_id = m.org_id AND d.id = m.department_id \
         LEFT JOIN shifts s ON s.org_id = m.org_id AND s.id = m.shift_id \
         LEFT JOIN member_contacts c ON c.org_id = m.org_id AND c.member_id = m.id \
         WHERE m.id = $1",
    )
    .bind::<SqlUuid, _>(member)
    .get_result(tx.conn())
}

/// A way to reach somebody.
#[derive(Queryable, Debug, Clone)]
pub struct ContactPoint {
    pub id: ContactPointId,
    pub kind: ContactKind,
    pub value: String,
    pub label: String,
}

/// The ways to reach somebody that the viewer may know.
pub fn contact_points(tx: &mut TenantTx<'_>, seeing: &Seeing<'_>) -> QueryResult<Vec<ContactPoint>> {
    let mut points = contact_points::table
        .filter(contact_points::member_id.eq(seeing.person().card.id))
        .into_boxed();
    if !seeing.with_phones() {
        points = points.filter(contact_points::kind.ne(ContactKind::Phone));
    }
    points
        .order((
            contact_points::kind.desc(),
            contact_points::created_at,
            contact_points::id,
        ))
        .select((
            contact_points::id,
            contact_points::kind,
            contact_points::value,
            contact_points::label,
        ))
        .load(tx.conn())
}

/// Adds a way to reach somebody.
///
/// # Errors
/// [`AppError::Invalid`] at `value` when it is there already.
pub fn add_contact_point(
    tx: &mut TenantTx<'_>,
    proof: &Changing<'_>,
    kind: ContactKind,
    value: &str,
    label: &str,
) -> Result<ContactPointId, AppError> {
    let (id, now) = (tx.new_id::<ContactPointId>(), tx.now());
    diesel::insert_into(contact_points::table)
        .values((
            contact_points::id.eq(id),
            contact_points::member_id.eq(proof.person().card.id),
            contact_points::kind.eq(kind),
            contact_points::value.eq(value),
            contact_points::label.eq(label),
            contact_points::created_at.eq(now),
        ))
        .execute(tx.conn())
        .map_err(|error| match &error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
                if info.constraint_name() == Some("contact_points_once") =>
            {
                AppError::field("value", "It is there already.")
            }
            _ => error.into(),
        })?;
    Ok(id)
}

/// Takes a way to reach somebody away; answers whether it was there, and its kind.
pub fn remove_contact_point(
    tx: &mut TenantTx<'_>,
    proof: &Changing<'_>,
    id: ContactPointId,
) -> QueryResult<Option<ContactKind>> {
    diesel::delete(
        contact_points::table
            .filter(contact_points::member_id.eq(proof.person().card.id))
            .filter(contact_points::id.eq(id)),
    )
    .returning(contact_points::kind)
    .get_result(tx.conn())
    .optional()
}

/// Keeps everybody else from changing what a record says until the end of the transaction.
pub fn hold(tx: &mut TenantTx<'_>, proof: &Changing<'_>) -> QueryResult<()> {
    members::table
        .filter(members::id.eq(proof.person().card.id))
        .select(members::id)
        .for_no_key_update()
        .first::<MemberId>(tx.conn())
        .map(drop)
}

/// Writes where somebody works and how far they are.
pub fn set_place(tx: &mut TenantTx<'_>, proof: &Changing<'_>, place: &Placement) -> QueryResult<()> {
    diesel::update(members::table.filter(members::id.eq(proof.person().card.id)))
        .set((
            members::stage.eq(place.stage),
            members::worksite_id.eq(place.worksite),
            members::department_id.eq(place.department),
            members::shift_id.eq(place.shift),
            members::joined_on.eq(place.joined_on),
            members::legal_basis.eq(place.legal_basis),
            members::basis_noted_on.eq(place.basis_noted_on),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// A word on somebody.
#[derive(Queryable, Debug, Clone)]
pub struct Tag {
    pub id: TagId,
    pub name: String,
    /// Its last day, when it has one.
    pub expires_on: Option<NaiveDate>,
}

/// The words on somebody that count today.
pub fn tags_of(tx: &mut TenantTx<'_>, seeing: &Seeing<'_>, today: NaiveDate) -> QueryResult<Vec<Tag>> {
    member_tags::table
        .inner_join(
            tags::table.on(tags::org_id
                .eq(member_tags::org_id)
                .and(tags::id.eq(member_tags::tag_id))),
        )
        .filter(member_tags::member_id.eq(seeing.person().card.id))
        .filter(
            member_tags::expires_on
                .is_null()
                .or(member_tags::expires_on.ge(today)),
        )
        .order(tags::name)
        .select((tags::id, tags::name, member_tags::expires_on))
        .load(tx.conn())
}

/// Every word in use, by name: for choosing one.
pub fn all_tags(tx: &mut TenantTx<'_>) -> QueryResult<Vec<String>> {
    tags::table
        .order(tags::name)
        .limit(500)
        .select(tags::name)
        .load(tx.conn())
}

/// Puts a word on somebody, making it when nobody used it before. A word that is there gets the new last day, and is from then on who
/// says so's: taking back what put it there first no longer takes it off.
pub fn add_tag(
    tx: &mut TenantTx<'_>,
    proof: &Changing<'_>,
    name: &str,
    expires_on: Option<NaiveDate>,
) -> QueryResult<TagId> {
    let (fresh, now, by) = (tx.new_id::<TagId>(), tx.now(), tx.actor().member_id());
    diesel::insert_into(tags::table)
        .values((tags::id.eq(fresh), tags::name.eq(name), tags::created_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    let id: TagId = tags::table
        .filter(lower(tags::name).eq(lower(name)))
        .select(tags::id)
        .first(tx.conn())?;
    diesel::insert_into(member_tags::table)
        .values((
            member_tags::member_id.eq(proof.person().card.id),
            member_tags::tag_id.eq(id),
            member_tags::added_by.eq(by),
            member_tags::added_at.eq(now),
            member_tags::expires_on.eq(expires_on),
        ))
        .on_conflict((member_tags::org_id, member_tags::member_id, member_tags::tag_id))
        .do_update()
        .set((
            member_tags::expires_on.eq(expires_on),
            member_tags::added_by.eq(by),
            member_tags::added_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Takes a word off somebody; answers whether it was there.
pub fn remove_tag(tx: &mut TenantTx<'_>, proof: &Changing<'_>, tag: TagId) -> QueryResult<bool> {
    diesel::delete(
        member_tags::table
            .filter(member_tags::member_id.eq(proof.person().card.id))
            .filter(member_tags::tag_id.eq(tag)),
    )
    .execute(tx.conn())
    .map(|count| count > 0)
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// Lower case.
    fn lower(text: Text) -> Text;
}
