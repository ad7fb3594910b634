//! SendGrid's Signed Event Webhook: ECDSA over P-256 and SHA-256 of the moment and the body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::MultipartVerifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey as _;

use super::Unverified;

const SIGNATURE: &str = "x-twilio-email-event-webhook-signature";
const TIMESTAMP: &str = "x-twilio-email-event-webhook-timestamp";

/// Checks a report. `key` is the verification key as SendGrid shows it: base64 of its SPKI form (RFC 5480),
/// with or without the lines around it. The moment is not compared with now: SendGrid repeats a report for a
/// day, and whether it signs it anew is not documented. Repetitions are told by each event's identifier.
///
/// # Errors
/// [`Unverified`] with what is wrong.
pub fn verify_sendgrid<'h>(
    key: &str,
    header: impl Fn(&str) -> Option<&'h str>,
    body: &[u8],
) -> Result<(), Unverified> {
    let key = verifying_key(key)?;
    let timestamp = header(TIMESTAMP).ok_or(Unverified::Header(TIMESTAMP))?;
    let signature = header(SIGNATURE).ok_or(Unverified::Header(SIGNATURE))?;
    let signature = STANDARD
        .decode(signature.trim())
        .map_err(|_| Unverified::Header(SIGNATURE))?;
    let signature = Signature::from_der(&signature).map_err(|_| Unverified::Header(SIGNATURE))?;
    // A signature with a high S is taken: SendGrid does not normalise, and its own test vector has one.
    key.multipart_verify(&[timestamp.as_bytes(), body], &signature)
        .map_err(|_| Unverified::Signature)
}

fn verifying_key(written: &str) -> Result<VerifyingKey, Unverified> {
    let base64: String = written
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let der = STANDARD
        .decode(base64.trim())
        .map_err(|_| Unverified::Key("it is not base64"))?;
    VerifyingKey::from_public_key_der(&der).map_err(|_| Unverified::Key("it is no public key of P-256"))
}
