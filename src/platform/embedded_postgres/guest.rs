//! Another process's server in use: taken over when that process ends.

use std::fs::File;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::address::Address;
use super::cluster::{self, Cluster};
use super::error::EmbeddedError;
use super::server::Server;
use super::turn::{LockFile, Owned};
use super::{Settings, Tenure};

/// How often a guest looks whether the owner is still there.
const INTERVAL: Duration = Duration::from_millis(250);
/// How long it waits after it could not take the server over.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);

/// A thread that waits for the owner's lock, and then answers for the server, at the address everybody knows.
#[derive(Debug)]
pub(super) struct Guest {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    settings: Settings,
    address: Address,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    ending: bool,
    /// The sign that somebody uses the server, held until this process owns it.
    presence: Option<File>,
    owned: Option<Owned>,
}

impl Guest {
    pub fn stays(settings: Settings, address: Address, presence: File) -> Result<Self, EmbeddedError> {
        let shared = Arc::new(Shared {
            settings,
            address,
            state: Mutex::new(State {
                ending: false,
                presence: Some(presence),
                owned: None,
            }),
            changed: Condvar::new(),
        });
        let heir = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("postgres-guest".to_owned())
            .spawn(move || heir.wait_for_a_turn())
            .map_err(EmbeddedError::io(
                "Cannot start a thread to watch",
                "PostgreSQL".as_ref(),
            ))?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    pub fn tenure(&self) -> Tenure {
        match self.shared.state.lock().owned {
            Some(_) => Tenure::Owner,
            None => Tenure::Guest,
        }
    }

    /// Leaves, and sees to the server if it is ours by now or was left to us at this moment.
    pub fn end(mut self, patience: Duration) -> Result<(), EmbeddedError> {
        self.leave(patience)
    }

    fn leave(&mut self, patience: Duration) -> Result<(), EmbeddedError> {
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        self.shared.state.lock().ending = true;
        self.shared.changed.notify_all();
        if thread.join().is_err() {
            tracing::error!("the thread that waits for PostgreSQL's owner had failed");
        }
        let mut state = self.shared.state.lock();
        state.presence = None;
        let owned = match state.owned.take() {
            Some(owned) => Some(owned),
            None => self.shared.take_over()?,
        };
        owned.map_or(Ok(()), |owned| owned.end(patience))
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        if let Err(error) = self.leave(super::PATIENCE_WITH_STOP) {
            tracing::error!(%error, "PostgreSQL was left running; the next start takes it over");
        }
    }
}

impl Shared {
    fn wait_for_a_turn(&self) {
        let mut state = self.state.lock();
        while !state.ending && state.owned.is_none() {
            let mut pause = INTERVAL;
            match self.take_over() {
                Ok(None) => {}
                Ok(owned) => {
                    tracing::info!("the process that ran PostgreSQL has ended; this one runs it now");
                    state.owned = owned;
                    state.presence = None;
                    break;
                }
                Err(error) => {
                    tracing::error!(%error, "PostgreSQL could not be taken over");
                    pause = PAUSE_AFTER_FAILURE;
                }
            }
            self.changed.wait_for(&mut state, pause);
        }
    }

    /// The server that still runs, else a new one at the same address; nothing while its owner lives.
    fn take_over(&self) -> Result<Option<Owned>, EmbeddedError> {
        let data = &self.settings.data;
        let owners = LockFile::owners(data)?;
        if cluster::major_in(data).is_none() || !owners.take()? {
            return Ok(None);
        }
        let cluster = Cluster::open_or_create(data, &self.settings)?;
        let server = Server::relaunch(&cluster, &self.address)?;
        let lock = owners.into_file();
        Owned::over(data, lock, server, cluster, self.address.clone()).map(Some)
    }
}
