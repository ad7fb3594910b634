//! The portal's own storage as a provider: nothing to set up, no account, no other company.
//!
//! A film is played as it was uploaded, by ranges. Its address carries until when it is good and a signature over that, the film and
//! the member it was made for: copied to somebody else, or kept, it opens nothing.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Content, Film, Handed, Reference, Source, VideoProvider, Viewer};
use crate::platform::crypto::{self, KeyRing};
use crate::providers::{Check, Misconfigured};

/// What the signatures are for.
const USE: &str = "journeys/media/1";

/// The path below a film's where its picture is.
pub const POSTER_OF: &str = "poster";

/// Why an address opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkRefused {
    /// Made for something or somebody else, or not by us.
    #[error("this address is not valid")]
    Forged,
    #[error("this address has expired")]
    Expired,
}

/// Signs addresses, and checks them.
#[derive(Clone)]
pub struct Local {
    keys: KeyRing,
}

impl Local {
    /// By the keys of this installation.
    pub fn new(keys: KeyRing) -> Self {
        Self { keys }
    }

    /// The address of a film, or of `what` belongs to it, for one viewer.
    pub fn address(&self, film: Uuid, what: &str, viewer: Viewer, now: DateTime<Utc>) -> String {
        let until = (now + viewer.part.lasts()).timestamp();
        let pass = self.pass(film, viewer.member, until);
        format!("/journeys/media/{film}/{what}?pass={pass}")
    }

    fn pass(&self, film: Uuid, member: Uuid, until: i64) -> String {
        let signature = self.keys.sign(USE, said(film, member, until).as_bytes());
        format!("{until}-{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Whether an address was made for this member and is still good.
    ///
    /// # Errors
    /// [`LinkRefused`]; that it has expired is only told to whom it was made for.
    pub fn verify(
        &self,
        film: Uuid,
        member: Uuid,
        pass: &str,
        now: DateTime<Utc>,
    ) -> Result<(), LinkRefused> {
        let (until, _) = pass.split_once('-').ok_or(LinkRefused::Forged)?;
        let until: i64 = until.parse().map_err(|_| LinkRefused::Forged)?;
        let genuine = self.pass(film, member, until);
        match crypto::same(genuine.as_bytes(), pass.as_bytes()) {
            false => Err(LinkRefused::Forged),
            true if now.timestamp() > until => Err(LinkRefused::Expired),
            true => Ok(()),
        }
    }
}

fn said(film: Uuid, member: Uuid, until: i64) -> String {
    format!("{film}\n{member}\n{until}")
}

#[async_trait]
impl VideoProvider for Local {
    async fn take(&self, _: &Film, known: Reference, _: &dyn Content, _: DateTime<Utc>) -> Handed {
        Handed::Ready(known)
    }

    async fn look(&self, known: Reference, _: DateTime<Utc>) -> Handed {
        Handed::Ready(known)
    }

    async fn remove(&self, known: &Reference, _: DateTime<Utc>) -> Handed {
        Handed::Ready(known.clone())
    }

    fn source(
        &self,
        film: &Film,
        _: &Reference,
        viewer: Viewer,
        now: DateTime<Utc>,
    ) -> Result<Source, Misconfigured> {
        Ok(Source {
            href: self.address(film.id, "file", viewer, now),
            mime: film.mime.clone(),
        })
    }

    async fn check(&self, _: DateTime<Utc>) -> Check {
        Check::Good { note: None }
    }
}
