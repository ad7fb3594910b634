//! What a device is.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::tenancy::Gathered;
use crate::kernel::error::AppError;
use crate::kernel::ids::{DeviceId, MemberId};
use crate::kernel::time::utc;
use crate::platform::crypto::KeyRing;
use crate::platform::db::schema::push_tokens;
use crate::providers::push::{PushHosts, Subscription};

/// What the secrets of browsers are sealed under.
const USE: &str = "push-devices";

/// What programs call a browser; the others are phones that a program registered.
pub const WEB: &str = "web";

/// Kinds of messages that are told by push: mentions and messages, broadcasts.
pub const CATEGORIES: [&str; 2] = ["social", "alerts"];

/// A device.
#[derive(HasQuery, Clone)]
#[diesel(table_name = push_tokens)]
pub struct Device {
    pub id: DeviceId,
    pub member_id: MemberId,
    token: String,
    #[diesel(column_name = device_name)]
    pub name: String,
    pub created_at: DateTime<Utc>,
    public_key: Option<String>,
    auth: Option<Vec<u8>>,
    /// When something last arrived there.
    pub told_at: Option<DateTime<Utc>>,
    /// Why the last that was sent did not arrive; empty when it did.
    pub trouble: String,
}

impl std::fmt::Debug for Device {
    /// Without what would let anybody push to it.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Device({})", self.id)
    }
}

impl Device {
    /// Whether anything can be pushed to it: a program may register what this portal does not push to.
    pub fn is_reachable(&self) -> bool {
        self.auth.is_some()
    }

    /// Where pushes to it go. Such an address is a secret of its own.
    pub fn endpoint(&self) -> &str {
        &self.token
    }

    /// What a push is encrypted with.
    ///
    /// # Errors
    /// [`AppError::Conflict`] with the reason when its push service is no longer trusted; when its secret was sealed under another
    /// secret of the installation.
    pub fn subscription(&self, keys: &KeyRing, hosts: &PushHosts) -> Result<Subscription, AppError> {
        let (Some(public_key), Some(sealed)) = (&self.public_key, &self.auth) else {
            return Err(AppError::Conflict(
                "A program registered this device; nothing is pushed to it.".to_owned(),
            ));
        };
        let plain = keys.open(USE, sealed).map_err(AppError::Unexpected)?;
        let auth = String::from_utf8(plain).map_err(|cause| AppError::Unexpected(cause.into()))?;
        Subscription::new(&self.token, public_key, &auth, hosts)
            .map_err(|why| AppError::Conflict(format!("{why}.")))
    }
}

impl From<Device> for Gathered {
    /// As its owner is told of it; its address and keys stay out of what travels.
    fn from(device: Device) -> Self {
        Self {
            title: "Device with push".to_owned(),
            when: utc(device.created_at),
            by: String::new(),
            text: device.name,
            note: None,
            needs_review: false,
        }
    }
}

/// What a browser gave when its owner said yes, checked.
#[derive(Debug, Clone)]
pub struct Facts {
    pub name: String,
    pub browser: Browser,
}

/// What lets the portal push to a browser.
#[derive(Clone)]
pub struct Browser {
    pub endpoint: String,
    pub public_key: String,
    pub auth: String,
}

impl std::fmt::Debug for Browser {
    /// Without its secrets.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Browser")
    }
}

impl Browser {
    /// Its secret as it is kept.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn sealed(&self, keys: &KeyRing) -> Result<Vec<u8>, AppError> {
        keys.seal(USE, self.auth.as_bytes()).map_err(AppError::Unexpected)
    }
}
