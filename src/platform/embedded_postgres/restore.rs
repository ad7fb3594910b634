//! Brings a backup back into an empty data folder.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::process::Stdio;

use zip::ZipArchive;

use super::binaries::{Binaries, major_of};
use super::error::EmbeddedError;
use super::manifest::{DATABASE, MANIFEST, Manifest, ROLES, copy_and_digest};
use super::program::run;
use super::{Entry, Running, Settings, start_in};

/// Stands in the data folder while a restore is under way: what is there is not complete.
pub(super) const UNFINISHED: &str = "restore.unfinished";

/// Why the settings of the restored folder could not be read.
pub type SettingsError = Box<dyn Error + Send + Sync>;

/// Checks the archive, unpacks it into an empty (or missing) data folder and loads its database into a new one there.
/// `settings` is asked once files and secret are in place, so that it can read the restored secret.
/// The database is stopped again at the end; a failure leaves the folder as empty as it was.
///
/// # Errors
/// [`EmbeddedError::NotEmpty`], [`EmbeddedError::DamagedBackup`], [`EmbeddedError::BackupIsNewer`] and those of [`super::start`].
pub fn restore(
    archive: &Path,
    data: &Path,
    settings: impl FnOnce(&Path) -> Result<Settings, SettingsError>,
) -> Result<Manifest, EmbeddedError> {
    let mut backup = Backup::open(archive)?;
    backup.expect_loadable()?;
    let data = super::data_folder(data)?;
    expect_empty(&data)?;
    let outcome = backup.bring_back(&data, settings);
    if outcome.is_err() {
        empty(&data);
    }
    outcome.map(|()| backup.manifest)
}

struct Backup<'a> {
    path: &'a Path,
    zip: ZipArchive<File>,
    manifest: Manifest,
}

impl<'a> Backup<'a> {
    fn open(path: &'a Path) -> Result<Self, EmbeddedError> {
        let file = File::open(path).map_err(EmbeddedError::io("Cannot open the backup", path))?;
        let refused = |problem: String| EmbeddedError::NotABackup {
            path: path.to_path_buf(),
            problem,
        };
        let mut zip = ZipArchive::new(file).map_err(|error| refused(error.to_string()))?;
        let mut text = String::new();
        let read = zip
            .by_name(MANIFEST)
            .map_err(io::Error::from)
            .and_then(|mut entry| entry.read_to_string(&mut text));
        read.map_err(|error| refused(format!("it has no readable {MANIFEST} ({error})")))?;
        let manifest = Manifest::parse(&text, path)?;
        Ok(Self { path, zip, manifest })
    }

    /// A dump can be loaded by its own and by later versions.
    fn expect_loadable(&self) -> Result<(), EmbeddedError> {
        let dumped = major_of(&self.manifest.postgres);
        let installed = Binaries::find(dumped)?.major();
        match dumped {
            Some(dumped) if dumped > installed => Err(EmbeddedError::BackupIsNewer { dumped, installed }),
            _ => Ok(()),
        }
    }

    fn bring_back(
        &mut self,
        data: &Path,
        settings: impl FnOnce(&Path) -> Result<Settings, SettingsError>,
    ) -> Result<(), EmbeddedError> {
        let unfinished = data.join(UNFINISHED);
        fs::write(&unfinished, b"").map_err(EmbeddedError::io("Cannot write", &unfinished))?;
        self.unpack(data)?;
        let settings = settings(data).map_err(|source| EmbeddedError::RestoredSecret { source })?;
        let running = start_in(data.to_path_buf(), settings)?;
        running.load(&data.join(DATABASE), &data.join(ROLES))?;
        running.stop()?;
        for file in [data.join(DATABASE), data.join(ROLES), unfinished] {
            fs::remove_file(&file).map_err(EmbeddedError::io("Cannot remove", &file))?;
        }
        Ok(())
    }

    /// Every file the manifest names, and no other, with the digest it names.
    fn unpack(&mut self, data: &Path) -> Result<(), EmbeddedError> {
        let expected: BTreeMap<String, Entry> = self
            .manifest
            .entries
            .iter()
            .map(|entry| (entry.path.clone(), entry.clone()))
            .collect();
        if self.zip.len() != expected.len() + 1 {
            return Err(self.damaged("it holds other files than its manifest says".to_owned()));
        }
        for entry in expected.values() {
            let unpacked = self.unpack_one(data, &entry.path)?;
            if unpacked != *entry {
                return Err(self.damaged(format!("{} is not what was saved", entry.path)));
            }
        }
        Ok(())
    }

    fn unpack_one(&mut self, data: &Path, name: &str) -> Result<Entry, EmbeddedError> {
        let Some(target) = safely_below(data, name) else {
            return Err(self.damaged(format!("{name} would be written outside the data folder")));
        };
        let write = |zip: &mut ZipArchive<File>| -> io::Result<Entry> {
            let mut source = zip.by_name(name).map_err(io::Error::from)?;
            if let Some(folder) = target.parent() {
                fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            }
            let mut file = File::options()
                .create_new(true)
                .write(true)
                .mode(0o600)
                .open(&target)?;
            let entry = copy_and_digest(name, &mut source, &mut file)?;
            file.sync_all()?;
            Ok(entry)
        };
        write(&mut self.zip).map_err(|error| self.damaged(format!("{name}: {error}")))
    }

    fn damaged(&self, problem: String) -> EmbeddedError {
        EmbeddedError::DamagedBackup {
            path: self.path.to_path_buf(),
            problem,
        }
    }
}

impl Running {
    /// Roles first, since the dump names them; then the tables; then what is said about the database as a whole, which
    /// a dump only carries together with a locale this system may not have; then the figures the planner goes by.
    fn load(&self, dump: &Path, roles: &Path) -> Result<(), EmbeddedError> {
        let superuser = &self.settings.superuser;
        let roles = fs::read_to_string(roles).map_err(EmbeddedError::io("Cannot read", roles))?;
        self.sql(&chosen_lines(&roles, |line| {
            !line.starts_with('\\') && !concerns(line, superuser)
        }))?;
        run(
            "pg_restore",
            self.client("pg_restore")?.arg("--exit-on-error").arg(dump),
        )?;
        let script = self.binaries.command("pg_restore").map(|mut listing| {
            run(
                "pg_restore",
                listing.args(["--create", "--schema-only", "--file=-"]).arg(dump),
            )
        })??;
        self.sql(&chosen_lines(&script, is_about_the_database))?;
        self.sql("ANALYZE;")
    }

    fn sql(&self, script: &str) -> Result<(), EmbeddedError> {
        let mut input = tempfile::tempfile().map_err(EmbeddedError::io(
            "Cannot create a file in",
            &std::env::temp_dir(),
        ))?;
        let fill = |input: &mut File| -> io::Result<()> {
            input.write_all(script.as_bytes())?;
            io::Seek::rewind(input)
        };
        fill(&mut input).map_err(EmbeddedError::io("Cannot write in", &std::env::temp_dir()))?;
        let mut psql = self.client("psql")?;
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"])
            .stdin(Stdio::from(input));
        run("psql", &mut psql).map(drop)
    }
}

/// The superuser exists already, with the password of this installation.
fn concerns(line: &str, role: &str) -> bool {
    let quoted = format!("\"{}\"", role.replace('"', "\"\""));
    ["CREATE ROLE ", "ALTER ROLE "]
        .iter()
        .filter_map(|verb| line.strip_prefix(verb))
        .any(|rest| {
            [role, &quoted]
                .iter()
                .filter_map(|name| rest.strip_prefix(*name))
                .any(|rest| rest.starts_with([';', ' ']))
        })
}

fn is_about_the_database(line: &str) -> bool {
    let grants = line.starts_with("GRANT ") || line.starts_with("REVOKE ");
    let settings = line.starts_with("ALTER ROLE ") && line.contains(" IN DATABASE ");
    (grants && line.contains(" ON DATABASE "))
        || settings
        || line.starts_with("ALTER DATABASE ")
        || line.starts_with("COMMENT ON DATABASE ")
}

fn chosen_lines(script: &str, choose: impl Fn(&str) -> bool) -> String {
    script
        .lines()
        .filter(|line| choose(line))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// Where an entry goes; `None` for a name that leads elsewhere.
fn safely_below(data: &Path, name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (is_plain && !name.is_empty()).then(|| data.join(path))
}

/// A mounted disk may bring its own `lost+found`.
fn expect_empty(data: &Path) -> Result<(), EmbeddedError> {
    let mut entries = fs::read_dir(data)
        .map_err(EmbeddedError::io("Cannot read", data))?
        .flatten();
    if entries.any(|entry| entry.file_name() != "lost+found") {
        return Err(EmbeddedError::NotEmpty {
            folder: data.to_path_buf(),
        });
    }
    Ok(())
}

/// Takes away what a failed restore has brought, the database included when it is kept elsewhere.
fn empty(data: &Path) {
    let link = data.join("postgres");
    if let (true, Ok(folder)) = (link.is_symlink(), fs::canonicalize(&link)) {
        let _ = folder.parent().map(fs::remove_dir_all);
    }
    for entry in fs::read_dir(data).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let removed = if is_folder {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        if let Err(error) = removed {
            tracing::warn!(path = %path.display(), %error, "could not be removed after the failed restore");
        }
    }
}
