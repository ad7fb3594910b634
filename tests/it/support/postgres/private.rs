//! A server of one's own, for tests that stop, crash and restart it.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Stdio};

use diesel::PgConnection;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::cluster::{Cluster, command, give_to_owner};
use crate::support::eventually::eventually_blocking;
use crate::support::leash::Leash;

/// As durable as in production, because these tests ask what survives a crash.
const SETTINGS: &str = "
fsync = on
full_page_writes = on
synchronous_commit = on
max_connections = 100
shared_buffers = 32MB
";

/// A PostgreSQL server that belongs to one test. Dropped with everything in it.
pub struct PrivateServer {
    cluster: Cluster,
    postmaster: Option<Child>,
    leash: Leash,
}

/// Makes and starts a server of one's own; takes about two seconds.
pub fn private() -> PrivateServer {
    let leash = Leash::new("postgres");
    let cluster = Cluster {
        data: leash.folder().join("data"),
        socket: leash.folder().join("s"),
    };
    // The folder above must let the server's user through to the two below.
    let open = std::fs::Permissions::from_mode(0o711);
    std::fs::set_permissions(leash.folder(), open).unwrap();
    cluster.create(SETTINGS);
    give_to_owner(&cluster.data);
    let mut server = PrivateServer {
        cluster,
        postmaster: None,
        leash,
    };
    server.start();
    server
}

impl PrivateServer {
    /// The superuser's URL for the database `postgres`.
    pub fn url(&self) -> String {
        self.cluster.admin_url("postgres")
    }

    /// The URL for any user and database; passwords are not checked.
    pub fn url_for(&self, user: &str, password: &str, database: &str) -> String {
        self.cluster.url(user, password, database)
    }

    /// A superuser connection, or `None` while the server is down.
    pub fn connect(&self) -> Option<PgConnection> {
        self.cluster.connect()
    }

    /// Starts the server and waits until it answers, recovering from a crash if there was one.
    pub fn start(&mut self) {
        let server = &self.cluster;
        let mut postmaster = None::<Child>;
        eventually_blocking("the private PostgreSQL to answer", || {
            // The children of a killed server hold its memory a moment longer; it then refuses to start.
            let running = match &mut postmaster {
                Some(child) => child.try_wait().unwrap().is_none(),
                None => false,
            };
            if !running {
                postmaster = Some(self.spawn());
            }
            server.connect()
        });
        self.postmaster = postmaster;
    }

    /// An immediate stop: no checkpoint, clients cut off, recovery at the next start.
    pub fn stop_immediate(&mut self) {
        self.end(Signal::SIGQUIT);
    }

    /// A crash of the whole server.
    pub fn kill_nine(&mut self) {
        self.end(Signal::SIGKILL);
    }

    /// What an operator's restart does: clients are disconnected, data is flushed, it comes back.
    pub fn restart(&mut self) {
        self.end(Signal::SIGINT);
        self.start();
    }

    fn spawn(&self) -> Child {
        let log = self.leash.folder().join("log");
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(log)
            .unwrap();
        command("postgres")
            .arg("-D")
            .arg(&self.cluster.data)
            .stdout(log.try_clone().unwrap())
            .stderr(Stdio::from(log))
            .process_group(0)
            .spawn()
            .expect("postgres starts")
    }

    fn end(&mut self, signal: Signal) {
        let mut postmaster = self.postmaster.take().expect("the server is running");
        let pid = i32::try_from(postmaster.id()).unwrap();
        kill(Pid::from_raw(pid), signal).expect("the server can be signalled");
        postmaster.wait().expect("the server ends");
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        if let Some(mut postmaster) = self.postmaster.take() {
            let pid = i32::try_from(postmaster.id()).unwrap();
            let _ = kill(Pid::from_raw(pid), Signal::SIGQUIT);
            let _ = postmaster.wait();
        }
    }
}
