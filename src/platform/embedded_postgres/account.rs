//! Which account the database server runs as. PostgreSQL refuses to run as root, and is right.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Gid, Uid, User};

use super::binaries::Binaries;
use super::error::EmbeddedError;

/// Accounts an ordinary system has for exactly this, in the order we like them.
const UNPRIVILEGED: &[&str] = &["postgres", "nobody"];

/// The account of the server process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Account {
    /// Waymark's own account.
    Same,
    /// Waymark is root; the server runs as this one.
    Lowered { uid: Uid, gid: Gid },
}

impl Account {
    /// The account for a database folder: its owner when there is one already, else ourselves, else (as root) an unprivileged account.
    pub fn for_cluster(cluster: &Path) -> Result<Self, EmbeddedError> {
        let ourselves = Uid::effective();
        let owner = fs::metadata(cluster)
            .ok()
            .map(|found| (Uid::from_raw(found.uid()), Gid::from_raw(found.gid())));
        match owner {
            Some((uid, gid)) if ourselves.is_root() && !uid.is_root() => Ok(Self::Lowered { uid, gid }),
            Some((uid, _)) if !ourselves.is_root() && uid != ourselves => {
                Err(EmbeddedError::OwnedByAnother {
                    folder: cluster.to_path_buf(),
                    owner: uid.as_raw(),
                })
            }
            _ if ourselves.is_root() => Self::unprivileged(),
            _ => Ok(Self::Same),
        }
    }

    /// The uid files of the server belong to.
    pub fn uid(self) -> Uid {
        match self {
            Self::Same => Uid::effective(),
            Self::Lowered { uid, .. } => uid,
        }
    }

    /// Makes a command run as this account. The standard library drops root's supplementary groups when it changes the uid.
    pub fn runs(self, command: &mut Command) -> &mut Command {
        match self {
            Self::Same => command,
            Self::Lowered { uid, gid } => command.uid(uid.as_raw()).gid(gid.as_raw()),
        }
    }

    /// Gives a file or folder, and all below it, to this account. Links themselves, never what they point to.
    pub fn owns_all(self, path: &Path) -> io::Result<()> {
        let found = fs::symlink_metadata(path)?;
        if found.is_dir() {
            for entry in fs::read_dir(path)? {
                self.owns_all(&entry?.path())?;
            }
        }
        if found.is_symlink() {
            return Ok(());
        }
        self.owns(path)
    }

    /// Gives one file or folder to this account.
    pub fn owns(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Same => Ok(()),
            Self::Lowered { uid, gid } => chown(path, Some(uid.as_raw()), Some(gid.as_raw())),
        }
    }

    /// Makes sure that the account may run the server program at all.
    pub fn expect_may_run(self, binaries: &Binaries) -> Result<(), EmbeddedError> {
        self.try_from_folder(binaries, Path::new("/"))
            .map_err(|source| EmbeddedError::CannotLower {
                uid: self.uid().as_raw(),
                program: binaries.program("postgres"),
                source,
            })
    }

    /// Whether the account may enter a folder. The kernel answers: file modes alone do not tell of access lists and mount options.
    pub fn may_enter(self, folder: &Path, binaries: &Binaries) -> bool {
        self.try_from_folder(binaries, folder).is_ok()
    }

    fn try_from_folder(self, binaries: &Binaries, folder: &Path) -> io::Result<()> {
        if self == Self::Same {
            return Ok(());
        }
        let mut command = Command::new(binaries.program("postgres"));
        command
            .arg("--version")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.runs(&mut command).status().map(drop)
    }

    fn unprivileged() -> Result<Self, EmbeddedError> {
        UNPRIVILEGED
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .filter(|user| !user.uid.is_root())
            .map(|user| Self::Lowered {
                uid: user.uid,
                gid: user.gid,
            })
            .ok_or(EmbeddedError::NoAccount)
    }
}

/// Lets other accounts pass through a folder (not list it): what is inside keeps its own modes.
pub(super) fn open_for_passage(folder: &Path) -> Result<(), EmbeddedError> {
    let mode = fs::metadata(folder)
        .map_err(EmbeddedError::io("Cannot read", folder))?
        .permissions()
        .mode();
    fs::set_permissions(folder, fs::Permissions::from_mode(mode | 0o011))
        .map_err(EmbeddedError::io("Cannot change the mode of", folder))
}
