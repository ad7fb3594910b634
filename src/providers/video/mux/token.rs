//! Tokens that open a film at Mux: RS256 (RFC 7518, 3.3), for one viewer and a while.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::providers::Misconfigured;
use crate::providers::video::Viewer;

/// A signing key of Mux: its id, and the private key as Mux shows it once, which is base64 of a PEM file.
#[derive(Clone)]
pub struct SigningKey {
    id: String,
    private: SecretString,
}

impl SigningKey {
    /// From what Mux showed.
    pub fn new(id: &str, private: SecretString) -> Self {
        Self {
            id: id.trim().to_owned(),
            private,
        }
    }

    /// What Mux knows it by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it can sign.
    ///
    /// # Errors
    /// [`Misconfigured`] saying what is wrong with it.
    pub fn ready(&self) -> Result<(), Misconfigured> {
        self.pair().map(|_| ())
    }

    fn pair(&self) -> Result<RsaKeyPair, Misconfigured> {
        let wrong = |why: &str| Misconfigured(format!("The private signing key {why}"));
        let text: String = self.private.expose_secret().split_whitespace().collect();
        let pem = match text.starts_with("-----BEGIN") {
            true => self.private.expose_secret().to_owned(),
            false => {
                let bytes = STANDARD
                    .decode(text)
                    .map_err(|_| wrong("is not base64, as Mux shows it"))?;
                String::from_utf8(bytes).map_err(|_| wrong("is not a PEM file in base64"))?
            }
        };
        let is_pkcs8 = pem.contains("BEGIN PRIVATE KEY");
        let inner: String = pem
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let der = STANDARD
            .decode(inner)
            .map_err(|_| wrong("is not a PEM file in base64"))?;
        let pair = match is_pkcs8 {
            true => RsaKeyPair::from_pkcs8(&der),
            false => RsaKeyPair::from_der(&der),
        };
        pair.map_err(|_| wrong("is no RSA key of 2048 bits or more"))
    }

    /// A token that opens this playback id as a video. The key is named in the header, where Mux documents it, and among the claims,
    /// where its own libraries put it.
    ///
    /// # Errors
    /// [`Misconfigured`] when the key cannot sign.
    pub fn playback_token(
        &self,
        playback: &str,
        viewer: Viewer,
        now: DateTime<Utc>,
    ) -> Result<String, Misconfigured> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.id });
        let claims = json!({
            "sub": playback,
            "aud": "v",
            "exp": (now + viewer.part.lasts()).timestamp(),
            "kid": self.id,
            "custom": { "viewer": viewer.member.to_string(), "role": viewer.part.as_str() },
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let said = format!("{}.{}", part(&header), part(&claims));
        let pair = self.pair()?;
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            said.as_bytes(),
            &mut signature,
        )
        .map_err(|_| Misconfigured("The private signing key does not sign".to_owned()))?;
        Ok(format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
