//! Finds the PostgreSQL programs of this machine.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::EmbeddedError;

/// The oldest major version that has all of what the migrations use: views with `security_invoker` came with 15.
pub const MINIMUM_MAJOR: u32 = 15;

const OVERRIDE: &str = "WAYMARK_POSTGRES_BIN";

/// Where packages put server programs. A `*` stands for any one folder name part; within a line the highest version is taken.
const USUAL_PLACES: &[&str] = &[
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/usr/local/pgsql/bin",
];

/// One installed PostgreSQL: the folder of its programs and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    folder: PathBuf,
    major: u32,
    version: String,
}

impl Binaries {
    /// The installation to use: the one named by `WAYMARK_POSTGRES_BIN`, else the one of the wanted major version
    /// (that of an existing database), else the newest.
    ///
    /// # Errors
    /// [`EmbeddedError::NotInstalled`] or, for a wrong override, [`EmbeddedError::UnusableBinaries`].
    pub fn find(wanted: Option<u32>) -> Result<Self, EmbeddedError> {
        if let Some(folder) = env::var_os(OVERRIDE).filter(|value| !value.is_empty()) {
            return Self::at_override(Path::new(&folder));
        }
        let folders = candidate_folders();
        best_of(
            folders.iter().filter_map(|folder| Self::in_folder(folder).ok()),
            wanted,
        )
        .ok_or_else(|| EmbeddedError::NotInstalled {
            minimum: MINIMUM_MAJOR,
            searched: list(&folders),
        })
    }

    /// The major version, such as 15.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The full version, such as `15.14`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The folder the programs are in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a program of this installation is.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A command for one program, free of what the caller's environment says about other servers, and speaking English
    /// so that its messages can be read by us.
    ///
    /// # Errors
    /// [`EmbeddedError::MissingProgram`] when only a part of PostgreSQL is installed.
    pub(super) fn command(&self, name: &str) -> Result<Command, EmbeddedError> {
        let program = self.program(name);
        if !program.is_file() {
            return Err(EmbeddedError::MissingProgram {
                program: name.to_owned(),
                folder: self.folder.clone(),
            });
        }
        let mut command = Command::new(program);
        for (name, _) in env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PG")) {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C");
        Ok(command)
    }

    fn at_override(folder: &Path) -> Result<Self, EmbeddedError> {
        Self::in_folder(folder).map_err(|problem| EmbeddedError::UnusableBinaries {
            folder: folder.to_path_buf(),
            problem,
            minimum: MINIMUM_MAJOR,
        })
    }

    /// Reads the version of the programs in a folder; the problem in words when there is no complete, recent server.
    fn in_folder(folder: &Path) -> Result<Self, String> {
        // A link in /usr/local/bin says nothing about where the other programs are: follow it to its home.
        let server =
            fs::canonicalize(folder.join("postgres")).map_err(|_| "it holds no `postgres`".to_owned())?;
        let folder = server.parent().unwrap_or(folder).to_path_buf();
        if !folder.join("initdb").is_file() {
            return Err("it holds no `initdb`".to_owned());
        }
        let told = Command::new(&server)
            .arg("--version")
            .output()
            .map_err(|error| error.to_string())?;
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        let version =
            version_in(&told).ok_or_else(|| "its `postgres --version` is not understood".to_owned())?;
        let major = major_of(&version).ok_or_else(|| format!("its version {version} is not understood"))?;
        if major < MINIMUM_MAJOR {
            return Err(format!("it is PostgreSQL {version}"));
        }
        Ok(Self {
            folder,
            major,
            version,
        })
    }
}

/// `15.14` from `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
fn version_in(told: &str) -> Option<String> {
    let (_, after) = told.split_once("(PostgreSQL)")?;
    after.split_whitespace().next().map(str::to_owned)
}

/// 15 from `15.14`, 18 from `18beta1`, 9 from `9.6`.
pub(super) fn major_of(version: &str) -> Option<u32> {
    let digits: String = version.trim().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Of equal versions the first wins, so that the order of the search decides.
fn best_of(found: impl Iterator<Item = Binaries>, wanted: Option<u32>) -> Option<Binaries> {
    let rank = |binaries: &Binaries| (Some(binaries.major) == wanted, binaries.major);
    found.reduce(|best, next| if rank(&next) > rank(&best) { next } else { best })
}

fn candidate_folders() -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    let usual = USUAL_PLACES.iter().flat_map(|pattern| matching_folders(pattern));
    let on_path = env::var_os("PATH")
        .map(|path| env::split_paths(&path).collect::<Vec<_>>())
        .unwrap_or_default();
    told_by_pg_config()
        .into_iter()
        .chain(usual)
        .chain(on_path)
        .filter(|folder| folder.join("postgres").exists())
        .filter(|folder| seen.insert(folder.clone()))
        .collect()
}

fn told_by_pg_config() -> Option<PathBuf> {
    let told = Command::new("pg_config")
        .arg("--bindir")
        .output()
        .ok()
        .filter(|told| told.status.success())?;
    Some(PathBuf::from(String::from_utf8(told.stdout).ok()?.trim()))
}

/// The folders a pattern stands for. Only one part of the path may hold a `*`, and only one.
fn matching_folders(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![PathBuf::from(pattern)];
    };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let Ok(entries) = fs::read_dir(parent) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path().join(after.trim_start_matches('/')))
        .collect()
}

fn list(folders: &[PathBuf]) -> String {
    let mut names: Vec<String> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    names.extend(USUAL_PLACES.iter().map(|pattern| (*pattern).to_owned()));
    names.push("PATH".to_owned());
    names.join(", ")
}
