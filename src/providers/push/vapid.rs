//! How a portal identifies itself to push services (VAPID, RFC 8292).

use std::fmt;

use anyhow::anyhow;
use base64::Engine as _;
use chrono::{DateTime, TimeDelta, Utc};
use p256::SecretKey;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use url::Url;

use super::subscription::BASE64;
use crate::platform::crypto::{self, KeyRing};

/// How long a token is good for; RFC 8292, 2 allows a day, and half leaves room for clocks that are off.
const GOOD_FOR: TimeDelta = TimeDelta::hours(12);

/// A portal's pair of keys. Subscriptions are bound to it: another pair makes them all useless.
#[derive(Clone)]
pub struct VapidKeys {
    secret: SecretKey,
}

impl fmt::Debug for VapidKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "VapidKeys({})", self.public())
    }
}

/// Whom a push service can write to about this portal: a `mailto:` or `https:` address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VapidSubject(String);

impl VapidSubject {
    /// Takes what push services take: Apple's refuses addresses of this machine.
    ///
    /// # Errors
    /// A sentence for whoever runs the portal.
    pub fn parse(text: &str) -> anyhow::Result<VapidSubject> {
        let url =
            Url::parse(text.trim()).map_err(|_| anyhow!("The contact for push services is no address"))?;
        let place = match url.scheme() {
            "mailto" => url.path().rsplit_once('@').map(|(_, host)| host.to_owned()),
            "https" => url.host_str().map(str::to_owned),
            _ => None,
        };
        match place {
            Some(host) if !host.is_empty() && host != "localhost" => Ok(VapidSubject(url.to_string())),
            _ => Err(anyhow!(
                "The contact for push services must be a mailto: or https: address outside this machine"
            )),
        }
    }
}

#[derive(Serialize)]
struct Claims<'c> {
    aud: &'c str,
    exp: i64,
    sub: &'c str,
}

/// What the pair is called among the portal's keys; another name would make every subscription useless.
const PAIR: &str = "web-push";

impl VapidKeys {
    /// The pair of an installation: derived from its secret, so that it is kept and restored with it.
    ///
    /// # Errors
    /// As [`KeyRing::curve_key`].
    pub fn of(keys: &KeyRing) -> anyhow::Result<VapidKeys> {
        let secret = keys.curve_key(PAIR)?;
        Ok(VapidKeys { secret })
    }

    /// A fresh pair.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn generate() -> anyhow::Result<VapidKeys> {
        Ok(VapidKeys { secret: fresh_key()? })
    }

    /// The pair with this secret: 32 bytes in URL-safe base64, as [`VapidKeys::secret`] gives it.
    ///
    /// # Errors
    /// When it is no key of P-256. The error does not repeat it.
    pub fn from_secret(secret: &SecretString) -> anyhow::Result<VapidKeys> {
        let bytes = BASE64.decode(secret.expose_secret().trim());
        let secret = bytes.ok().and_then(|bytes| SecretKey::from_slice(&bytes).ok());
        let secret = secret.ok_or_else(|| anyhow!("The secret key for push is no key of P-256"))?;
        Ok(VapidKeys { secret })
    }

    /// What to store, sealed.
    pub fn secret(&self) -> SecretString {
        SecretString::from(BASE64.encode(self.secret.to_bytes()))
    }

    /// What browsers need as `applicationServerKey`: 65 bytes in URL-safe base64.
    pub fn public(&self) -> String {
        BASE64.encode(self.secret.public_key().to_sec1_point(false))
    }

    /// The value of `Authorization` for one push service (RFC 8292, 3).
    ///
    /// # Errors
    /// When the claims cannot be written as JSON, which does not happen.
    pub fn authorization(
        &self,
        endpoint: &Url,
        subject: &VapidSubject,
        now: DateTime<Utc>,
    ) -> anyhow::Result<String> {
        let token = self.token(endpoint, &subject.0, now + GOOD_FOR)?;
        Ok(format!("vapid t={token}, k={}", self.public()))
    }

    /// A JSON Web Token with ES256 (RFC 7518, 3.4): the signature is r and s in 64 bytes, not DER. It is
    /// deterministic (RFC 6979) and needs no randomness.
    fn token(&self, endpoint: &Url, subject: &str, until: DateTime<Utc>) -> anyhow::Result<String> {
        let claims = Claims {
            aud: &endpoint.origin().ascii_serialization(),
            exp: until.timestamp(),
            sub: subject,
        };
        let head = BASE64.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let signed = format!("{head}.{}", BASE64.encode(serde_json::to_vec(&claims)?));
        let signature: Signature = SigningKey::from(&self.secret).sign(signed.as_bytes());
        Ok(format!("{signed}.{}", BASE64.encode(signature.to_bytes())))
    }
}

/// A random key. Of 2³² numbers that are drawn, one is no key of the curve, and then another is drawn.
pub(super) fn fresh_key() -> anyhow::Result<SecretKey> {
    for _ in 0..8 {
        if let Ok(key) = SecretKey::from_slice(&crypto::random::<32>()?) {
            return Ok(key);
        }
    }
    Err(anyhow!("No key could be drawn"))
}
