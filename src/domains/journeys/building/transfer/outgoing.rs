//! Taking a journey out: an archive that is made while it is sent, so that it costs neither memory nor disk, however large it is.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use futures_util::stream::{self, Stream};
use serde_json::json;
use zip::ZipWriter;
use zip::write::StreamWriter;

use crate::app::App;
use crate::domains::journeys::building::borrowing;
use crate::domains::journeys::building::model::{Journey, Version};
use crate::domains::journeys::building::outline::Outline;
use crate::domains::journeys::building::queries;
use crate::domains::journeys::library;
use crate::domains::journeys::library::carrying::{Carried, Entry, Source, outgoing};
use crate::domains::journeys::library::queries::media;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetId, NodeKey};
use crate::platform::audit::Entry as Line;
use crate::platform::db::{TenantScope, TenantTx};
use crate::platform::storage::{ByteStream, StorageKey};

use super::archive;
use super::book::Book;
use super::intake::BOOK;

/// A version of a journey, ready to be written: the journey first, then what its lessons show in the order in which they name it.
///
/// # Errors
/// When the database fails.
pub fn parcel(
    tx: &mut TenantTx<'_>,
    journey: &Journey,
    version: &Version,
) -> Result<VecDeque<Entry>, AppError> {
    let keeper = library::actions::keeper(tx)?;
    let outline = Outline::of(queries::nodes(tx, version.id)?);
    let atoms = queries::atoms(tx, version.id)?;
    let mut known: Vec<(AssetId, String)> = Vec::new();
    // A version that was published shows one version of each asset, a draft what the library shows.
    let (mut names, mut assets): (HashMap<NodeKey, String>, Vec<Carried>) = Default::default();
    let mut entries = VecDeque::new();
    for lesson in outline.lessons() {
        let Some(asset) = lesson.asset_id.map(AssetId) else {
            continue;
        };
        // What a lesson holds a copy of travels with the lesson; its id says which of them hold the same.
        if lesson.kind.and_then(borrowing::lender).is_some() {
            names.insert(lesson.key, asset.to_string());
            continue;
        }
        if let Some((_, name)) = known.iter().find(|(one, _)| *one == asset) {
            names.insert(lesson.key, name.clone());
            continue;
        }
        let name = format!("a{}", known.len() + 1);
        match outgoing::carried(tx, &keeper, (asset, lesson.asset_version), &name) {
            Ok((carried, own)) => {
                assets.push(carried);
                entries.extend(own);
            }
            // Nothing stands in the way of an asset that is gone but the lesson that names it.
            Err(AppError::NotFound) => continue,
            Err(error) => return Err(error),
        }
        names.insert(lesson.key, name.clone());
        known.push((asset, name));
    }
    let what = json!({ "number": version.number, "assets": assets.len() });
    tx.audit(Line::of("journeys.journey.exported", "journey", journey.id).after(what))?;
    let book = Book::of(version, (&outline, &atoms), (&names, assets))?;
    let mut json = serde_json::to_vec_pretty(&book).map_err(anyhow::Error::from)?;
    json.push(b'\n');
    entries.push_front(Entry {
        path: BOOK.to_owned(),
        size: None,
        is_dense: false,
        source: Source::Bytes(json),
    });
    Ok(entries)
}

/// What was written and not sent yet.
#[derive(Clone, Default)]
struct Outbox(Arc<Mutex<Vec<u8>>>);

impl Outbox {
    fn taken(&self) -> io::Result<Bytes> {
        let mut waiting = self.0.lock().map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(Bytes::from(std::mem::take(&mut *waiting)))
    }
}

impl Write for Outbox {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut waiting = self.0.lock().map_err(|_| io::ErrorKind::BrokenPipe)?;
        waiting.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Packing {
    app: App,
    scope: TenantScope,
    entries: VecDeque<Entry>,
    outbox: Outbox,
    /// None once the archive is finished.
    zip: Option<ZipWriter<StreamWriter<Outbox>>>,
    /// The file that is being copied, and how many bytes of it are still to come where that is known.
    open: Option<(ByteStream, Option<u64>)>,
}

/// The archive of these entries, piece by piece. The same entries give the same bytes. A failure ends it in the middle, which whoever
/// receives it notices, since the end of an archive is where it says what is in it.
pub fn packed(
    app: &App,
    scope: TenantScope,
    entries: VecDeque<Entry>,
) -> impl Stream<Item = Result<Bytes, AppError>> + use<> {
    let outbox = Outbox::default();
    let packing = Packing {
        app: app.clone(),
        scope,
        entries,
        zip: Some(ZipWriter::new_stream(outbox.clone())),
        outbox,
        open: None,
    };
    stream::try_unfold(packing, |mut packing: Packing| async move {
        while packing.step().await? {
            let bytes = packing.outbox.taken().map_err(unexpected)?;
            if !bytes.is_empty() {
                return Ok(Some((bytes, packing)));
            }
        }
        Ok(None)
    })
}

fn unexpected(cause: impl Into<anyhow::Error>) -> AppError {
    AppError::Unexpected(cause.into().context("taking a journey out"))
}

impl Packing {
    /// Writes a little more; false when all of it is written.
    async fn step(&mut self) -> Result<bool, AppError> {
        let Some(zip) = self.zip.as_mut() else {
            return Ok(false);
        };
        if let Some((body, left)) = self.open.as_mut() {
            match body.try_next().await.map_err(unexpected)? {
                Some(bytes) => {
                    *left = left.map(|left| left.wrapping_sub(bytes.len() as u64));
                    zip.write_all(&bytes).map_err(unexpected)?;
                }
                None if left.is_some_and(|left| left > 0) => {
                    return Err(unexpected(anyhow::anyhow!(
                        "a stored file is not as long as it was"
                    )));
                }
                None => self.open = None,
            }
            return Ok(true);
        }
        match self.entries.pop_front() {
            Some(entry) => self.begin(entry).await?,
            None => {
                if let Some(zip) = self.zip.take() {
                    zip.finish().map_err(unexpected)?;
                }
            }
        }
        Ok(true)
    }

    async fn begin(&mut self, entry: Entry) -> Result<(), AppError> {
        let is_huge = entry.size.is_some_and(|size| size > u64::from(u32::MAX) / 2);
        let options = archive::options(entry.is_dense).large_file(is_huge);
        let bytes = match entry.source {
            Source::Bytes(bytes) => bytes,
            Source::Captions(file, language) => {
                let text = self
                    .app
                    .db
                    .tenant(&self.scope, move |tx| {
                        Ok(media::caption_text(tx, file, &language)?)
                    })
                    .await?;
                text.into_bytes()
            }
            Source::Stored(key) => {
                let key: StorageKey = key
                    .parse()
                    .map_err(|cause| unexpected(anyhow::Error::new(cause)))?;
                let stored = self.app.storage.get(&key).await.map_err(unexpected)?;
                self.open = Some((stored.body, entry.size));
                Vec::new()
            }
        };
        let Some(zip) = self.zip.as_mut() else {
            return Ok(());
        };
        zip.start_file(entry.path, options).map_err(unexpected)?;
        zip.write_all(&bytes).map_err(unexpected)
    }
}
