//! A box that anybody can put something into and only this installation opens: ECDH over P-256, HKDF-SHA-256, AES-256-GCM, which
//! every browser has built in (Web Cryptography API). A device seals what it keeps, and cannot read it again itself.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use anyhow::anyhow;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use sha2::{Digest, Sha256};

use super::KeyRing;

/// Bytes of a point of P-256 as `raw` export writes it: 4, x, y (SEC 1, 2.3.3).
const POINT: usize = 65;
/// Bytes of the nonce of AES-GCM.
const NONCE: usize = 12;
/// What the derived key is for; a change of the format gets another word.
const USE: &[u8] = b"waymark/letterbox/1";

/// A letterbox with its key.
pub struct Letterbox {
    secret: SecretKey,
    address: [u8; POINT],
}

impl KeyRing {
    /// The letterbox of one purpose. The same secret file always has the same.
    ///
    /// # Errors
    /// Practically none: of 2³² numbers that are derived, one is no key of the curve, and then the next is taken.
    pub fn letterbox(&self, purpose: &str) -> anyhow::Result<Letterbox> {
        let secret = self.curve_key(&format!("letterbox/{purpose}"))?;
        let address = secret.public_key().to_sec1_point(false);
        let address = <[u8; POINT]>::try_from(address.as_bytes())
            .map_err(|_| anyhow!("a public key has an unexpected length"))?;
        Ok(Letterbox { secret, address })
    }

    /// A key of P-256 for one purpose. The same secret file always has the same.
    ///
    /// # Errors
    /// As [`KeyRing::letterbox`].
    pub fn curve_key(&self, purpose: &str) -> anyhow::Result<SecretKey> {
        let found = (0..8).find_map(|attempt| {
            let number = self.derive::<32>(&format!("{purpose}/{attempt}"));
            SecretKey::from_slice(&number).ok()
        });
        found.ok_or_else(|| anyhow!("no key could be derived"))
    }
}

impl Letterbox {
    /// The public key, in URL-safe base64 of its 65 raw bytes: what devices seal to.
    pub fn address(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.address)
    }

    /// A short name of the public key, by which something sealed to an older one is told apart.
    pub fn name(&self) -> String {
        let digest = Sha256::digest(self.address);
        hex::encode(digest.get(..8).unwrap_or_default())
    }

    /// Opens what was sealed to this box: URL-safe base64 of the sender's point, the nonce and the ciphertext. It was bound to what
    /// it is `about`, and opens with nothing else.
    ///
    /// # Errors
    /// When it was sealed to another key or about something else, or has been altered.
    pub fn open(&self, about: &[u8], sealed: &str) -> anyhow::Result<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed)?;
        let (point, rest) = bytes
            .split_first_chunk::<POINT>()
            .ok_or_else(|| anyhow!("too short"))?;
        let (nonce, ciphertext) = rest
            .split_first_chunk::<NONCE>()
            .ok_or_else(|| anyhow!("too short"))?;
        let sender = PublicKey::from_sec1_bytes(point).map_err(|_| anyhow!("no point of the curve"))?;
        let shared = self.secret.diffie_hellman(&sender);
        let salt = [point.as_slice(), &self.address].concat();
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(Some(&salt), shared.raw_secret_bytes())
            .expand(USE, &mut key)
            .map_err(|_| anyhow!("HKDF gives up to 8,160 bytes"))?;
        let payload = Payload {
            msg: ciphertext,
            aad: about,
        };
        Aes256Gcm::new(&key.into())
            .decrypt(nonce.into(), payload)
            .map_err(|_| anyhow!("it does not open with this installation's key"))
    }
}
