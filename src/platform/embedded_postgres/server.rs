//! The server process: started, adopted, waited for, stopped.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::address::Address;
use super::cluster::Cluster;
use super::error::EmbeddedError;
use super::postmaster::{self, Finding, Postmaster};

/// Small enough for a laptop and a small virtual machine, never at the price of a committed transaction.
/// Given on the command line, so that an upgrade of Waymark needs no edit in an existing database folder.
///
/// The log tells how the server fares and no more. Errors a client caused are told to the client; in the log their
/// text, statement and parameters could hold what members wrote, so they stay out: no personal data in logs.
const SETTINGS: &[&str] = &[
    "cluster_name=waymark",
    "shared_buffers=128MB",
    "max_connections=60",
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "wal_level=minimal",
    "max_wal_senders=0",
    "wal_compression=on",
    "min_wal_size=64MB",
    "max_wal_size=512MB",
    "checkpoint_timeout=15min",
    "random_page_cost=1.1",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "logging_collector=off",
    "log_destination=stderr",
    "log_line_prefix=%m [%p] ",
    "log_statement=none",
    "log_duration=off",
    "log_min_duration_statement=-1",
    "log_min_messages=log",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
    "password_encryption=scram-sha-256",
];

const GLANCE: Duration = Duration::from_millis(10);
/// The part of a stop's patience, in tenths, that a fast shutdown (SIGINT) gets: it rolls back what is open and writes a
/// checkpoint. The rest is for an immediate one (SIGQUIT), which leaves recovery to the next start.
const FAST_STOP: u32 = 6;
/// Replaying the log after a power cut takes its time; giving up sooner would only make the operator wait twice.
const PATIENCE_WITH_START: Duration = Duration::from_secs(300);
const PATIENCE_WITH_PREDECESSOR: Duration = Duration::from_secs(60);
/// After a kill -9 of the server its backends notice within moments; until then their shared memory forbids a start.
const PATIENCE_WITH_ORPHANS: Duration = Duration::from_secs(15);
const PAUSE_FOR_ORPHANS: Duration = Duration::from_millis(200);

/// A running server process: our child, or one that outlived the Waymark process that started it.
#[derive(Debug)]
pub(super) struct Server {
    pid: Pid,
    child: Option<Child>,
}

impl Server {
    /// The server of this database: the one that still runs on it, else a new one. Ready to answer in both cases.
    pub fn adopt_or_launch(cluster: &Cluster) -> Result<(Self, Address), EmbeddedError> {
        match Self::adopt(cluster)? {
            Some(adopted) => Ok(adopted),
            None => Self::launch_until_ready(cluster),
        }
    }

    /// Starts a server again at the address it had, without waiting for it: recovery may take a while.
    pub fn relaunch(cluster: &Cluster, address: &Address) -> Result<Self, EmbeddedError> {
        if let Finding::Alive(found) = postmaster::look(cluster.folder())? {
            return Ok(Self {
                pid: found.pid,
                child: None,
            });
        }
        make_way(cluster, address)?;
        Self::launch(cluster, address)
    }

    fn launch(cluster: &Cluster, address: &Address) -> Result<Self, EmbeddedError> {
        let (out, err) = (cluster.open_log()?, cluster.open_log()?);
        let mut command = cluster.command("postgres")?;
        command
            .arg("-D")
            .arg(cluster.folder())
            .args(SETTINGS.iter().flat_map(|setting| ["-c", *setting]));
        command.args(address.server_arguments()).stdout(out).stderr(err);
        // A group of its own: Ctrl-C in a terminal is for Waymark, which drains first and stops the server last.
        command.process_group(0);
        let child = command.spawn().map_err(|error| EmbeddedError::ProgramFailed {
            program: "postgres".to_owned(),
            said: error.to_string(),
        })?;
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap_or(i32::MAX));
        Ok(Self {
            pid,
            child: Some(child),
        })
    }

    /// Whether the process still runs.
    pub fn lives(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.try_wait(), Ok(None)),
            None => postmaster::lives(self.pid),
        }
    }

    /// Ends the server: politely, then firmly, within `patience` altogether.
    pub fn stop(&mut self, patience: Duration) -> Result<(), EmbeddedError> {
        let fast = patience * FAST_STOP / 10;
        for (signal, patience) in [
            (Signal::SIGINT, fast),
            (Signal::SIGQUIT, patience.saturating_sub(fast)),
        ] {
            match kill(self.pid, signal) {
                Err(Errno::ESRCH) => return Ok(()),
                Err(_) => {
                    return Err(EmbeddedError::DoesNotStop {
                        pid: self.pid.as_raw(),
                    });
                }
                Ok(()) if wait_until(patience, || !self.lives()) => return Ok(()),
                Ok(()) => tracing::warn!(pid = self.pid.as_raw(), %signal, "PostgreSQL takes long to stop"),
            }
        }
        Err(EmbeddedError::DoesNotStop {
            pid: self.pid.as_raw(),
        })
    }

    /// Deals with whatever an earlier process left: adopts a server that answers, ends one that does not, waits for one
    /// that is about to do either.
    fn adopt(cluster: &Cluster) -> Result<Option<(Self, Address)>, EmbeddedError> {
        let deadline = Instant::now() + PATIENCE_WITH_PREDECESSOR;
        loop {
            let predecessor = match postmaster::look(cluster.folder())? {
                Finding::Alive(predecessor) => predecessor,
                Finding::Nobody | Finding::Stale => break,
            };
            let mut server = Self {
                pid: predecessor.pid,
                child: None,
            };
            if let Some(address) = reachable(&predecessor) {
                tracing::info!(
                    pid = predecessor.pid.as_raw(),
                    "adopted the PostgreSQL that was still running"
                );
                return Ok(Some((server, address)));
            }
            if predecessor.is_ready() || Instant::now() > deadline {
                server.stop(super::PATIENCE_WITH_STOP)?;
            }
            thread::sleep(GLANCE);
        }
        Ok(None)
    }

    fn launch_until_ready(cluster: &Cluster) -> Result<(Self, Address), EmbeddedError> {
        let deadline = Instant::now() + PATIENCE_WITH_ORPHANS;
        loop {
            let address = cluster.address()?;
            make_way(cluster, &address)?;
            let log_before = length(cluster.log());
            let mut server = Self::launch(cluster, &address)?;
            match server.wait_until_ready(cluster, log_before) {
                Ok(()) => return Ok((server, address)),
                Err(error) if passes_by_itself(&error, &address) && Instant::now() < deadline => {
                    thread::sleep(PAUSE_FOR_ORPHANS);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn wait_until_ready(&mut self, cluster: &Cluster, log_before: u64) -> Result<(), EmbeddedError> {
        let pid = self.pid;
        let is_ready = || postmaster::is_ready(cluster.folder(), pid);
        wait_until(PATIENCE_WITH_START, || is_ready() || !self.lives());
        if is_ready() && self.lives() {
            return Ok(());
        }
        let log = cluster.log().to_path_buf();
        if self.lives() {
            self.stop(super::PATIENCE_WITH_STOP)?;
            return Err(EmbeddedError::StartTimedOut {
                log,
                seconds: PATIENCE_WITH_START.as_secs(),
            });
        }
        Err(EmbeddedError::StartFailed {
            said: tail(&log, log_before),
            log,
        })
    }
}

/// The address of a server that is ready and answers. Its socket may have been deleted under it.
pub(super) fn reachable(postmaster: &Postmaster) -> Option<Address> {
    postmaster
        .address
        .clone()
        .filter(|address| postmaster.is_ready() && address.answers())
}

/// Orphaned backends end within moments, and a port somebody took is replaced by another.
fn passes_by_itself(error: &EmbeddedError, address: &Address) -> bool {
    let EmbeddedError::StartFailed { said, .. } = error else {
        return false;
    };
    let orphans = said.contains("shared memory block") && said.contains("still in use");
    let port_taken = said.contains("could not bind") && matches!(address, Address::Loopback { .. });
    orphans || port_taken
}

/// Clears what a killed server left: its pid file, its socket and the socket's lock file, whose number may belong to
/// another program by now. The socket folder is ours alone, and no server runs.
fn make_way(cluster: &Cluster, address: &Address) -> Result<(), EmbeddedError> {
    if postmaster::look(cluster.folder())? == Finding::Stale {
        postmaster::take_over_pid_file(cluster.folder(), cluster.account)?;
    }
    let Some(socket) = address.socket_file() else {
        return Ok(());
    };
    let mut lock = socket.clone().into_os_string();
    lock.push(".lock");
    remove(&socket)?;
    remove(Path::new(&lock))
}

fn remove(file: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(EmbeddedError::io("Cannot remove", file)(error))
        }
        _ => Ok(()),
    }
}

fn wait_until(patience: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + patience;
    while Instant::now() < deadline {
        if condition() {
            return true;
        }
        thread::sleep(GLANCE);
    }
    condition()
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).map(|found| found.len()).unwrap_or_default()
}

/// What was added to the log since it had this length, at most its last lines.
fn tail(log: &Path, since: u64) -> String {
    const LINES: usize = 12;
    let read = || -> std::io::Result<String> {
        let mut file = File::open(log)?;
        file.seek(SeekFrom::Start(since.min(file.metadata()?.len())))?;
        let mut added = Vec::new();
        file.take(64 * 1024).read_to_end(&mut added)?;
        Ok(String::from_utf8_lossy(&added).into_owned())
    };
    let added = read().unwrap_or_default();
    let lines: Vec<&str> = added.lines().collect();
    let start = lines.len().saturating_sub(LINES);
    lines.get(start..).unwrap_or_default().join("\n")
}
