//! What a browser hands out when its owner says yes to notifications (Push API, `PushSubscription.toJSON`).

use std::fmt;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use p256::PublicKey;
use serde::Deserialize;
use url::Url;

use super::PushHosts;

/// URL-safe base64 with or without `=`: browsers leave it out, some libraries add it.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes of the authentication secret (RFC 8291, 3.2).
const AUTH: usize = 16;

/// The longest endpoint taken; known ones have a few hundred characters.
const LONGEST_ENDPOINT: usize = 2_048;

/// A browser that may be pushed to.
#[derive(Clone)]
pub struct Subscription {
    pub(super) endpoint: Url,
    pub(super) key: PublicKey,
    pub(super) auth: [u8; AUTH],
}

/// A subscription that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSubscription(pub(super) &'static str);

/// The endpoint is a capability and `auth` a secret.
impl fmt::Debug for Subscription {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "Subscription({}/…)",
            self.endpoint.origin().ascii_serialization()
        )
    }
}

#[derive(Deserialize)]
struct Written {
    endpoint: String,
    keys: Keys,
}

#[derive(Deserialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

impl Subscription {
    /// Reads what the browser sent.
    ///
    /// # Errors
    /// [`BadSubscription`] when a part is missing or broken, or the endpoint may not be sent to.
    pub fn parse(json: &str, hosts: &PushHosts) -> Result<Subscription, BadSubscription> {
        let written: Written =
            serde_json::from_str(json).map_err(|_| BadSubscription("This is no push subscription"))?;
        Subscription::new(&written.endpoint, &written.keys.p256dh, &written.keys.auth, hosts)
    }

    /// Puts a subscription together from its stored parts; both keys are URL-safe base64.
    ///
    /// # Errors
    /// As [`Subscription::parse`].
    pub fn new(
        endpoint: &str,
        p256dh: &str,
        auth: &str,
        hosts: &PushHosts,
    ) -> Result<Subscription, BadSubscription> {
        if endpoint.len() > LONGEST_ENDPOINT {
            return Err(BadSubscription("The push endpoint is too long"));
        }
        let decode = |text: &str| BASE64.decode(text.trim());
        let point = decode(p256dh).map_err(|_| BadSubscription("The browser's key is not base64"))?;
        let auth = decode(auth).map_err(|_| BadSubscription("The browser's secret is not base64"))?;
        Ok(Subscription {
            endpoint: hosts.admit(endpoint)?,
            key: PublicKey::from_sec1_bytes(&point)
                .map_err(|_| BadSubscription("The browser's key is no point of P-256"))?,
            auth: auth
                .try_into()
                .map_err(|_| BadSubscription("The browser's secret is not 16 bytes long"))?,
        })
    }

    /// Where pushes go.
    pub fn endpoint(&self) -> &Url {
        &self.endpoint
    }
}
