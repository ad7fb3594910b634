//! Encrypting what a push carries, so that only the browser reads it: RFC 8291 (keys) over RFC 8188
//! (`aes128gcm`).

use aes_gcm::aead::Aead as _;
use aes_gcm::{Aes128Gcm, KeyInit as _};
use hkdf::Hkdf;
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use sha2::Sha256;

use super::Subscription;
use super::vapid::fresh_key;
use crate::platform::crypto;

/// Bytes of the salt (RFC 8188, 2.1).
pub const SALT: usize = 16;

/// The record size that is announced; a push is one record (RFC 8291, 4).
const RECORD: u32 = 4_096;

/// Bytes of plaintext that fit into the 4,096 bytes every push service takes (RFC 8030, 7.2): less the header
/// of 86 (salt 16, record size 4, length 1, key 65), the tag of 16 and the delimiter of 1.
pub const LONGEST_PAYLOAD: usize = 3_993;

/// Marks the end of the last record (RFC 8188, 2).
const LAST_RECORD: u8 = 2;

/// Why a payload cannot be encrypted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    #[error("A push carries at most {LONGEST_PAYLOAD} bytes, this one has {0}")]
    TooLong(usize),
    #[error("The push could not be encrypted: {0}")]
    Failed(String),
}

/// Encrypts for one subscription, with a key and salt of its own.
///
/// # Errors
/// [`PayloadError`] when the payload is too long or the machine has no randomness.
pub fn encrypt(to: &Subscription, payload: &[u8]) -> Result<Vec<u8>, PayloadError> {
    let failed = |error: anyhow::Error| PayloadError::Failed(error.to_string());
    let key = fresh_key().map_err(failed)?;
    encrypt_with(to, payload, &key, crypto::random().map_err(failed)?)
}

/// As [`encrypt`], with key and salt given. Using either twice breaks the encryption: for test vectors only.
///
/// # Errors
/// As [`encrypt`].
pub fn encrypt_with(
    to: &Subscription,
    payload: &[u8],
    own: &SecretKey,
    salt: [u8; SALT],
) -> Result<Vec<u8>, PayloadError> {
    if payload.len() > LONGEST_PAYLOAD {
        return Err(PayloadError::TooLong(payload.len()));
    }
    let own_point = own.public_key().to_sec1_point(false);
    let own_point = own_point.as_bytes();
    let keys = Keys::derive(to, own, own_point, salt)?;
    let record = [payload, &[LAST_RECORD]].concat();
    let sealed = Aes128Gcm::new(&keys.content.into())
        .encrypt(&keys.nonce.into(), record.as_slice())
        .map_err(|_| PayloadError::Failed("AES-GCM refused it".to_owned()))?;
    let length = u8::try_from(own_point.len())
        .map_err(|_| PayloadError::Failed("a public key has an unexpected length".to_owned()))?;
    Ok([&salt, &RECORD.to_be_bytes()[..], &[length], own_point, &sealed].concat())
}

struct Keys {
    content: [u8; 16],
    nonce: [u8; 12],
}

impl Keys {
    /// RFC 8291, 3.4.
    fn derive(
        to: &Subscription,
        own: &SecretKey,
        own_point: &[u8],
        salt: [u8; SALT],
    ) -> Result<Keys, PayloadError> {
        let shared = own.diffie_hellman(&to.key);
        let their_point = to.key.to_sec1_point(false);
        let about = [b"WebPush: info\0", their_point.as_bytes(), own_point].concat();
        let input: [u8; 32] = expand(&to.auth, shared.raw_secret_bytes(), &about)?;
        Ok(Keys {
            content: expand(&salt, &input, b"Content-Encoding: aes128gcm\0")?,
            nonce: expand(&salt, &input, b"Content-Encoding: nonce\0")?,
        })
    }
}

fn expand<const N: usize>(salt: &[u8], input: &[u8], about: &[u8]) -> Result<[u8; N], PayloadError> {
    let mut key = [0; N];
    Hkdf::<Sha256>::new(Some(salt), input)
        .expand(about, &mut key)
        .map_err(|_| PayloadError::Failed("HKDF gives up to 8,160 bytes".to_owned()))?;
    Ok(key)
}
