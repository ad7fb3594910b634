//! One database folder: where it lives, how it comes to be, whether these programs may open it.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::Settings;
use super::account::{Account, open_for_passage};
use super::address::Address;
use super::binaries::{Binaries, major_of};
use super::error::EmbeddedError;
use super::program::run;

/// Where a database goes when root's data folder lies where no other account may enter, such as below /root.
const RELOCATED: &str = "/var/lib/waymark";

/// The log is cut when it is longer than this at a start, in bytes.
const LONGEST_LOG: u64 = 10 * 1024 * 1024;

/// A folder with a complete database, the account it belongs to and the programs that fit it.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    folder: PathBuf,
    sockets: PathBuf,
    log: PathBuf,
    pub account: Account,
    pub binaries: Binaries,
}

impl Cluster {
    /// The database of a data folder, created when there is none. Only the holder of the lock may call this.
    pub fn open_or_create(data: &Path, settings: &Settings) -> Result<Self, EmbeddedError> {
        let link = data.join("postgres");
        let version = version_of(&link)?;
        let binaries = Binaries::find(version.as_deref().and_then(major_of))?;
        if let Some(version) = &version {
            refuse_other_major(&link, version, &binaries)?;
        }
        let account = Account::for_cluster(&link)?;
        let home = match version {
            Some(_) => existing_home(&link, data, account, &binaries)?,
            None => choose_home(data, account, &binaries)?,
        };
        let cluster = Self {
            folder: home.join("postgres"),
            sockets: home.join("postgres-socket"),
            log: data.join("postgres.log"),
            account,
            binaries,
        };
        if version.is_none() {
            cluster.create(data, &home, settings)?;
        }
        cluster.own()?;
        Ok(cluster)
    }

    /// Where `PG_VERSION` is, with every link on the way resolved.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Where a server of this database should listen: where the last one did, as processes may still know that one.
    pub fn address(&self) -> Result<Address, EmbeddedError> {
        Address::choose(&self.sockets, self.last_port())
            .map_err(EmbeddedError::io("Cannot find a free port for", &self.folder))
    }

    /// From the command line of the last server, which PostgreSQL keeps in `postmaster.opts`.
    fn last_port(&self) -> Option<u16> {
        let line = fs::read_to_string(self.folder.join("postmaster.opts")).ok()?;
        let (_, port) = line.rsplit_once("\"port=")?;
        port.split('"').next()?.parse().ok()
    }

    /// The log to append to, cut short when it has grown too long. Only Waymark's account may read it.
    pub fn open_log(&self) -> Result<File, EmbeddedError> {
        let length = fs::metadata(&self.log)
            .map(|found| found.len())
            .unwrap_or_default();
        let doing = EmbeddedError::io("Cannot write the log", &self.log);
        let open = || {
            let log = File::options()
                .create(true)
                .append(true)
                .mode(0o600)
                .open(&self.log)?;
            if length > LONGEST_LOG {
                log.set_len(0)?;
            }
            Ok(log)
        };
        open().map_err(doing)
    }

    /// Makes the database in a folder beside, with its first database in it, and moves it into place as the last step:
    /// a folder called `postgres` is always complete.
    fn create(&self, data: &Path, home: &Path, settings: &Settings) -> Result<(), EmbeddedError> {
        remove_unfinished(home);
        let fresh = fresh_folder(home)?;
        let owned = EmbeddedError::io("Cannot give away", fresh.path());
        self.account.owns(fresh.path()).map_err(owned)?;
        tracing::info!(folder = %self.folder.display(), version = self.binaries.version(), "creating the embedded database");
        self.initialise(fresh.path(), home, settings)?;
        self.create_database(fresh.path(), &settings.database)?;
        fs::rename(fresh.keep(), &self.folder)
            .map_err(EmbeddedError::io("Cannot move into place", &self.folder))?;
        let link = data.join("postgres");
        if link == self.folder {
            Ok(())
        } else {
            link_to(&self.folder, &link)
        }
    }

    /// Tries the locales in order of preference, since systems differ in what they have.
    fn initialise(&self, fresh: &Path, home: &Path, settings: &Settings) -> Result<(), EmbeddedError> {
        let password = self.password_file(home, settings)?;
        let mut outcome = Ok(());
        for locale in locales(self.binaries.major()) {
            let mut initdb = self.command("initdb")?;
            initdb
                .arg("--pgdata")
                .arg(fresh)
                .arg("--pwfile")
                .arg(password.path())
                .args(*locale);
            initdb.args(["--encoding=UTF8", "--auth=scram-sha-256", "--data-checksums"]);
            initdb.arg(format!("--username={}", settings.superuser));
            outcome = run("initdb", &mut initdb).map(drop);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    /// Readable by the account of the server only, and gone when dropped.
    fn password_file(
        &self,
        home: &Path,
        settings: &Settings,
    ) -> Result<tempfile::NamedTempFile, EmbeddedError> {
        let write = || {
            let mut file = tempfile::Builder::new().prefix(".waymark-").tempfile_in(home)?;
            writeln!(file, "{}", settings.password.expose_secret())?;
            self.account.owns(file.path())?;
            Ok(file)
        };
        write().map_err(EmbeddedError::io("Cannot write a file in", home))
    }

    /// In single-user mode, so that nothing listens before the database is in place. That mode ends well even when a
    /// statement failed, so what it says decides.
    fn create_database(&self, fresh: &Path, database: &str) -> Result<(), EmbeddedError> {
        let mut session = self.command("postgres")?;
        session
            .arg("--single")
            .arg("-D")
            .arg(fresh)
            .args(["-c", "log_min_messages=error", "template1"]);
        session
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let failed = |said: String| EmbeddedError::ProgramFailed {
            program: "postgres --single".to_owned(),
            said,
        };
        let mut session = session.spawn().map_err(|error| failed(error.to_string()))?;
        if let Some(mut input) = session.stdin.take() {
            let statement = format!("CREATE DATABASE \"{}\";\n", database.replace('"', "\"\""));
            input
                .write_all(statement.as_bytes())
                .map_err(|error| failed(error.to_string()))?;
        }
        let ended = session
            .wait_with_output()
            .map_err(|error| failed(error.to_string()))?;
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        if ended.status.success() && !said.contains("ERROR:") {
            Ok(())
        } else {
            Err(failed(said))
        }
    }

    /// Makes the socket folder, and gives to the server's account what root may have copied in. PostgreSQL accepts a
    /// database only when nobody else may read it.
    fn own(&self) -> Result<(), EmbeddedError> {
        let make = || {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&self.sockets)?;
            self.account.owns(&self.sockets)?;
            if fs::metadata(&self.folder)?.uid() != self.account.uid().as_raw() {
                self.account.owns_all(&self.folder)?;
            }
            fs::set_permissions(&self.folder, fs::Permissions::from_mode(0o700))
        };
        make().map_err(EmbeddedError::io("Cannot prepare", &self.folder))
    }

    /// A PostgreSQL program under the server's account, from a folder that account may be in.
    pub fn command(&self, program: &str) -> Result<Command, EmbeddedError> {
        let mut command = self.binaries.command(program)?;
        command.current_dir("/").stdin(Stdio::null());
        self.account.runs(&mut command);
        Ok(command)
    }
}

/// The major version of the database in a data folder, when there is one.
pub(super) fn major_in(data: &Path) -> Option<u32> {
    version_of(&data.join("postgres"))
        .ok()
        .flatten()
        .as_deref()
        .and_then(major_of)
}

/// What `PG_VERSION` says; `None` when there is no database yet.
fn version_of(folder: &Path) -> Result<Option<String>, EmbeddedError> {
    if folder.symlink_metadata().is_err() {
        return Ok(None);
    }
    let read = fs::read_to_string(folder.join("PG_VERSION"));
    match read {
        Ok(version) => Ok(Some(version.trim().to_owned())),
        Err(source) if source.kind() == ErrorKind::PermissionDenied => {
            Account::for_cluster(folder)?;
            Err(EmbeddedError::io("Cannot read", folder)(source))
        }
        Err(_) => Err(EmbeddedError::NotACluster {
            folder: folder.to_path_buf(),
        }),
    }
}

/// The programs are the best that is installed: when they differ from the folder, the right ones are not there.
fn refuse_other_major(folder: &Path, version: &str, binaries: &Binaries) -> Result<(), EmbeddedError> {
    let (folder, cluster, installed) = (folder.to_path_buf(), version.to_owned(), binaries.major());
    match major_of(version) {
        Some(major) if major == installed => Ok(()),
        Some(major) if major < installed => Err(EmbeddedError::ClusterIsOlder {
            folder,
            cluster,
            installed,
        }),
        _ => Err(EmbeddedError::ClusterIsNewer {
            folder,
            cluster,
            installed,
        }),
    }
}

/// Where the database is, provided that the server's account may still go there.
fn existing_home(
    link: &Path,
    data: &Path,
    account: Account,
    binaries: &Binaries,
) -> Result<PathBuf, EmbeddedError> {
    let folder = fs::canonicalize(link).map_err(EmbeddedError::io("Cannot find", link))?;
    let home = folder.parent().unwrap_or(data).to_path_buf();
    if may_live_in(&home, account, binaries)? {
        return Ok(home);
    }
    Err(EmbeddedError::Unreachable {
        folder: home,
        uid: account.uid().as_raw(),
    })
}

/// The data folder itself when the server's account may enter it, else a folder made for it.
fn choose_home(data: &Path, account: Account, binaries: &Binaries) -> Result<PathBuf, EmbeddedError> {
    if may_live_in(data, account, binaries)? {
        Ok(data.to_path_buf())
    } else {
        relocated_home(data, account, binaries)
    }
}

/// Opens the folder for passage when that is all that is missing; the folders above it are not ours to change.
fn may_live_in(home: &Path, account: Account, binaries: &Binaries) -> Result<bool, EmbeddedError> {
    if account.may_enter(home, binaries) {
        return Ok(true);
    }
    account.expect_may_run(binaries)?;
    open_for_passage(home)?;
    Ok(account.may_enter(home, binaries))
}

fn relocated_home(data: &Path, account: Account, binaries: &Binaries) -> Result<PathBuf, EmbeddedError> {
    fs::create_dir_all(RELOCATED).map_err(EmbeddedError::io("Cannot create", Path::new(RELOCATED)))?;
    let home = private("database-").tempdir_in(RELOCATED);
    let home = home.map_err(EmbeddedError::io(
        "Cannot create a folder in",
        Path::new(RELOCATED),
    ))?;
    open_for_passage(home.path())?;
    if !account.may_enter(home.path(), binaries) {
        return Err(EmbeddedError::Unreachable {
            folder: data.to_path_buf(),
            uid: account.uid().as_raw(),
        });
    }
    let home = home.keep();
    tracing::warn!(
        data = %data.display(), database = %home.display(),
        "the account that runs PostgreSQL may not enter the data folder; the database is kept elsewhere, with a link in the data folder"
    );
    Ok(home)
}

/// Preferred first. Versions from 17 bring their own C.UTF-8, the same on every system.
fn locales(major: u32) -> &'static [&'static [&'static str]] {
    const OWN: &[&str] = &[
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
    ];
    const SYSTEM: &[&str] = &["--locale=C.UTF-8"];
    const PLAIN: &[&str] = &["--locale=C"];
    if major >= 17 {
        &[OWN, SYSTEM, PLAIN]
    } else {
        &[SYSTEM, PLAIN]
    }
}

/// A folder of a new name that no other account may enter.
fn private(prefix: &str) -> tempfile::Builder<'_, '_> {
    let mut folder = tempfile::Builder::new();
    folder
        .prefix(prefix)
        .permissions(fs::Permissions::from_mode(0o700));
    folder
}

fn fresh_folder(home: &Path) -> Result<TempDir, EmbeddedError> {
    let fresh = private("postgres-new-").tempdir_in(home);
    fresh.map_err(EmbeddedError::io("Cannot create a folder in", home))
}

/// What an interrupted first start left behind. A leftover harms nobody, so failing to remove it does not stop a start.
fn remove_unfinished(home: &Path) {
    let Ok(entries) = fs::read_dir(home) else { return };
    for entry in entries.flatten() {
        let is_unfinished = entry.file_name().to_string_lossy().starts_with("postgres-new-");
        if is_unfinished && let Err(error) = fs::remove_dir_all(entry.path()) {
            tracing::warn!(folder = %entry.path().display(), %error, "could not remove what an interrupted first start left");
        }
    }
}

fn link_to(folder: &Path, link: &Path) -> Result<(), EmbeddedError> {
    symlink(folder, link).map_err(EmbeddedError::io("Cannot create the link", link))
}
