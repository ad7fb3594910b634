//! A PostgreSQL of Waymark's own, for installations that have no other: `DATABASE_URL` unset means this one.
//!
//! The database lives in `postgres` inside the data folder and is run with the PostgreSQL programs of the machine.
//! What holds:
//!
//! - One Waymark process owns the server: it holds `postgres.lock`, starts the server, starts it again when it dies and
//!   stops it at the end. Other processes on the same data folder are its guests: they use the running server.
//! - An owner that ends while it has guests leaves the server to them; one of them becomes the owner. So a portal that
//!   started while `waymark backup` ran goes on when the backup is done.
//! - A server that outlived its owner (kill -9) is adopted by the next one. A stale pid file is no obstacle.
//! - Nothing listens on the network: a unix socket in a folder only the server's account may enter, or loopback when the
//!   path is too long for a socket. A password is asked in both cases.
//! - Started by root, the server runs as an unprivileged account, to which the database belongs.
//! - A database written by another major version is refused and left as it is.
//! - The log, `postgres.log`, holds no statements and no parameters.

mod account;
mod address;
mod backup;
mod binaries;
mod cluster;
mod error;
mod guest;
mod manifest;
mod postmaster;
mod program;
mod restore;
mod server;
mod turn;
mod watch;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

pub use backup::backup;
pub use binaries::{Binaries, MINIMUM_MAJOR};
pub use error::EmbeddedError;
pub use manifest::{Entry, FILES, Manifest, SECRET};
pub use restore::{SettingsError, restore};

use address::Address;
use cluster::Cluster;
use guest::Guest;
use server::Server;
use turn::{Owned, Turn};

/// How long an owner lets its server take to stop when nobody says otherwise.
const PATIENCE_WITH_STOP: Duration = Duration::from_secs(15);

/// What the database is called, and whose it is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data folder, such as `./data`; the database is in `postgres` below it.
    pub data: PathBuf,
    /// The role that owns the database. The portal itself signs in as a role with fewer rights.
    pub superuser: String,
    /// The superuser's password, set when the database is created and needed at every start.
    pub password: SecretString,
    /// The name of the database inside the server.
    pub database: String,
}

/// Whether this process answers for the server, and so stops it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenure {
    /// This process owns the server: it keeps it running and stops it at the end.
    Owner,
    /// Another Waymark process owns it; this one uses it, and takes it over when that one ends.
    Guest,
}

/// A database that answers. An owner stops it when this is dropped; call [`Running::stop`] to hear how that went.
#[derive(Debug)]
pub struct Running {
    settings: Settings,
    address: Address,
    binaries: Binaries,
    stay: Stay,
}

#[derive(Debug)]
enum Stay {
    Owner(Owned),
    Guest(Guest),
}

/// Starts the database of a data folder, creating it when there is none, and returns once it answers.
///
/// # Errors
/// Every [`EmbeddedError`] says what to do; none of them has changed an existing database.
pub fn start(settings: Settings) -> Result<Running, EmbeddedError> {
    let data = data_folder(&settings.data)?;
    if data.join(restore::UNFINISHED).exists() {
        return Err(EmbeddedError::HalfRestored { folder: data });
    }
    start_in(data, settings)
}

fn start_in(data: PathBuf, settings: Settings) -> Result<Running, EmbeddedError> {
    let settings = Settings { data, ..settings };
    match Turn::of(&settings.data)? {
        Turn::Owner(lock) => Running::as_owner(settings, lock),
        Turn::Guest(address, presence) => Running::as_guest(settings, address, presence),
    }
}

impl Running {
    /// The superuser's URL, with the password, as libpq and diesel understand it.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_for(&self.settings.superuser, &self.settings.password)
    }

    /// The URL for another role, such as the one the portal signs in as.
    #[must_use]
    pub fn url_for(&self, role: &str, password: &SecretString) -> String {
        self.address.url(role, Some(password), &self.settings.database)
    }

    /// The version of the server programs, such as `15.14`.
    #[must_use]
    pub fn version(&self) -> &str {
        self.binaries.version()
    }

    /// The programs the server was started with.
    #[must_use]
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// The data folder, as an absolute path without links.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.settings.data
    }

    /// Whether this process answers for the server now.
    #[must_use]
    pub fn tenure(&self) -> Tenure {
        match &self.stay {
            Stay::Owner(_) => Tenure::Owner,
            Stay::Guest(guest) => guest.tenure(),
        }
    }

    /// Stops the server when this process owns it and no other uses it: running transactions are rolled back, committed
    /// ones are safe.
    ///
    /// # Errors
    /// [`EmbeddedError::DoesNotStop`] after fifteen seconds.
    pub fn stop(self) -> Result<(), EmbeddedError> {
        self.stop_within(PATIENCE_WITH_STOP)
    }

    /// [`Running::stop`] for somebody in a hurry: at the end of `patience` the server is told to end at once, and recovers
    /// at its next start.
    ///
    /// # Errors
    /// [`EmbeddedError::DoesNotStop`] when even that took too long.
    pub fn stop_within(self, patience: Duration) -> Result<(), EmbeddedError> {
        match self.stay {
            Stay::Owner(owned) => owned.end(patience),
            Stay::Guest(guest) => guest.end(patience),
        }
    }

    fn as_owner(settings: Settings, lock: fs::File) -> Result<Self, EmbeddedError> {
        let cluster = Cluster::open_or_create(&settings.data, &settings)?;
        let binaries = cluster.binaries.clone();
        let (server, address) = Server::adopt_or_launch(&cluster)?;
        let owned = Owned::over(&settings.data, lock, server, cluster, address.clone())?;
        Ok(Self {
            settings,
            address,
            binaries,
            stay: Stay::Owner(owned),
        })
    }

    fn as_guest(settings: Settings, address: Address, presence: fs::File) -> Result<Self, EmbeddedError> {
        let binaries = Binaries::find(cluster::major_in(&settings.data))?;
        let guest = Guest::stays(settings.clone(), address.clone(), presence)?;
        Ok(Self {
            settings,
            address,
            binaries,
            stay: Stay::Guest(guest),
        })
    }
}

/// The data folder as an absolute path; made when it is missing, closed to other accounts.
fn data_folder(data: &Path) -> Result<PathBuf, EmbeddedError> {
    crate::platform::crypto::private_folder(data)
        .and_then(|()| fs::canonicalize(data))
        .map_err(EmbeddedError::io("Cannot use the data folder", data))
}
