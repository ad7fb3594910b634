//! One installation of the portal as an operator has it, except that this operator kills it.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use parking_lot::Mutex;

use crate::support::client::Client;
use crate::support::eventually::eventually;
use crate::support::leash::Leash;
use crate::support::portal::{SECRET, look_at, write_fixture};
use crate::support::postgres::{PrivateServer, private};
use crate::support::writer::Writer;

/// The portal's process and its database server. Both end with this value.
pub struct Installation {
    /// The database server, to be stopped and started.
    pub postgres: Arc<Mutex<PrivateServer>>,
    owner_url: String,
    address: SocketAddr,
    process: Option<Child>,
    leash: Arc<Leash>,
}

impl Installation {
    /// A running portal with the fixture's people.
    pub async fn start() -> Self {
        let mut installation = tokio::task::spawn_blocking(Self::prepare).await.unwrap();
        installation.run().await;
        installation
    }

    /// Another process of the same installation, beside this one and with an address of its own.
    pub async fn beside(&self) -> Self {
        let mut another = Self {
            postgres: self.postgres.clone(),
            owner_url: self.owner_url.clone(),
            address: free_address(),
            process: None,
            leash: self.leash.clone(),
        };
        another.run().await;
        another
    }

    fn prepare() -> Self {
        let postgres = private();
        let mut admin = postgres.connect().unwrap();
        admin.batch_execute("CREATE DATABASE waymark").unwrap();
        let owner_url = postgres.url_for("admin", "unchecked", "waymark");
        write_fixture(&owner_url);
        let leash = Arc::new(Leash::new("portal"));
        let data = leash.folder().join("data");
        fs::create_dir(&data).unwrap();
        fs::write(data.join("secret.key"), hex::encode(SECRET)).unwrap();
        fs::set_permissions(data.join("secret.key"), fs::Permissions::from_mode(0o600)).unwrap();
        let config = format!(
            "[database]\nurl = \"{owner_url}\"\n[limits]\nstandard = 60000\nmedium = 60000\nstrict = 60000\n"
        );
        fs::write(leash.folder().join("waymark.toml"), config).unwrap();
        Self {
            postgres: Arc::new(Mutex::new(postgres)),
            owner_url,
            address: free_address(),
            process: None,
            leash,
        }
    }

    /// Starts the program and waits until it answers.
    pub async fn run(&mut self) {
        self.process = Some(self.spawn());
        let client = Client::new(&self.base());
        eventually("the portal to be ready", async || {
            let process = self.process.as_mut().unwrap();
            let ended = process.try_wait().unwrap();
            assert!(ended.is_none(), "the portal ended at once: {}", self.log());
            let answer = client.try_get("/readyz").await.ok()?;
            (answer.status == 200).then_some(())
        })
        .await;
    }

    fn spawn(&self) -> Child {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.log_path())
            .unwrap();
        Command::new(env!("CARGO_BIN_EXE_waymark"))
            .arg("serve")
            .args(["--listen", &self.address.to_string()])
            .arg("--data")
            .arg(self.leash.folder().join("data"))
            .arg("--config")
            .arg(self.leash.folder().join("waymark.toml"))
            .env_clear()
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("the portal starts")
    }

    /// Where it listens.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens, for bare connections.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A person of the fixture's first organization.
    pub async fn person(&self, key: &str) -> Writer {
        Writer::at(&self.base(), key).await
    }

    /// The path of a channel by its title.
    pub fn channel(&self, title: &str) -> String {
        let id = self.look(&format!(
            "SELECT id FROM channels WHERE title = '{title}' ORDER BY created_at LIMIT 1"
        ));
        format!("/channels/{id}")
    }

    /// A value from the database, read as its owner.
    pub fn look(&self, sql: &str) -> String {
        look_at(&self.owner_url, sql)
    }

    /// A connection of the database's owner, for standing in the way.
    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.owner_url).unwrap()
    }

    /// Waits until somebody waits for a lock that we hold.
    pub async fn expect_somebody_waits(&self) {
        eventually("somebody to wait for our lock", async || {
            let waiting =
                self.look("SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
            (waiting == "true").then_some(())
        })
        .await;
    }

    /// Takes the process away in the middle of whatever it does.
    pub fn kill_nine(&mut self) {
        let mut process = self.process.take().expect("the portal runs");
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Asks the process to end, as `systemctl stop` does.
    pub fn terminate(&self) {
        let process = self.process.as_ref().expect("the portal runs");
        let pid = Pid::from_raw(i32::try_from(process.id()).unwrap());
        kill(pid, Signal::SIGTERM).unwrap();
    }

    /// How the process ended; `None` while it has not.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.as_mut().expect("the portal ran").try_wait().unwrap()
    }

    /// What the process has said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.leash.folder().join(format!("log-{}", self.address.port()))
    }
}

/// Nobody else is given a port that was just free, and after a crash the portal comes back where it was.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Drop for Installation {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
        if std::thread::panicking() {
            eprintln!("the portal said:\n{}", self.log());
        }
    }
}

/// The longest anyone may be kept waiting while something is broken.
pub const PATIENCE: Duration = Duration::from_secs(10);
