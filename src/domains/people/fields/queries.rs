//! Fields in SQL.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domains::people::fields::model::{CustomField, Sensitivity};
use crate::domains::people::policy::{Changing, Seeing};
use crate::kernel::ids::{FieldId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{custom_fields, member_values};

/// The organization's fields in their order; those taken out of use are left out.
pub fn fields(tx: &mut TenantTx<'_>) -> QueryResult<Vec<CustomField>> {
    CustomField::query()
        .filter(custom_fields::archived_at.is_null())
        .order((custom_fields::position, custom_fields::id))
        .load(tx.conn())
}

/// The fields of a record that the viewer may see, each with what it says.
pub fn seen(tx: &mut TenantTx<'_>, seeing: &Seeing<'_>) -> QueryResult<Vec<(CustomField, Option<String>)>> {
    let mut values = values_of(tx, seeing.person().card.id)?;
    let fields = fields(tx)?;
    Ok(fields
        .into_iter()
        .filter(|field| field.sensitivity == Sensitivity::Normal || seeing.with_sensitive())
        .map(|field| {
            let value = values.remove(&field.id);
            (field, value)
        })
        .collect())
}

/// What every field says about somebody.
pub fn values_of(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<HashMap<FieldId, String>> {
    let rows: Vec<(FieldId, String)> = member_values::table
        .filter(member_values::member_id.eq(member))
        .select((member_values::field_id, member_values::value))
        .load(tx.conn())?;
    Ok(rows.into_iter().collect())
}

/// Writes what a field says about somebody, or that it says nothing.
pub fn set(
    tx: &mut TenantTx<'_>,
    proof: &Changing<'_>,
    field: FieldId,
    value: Option<&str>,
) -> QueryResult<()> {
    let (member, now) = (proof.person().card.id, tx.now());
    let Some(value) = value else {
        return diesel::delete(
            member_values::table
                .filter(member_values::member_id.eq(member))
                .filter(member_values::field_id.eq(field)),
        )
        .execute(tx.conn())
        .map(|_| ());
    };
    diesel::insert_into(member_values::table)
        .values((
            member_values::member_id.eq(member),
            member_values::field_id.eq(field),
            member_values::value.eq(value),
            member_values::changed_at.eq(now),
        ))
        .on_conflict((
            member_values::org_id,
            member_values::member_id,
            member_values::field_id,
        ))
        .do_update()
        .set((member_values::value.eq(value), member_values::changed_at.eq(now)))
        .execute(tx.conn())
        .map(|_| ())
}
