//! Standard Webhooks (<https://github.com/standard-webhooks/standard-webhooks>), which Svix sends under its
//! own header names and Resend through Svix: checking what comes in, signing what goes out.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use super::Unverified;
use crate::platform::crypto;

/// How far the moment of signing may lie from now, in seconds, to either side.
const TOLERANCE: i64 = 300;

/// The longest identifier taken.
const LONGEST_ID: usize = 256;

/// Bytes of a secret; the specification asks for 24 to 64.
const SECRET: usize = 32;

const PREFIX: &str = "whsec_";

/// Secrets are copied by hand, and the `=` at the end gets lost.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Names of identifier, moment and signature; Svix' own and the standard's.
const NAMES: [[&str; 3]; 2] = [
    ["svix-id", "svix-timestamp", "svix-signature"],
    ["webhook-id", "webhook-timestamp", "webhook-signature"],
];

/// A report that was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The same for every repetition of this report.
    pub id: String,
    /// When it was signed.
    pub at: DateTime<Utc>,
}

/// The three headers of an outgoing report, under the standard's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    pub id: String,
    pub timestamp: String,
    pub signature: String,
}

impl SignedHeaders {
    /// Names and values as they go into the request.
    pub fn pairs(&self) -> [(&'static str, &str); 3] {
        [
            ("webhook-id", &self.id),
            ("webhook-timestamp", &self.timestamp),
            ("webhook-signature", &self.signature),
        ]
    }
}

/// Checks a report. `secrets` are all that are good now: two while one replaces the other. `header` finds a
/// header's value by its name in lower case.
///
/// # Errors
/// [`Unverified`] with what is wrong.
pub fn verify_standard<'h>(
    secrets: &[SecretString],
    header: impl Fn(&str) -> Option<&'h str>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Delivery, Unverified> {
    let [id_name, timestamp_name, signature_name] = match NAMES {
        [svix, _] if header("svix-id").is_some() => svix,
        [_, standard] => standard,
    };
    let find = |name: &'static str| header(name).ok_or(Unverified::Header(name));
    let id = Some(find(id_name)?).filter(|id| is_id(id));
    let id = id.ok_or(Unverified::Header(id_name))?;
    let timestamp: i64 = find(timestamp_name)?
        .trim()
        .parse()
        .map_err(|_| Unverified::Header(timestamp_name))?;
    let at = DateTime::from_timestamp(timestamp, 0).ok_or(Unverified::Header(timestamp_name))?;
    is_recent(timestamp, now)?;
    let offered = signatures(find(signature_name)?);
    let mut fits = false;
    for secret in secrets {
        let expected = mac(secret, id, timestamp, body)?;
        // Every pair is compared, so that time does not tell which one fitted.
        fits = offered
            .iter()
            .fold(fits, |fits, one| crypto::same(one, &expected) | fits);
    }
    match fits {
        true => Ok(Delivery {
            id: id.to_owned(),
            at,
        }),
        false => Err(Unverified::Signature),
    }
}

/// Signs a report with every secret that is good now.
///
/// # Errors
/// [`Unverified::Key`] when a secret is not base64, or there is none; [`Unverified::Header`] when the
/// identifier is none.
pub fn sign_standard(
    secrets: &[SecretString],
    id: &str,
    at: DateTime<Utc>,
    body: &[u8],
) -> Result<SignedHeaders, Unverified> {
    if !is_id(id) {
        return Err(Unverified::Header("webhook-id"));
    }
    let signed = secrets
        .iter()
        .map(|secret| {
            Ok(format!(
                "v1,{}",
                STANDARD.encode(mac(secret, id, at.timestamp(), body)?)
            ))
        })
        .collect::<Result<Vec<_>, Unverified>>()?;
    if signed.is_empty() {
        return Err(Unverified::Key("there is no secret"));
    }
    Ok(SignedHeaders {
        id: id.to_owned(),
        timestamp: at.timestamp().to_string(),
        signature: signed.join(" "),
    })
}

/// A new secret to share with whoever receives our reports.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn fresh_secret() -> anyhow::Result<SecretString> {
    let secret = STANDARD.encode(crypto::random::<SECRET>()?);
    Ok(SecretString::from(format!("{PREFIX}{secret}")))
}

/// The dot separates identifier, moment and body in what is signed, so an identifier with one would be
/// ambiguous.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.')
}

fn is_recent(timestamp: i64, now: DateTime<Utc>) -> Result<(), Unverified> {
    match now.timestamp().saturating_sub(timestamp) {
        age if age > TOLERANCE => Err(Unverified::TooOld),
        age if age < -TOLERANCE => Err(Unverified::TooNew),
        _ => Ok(()),
    }
}

/// The `v1` entries of a list by spaces; other versions are of no use here.
fn signatures(header: &str) -> Vec<Vec<u8>> {
    header
        .split(' ')
        .filter_map(|entry| STANDARD.decode(entry.strip_prefix("v1,")?).ok())
        .collect()
}

fn mac(secret: &SecretString, id: &str, timestamp: i64, body: &[u8]) -> Result<[u8; 32], Unverified> {
    let text = secret.expose_secret().trim();
    let key = BASE64
        .decode(text.strip_prefix(PREFIX).unwrap_or(text))
        .map_err(|_| Unverified::Key("the secret is not base64"))?;
    if key.is_empty() {
        return Err(Unverified::Key("the secret is empty"));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(&key)
        .map_err(|_| Unverified::Key("the secret has an impossible length"))?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Ok(mac.finalize().into_bytes().into())
}
