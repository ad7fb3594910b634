//! Telling people outside the portal of what waits for them in it: mentions, direct messages, broadcasts, certificates and answers to work, by push in browsers in which
//! they switched it on, and by e-mail at once or gathered for a day or a week.
//!
//! One place decides, per person and event. What happens leaves a notification; after a grace in which they may see it in the portal it is
//! decided, by [`decide`], whether they are told, and what was decided stays for them to read. Who was pushed is written to only when they
//! have not seen it after the same grace again. A mail or push says who and where, never what was said: a mailbox may be an employer's, and
//! a screen lies on a table. Tells the events in [`events`].

pub mod decide;
pub mod devices;
pub mod events;
mod jobs;
mod letters;
pub mod model;
pub mod notices;
mod pages;
pub mod pushing;
mod queries;
mod routes;
mod subscribers;
mod telling;

pub use jobs::{FORGET, kinds};
pub use routes::routes;
pub use subscribers::subscribers;

use crate::domains::tenancy::{Erasing, Gathered};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;

/// What goes of an erased person.
///
/// # Errors
/// When the database fails.
pub fn erase(tx: &mut TenantTx<'_>, _: &KeyRing, erasing: &Erasing) -> Result<(), AppError> {
    queries::forget(tx, erasing.member())?;
    Ok(devices::queries::forget(tx, erasing.member())?)
}

/// What somebody was to be told of, and on which devices, for the person themselves.
///
/// # Errors
/// When the database fails.
pub fn gathered(tx: &mut TenantTx<'_>, _: &KeyRing, member: MemberId) -> Result<Vec<Gathered>, AppError> {
    let mut all = queries::gathered(tx, member)?;
    let devices = devices::queries::all(tx, member)?;
    all.extend(devices.into_iter().map(Gathered::from));
    Ok(all)
}
