//! The address of an image, as it stands in mail: `/i/` and 43 characters, which nobody guesses.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::config::Config;
use crate::kernel::ids::OrgId;

/// What the path of every image begins with.
const PATH: &str = "/i/";
/// Characters after that: 32 bytes in base64.
const LENGTH: usize = 43;

/// Whose image, and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub org: OrgId,
    /// 16 random bytes.
    pub token: Vec<u8>,
}

impl Address {
    /// The path on the portal.
    pub fn path(&self) -> String {
        let whole = [self.org.0.as_bytes().as_slice(), &self.token].concat();
        format!("{PATH}{}", URL_SAFE_NO_PAD.encode(whole))
    }

    /// Reads what follows `/i/`; nothing when it is no address.
    pub fn read(text: &str) -> Option<Self> {
        let whole = URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .filter(|whole| whole.len() == 32)?;
        let (org, token) = whole.split_at_checked(16)?;
        Some(Self {
            org: OrgId(Uuid::from_slice(org).ok()?),
            token: token.to_vec(),
        })
    }

    /// Reads a path on the portal.
    pub fn of_path(path: &str) -> Option<Self> {
        Self::read(path.strip_prefix(PATH)?)
    }

    /// Every address of an image in a text, each once.
    pub fn all_in(text: &str) -> Vec<Self> {
        let mut found = Vec::new();
        for after in text.split(PATH).skip(1) {
            let address = after.get(..LENGTH).and_then(Self::read);
            if let Some(address) = address.filter(|address| !found.contains(address)) {
                found.push(address);
            }
        }
        found
    }
}

/// Where people and mail programs reach the portal. An address of its own is set where others can reach it.
pub fn portal(config: &Config) -> &str {
    match config.public_url.trim_end_matches('/') {
        "" => "http://localhost",
        known => known,
    }
}

/// Whether an address in a mail is that of an image on this portal.
pub fn is_of_library(address: &str, config: &Config) -> bool {
    let path = address.strip_prefix(portal(config));
    path.and_then(Address::of_path).is_some()
}
