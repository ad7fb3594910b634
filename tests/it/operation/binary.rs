//! The real `waymark`, as an operator runs it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::support::portal::{SECRET, fixture_template, user_of};
use crate::support::postgres::{PrivateServer, TestDatabase, clone_template, private};

/// A data folder, and perhaps a database.
pub struct Installation {
    pub data: TempDir,
    url: Option<String>,
    _database: Option<TestDatabase>,
    _server: Option<PrivateServer>,
}

impl Installation {
    /// A folder with the secret of the test server's roles, and a database with the fixture in it.
    pub fn with_fixture() -> Self {
        let database = clone_template(&fixture_template());
        let url = database.url(&user_of(&database.admin_url()), "any");
        Self {
            url: Some(url),
            _database: Some(database),
            ..Self::with_secret()
        }
    }

    /// The same over an empty database, on a server of its own.
    pub fn on_private_server() -> Self {
        let server = private();
        let mut admin = server.connect().unwrap();
        admin.batch_execute("CREATE DATABASE portal").unwrap();
        Self {
            url: Some(server.url_for(&user_of(&server.url()), "any", "portal")),
            _server: Some(server),
            ..Self::with_secret()
        }
    }

    fn with_secret() -> Self {
        let installation = Self::fresh();
        let secret = installation.data.path().join("secret.key");
        std::fs::write(&secret, hex::encode(SECRET)).unwrap();
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
        installation
    }

    /// A folder in which nothing is yet.
    pub fn fresh() -> Self {
        Self {
            data: open_folder(),
            url: None,
            _database: None,
            _server: None,
        }
    }

    /// The owner's URL.
    pub fn owner_url(&self) -> &str {
        self.url.as_deref().unwrap()
    }

    /// The program with these arguments, without this process's settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = waymark(self.data.path(), arguments);
        if let Some(url) = &self.url {
            command.env("DATABASE_URL", url);
        }
        command
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().unwrap())
    }

    /// Starts `serve` on a free port and waits until it listens.
    pub fn serve(&self, arguments: &[&str]) -> Served {
        let mut command = self.command(&[&["serve", "--listen", "127.0.0.1:0"], arguments].concat());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let base = lines.find_map(|line| {
            line.split_once("running at ")
                .map(|(_, base)| base.trim().to_owned())
        });
        let Some(base) = base else {
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("waymark does not listen:\n{said}");
        };
        Served { child, base }
    }
}

/// `waymark` on a data folder.
pub fn waymark(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waymark"));
    command
        .args(arguments)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::null());
    for (name, _) in std::env::vars() {
        if name.starts_with("WAYMARK_") && name != "WAYMARK_POSTGRES_BIN" || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command
}

fn open_folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// What a command said, and how it ended.
pub struct Said {
    pub status: ExitStatus,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn of(output: Output) -> Self {
        Self {
            status: output.status,
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub fn expect_success(self) -> Self {
        assert!(self.status.success(), "{}{}", self.out, self.err);
        self
    }

    /// It ended with failure, and with these words on standard error.
    pub fn expect_refusal(self, words: &str) -> Self {
        assert!(!self.status.success(), "it should have refused:\n{}", self.out);
        assert!(self.err.contains(words), "not {words:?} in:\n{}", self.err);
        self
    }
}

/// A serving portal. Killed when dropped.
pub struct Served {
    child: Child,
    pub base: String,
}

impl Served {
    pub fn tell_to_stop(&self) {
        kill(
            Pid::from_raw(i32::try_from(self.child.id()).unwrap()),
            Signal::SIGTERM,
        )
        .unwrap();
    }

    /// Waits for its end; answers how long that took and what it had logged.
    pub fn ended(mut self) -> (Duration, Said) {
        let began = Instant::now();
        let mut err = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut err)
            .unwrap();
        let status = self.child.wait().unwrap();
        let said = Said {
            status,
            out: String::new(),
            err,
        };
        (began.elapsed(), said)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
