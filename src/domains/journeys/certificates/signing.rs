//! Signing as an organization: ES256 (RFC 7518, 3.4) with a key of its own, sealed with the installation's secret while it is kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::SecretKey;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use serde_json::{Value, json};

use crate::kernel::error::AppError;
use crate::platform::crypto::{self, KeyRing};

use super::model::Key;

/// What keys are sealed for.
const USE: &str = "journeys/certificates/1";

/// A key that was just made.
pub struct Fresh {
    /// The private half as it is kept.
    pub sealed: Vec<u8>,
    /// The public half: an uncompressed point.
    pub point: Vec<u8>,
}

/// Makes a key.
///
/// # Errors
/// When there is no randomness.
pub fn fresh(keys: &KeyRing) -> Result<Fresh, AppError> {
    made(keys).map_err(AppError::Unexpected)
}

fn made(keys: &KeyRing) -> anyhow::Result<Fresh> {
    // Of 2³² random numbers one is no key of the curve.
    let secret = loop {
        if let Ok(secret) = SecretKey::from_slice(&crypto::random::<32>()?) {
            break secret;
        }
    };
    Ok(Fresh {
        sealed: keys.seal(USE, &secret.to_bytes())?,
        point: secret.public_key().to_sec1_point(false).as_bytes().to_vec(),
    })
}

/// The public half as a JSON Web Key (RFC 7517), under the address it is found at.
pub fn public_key(key: &Key, address: &str) -> Value {
    let coordinate = |from: usize| URL_SAFE_NO_PAD.encode(key.point.get(from..from + 32).unwrap_or_default());
    json!({
        "kty": "EC", "crv": "P-256", "x": coordinate(1), "y": coordinate(33),
        "kid": address, "use": "sig", "alg": "ES256",
    })
}

/// Signs claims as a JSON Web Token (RFC 7519) of this type. The same claims give the same token: the nonce is derived (RFC 6979).
///
/// # Errors
/// When the key was sealed under another secret of the installation.
pub fn token(
    keys: &KeyRing,
    key: &Key,
    address: &str,
    typ: &str,
    claims: &Value,
) -> Result<String, AppError> {
    let header = json!({ "alg": "ES256", "kid": address, "typ": typ });
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let said = format!("{}.{}", encoded(&header), encoded(claims));
    let signature = signed(keys, key, said.as_bytes()).map_err(AppError::Unexpected)?;
    Ok(format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn signed(keys: &KeyRing, key: &Key, said: &[u8]) -> anyhow::Result<Vec<u8>> {
    let secret = SecretKey::from_slice(&keys.open(USE, &key.sealed)?)?;
    let signature: Signature = SigningKey::from(secret).sign(said);
    Ok(signature.to_bytes().to_vec())
}
