//! Keys and what is done with them. One secret, generated once into the data folder; every purpose has a key derived from
//! it by HKDF-SHA256 (RFC 5869), so that no key serves two ends.

mod letterbox;
mod passwords;
mod secret_file;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand::TryRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use letterbox::Letterbox;
pub use passwords::{Passwords, Verdict, hash_now};
pub use secret_file::{load, load_or_create, private_folder};

/// Random bytes of the operating system.
///
/// # Errors
/// When the operating system has no randomness to give; nothing secure can be done then.
pub fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes)?;
    Ok(bytes)
}

/// A secret to put into a link: 256 random bits in URL-safe base64.
///
/// # Errors
/// As [`random`].
pub fn link_token() -> anyhow::Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// SHA-256, for looking up high-entropy tokens without storing them.
pub fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Compares without telling by time where the difference is.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// Every key of an installation.
#[derive(Clone)]
pub struct KeyRing {
    root: [u8; 32],
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("KeyRing(…)")
    }
}

impl KeyRing {
    /// The ring of an installation's secret.
    pub fn new(root: [u8; 32]) -> Self {
        Self { root }
    }

    /// A key for one purpose.
    pub fn derive<const N: usize>(&self, purpose: &str) -> [u8; N] {
        let mut key = [0; N];
        let expanded =
            Hkdf::<Sha256>::new(Some(b"waymark/1"), &self.root).expand(purpose.as_bytes(), &mut key);
        debug_assert!(expanded.is_ok(), "HKDF gives up to 8,160 bytes");
        key
    }

    /// The key that signs and encrypts the session cookie.
    pub fn cookie(&self) -> actix_web::cookie::Key {
        actix_web::cookie::Key::from(&self.derive::<64>("session-cookie"))
    }

    /// The database password of a role: hex, so that it needs no quoting.
    pub fn role_password(&self, role: &str) -> String {
        hex::encode(self.derive::<24>(&format!("database-role/{role}")))
    }

    /// HMAC-SHA256 of `message` under the key of `purpose`.
    pub fn sign(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        self.signer(purpose).sign(message)
    }

    /// [`KeyRing::sign`] for many messages of one purpose: the key is made ready once, which is most of the work for a short message.
    pub fn signer(&self, purpose: &str) -> Signer {
        let key = self.derive::<32>(purpose);
        let mut padded = hmac::digest::Key::<Hmac<Sha256>>::default();
        for (byte, of_key) in padded.iter_mut().zip(key) {
            *byte = of_key;
        }
        // A key shorter than a block is padded with zeros (RFC 2104, 2), so this is the same key.
        Signer(<Hmac<Sha256> as hmac::KeyInit>::new(&padded))
    }

    /// Encrypts a small secret for storage (ChaCha20-Poly1305, RFC 8439); the random nonce comes first.
    ///
    /// # Errors
    /// When there is no randomness or the text is absurdly long.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        let nonce = random::<12>()?;
        let cipher = ChaCha20Poly1305::new(&self.derive::<32>(purpose).into());
        let sealed = cipher
            .encrypt(&Nonce::from(nonce), plain)
            .map_err(|_| anyhow::anyhow!("a secret could not be encrypted"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`KeyRing::seal`] made.
    ///
    /// # Errors
    /// When it was made under another secret or has been altered.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        let (nonce, rest) = sealed
            .split_first_chunk::<12>()
            .ok_or_else(|| anyhow::anyhow!("a stored secret is too short"))?;
        let cipher = ChaCha20Poly1305::new(&self.derive::<32>(purpose).into());
        cipher
            .decrypt(&Nonce::from(*nonce), rest)
            .map_err(|_| anyhow::anyhow!("a stored secret does not open with this installation's key"))
    }
}

/// Signs under one key.
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

impl Signer {
    /// HMAC-SHA256 of `message` (RFC 2104).
    pub fn sign(&self, message: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for Signer {
    /// Without the key.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Signer")
    }
}

/// A key of its own for what is kept about one person: without it, what was sealed with it is noise.
#[derive(Clone)]
pub struct ContentKey([u8; 32]);

impl std::fmt::Debug for ContentKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("ContentKey(…)")
    }
}

/// What content keys are themselves sealed under.
const CONTENT_KEYS: &str = "content-keys";

impl ContentKey {
    /// A new one.
    ///
    /// # Errors
    /// As [`random`].
    pub fn fresh() -> anyhow::Result<Self> {
        random::<32>().map(Self)
    }

    /// The key as it is stored.
    ///
    /// # Errors
    /// As [`KeyRing::seal`].
    pub fn wrapped(&self, keys: &KeyRing) -> anyhow::Result<Vec<u8>> {
        keys.seal(CONTENT_KEYS, &self.0)
    }

    /// The key behind its stored form.
    ///
    /// # Errors
    /// As [`KeyRing::open`].
    pub fn unwrapped(keys: &KeyRing, wrapped: &[u8]) -> anyhow::Result<Self> {
        let plain = keys.open(CONTENT_KEYS, wrapped)?;
        let key = plain
            .try_into()
            .map_err(|_| anyhow::anyhow!("a stored key has a wrong length"))?;
        Ok(Self(key))
    }

    /// Encrypts (ChaCha20-Poly1305, RFC 8439), bound to what it is `about`: elsewhere it does not open.
    ///
    /// # Errors
    /// As [`KeyRing::seal`].
    pub fn seal(&self, about: &[u8], plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        let nonce = random::<12>()?;
        let payload = Payload {
            msg: plain,
            aad: about,
        };
        let sealed = ChaCha20Poly1305::new(&self.0.into())
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| anyhow::anyhow!("a text could not be encrypted"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`ContentKey::seal`] made about the same thing.
    ///
    /// # Errors
    /// When it was made under another key or about something else, or has been altered.
    pub fn open(&self, about: &[u8], sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        let (nonce, rest) = sealed
            .split_first_chunk::<12>()
            .ok_or_else(|| anyhow::anyhow!("a stored text is too short"))?;
        let payload = Payload {
            msg: rest,
            aad: about,
        };
        ChaCha20Poly1305::new(&self.0.into())
            .decrypt(&Nonce::from(*nonce), payload)
            .map_err(|_| anyhow::anyhow!("a stored text does not open with its key"))
    }
}
