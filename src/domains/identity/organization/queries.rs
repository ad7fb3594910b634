//! The organization's own row.

use diesel::prelude::*;
use serde::Serialize;

use crate::domains::identity::policy::{Administering, Requirable};
use crate::kernel::actor::Role;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{member_roles, organizations};

/// What can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, HasQuery, AsChangeset)]
#[diesel(table_name = organizations)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// IANA time zone of new members.
    pub time_zone: String,
    /// Language of new members.
    pub locale: String,
    /// Where letters reach it: in every request for consent and every message.
    pub postal_address: String,
    /// A number, an address or a page by which it is reached, for the same.
    pub contact_line: String,
    /// Whose law counts for what it sends.
    pub jurisdiction: String,
}

pub fn settings(tx: &mut TenantTx<'_>) -> QueryResult<Settings> {
    Settings::query().first(tx.conn())
}

pub fn store(tx: &mut TenantTx<'_>, _: Administering, settings: &Settings) -> QueryResult<()> {
    diesel::update(organizations::table)
        .set(settings)
        .execute(tx.conn())
        .map(|_| ())
}

/// Asks admins and privacy officers for a second factor.
pub fn require_second_factor(tx: &mut TenantTx<'_>, _: Requirable) -> QueryResult<()> {
    diesel::update(organizations::table)
        .set(organizations::second_factor_required.eq(true))
        .execute(tx.conn())
        .map(|_| ())
}

/// Stops asking for it.
pub fn release_second_factor(tx: &mut TenantTx<'_>, _: Administering) -> QueryResult<()> {
    diesel::update(organizations::table)
        .set(organizations::second_factor_required.eq(false))
        .execute(tx.conn())
        .map(|_| ())
}

/// How many people the requirement concerns.
pub fn concerned(tx: &mut TenantTx<'_>) -> QueryResult<i64> {
    member_roles::table
        .filter(member_roles::role.eq_any([Role::Admin, Role::PrivacyOfficer]))
        .select(diesel::dsl::count(member_roles::member_id).aggregate_distinct())
        .first(tx.conn())
}
