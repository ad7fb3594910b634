//! Videos and recordings: who keeps them ready to be played, and under which addresses for whom.
//!
//! The portal always keeps the file that was uploaded. A provider may take a copy over and play that instead; whatever becomes of the
//! provider, the file and everything said about it stay.

mod local;
pub mod mux;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Check;

pub use local::{LinkRefused, Local, POSTER_OF};
pub use mux::{Mux, MuxAccount};

/// Whoever watches: an address is good for nobody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    pub member: Uuid,
    pub part: Part,
}

/// As what somebody watches; it decides for how long an address is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// To learn.
    Learner,
    /// To build and look after journeys.
    Staff,
}

impl Part {
    /// The word in claims.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Learner => "learner",
            Self::Staff => "staff",
        }
    }

    /// How long an address is good. Learners stop and go on; who builds only looks.
    pub const fn lasts(self) -> Duration {
        match self {
            Self::Learner => Duration::from_secs(4 * 3_600),
            Self::Staff => Duration::from_secs(3_600),
        }
    }
}

/// Something to be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Film {
    /// Its id here.
    pub id: Uuid,
    pub name: String,
    pub mime: String,
    /// In bytes.
    pub size: u64,
}

/// What a provider calls a film, as far as it is known; kept between calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// Its upload.
    pub upload: Option<String>,
    /// Itself.
    pub asset: Option<String>,
    /// What it is played by.
    pub playback: Option<String>,
    /// Whether an upload may have been begun there that we were not told of. It is looked for before another one is begun.
    pub is_doubtful: bool,
}

/// Where a player reads, by which type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub href: String,
    pub mime: String,
}

/// What became of an attempt to hand a film over or to take it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// It can be played.
    Ready(Reference),
    /// The provider has it and works on it; the rest comes as a report, or by asking again.
    UnderWay(Reference),
    /// Not now; what is known by then is kept.
    Later {
        why: String,
        retry_after: Option<Duration>,
        reference: Reference,
    },
    /// It will not be played, however often it is tried.
    Refused { why: String },
    /// Nothing works before a person mends the settings.
    Credentials { why: String },
}

/// Who keeps films ready to be played.
#[async_trait]
pub trait VideoProvider: Send + Sync {
    /// Hands a film over, or goes on where `known` says that it stopped. May be called again at any time.
    async fn take(&self, film: &Film, known: Reference, content: &dyn Content, now: DateTime<Utc>) -> Handed;

    /// Asks how far a film is.
    async fn look(&self, known: Reference, now: DateTime<Utc>) -> Handed;

    /// Takes a film away. One that is not there is as good as taken away.
    async fn remove(&self, known: &Reference, now: DateTime<Utc>) -> Handed;

    /// Where a player reads a film, for this viewer and for [`Part::lasts`].
    ///
    /// # Errors
    /// When the settings cannot be right.
    fn source(
        &self,
        film: &Film,
        known: &Reference,
        viewer: Viewer,
        now: DateTime<Utc>,
    ) -> Result<Source, super::Misconfigured>;

    /// Whether the provider lets us in.
    async fn check(&self, now: DateTime<Utc>) -> Check;
}

/// The bytes of a film, read as they are needed.
#[async_trait]
pub trait Content: Send + Sync {
    /// The bytes from `start` on, at most `length` of them.
    ///
    /// # Errors
    /// When storage is away.
    async fn read(&self, start: u64, length: u64) -> std::io::Result<bytes::Bytes>;
}
