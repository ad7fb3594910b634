//! Registering devices for push.

use uuid::Uuid;

use crate::kernel::error::AppError;
use crate::kernel::ids::{EventId, MemberId};
use crate::kernel::validate::Check;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::queries;
use super::shapes::{ForgetPushToken, PushToken, RegisterPushToken};

/// Registers a device of the acting member.
///
/// # Errors
/// [`AppError::Invalid`] for an unknown platform or a token that is none.
pub fn register(tx: &mut TenantTx<'_>, wanted: &RegisterPushToken) -> Result<PushToken, AppError> {
    let mut check = Check::default();
    check.refuse_when(
        !matches!(wanted.platform.as_str(), "expo" | "web"),
        "platform",
        "The platform is expo or web.",
    );
    let token = check.line("token", "The token", &wanted.token, 8, 2_048);
    let device = check.line("device_name", "The device name", &wanted.device_name, 0, 80);
    check.finish(|| ())?;
    let me = tx.my_id()?;
    let before = queries::owner(tx, &token)?.filter(|owner| *owner != me);
    let id = queries::register(tx, me, &wanted.platform, &token, &device)?;
    let about = serde_json::json!({ "platform": wanted.platform });
    tx.audit(Entry::of("channels.push_token.registered", "push_token", EventId(id)).after(about))?;
    if let Some(before) = before {
        tell_of_move(tx, id, before, me)?;
    }
    Ok(PushToken {
        id,
        platform: wanted.platform.clone(),
    })
}

/// A phone changed hands: the trails of both people say so.
fn tell_of_move(tx: &mut TenantTx<'_>, id: Uuid, from: MemberId, to: MemberId) -> Result<(), AppError> {
    for member in [from, to] {
        let entry = Entry::of("channels.push_token.moved", "member", member);
        tx.audit(
            entry
                .before(serde_json::json!({ "push_token": id, "member": from }))
                .after(serde_json::json!({ "push_token": id, "member": to })),
        )?;
    }
    Ok(())
}

/// Forgets a device of the acting member.
///
/// # Errors
/// [`AppError::NotFound`] when it is not registered.
pub fn forget(tx: &mut TenantTx<'_>, unwanted: &ForgetPushToken) -> Result<(), AppError> {
    let me = tx.my_id()?;
    if !queries::forget(tx, me, &unwanted.token)? {
        return Err(AppError::NotFound);
    }
    tx.audit(Entry::general("channels.push_token.forgotten", "push_token"))
}
