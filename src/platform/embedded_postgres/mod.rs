//! A PostgreSQL of Waymark's own, for installations that have no other: `DATABASE_URL` unset means this one.
//!
//! The database lives in `postgres` inside the data folder and is run with the PostgreSQL programs of the machine.
//! What holds:
//!
//! - One Waymark process owns the server: it holds `postgres.lock`, starts the server, starts it again when it dies and
//!   stops it at the end. Other processes on the same data folder use the running server and leave it alone.
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
mod manifest;
mod postmaster;
mod program;
mod restore;
mod server;
mod watch;

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use secrecy::SecretString;

pub use backup::backup;
pub use binaries::{Binaries, MINIMUM_MAJOR};
pub use error::EmbeddedError;
pub use manifest::{Entry, FILES, Manifest, SECRET};
pub use restore::{SettingsError, restore};

use address::Address;
use cluster::Cluster;
use postmaster::Finding;
use server::Server;
use watch::Watch;

/// How long a second process waits for the first to bring the database up.
const PATIENCE_WITH_OWNER: Duration = Duration::from_secs(120);

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

/// Whether this process started the server, and so stops it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenure {
    /// This process owns the server: it keeps it running and stops it at the end.
    Owner,
    /// Another Waymark process owns it; it is used and left alone.
    Guest,
}

/// A database that answers. An owner stops it when this is dropped; call [`Running::stop`] to hear how that went.
#[derive(Debug)]
pub struct Running {
    settings: Settings,
    address: Address,
    binaries: Binaries,
    owned: Option<Owned>,
}

/// Dropped in this order: the server has ended before the lock is free.
#[derive(Debug)]
struct Owned {
    watch: Watch,
    _lock: File,
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
        Turn::Guest(address) => Running::as_guest(settings, address),
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

    /// Whether this process will stop the server.
    #[must_use]
    pub fn tenure(&self) -> Tenure {
        if self.owned.is_some() {
            Tenure::Owner
        } else {
            Tenure::Guest
        }
    }

    /// Stops the server when this process owns it: running transactions are rolled back, committed ones are safe.
    ///
    /// # Errors
    /// [`EmbeddedError::DoesNotStop`] after fifteen seconds.
    pub fn stop(mut self) -> Result<(), EmbeddedError> {
        self.owned.take().map_or(Ok(()), |mut owned| owned.watch.stop())
    }

    fn as_owner(settings: Settings, lock: File) -> Result<Self, EmbeddedError> {
        let cluster = Cluster::open_or_create(&settings.data, &settings)?;
        let binaries = cluster.binaries.clone();
        let (server, address) = Server::adopt_or_launch(&cluster)?;
        let watch = Watch::over(server, cluster, address.clone())?;
        Ok(Self {
            settings,
            address,
            binaries,
            owned: Some(Owned { watch, _lock: lock }),
        })
    }

    fn as_guest(settings: Settings, address: Address) -> Result<Self, EmbeddedError> {
        let binaries = Binaries::find(cluster::major_in(&settings.data))?;
        Ok(Self {
            settings,
            address,
            binaries,
            owned: None,
        })
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Err(error) = self.watch.stop() {
            tracing::error!(%error, "PostgreSQL was left running; the next start takes it over");
        }
    }
}

enum Turn {
    Owner(File),
    Guest(Address),
}

impl Turn {
    /// Takes the lock when it is free; else waits until the owner's server answers, or the owner ends.
    fn of(data: &Path) -> Result<Self, EmbeddedError> {
        let path = data.join("postgres.lock");
        let doing = EmbeddedError::io("Cannot open", &path);
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(doing)?;
        let deadline = Instant::now() + PATIENCE_WITH_OWNER;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self::Owner(lock)),
                Err(TryLockError::Error(error)) => {
                    return Err(EmbeddedError::io("Cannot lock", &path)(error));
                }
                Err(TryLockError::WouldBlock) => {}
            }
            if let Some(address) = owners_server(data)? {
                return Ok(Self::Guest(address));
            }
            if Instant::now() > deadline {
                return Err(EmbeddedError::HeldElsewhere {
                    lock: path,
                    seconds: PATIENCE_WITH_OWNER.as_secs(),
                });
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn owners_server(data: &Path) -> Result<Option<Address>, EmbeddedError> {
    let Ok(folder) = fs::canonicalize(data.join("postgres")) else {
        return Ok(None);
    };
    match postmaster::look(&folder)? {
        Finding::Alive(postmaster) => Ok(server::reachable(&postmaster)),
        _ => Ok(None),
    }
}

/// The data folder as an absolute path; made when it is missing, closed to other accounts. Folders above it are made
/// as the account usually makes them, or PostgreSQL's account could not pass.
fn data_folder(data: &Path) -> Result<PathBuf, EmbeddedError> {
    let make = || {
        if let Some(parent) = data.parent().filter(|_| !data.exists()) {
            fs::create_dir_all(parent)?;
            fs::DirBuilder::new().mode(0o700).create(data)?;
        }
        fs::canonicalize(data)
    };
    make().map_err(EmbeddedError::io("Cannot use the data folder", data))
}
