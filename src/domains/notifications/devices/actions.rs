//! Switching push on and off, and trying it.

use crate::domains::consent;
use crate::domains::consent::model::{Action, Basis, Channel, Method};
use crate::domains::consent::queries::{Evidence, Said};
use crate::domains::consent::texts::{self, Wording};
use crate::domains::notifications::events::{DeviceAdded, DeviceLost, DeviceRemoved, DeviceRenewed};
use crate::domains::notifications::model::Reason;
use crate::domains::notifications::pushing;
use crate::domains::notifications::queries as notifications;
use crate::kernel::error::AppError;
use crate::kernel::ids::{DeviceId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::mail::{Locale, say};
use crate::providers::push::PushHosts;

use super::forms::Renewal;
use super::model::{CATEGORIES, Device, Facts};
use super::policy::Owning;
use super::queries;

/// Switches push on in a browser. Where nothing may be pushed to this person yet, that is their yes to all kinds; what they decided
/// about single kinds before stays.
///
/// # Errors
/// [`AppError::Conflict`] when there are too many devices.
pub fn switch_on(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    by: &Owning,
    facts: &Facts,
    seen: &Evidence,
) -> Result<DeviceId, AppError> {
    let before = queries::at(tx, &facts.browser.endpoint)?;
    if before.is_none() && queries::all(tx, by.member())?.len() >= queries::MOST {
        return Err(AppError::Conflict(format!(
            "You have {} devices. Remove one that you no longer use first.",
            queries::MOST
        )));
    }
    if let Some(before) = before.filter(|before| before.member_id != by.member()) {
        hand_over(tx, &before)?;
    }
    let id = queries::add(tx, by, facts, &facts.browser.sealed(keys)?)?;
    agree(tx, keys, by.member(), seen)?;
    // Its name may name somebody, and the log outlives them.
    tx.audit(Entry::of("notifications.device.added", "push_token", id))?;
    tx.emit(&DeviceAdded {
        device: id,
        member: by.member(),
    })?;
    Ok(id)
}

/// A browser changed hands: what was still to be pushed to who had it before is not shown to who has it now.
fn hand_over(tx: &mut TenantTx<'_>, before: &Device) -> Result<(), AppError> {
    tx.audit(Entry::of(
        "notifications.device.handed_over",
        "member",
        before.member_id,
    ))?;
    take_away(tx, before)
}

/// What switching push on says, in the person's language, as it is shown and kept.
///
/// # Errors
/// When the database fails.
pub fn agreement(tx: &mut TenantTx<'_>, locale: Locale) -> Result<String, AppError> {
    let kinds: Vec<String> = texts::categories(tx, locale)?
        .into_iter()
        .filter(|category| CATEGORIES.contains(&category.key.as_str()))
        .map(|category| category.name)
        .collect();
    let organization = consent::asker(tx)?.name;
    let values = [("organization", organization), ("kinds", kinds.join(", "))];
    Ok(say(locale, "push-agreement", &values))
}

fn agree(tx: &mut TenantTx<'_>, keys: &KeyRing, member: MemberId, seen: &Evidence) -> Result<(), AppError> {
    let situation = consent::actions::situation(tx, keys, member)?;
    let is_allowed = |category: &&str| situation.standing(Channel::Push, category).is_allowed();
    if CATEGORIES.iter().any(is_allowed) {
        return Ok(());
    }
    let locale = texts::locale_of(tx, member)?;
    let wording = Wording {
        name: "push/grant",
        locale,
        body: agreement(tx, locale)?,
    };
    let (text, now) = (wording.kept(tx)?, tx.now());
    let said = CATEGORIES.map(|category| Said {
        channel: Channel::Push,
        category: category.to_owned(),
        action: Action::Grant,
        basis: Some(Basis::Express),
        method: Method::Form,
        text: Some(text),
        effective_at: now,
        expires_at: None,
        answers: None,
        evidence: seen.clone(),
    });
    let deciding = consent::policy::for_oneself(tx.actor())?;
    consent::actions::write_down(tx, &deciding, &said).map(|_| ())
}

/// Gives a browser the address its push service gave it; nothing is to be done when it has it already.
///
/// # Errors
/// [`AppError::NotFound`] when neither address is one of theirs; [`AppError::Invalid`] for a subscription that cannot be used.
pub fn renew(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    by: &Owning,
    renewal: &Renewal,
    hosts: &PushHosts,
) -> Result<(), AppError> {
    let is_own = |device: &Device| device.member_id == by.member();
    let browser = renewal.parse(hosts)?;
    if let Some(known) = queries::at(tx, &browser.endpoint)? {
        return match is_own(&known) {
            true => Ok(()),
            false => Err(AppError::NotFound),
        };
    }
    let old = queries::at(tx, &renewal.old)?
        .filter(is_own)
        .ok_or(AppError::NotFound)?;
    queries::renew(tx, by, old.id, &browser, &browser.sealed(keys)?)?;
    tx.audit(Entry::of("notifications.device.renewed", "push_token", old.id))?;
    tx.emit(&DeviceRenewed {
        device: old.id,
        member: by.member(),
    })
    .map(|_| ())
}

/// Switches push off on a device of theirs.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn remove(tx: &mut TenantTx<'_>, by: &Owning, id: DeviceId) -> Result<(), AppError> {
    let device = queries::own(tx, by, id)?;
    take_away(tx, &device)?;
    tx.audit(Entry::of("notifications.device.removed", "push_token", id))?;
    tx.emit(&DeviceRemoved {
        device: id,
        member: by.member(),
    })
    .map(|_| ())
}

/// Removes a device that its push service no longer knows.
///
/// # Errors
/// When the database fails.
pub fn lose(tx: &mut TenantTx<'_>, device: &Device) -> Result<(), AppError> {
    take_away(tx, device)?;
    tx.audit(Entry::of("notifications.device.lost", "push_token", device.id))?;
    tx.emit(&DeviceLost {
        device: device.id,
        member: device.member_id,
    })
    .map(|_| ())
}

fn take_away(tx: &mut TenantTx<'_>, device: &Device) -> Result<(), AppError> {
    let about = queries::remove(tx, device.id)?;
    Ok(notifications::settle_undelivered(tx, &about, Reason::NoDevice)?)
}

/// Sends a test to a device of theirs.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] when nothing can be pushed to it.
pub fn test(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    by: &Owning,
    id: DeviceId,
    hosts: &PushHosts,
) -> Result<(), AppError> {
    let device = queries::own(tx, by, id)?;
    device.subscription(keys, hosts)?;
    pushing::queries::insert(tx, &device, &[])?;
    pushing::wake(tx);
    tx.audit(Entry::of("notifications.device.tested", "push_token", id))
}
