//! The part of the page about what somebody was told that is about their devices, and the worker of push.

use chrono_tz::Tz;
use serde_json::json;

use crate::app::App;
use crate::domains::consent::texts;
use crate::domains::notifications::pushing::introducing;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{DeviceId, MemberId};
use crate::kernel::time::local_date_time;
use crate::platform::crypto::{self, KeyRing};
use crate::platform::db::TenantTx;
use crate::platform::web::assets;
use crate::platform::web::installable::Installable;

use super::forms::DeviceForm;
use super::model::Device;
use super::{actions, queries};

/// What the worker does; the key it asks for, and its pictures, are written before it.
const WORKER: &str = include_str!("../../../../static/push/worker.js");

/// The worker's script.
///
/// # Errors
/// As [`introducing::public_key`].
pub fn worker(keys: &KeyRing) -> Result<String, AppError> {
    let kept = json!({ "key": introducing::public_key(keys)?, "icon": assets::url("icons/app-192.png") });
    Ok(format!("const KEPT = {kept};\n{WORKER}"))
}

/// What makes the portal installable from the page about notifications (W3C Web Application Manifest): Apple's phones push to what
/// was put on the home screen only.
pub fn manifest() -> String {
    Installable {
        page: "/inbox",
        name: "Waymark",
        description: "Channels, notes and tasks of your organization.",
    }
    .manifest()
}

/// Push on this device, and on which others it is on.
pub struct OnThisDevice {
    /// The key that browsers ask for.
    pub key: String,
    /// Whether this portal can push at all.
    pub is_possible: bool,
    /// What switching it on says, and in which language.
    pub agreement: String,
    pub lang: &'static str,
    pub devices: Vec<DeviceLine>,
    pub form: DeviceForm,
    pub errors: FieldErrors,
}

/// One device.
pub struct DeviceLine {
    pub id: DeviceId,
    /// By which a browser knows itself: SHA-256 of its address for push, which is a secret.
    pub mark: String,
    pub name: String,
    pub since: String,
    /// When something last arrived; empty when nothing did.
    pub told: String,
    pub trouble: String,
    pub is_reachable: bool,
}

impl OnThisDevice {
    /// Reads it; what was typed and refused is shown again.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        app: &App,
        member: MemberId,
        zone: Tz,
        typed: Option<(DeviceForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let (form, errors) = typed.unwrap_or_default();
        let locale = texts::locale_of(tx, member)?;
        let devices = queries::all(tx, member)?;
        Ok(Self {
            key: introducing::public_key(&app.keys)?,
            is_possible: introducing::subject(&app.config).is_ok(),
            agreement: actions::agreement(tx, locale)?,
            lang: locale.as_str(),
            devices: devices.into_iter().map(|one| line(one, zone)).collect(),
            form,
            errors,
        })
    }
}

fn line(one: Device, zone: Tz) -> DeviceLine {
    let moment = |at| local_date_time(at, zone);
    DeviceLine {
        id: one.id,
        mark: hex::encode(crypto::digest(one.endpoint())),
        since: moment(one.created_at),
        told: one.told_at.map(moment).unwrap_or_default(),
        is_reachable: one.is_reachable(),
        name: match one.name.is_empty() {
            true => "A device without a name".to_owned(),
            false => one.name,
        },
        trouble: one.trouble,
    }
}
