//! Reads `postmaster.pid`: whether a server runs on a database folder, and where it listens.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::Pid;
use tempfile::NamedTempFile;

use super::account::Account;
use super::address::Address;
use super::error::EmbeddedError;

/// How far the server is, as it says itself on the last line of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Starting,
    Ready,
    Stopping,
}

/// A server process that runs on the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Postmaster {
    pub pid: Pid,
    pub stage: Stage,
    /// Known once the server has opened its sockets.
    pub address: Option<Address>,
}

impl Postmaster {
    pub fn is_ready(&self) -> bool {
        self.stage == Stage::Ready
    }
}

/// What is known about a folder from its pid file and the processes of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
    /// No pid file.
    Nobody,
    /// A pid file without its server: the process is gone, or a zombie, or the number belongs to another program now.
    Stale,
    Alive(Postmaster),
}

/// Looks who runs on a database folder.
pub(super) fn look(cluster: &Path) -> Result<Finding, EmbeddedError> {
    let Some(postmaster) = read(cluster) else {
        return Ok(Finding::Nobody);
    };
    let Some(process) = Process::with(postmaster.pid).filter(|process| process.is_a_server_of(cluster))
    else {
        return Ok(Finding::Stale);
    };
    if process.names(cluster) {
        return Ok(Finding::Alive(postmaster));
    }
    match process.folder() {
        // A server of the same account on a folder of its own got the number after ours had ended.
        Some(folder) if Path::new(&folder).is_dir() => Ok(Finding::Stale),
        // Nothing proves that it is not ours: two servers on one folder would ruin it.
        folder => Err(EmbeddedError::RunsUnderAnotherName {
            pid: postmaster.pid.as_raw(),
            folder: folder.unwrap_or_else(|| "unknown".to_owned()),
        }),
    }
}

/// Puts our own number into a stale pid file. PostgreSQL refuses to start while the number in it belongs to any living
/// process or zombie, except the one that starts it. The rest of the file stays, since from it PostgreSQL learns whether
/// orphaned backends still use the shared memory of the server that was killed.
pub(super) fn take_over_pid_file(cluster: &Path, account: Account) -> Result<(), EmbeddedError> {
    let path = cluster.join("postmaster.pid");
    let rewrite = || -> io::Result<()> {
        let text = fs::read_to_string(&path)?;
        let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
        let mut file = NamedTempFile::with_prefix_in(".pid-", cluster)?;
        write!(file, "{}\n{rest}", std::process::id())?;
        account.owns(file.path())?;
        file.persist(&path)?;
        Ok(())
    };
    rewrite().map_err(EmbeddedError::io("Cannot take over", &path))
}

/// Whether the server with this number says that it accepts connections.
pub(super) fn is_ready(cluster: &Path, pid: Pid) -> bool {
    read(cluster).is_some_and(|postmaster| postmaster.pid == pid && postmaster.is_ready())
}

/// Whether a process lives: exists, and is not a zombie that nobody has collected.
pub(super) fn lives(pid: Pid) -> bool {
    Process::with(pid).is_some()
}

/// Lines of the file: pid, folder, start time, port, socket folder, address, shared memory, stage.
/// The later ones appear as the server gets that far. A negative pid is a single-user session, which only we start.
fn read(cluster: &Path) -> Option<Postmaster> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let line = |number: usize| lines.get(number - 1).copied().unwrap_or_default();
    let pid = line(1).parse().ok().filter(|pid| *pid > 0)?;
    let stage = match line(8) {
        "ready" | "standby" => Stage::Ready,
        "stopping" => Stage::Stopping,
        _ => Stage::Starting,
    };
    Some(Postmaster {
        pid: Pid::from_raw(pid),
        stage,
        address: address(line(4), line(5)),
    })
}

fn address(port: &str, socket_folder: &str) -> Option<Address> {
    let port = port.parse().ok()?;
    Some(match socket_folder {
        "" => Address::Loopback { port },
        folder => Address::Socket {
            folder: PathBuf::from(folder),
            port,
        },
    })
}

fn is_same_folder(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// What the system tells about a running process.
struct Process {
    owner: u32,
    program: String,
    arguments: String,
}

impl Process {
    fn with(pid: Pid) -> Option<Self> {
        if Path::new("/proc/self/status").exists() {
            Self::from_proc(pid)
        } else {
            Self::from_ps(pid)
        }
    }

    /// PostgreSQL insists that the folder belongs to the account it runs as, so another account's process is never ours.
    fn is_a_server_of(&self, cluster: &Path) -> bool {
        let is_server = self.program.ends_with("postgres") || self.program.ends_with("postmaster");
        let owns_folder = fs::metadata(cluster).is_ok_and(|folder| folder.uid() == self.owner);
        is_server && owns_folder
    }

    fn names(&self, cluster: &Path) -> bool {
        let named = self
            .folder()
            .is_some_and(|folder| is_same_folder(Path::new(&folder), cluster));
        named || self.arguments.contains(&format!("-D {}", cluster.display()))
    }

    /// The folder after `-D`, up to the next option.
    fn folder(&self) -> Option<String> {
        let (_, after) = self.arguments.split_once("-D ")?;
        let folder = after.split_once(" -").map_or(after, |(folder, _)| folder);
        Some(folder.trim().to_owned())
    }

    fn from_proc(pid: Pid) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let owner = status
            .lines()
            .find_map(|line| line.strip_prefix("Uid:"))?
            .split_whitespace()
            .nth(1)?
            .parse()
            .ok()?;
        let words = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let mut words = words
            .split(|byte| *byte == 0)
            .map(|word| String::from_utf8_lossy(word).into_owned());
        // A zombie has no words left.
        let program = words.next().filter(|program| !program.is_empty())?;
        Some(Self {
            owner,
            program,
            arguments: words.collect::<Vec<_>>().join(" "),
        })
    }

    fn from_ps(pid: Pid) -> Option<Self> {
        let owner = ps(pid, "uid=")?.parse().ok()?;
        let program = ps(pid, "comm=").filter(|program| !program.starts_with('('))?;
        let words = ps(pid, "args=")?;
        // A backend has written its title over its words: it is not the server itself.
        let (program, arguments) = match words.strip_prefix(&program) {
            Some(arguments) => (program, arguments.to_owned()),
            None => (words, String::new()),
        };
        Some(Self {
            owner,
            program,
            arguments,
        })
    }
}

/// One column of `ps`, on systems without /proc. A zombie's name stands in brackets.
fn ps(pid: Pid, column: &str) -> Option<String> {
    let told = Command::new("ps")
        .args(["-ww", "-o", column, "-p", &pid.to_string()])
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&told.stdout).trim().to_owned()).filter(|told| !told.is_empty())
}
