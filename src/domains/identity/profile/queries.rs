//! Profiles in the database.

use diesel::prelude::*;

use crate::kernel::error::AppError;
use crate::kernel::ids::UserId;
use crate::platform::db::schema::{members, users};
use crate::platform::db::{SystemTx, TenantTx};

use super::forms::Profile;

#[derive(HasQuery)]
#[diesel(table_name = members)]
struct Row {
    display_name: String,
    handle: String,
    headline: String,
    locale: String,
    time_zone: String,
}

/// The acting member's profile.
pub fn mine(tx: &mut TenantTx<'_>) -> Result<Profile, AppError> {
    let me = tx.my_id()?;
    let Row {
        display_name,
        handle,
        headline,
        locale,
        time_zone,
    } = Row::query().filter(members::id.eq(me)).first(tx.conn())?;
    Ok(Profile {
        display_name,
        handle,
        headline,
        locale,
        time_zone,
    })
}

/// Stores the acting member's profile.
pub fn store(tx: &mut TenantTx<'_>, profile: &Profile) -> Result<(), AppError> {
    let me = tx.my_id()?;
    diesel::update(members::table.filter(members::id.eq(me)))
        .set((
            members::display_name.eq(&profile.display_name),
            members::handle.eq(&profile.handle),
            members::headline.eq(&profile.headline),
            members::locale.eq(&profile.locale),
            members::time_zone.eq(&profile.time_zone),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The language of a login's mail.
pub fn store_locale(tx: &mut SystemTx<'_>, user: UserId, locale: &str) -> QueryResult<()> {
    diesel::update(users::table.find(user))
        .set(users::locale.eq(locale))
        .execute(tx.conn())
        .map(|_| ())
}
