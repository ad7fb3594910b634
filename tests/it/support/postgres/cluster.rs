//! One PostgreSQL data folder and the commands that make, start and stop its server.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use nix::unistd::{Uid, User};

/// The superuser of every test cluster.
pub const ADMIN: &str = "admin";

/// A data folder, and the folder its unix socket lies in.
///
/// The socket folder is readable by its owner alone, which is why the server can trust whoever
/// reaches it and needs no TCP port at all.
#[derive(Debug, Clone)]
pub struct Cluster {
    pub data: PathBuf,
    pub socket: PathBuf,
}

impl Cluster {
    /// A URL for this user and database. The password is not checked: see [`Cluster`].
    pub fn url(&self, user: &str, password: &str, database: &str) -> String {
        let host = percent_encode(&self.socket.display().to_string());
        format!("postgres://{user}:{password}@{host}/{database}")
    }

    /// The superuser's URL for a database.
    pub fn admin_url(&self, database: &str) -> String {
        self.url(ADMIN, "unchecked", database)
    }

    /// A connection as superuser, if the server answers.
    pub fn connect(&self) -> Option<PgConnection> {
        let mut connection = PgConnection::establish(&self.admin_url("postgres")).ok()?;
        connection.batch_execute("SELECT 1").ok()?;
        Some(connection)
    }

    /// The major version that made the data folder, if there is one.
    pub fn version(&self) -> Option<String> {
        let version = std::fs::read_to_string(self.data.join("PG_VERSION")).ok()?;
        Some(version.trim().to_owned())
    }

    /// Whether the data folder was made for this socket folder with these settings.
    ///
    /// A target folder that was moved or copied brings a server with it that answers elsewhere.
    pub fn was_made_with(&self, settings: &str) -> bool {
        std::fs::read_to_string(self.data.join("postgresql.conf"))
            .is_ok_and(|file| file.ends_with(&self.configuration(settings)))
    }

    /// Makes the data folder anew with these settings.
    pub fn create(&self, settings: &str) {
        for folder in [&self.data, &self.socket] {
            let _ = std::fs::remove_dir_all(folder);
            std::fs::create_dir_all(folder).expect("the cluster's folder can be made");
            give_to_owner(folder);
        }
        let data = self.data.display().to_string();
        let initdb = ["-D", &data, "-U", ADMIN, "-A", "trust", "-E", "UTF8"];
        run(command("initdb")
            .args(initdb)
            .args(["--locale=C.UTF-8", "--no-sync"]));
        let mut file = std::fs::read_to_string(self.data.join("postgresql.conf")).unwrap();
        file += &self.configuration(settings);
        std::fs::write(self.data.join("postgresql.conf"), file).unwrap();
    }

    fn configuration(&self, settings: &str) -> String {
        let socket = self.socket.display();
        format!("\nlisten_addresses = ''\nunix_socket_directories = '{socket}'\n{settings}\n")
    }

    /// Makes the socket folder again if something that tidies temporary folders took it.
    pub fn mend_socket_folder(&self) {
        std::fs::create_dir_all(&self.socket).expect("the socket folder can be made");
        give_to_owner(&self.socket);
    }
}

/// The major version of the binaries in use.
pub fn binaries_version() -> String {
    let output = Command::new(binary("postgres"))
        .arg("--version")
        .output()
        .expect("postgres runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text.split_whitespace().nth(2).unwrap_or_default();
    number.split('.').next().unwrap_or_default().to_owned()
}

/// A PostgreSQL program, run as somebody it agrees to run as: it refuses root.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(binary(program));
    command
        .current_dir("/")
        .stdin(Stdio::null())
        .env_remove("PGDATA")
        .env_remove("PGOPTIONS")
        .env("LC_ALL", "C");
    if let Some(owner) = owner() {
        command.uid(owner.uid.as_raw()).gid(owner.gid.as_raw());
    }
    command
}

/// Runs to the end.
///
/// # Panics
/// With everything the program said, if it failed.
pub fn run(command: &mut Command) {
    let output = command.output().expect("the PostgreSQL program starts");
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Makes a folder the server's own, closed to everyone else.
pub fn give_to_owner(folder: &Path) {
    let mode = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(folder, mode).expect("the folder's mode can be set");
    if let Some(owner) = owner() {
        let (uid, gid) = (owner.uid.as_raw(), owner.gid.as_raw());
        chown(folder, Some(uid), Some(gid)).expect("root can give a folder away");
    }
}

/// Whether the server's user can reach a folder: a checkout in `/root` is closed to it.
pub fn owner_can_reach(folder: &Path) -> bool {
    owner().is_none()
        || folder
            .ancestors()
            .filter_map(|ancestor| ancestor.metadata().ok())
            .all(|found| found.permissions().mode() & 0o001 != 0)
}

/// Who runs the server when we are root; `None` means ourselves.
fn owner() -> Option<User> {
    if !Uid::effective().is_root() {
        return None;
    }
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| User::from_name(name).ok().flatten())
}

/// `WAYMARK_POSTGRES_BIN`, else the newest that Debian or Homebrew installed, else whatever `PATH` has.
fn binary(program: &str) -> PathBuf {
    let folders = std::env::var_os("WAYMARK_POSTGRES_BIN").map(PathBuf::from);
    folders
        .into_iter()
        .chain(installed_versions())
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
        .unwrap_or_else(|| PathBuf::from(program))
}

fn installed_versions() -> Vec<PathBuf> {
    let roots = [
        ("/usr/lib/postgresql", ""),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
    ];
    let mut found = Vec::new();
    for (root, prefix) in roots {
        for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let version = name.strip_prefix(prefix).and_then(|v| v.parse::<u32>().ok());
            found.extend(version.map(|version| (version, entry.path().join("bin"))));
        }
    }
    found.sort();
    found.into_iter().rev().map(|(_, folder)| folder).collect()
}

fn percent_encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
