use std::io;
use std::path::{Path, PathBuf};

/// Why Waymark's own PostgreSQL could not be started, stopped, saved or brought back. Every message says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error(
        "PostgreSQL {minimum} or newer is not installed (looked in {searched}). Install it (Debian, Ubuntu: `apt-get install postgresql`; \
         macOS: `brew install postgresql@17`), or set WAYMARK_POSTGRES_BIN to the folder that holds `initdb` and `postgres`, \
         or set DATABASE_URL to use a server of your own"
    )]
    NotInstalled { minimum: u32, searched: String },

    #[error(
        "WAYMARK_POSTGRES_BIN is {folder}, but {problem}. Point it at the folder of PostgreSQL {minimum} or newer that holds `initdb` and `postgres`"
    )]
    UnusableBinaries {
        folder: PathBuf,
        problem: String,
        minimum: u32,
    },

    #[error(
        "`{program}` is missing in {folder}. Install the client programs of the same PostgreSQL version (Debian: `postgresql-client`)"
    )]
    MissingProgram { program: String, folder: PathBuf },

    #[error(
        "The database in {folder} was written by PostgreSQL {cluster}; the newest installed here is {installed}. \
         Install PostgreSQL {cluster} and start again. Nothing was changed"
    )]
    ClusterIsNewer {
        folder: PathBuf,
        cluster: String,
        installed: u32,
    },

    #[error(
        "The database in {folder} was written by PostgreSQL {cluster}; only {installed} is installed here, and a newer version cannot open it. \
         Install PostgreSQL {cluster} beside it and start again; to move to {installed}, run `waymark backup` with {cluster} installed \
         and `waymark restore` into an empty data folder with {installed}. Nothing was changed"
    )]
    ClusterIsOlder {
        folder: PathBuf,
        cluster: String,
        installed: u32,
    },

    #[error(
        "{folder} holds something that is not a PostgreSQL database. Move it away, or choose another data folder with --data"
    )]
    NotACluster { folder: PathBuf },

    #[error(
        "The database in {folder} belongs to the account with uid {owner}. Start waymark as that account, or as root, which runs PostgreSQL as that account"
    )]
    OwnedByAnother { folder: PathBuf, owner: u32 },

    #[error(
        "PostgreSQL refuses to run as root, and this machine has neither a `postgres` nor a `nobody` account to run it as. \
         Create one (`useradd --system postgres`), or start waymark as an ordinary account"
    )]
    NoAccount,

    #[error(
        "PostgreSQL cannot be run as uid {uid} from {program}: {source}. \
         Start waymark as an ordinary account, or make the program readable for that account"
    )]
    CannotLower {
        uid: u32,
        program: PathBuf,
        source: io::Error,
    },

    #[error(
        "The account PostgreSQL runs as (uid {uid}) may not enter {folder}. Move the data folder to a place every account may enter, \
         such as /var/lib/waymark, and start with --data"
    )]
    Unreachable { folder: PathBuf, uid: u32 },

    #[error("{doing} {path}: {source}")]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },

    #[error("`{program}` failed: {said}")]
    ProgramFailed { program: String, said: String },

    #[error("PostgreSQL did not start. The end of {log}:\n{said}")]
    StartFailed { log: PathBuf, said: String },

    #[error(
        "PostgreSQL was not ready after {seconds} s; it may still be recovering. See {log}, then start again"
    )]
    StartTimedOut { log: PathBuf, seconds: u64 },

    #[error(
        "Another process holds {lock}, but its database did not become ready within {seconds} s. \
         End the other waymark process (on this machine or in a container with the same folder) and start again"
    )]
    HeldElsewhere { lock: PathBuf, seconds: u64 },

    #[error(
        "PostgreSQL (process {pid}) seems to run on this data folder under another name ({folder}). End it with `kill -INT {pid}` and start again"
    )]
    RunsUnderAnotherName { pid: i32, folder: String },

    #[error(
        "PostgreSQL (process {pid}) does not stop. Look at it with `ps -p {pid}`; ending it with `kill -QUIT {pid}` loses no committed data"
    )]
    DoesNotStop { pid: i32 },

    #[error("{path} exists already. A backup is never overwritten: choose another name, or move it away")]
    BackupExists { path: PathBuf },

    #[error("{path} is not a Waymark backup: {problem}")]
    NotABackup { path: PathBuf, problem: String },

    #[error("The backup {path} is damaged: {problem}. Nothing was restored; use another copy")]
    DamagedBackup { path: PathBuf, problem: String },

    #[error(
        "The backup was made with PostgreSQL {dumped}; {installed} is installed here. Install PostgreSQL {dumped} or newer and restore again"
    )]
    BackupIsNewer { dumped: u32, installed: u32 },

    #[error("The settings of the restored folder cannot be read: {source}. Nothing was restored")]
    RestoredSecret {
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    #[error(
        "A restore into {folder} was interrupted, so what is there is not complete. Empty the folder and restore again"
    )]
    HalfRestored { folder: PathBuf },

    #[error(
        "{folder} is not empty. A backup is restored into an empty data folder only: choose another with --data, or move this one away"
    )]
    NotEmpty { folder: PathBuf },
}

impl EmbeddedError {
    /// For `map_err`: names the file and what was being done with it, as in "Cannot write /data/x: no space left".
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { doing, path, source }
    }
}
