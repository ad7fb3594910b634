//! Keeps the server running for as long as Waymark does.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::address::Address;
use super::cluster::Cluster;
use super::error::EmbeddedError;
use super::server::Server;

/// How often the server process is looked at. Connections lost meanwhile are opened again by the pool.
const INTERVAL: Duration = Duration::from_millis(500);

/// A thread that starts the server again, at the same address, when it ends by itself: killed by the system for its
/// memory, or by a person.
#[derive(Debug)]
pub(super) struct Watch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    server: Server,
    ending: bool,
}

impl Watch {
    pub fn over(server: Server, cluster: Cluster, address: Address) -> Result<Self, EmbeddedError> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                server,
                ending: false,
            }),
            changed: Condvar::new(),
        });
        let watched = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("embedded-postgres".to_owned())
            .spawn(move || watched.keep_running(&cluster, &address))
            .map_err(EmbeddedError::io(
                "Cannot start a thread to watch",
                "PostgreSQL".as_ref(),
            ))?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Ends the watch first and the server then, so that it is not started again.
    pub fn stop(&mut self, patience: Duration) -> Result<(), EmbeddedError> {
        self.cease();
        self.stop_server(patience)
    }

    /// Ends the watch and leaves the server running. Doing it twice does no harm.
    pub fn cease(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        self.shared.state.lock().ending = true;
        self.shared.changed.notify_all();
        if thread.join().is_err() {
            tracing::error!("the thread that watches PostgreSQL had failed");
        }
    }

    /// Ends the server, after the watch.
    pub fn stop_server(&mut self, patience: Duration) -> Result<(), EmbeddedError> {
        self.shared.state.lock().server.stop(patience)
    }
}

impl Shared {
    fn keep_running(&self, cluster: &Cluster, address: &Address) {
        let mut state = self.state.lock();
        while !state.ending {
            if !state.server.lives() {
                tracing::error!(log = %cluster.log().display(), "PostgreSQL ended by itself; starting it again");
                match Server::relaunch(cluster, address) {
                    Ok(server) => state.server = server,
                    Err(error) => tracing::error!(%error, "PostgreSQL could not be started again"),
                }
            }
            self.changed.wait_for(&mut state, INTERVAL);
        }
    }
}
