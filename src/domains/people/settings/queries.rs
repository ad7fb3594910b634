//! Settings, own fields and blocked pairs in SQL.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

use crate::domains::people::fields::model::CustomField;
use crate::domains::people::policy::Arranging;
use crate::kernel::error::AppError;
use crate::kernel::ids::{FieldId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{custom_fields, organizations, steward_blocks};

use super::forms::{FieldWords, Settings};

/// What is set.
pub fn settings(tx: &mut TenantTx<'_>) -> QueryResult<Settings> {
    let org = tx.org();
    let (people_per_steward, one_is_strong, exporters) = organizations::table
        .find(org)
        .select((
            organizations::people_per_steward,
            organizations::one_is_strong,
            organizations::people_exporters,
        ))
        .first(tx.conn())?;
    Ok(Settings {
        people_per_steward,
        one_is_strong,
        exporters,
    })
}

/// Sets it.
pub fn set(tx: &mut TenantTx<'_>, _: &Arranging, settings: &Settings) -> QueryResult<()> {
    let org = tx.org();
    diesel::update(organizations::table.find(org))
        .set((
            organizations::people_per_steward.eq(settings.people_per_steward),
            organizations::one_is_strong.eq(settings.one_is_strong),
            organizations::people_exporters.eq(&settings.exporters),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// One field in use.
pub fn field(tx: &mut TenantTx<'_>, id: FieldId) -> QueryResult<CustomField> {
    CustomField::query()
        .filter(custom_fields::id.eq(id))
        .filter(custom_fields::archived_at.is_null())
        .first(tx.conn())
}

fn name_taken(error: Error) -> AppError {
    match &error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
            if info.constraint_name() == Some("custom_fields_name_taken") =>
        {
            AppError::field("name", "Another field has this name.")
        }
        _ => error.into(),
    }
}

/// Adds a field behind the others.
///
/// # Errors
/// [`AppError::Invalid`] when the name is taken.
pub fn add_field(tx: &mut TenantTx<'_>, _: &Arranging, words: &FieldWords) -> Result<FieldId, AppError> {
    let (id, now) = (tx.new_id::<FieldId>(), tx.now());
    let count: i64 = custom_fields::table.count().get_result(tx.conn())?;
    diesel::insert_into(custom_fields::table)
        .values((
            custom_fields::id.eq(id),
            custom_fields::name.eq(&words.name),
            custom_fields::kind.eq(words.kind),
            custom_fields::choices.eq(&words.choices),
            custom_fields::sensitivity.eq(words.sensitivity),
            custom_fields::position.eq(i32::try_from(count).unwrap_or(i32::MAX)),
            custom_fields::created_at.eq(now),
        ))
        .execute(tx.conn())
        .map_err(name_taken)?;
    Ok(id)
}

/// Changes a field's name, choices and who sees it. Values that are no longer among the choices stay as they are.
///
/// # Errors
/// As [`add_field`].
pub fn change_field(
    tx: &mut TenantTx<'_>,
    _: &Arranging,
    id: FieldId,
    words: &FieldWords,
) -> Result<(), AppError> {
    diesel::update(custom_fields::table.filter(custom_fields::id.eq(id)))
        .set((
            custom_fields::name.eq(&words.name),
            custom_fields::choices.eq(&words.choices),
            custom_fields::sensitivity.eq(words.sensitivity),
        ))
        .execute(tx.conn())
        .map_err(name_taken)?;
    Ok(())
}

/// Takes a field out of use; what it says about people is deleted with it.
pub fn remove_field(tx: &mut TenantTx<'_>, _: &Arranging, id: FieldId) -> QueryResult<()> {
    diesel::delete(custom_fields::table.filter(custom_fields::id.eq(id)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Two people who must not meet here.
#[derive(Queryable, Debug, Clone)]
pub struct Block {
    pub steward: MemberId,
    pub member: MemberId,
    pub reason: String,
}

/// The blocked pairs, the newest first.
pub fn blocks(tx: &mut TenantTx<'_>, limit: i64) -> QueryResult<Vec<Block>> {
    steward_blocks::table
        .order((steward_blocks::created_at.desc(), steward_blocks::steward_id))
        .limit(limit)
        .select((
            steward_blocks::steward_id,
            steward_blocks::member_id,
            steward_blocks::reason,
        ))
        .load(tx.conn())
}

/// Keeps a pair apart; answers whether they were not before.
pub fn block(
    tx: &mut TenantTx<'_>,
    _: &Arranging,
    steward: MemberId,
    member: MemberId,
    reason: &str,
) -> QueryResult<bool> {
    let (now, me) = (tx.now(), tx.actor().member_id());
    diesel::insert_into(steward_blocks::table)
        .values((
            steward_blocks::steward_id.eq(steward),
            steward_blocks::member_id.eq(member),
            steward_blocks::reason.eq(reason),
            steward_blocks::created_by.eq(me),
            steward_blocks::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .map(|count| count > 0)
}

/// Lets a pair meet again; answers whether they were kept apart.
pub fn unblock(
    tx: &mut TenantTx<'_>,
    _: &Arranging,
    steward: MemberId,
    member: MemberId,
) -> QueryResult<bool> {
    diesel::delete(
        steward_blocks::table
            .filter(steward_blocks::steward_id.eq(steward))
            .filter(steward_blocks::member_id.eq(member)),
    )
    .execute(tx.conn())
    .map(|count| count > 0)
}
