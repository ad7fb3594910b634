//! Saves everything an installation is made of into one file.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use tempfile::NamedTempFile;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::error::EmbeddedError;
use super::manifest::{DATABASE, FILES, FORMAT, MANIFEST, Manifest, ROLES, SECRET, copy_and_digest};
use super::{Entry, Running};

/// Writes the database, its roles, the uploaded files and the secret into a new archive that only this account may read.
/// The portal may go on working meanwhile: the database is saved as it was at one moment, files and secret after it,
/// so that every file the database names is there.
///
/// The archive appears under its name only when it is complete.
///
/// # Errors
/// [`EmbeddedError::BackupExists`] rather than overwriting; [`EmbeddedError::ProgramFailed`] when `pg_dump` did.
pub fn backup(source: &Running, to: &Path, now: DateTime<Utc>) -> Result<Manifest, EmbeddedError> {
    if to.symlink_metadata().is_ok() {
        return Err(EmbeddedError::BackupExists {
            path: to.to_path_buf(),
        });
    }
    let folder = folder_of(to);
    let unfinished = NamedTempFile::with_prefix_in(".waymark-backup-", &folder)
        .map_err(EmbeddedError::io("Cannot create a file in", &folder))?;
    let mut archive = Archive::new(unfinished.as_file(), to);
    archive.add_output(
        "pg_dump",
        DATABASE,
        source.client("pg_dump")?.arg("--format=custom"),
    )?;
    archive.add_output(
        "pg_dumpall",
        ROLES,
        source.client("pg_dumpall")?.arg("--roles-only"),
    )?;
    archive.add_folder(&source.settings.data, Path::new(FILES))?;
    archive.add_file(&source.settings.data, Path::new(SECRET))?;
    let manifest = archive.finish(source, now)?;
    put_in_place(unfinished, to, &folder)?;
    Ok(manifest)
}

impl Running {
    /// A client program, signed in as the superuser. The password goes through the environment: arguments can be read
    /// by every account of the machine.
    pub(super) fn client(&self, program: &str) -> Result<Command, EmbeddedError> {
        let settings = &self.settings;
        let mut command = self.binaries.command(program)?;
        command.arg("--no-password").arg("--dbname");
        command.arg(self.address.url(&settings.superuser, None, &settings.database));
        command.env("PGPASSWORD", settings.password.expose_secret());
        Ok(command)
    }
}

struct Archive<'a, W: Write + Seek> {
    zip: ZipWriter<W>,
    entries: Vec<Entry>,
    path: &'a Path,
}

impl<'a, W: Write + Seek> Archive<'a, W> {
    fn new(file: W, path: &'a Path) -> Self {
        Self {
            zip: ZipWriter::new(file),
            entries: Vec::new(),
            path,
        }
    }

    /// What a program prints, as it prints it.
    fn add_output(&mut self, program: &str, name: &str, command: &mut Command) -> Result<(), EmbeddedError> {
        let failed = |said: String| EmbeddedError::ProgramFailed {
            program: program.to_owned(),
            said,
        };
        let complaints = tempfile::tempfile().map_err(|error| failed(error.to_string()))?;
        let written = complaints
            .try_clone()
            .map_err(|error| failed(error.to_string()))?;
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(written);
        let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
        let added = match child.stdout.take() {
            Some(mut output) => self.add(name, &mut output),
            None => Ok(()),
        };
        let ended = child.wait().map_err(|error| failed(error.to_string()))?;
        if ended.success() {
            added
        } else {
            Err(failed(text_of(complaints)))
        }
    }

    /// A folder and all below it. A missing one is an empty one: files may be kept elsewhere.
    fn add_folder(&mut self, root: &Path, folder: &Path) -> Result<(), EmbeddedError> {
        for path in sorted_entries(&root.join(folder))? {
            let Some(name) = path.file_name().map(|name| folder.join(name)) else {
                continue;
            };
            let kind = fs::symlink_metadata(&path).map(|found| found.file_type());
            match kind {
                Ok(kind) if kind.is_dir() => self.add_folder(root, &name)?,
                Ok(kind) if kind.is_file() => self.add_file(root, &name)?,
                _ => tracing::warn!(path = %path.display(), "left out of the backup: not an ordinary file"),
            }
        }
        Ok(())
    }

    /// One file. One that is not there (any more) is left out: what is deleted while a backup runs is not missed.
    fn add_file(&mut self, root: &Path, name: &Path) -> Result<(), EmbeddedError> {
        let path = root.join(name);
        match File::open(&path) {
            Ok(mut file) => self.add(&name.to_string_lossy(), &mut file),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(EmbeddedError::io("Cannot read", &path)(error)),
        }
    }

    /// Stored as it is: dumps and pictures are compressed already, and copying is all a backup should cost.
    fn add(&mut self, name: &str, content: &mut impl Read) -> Result<(), EmbeddedError> {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .unix_permissions(0o600)
            .large_file(true);
        let mut write = || {
            self.zip.start_file(name, options).map_err(io::Error::from)?;
            copy_and_digest(name, content, &mut self.zip)
        };
        let entry = write().map_err(EmbeddedError::io("Cannot write", self.path))?;
        self.entries.push(entry);
        Ok(())
    }

    /// The manifest comes last, when everything it tells of is known.
    fn finish(mut self, source: &Running, now: DateTime<Utc>) -> Result<Manifest, EmbeddedError> {
        let manifest = Manifest {
            format: FORMAT,
            waymark: env!("CARGO_PKG_VERSION").to_owned(),
            postgres: source.binaries.version().to_owned(),
            database: source.settings.database.clone(),
            made_at: now,
            entries: std::mem::take(&mut self.entries),
        };
        let doing = EmbeddedError::io("Cannot write", self.path);
        let text = match serde_json::to_vec_pretty(&manifest) {
            Ok(text) => text,
            Err(error) => return Err(doing(error.into())),
        };
        self.add(MANIFEST, &mut text.as_slice())?;
        self.zip.finish().map_err(|error| doing(error.into()))?;
        Ok(manifest)
    }
}

/// Safe on the disk first, then under its name.
fn put_in_place(unfinished: NamedTempFile, to: &Path, folder: &Path) -> Result<(), EmbeddedError> {
    unfinished
        .as_file()
        .sync_all()
        .map_err(EmbeddedError::io("Cannot write", to))?;
    unfinished
        .persist_noclobber(to)
        .map_err(|error| match error.error.kind() {
            ErrorKind::AlreadyExists => EmbeddedError::BackupExists {
                path: to.to_path_buf(),
            },
            _ => EmbeddedError::io("Cannot write", to)(error.error),
        })?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(EmbeddedError::io("Cannot write", to))
}

fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>, EmbeddedError> {
    let list = || -> io::Result<Vec<PathBuf>> {
        let mut paths = fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    };
    match list() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed.map_err(EmbeddedError::io("Cannot read", folder)),
    }
}

fn text_of(mut file: File) -> String {
    let mut text = Vec::new();
    let read = file
        .rewind()
        .and_then(|()| file.take(8 * 1024).read_to_end(&mut text));
    if let Err(error) = read {
        return error.to_string();
    }
    String::from_utf8_lossy(&text).trim().to_owned()
}
