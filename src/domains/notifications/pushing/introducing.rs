//! Who this portal is to push services, and which of them it speaks with.

use std::time::Duration;

use crate::app::App;
use crate::config::Config;
use crate::kernel::error::AppError;
use crate::platform::crypto::KeyRing;
use crate::providers::push::{PushHosts, VapidKeys, VapidSubject, WebPush};
use crate::providers::{Http, Patience};

/// Push services answer within a second; one that does not is asked again later.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    total: Duration::from_secs(15),
};
/// Stands in `push.hosts` for this machine.
const THIS_MACHINE: &str = "127.0.0.1";

/// The push services that may be sent to.
pub fn hosts(config: &Config) -> PushHosts {
    let known = PushHosts::vendors();
    config
        .push
        .hosts
        .iter()
        .fold(known, |hosts, host| match host.as_str() {
            THIS_MACHINE => hosts.and_loopback(),
            host => hosts.and(host),
        })
}

/// Whom push services can write to about this portal: its address, else the sender of its mail.
///
/// # Errors
/// Why there is nobody, for whoever runs the portal.
pub fn subject(config: &Config) -> anyhow::Result<VapidSubject> {
    if let Ok(portal) = VapidSubject::parse(&config.public_url) {
        return Ok(portal);
    }
    let sender: lettre::message::Mailbox = config.mail.from.parse()?;
    VapidSubject::parse(&format!("mailto:{}", sender.email))
}

/// The key that browsers ask for when push is switched on in them.
///
/// # Errors
/// Practically none; see [`KeyRing::curve_key`].
pub fn public_key(keys: &KeyRing) -> Result<String, AppError> {
    Ok(VapidKeys::of(keys)?.public())
}

/// What sends pushes.
///
/// # Errors
/// When this machine has no certificate authorities, or nobody can be named to push services.
pub fn sender(app: &App) -> Result<WebPush, AppError> {
    // An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = Http::new(reqwest::Client::builder(), PATIENCE)
        .map_err(|cause| AppError::Unexpected(cause.into()))?;
    let keys = VapidKeys::of(&app.keys)?;
    Ok(WebPush::new(http, keys, subject(&app.config)?))
}
