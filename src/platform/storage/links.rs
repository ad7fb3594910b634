//! Short-lived addresses of attachments: a signature says that this member was allowed this variant of this
//! attachment until then. The portal still checks at each request that the member may see the message; the
//! signature keeps a copied address from working for somebody else or for ever.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

/// Which rendition of an attachment a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variant {
    Original,
    Thumbnail,
}

impl Variant {
    pub const ALL: [Variant; 2] = [Variant::Original, Variant::Thumbnail];

    pub fn as_str(self) -> &'static str {
        match self {
            Variant::Original => "original",
            Variant::Thumbnail => "thumbnail",
        }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an attachment has an original and a thumbnail, nothing else")]
pub struct UnknownVariant;

impl FromStr for Variant {
    type Err = UnknownVariant;

    fn from_str(name: &str) -> Result<Self, UnknownVariant> {
        Variant::ALL
            .into_iter()
            .find(|variant| variant.as_str() == name)
            .ok_or(UnknownVariant)
    }
}

/// What a link allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    pub attachment_id: Uuid,
    pub variant: Variant,
    pub member_id: Uuid,
}

/// Why a link opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkRefused {
    /// Not of the form [`sign`] writes, or signed for something or somebody else, or by another key.
    #[error("this link is not valid")]
    Forged,
    #[error("this link has expired")]
    Expired,
}

/// Signs a grant until `expires_unix` (seconds since 1970, that second included).
///
/// The answer is safe in a URL: `<expires>-<base64url HMAC-SHA-256>`, about 54 characters.
pub fn sign(key: &[u8], grant: &Grant, expires_unix: i64) -> String {
    let signature = mac(key, grant, expires_unix).finalize().into_bytes();
    format!("{expires_unix}-{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Says whether `token` allows `grant` at `now_unix`. Compares in constant time, and says that a link has expired
/// only to those who hold a genuine one.
///
/// # Errors
/// [`LinkRefused`], never saying what is wrong with a forged one.
pub fn verify(key: &[u8], grant: &Grant, token: &str, now_unix: i64) -> Result<(), LinkRefused> {
    let (expires, signature) = token.split_once('-').ok_or(LinkRefused::Forged)?;
    if expires.is_empty() || !expires.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(LinkRefused::Forged);
    }
    let expires_unix: i64 = expires.parse().map_err(|_| LinkRefused::Forged)?;
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| LinkRefused::Forged)?;
    mac(key, grant, expires_unix)
        .verify_slice(&signature)
        .map_err(|_| LinkRefused::Forged)?;
    if now_unix <= expires_unix {
        Ok(())
    } else {
        Err(LinkRefused::Expired)
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104 §2)")]
fn mac(key: &[u8], grant: &Grant, expires_unix: i64) -> Hmac<Sha256> {
    let Grant {
        attachment_id,
        variant,
        member_id,
    } = grant;
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length of key");
    mac.update(
        format!("attachment link v1\n{attachment_id}\n{variant}\n{member_id}\n{expires_unix}").as_bytes(),
    );
    mac
}
