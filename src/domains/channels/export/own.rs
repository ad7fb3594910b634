//! The smaller things of a person's own export, and the bytes of the files they uploaded.

use futures_util::TryStreamExt as _;
use serde::Serialize;

use crate::domains::people;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;
use crate::platform::storage::{Storage, StorageError, StorageKey};

use super::archive::Archive;
use super::own_queries::{self as own, Draft, Hidden, Notice, OwnFile, Received, Sent};
use super::writing::{Filling, Going};

impl Filling<'_> {
    /// Writes what a member has not sent, hid, was sent and sent to many, saved, and was told about messages of theirs.
    ///
    /// # Errors
    /// When the database is away or the disk full.
    pub fn own(&self, archive: &mut Archive, member: MemberId) -> Result<Going, AppError> {
        self.list(archive, "drafts", |tx, last: Option<&Draft>| {
            Ok(own::drafts(tx, member, last.map(|row| row.channel))?)
        })?;
        self.list(archive, "hidden_messages", |tx, last: Option<&Hidden>| {
            Ok(own::hidden(
                tx,
                member,
                last.map(|row| (row.channel, row.number)),
            )?)
        })?;
        self.list(archive, "broadcasts_received", |tx, last: Option<&Received>| {
            Ok(own::received(tx, member, last.map(|row| row.id))?)
        })?;
        self.list(archive, "broadcasts_sent", |tx, last: Option<&Sent>| {
            Ok(own::sent(tx, member, last.map(|row| row.id))?)
        })?;
        self.list(archive, "notices", |tx, last: Option<&Notice>| {
            Ok(own::notices(
                tx,
                member,
                last.map(|row| (row.channel, row.number)),
            )?)
        })?;
        self.whole(archive, "record", move |tx| people::own_record(tx, member))?;
        self.whole(archive, "devices", move |tx| Ok(own::devices(tx, member)?))?;
        self.whole(archive, "saved_filters", move |tx| Ok(own::filters(tx, member)?))?;
        self.going()
    }

    /// A list of few enough things to be read at once.
    fn whole<Row: Serialize + Clone + Send + Sync + 'static>(
        &self,
        archive: &mut Archive,
        name: &str,
        all: impl Fn(&mut TenantTx<'_>) -> Result<Vec<Row>, AppError> + Send + Sync,
    ) -> Result<(), AppError> {
        self.list(archive, name, |tx, last: Option<&Row>| match last {
            None => all(tx),
            Some(_) => Ok(Vec::new()),
        })
    }

    /// Writes the files a member uploaded: what is known of each, then their bytes, one after the other.
    ///
    /// # Errors
    /// When the database or storage is away or the disk full.
    pub fn files(
        &self,
        archive: &mut Archive,
        member: MemberId,
        storage: &dyn Storage,
    ) -> Result<Going, AppError> {
        self.list(archive, "files", |tx, last: Option<&OwnFile>| {
            Ok(own::files(tx, member, last.map(|row| row.id))?)
        })?;
        let mut after = None;
        loop {
            let files = self.read(move |tx| Ok(own::files(tx, member, after)?))?;
            let Some(last) = files.last() else {
                return Ok(Going::Through);
            };
            after = Some(last.id);
            for file in &files {
                copy(archive, file, storage)?;
                if self.going()? == Going::Stopped {
                    return Ok(Going::Stopped);
                }
            }
        }
    }
}

/// Copies the bytes of a file into the archive. A file that is gone meanwhile, with its message, is left out.
fn copy(archive: &mut Archive, file: &OwnFile, storage: &dyn Storage) -> Result<(), AppError> {
    let runtime =
        tokio::runtime::Handle::try_current().map_err(|cause| AppError::Unexpected(cause.into()))?;
    let key: StorageKey = file
        .storage_key
        .parse()
        .map_err(|cause| AppError::Unexpected(anyhow::Error::new(cause)))?;
    let stored = match runtime.block_on(storage.get(&key)) {
        Err(StorageError::NotFound) => return Ok(()),
        stored => stored.map_err(away)?,
    };
    archive.begin_file(&file.path())?;
    let mut body = stored.body;
    while let Some(bytes) = runtime.block_on(body.try_next()).map_err(away)? {
        archive.bytes(&bytes)?;
    }
    Ok(())
}

fn away(cause: impl std::error::Error + Send + Sync + 'static) -> AppError {
    AppError::Unexpected(anyhow::Error::new(cause).context("reading a file for an export"))
}
