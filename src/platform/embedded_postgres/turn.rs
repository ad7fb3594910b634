//! Whose turn it is: who owns the server of a data folder, and who uses it.
//!
//! Two files are locked. The owner holds `postgres.lock` for as long as it answers for the server. Every guest holds
//! `postgres.guests` together with the other guests; the owner takes that one for itself before it stops the server, so
//! that nobody can arrive while it does. A lock ends with its process, however that ends.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::address::Address;
use super::cluster::Cluster;
use super::error::EmbeddedError;
use super::postmaster::{self, Finding};
use super::server::{self, Server};
use super::watch::Watch;

/// How long a second process waits for the first to bring the database up.
const PATIENCE_WITH_OWNER: Duration = Duration::from_secs(120);
const GLANCE: Duration = Duration::from_millis(50);

/// What a process that starts finds itself to be.
pub(super) enum Turn {
    /// With `postgres.lock`.
    Owner(File),
    /// Where the owner's server listens, and the sign that somebody uses it.
    Guest(Address, File),
}

impl Turn {
    /// Takes the lock when it is free; else waits until the owner's server answers, or the owner ends.
    pub fn of(data: &Path) -> Result<Self, EmbeddedError> {
        let (owners, guests) = (LockFile::owners(data)?, LockFile::guests(data)?);
        let deadline = Instant::now() + PATIENCE_WITH_OWNER;
        loop {
            if owners.take()? {
                return Ok(Self::Owner(owners.file));
            }
            // First the sign, then the look: an owner that has seen no guest may be stopping the server.
            if guests.share()? {
                if let Some(address) = owners_server(data)? {
                    return Ok(Self::Guest(address, guests.file));
                }
                guests.leave()?;
            }
            if Instant::now() > deadline {
                return Err(EmbeddedError::HeldElsewhere {
                    lock: owners.path,
                    seconds: PATIENCE_WITH_OWNER.as_secs(),
                });
            }
            thread::sleep(GLANCE);
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

/// A file that is only there to be locked.
#[derive(Debug)]
pub(super) struct LockFile {
    path: PathBuf,
    file: File,
}

impl LockFile {
    pub fn owners(data: &Path) -> Result<Self, EmbeddedError> {
        Self::open(data.join("postgres.lock"))
    }

    pub fn guests(data: &Path) -> Result<Self, EmbeddedError> {
        Self::open(data.join("postgres.guests"))
    }

    fn open(path: PathBuf) -> Result<Self, EmbeddedError> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(EmbeddedError::io("Cannot open", &path))?;
        Ok(Self { path, file })
    }

    /// Takes it for oneself; false when somebody else has it.
    pub fn take(&self) -> Result<bool, EmbeddedError> {
        self.locked(self.file.try_lock())
    }

    /// Takes it together with others; false when somebody has it alone.
    fn share(&self) -> Result<bool, EmbeddedError> {
        self.locked(self.file.try_lock_shared())
    }

    fn leave(&self) -> Result<(), EmbeddedError> {
        self.file
            .unlock()
            .map_err(EmbeddedError::io("Cannot unlock", &self.path))
    }

    pub fn into_file(self) -> File {
        self.file
    }

    fn locked(&self, outcome: Result<(), TryLockError>) -> Result<bool, EmbeddedError> {
        match outcome {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(EmbeddedError::io("Cannot lock", &self.path)(error)),
        }
    }
}

/// A server that is watched over, and the lock that says by whom.
#[derive(Debug)]
pub(super) struct Owned {
    data: PathBuf,
    watch: Watch,
    lock: Option<File>,
}

impl Owned {
    pub fn over(
        data: &Path,
        lock: File,
        server: Server,
        cluster: Cluster,
        address: Address,
    ) -> Result<Self, EmbeddedError> {
        Ok(Self {
            data: data.to_path_buf(),
            watch: Watch::over(server, cluster, address)?,
            lock: Some(lock),
        })
    }

    /// Stops the server, or leaves it to the guests it has.
    pub fn end(mut self, patience: Duration) -> Result<(), EmbeddedError> {
        self.hand_over_or_stop(patience)
    }

    fn hand_over_or_stop(&mut self, patience: Duration) -> Result<(), EmbeddedError> {
        let Some(lock) = self.lock.take() else {
            return Ok(());
        };
        let guests = LockFile::guests(&self.data)?;
        if guests.take()? {
            return self.watch.stop(patience);
        }
        self.watch.cease();
        drop(lock);
        tracing::info!("PostgreSQL goes on for another waymark process");
        // The last guest may have left before the lock was free, and then nobody was there to take the server over.
        let owners = LockFile::owners(&self.data)?;
        if guests.take()? && owners.take()? {
            self.watch.stop_server(patience)?;
        }
        Ok(())
    }
}

/// Dropped in this order: the server has ended before the lock is free.
impl Drop for Owned {
    fn drop(&mut self) {
        if let Err(error) = self.hand_over_or_stop(super::PATIENCE_WITH_STOP) {
            tracing::error!(%error, "PostgreSQL was left running; the next start takes it over");
        }
    }
}
