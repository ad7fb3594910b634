//! Taking one asset of an archive in: what is said about it, its file, what comes with that.

use std::fs::File;
use std::io::{BufReader, Write as _};

use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tokio::runtime::Handle;

use crate::app::App;
use crate::domains::journeys::building::transfer::archive::{Archive, Extracted};
use crate::domains::journeys::library;
use crate::domains::journeys::library::captions;
use crate::domains::journeys::library::carrying::incoming::{self, Brought, Written};
use crate::domains::journeys::library::carrying::{Carried, CarriedFile, travels};
use crate::domains::journeys::library::model::{AssetKind, Media};
use crate::domains::journeys::library::queries::media::{self, Played};
use crate::domains::journeys::library::uploads::actions as uploads;
use crate::kernel::error::AppError;
use crate::kernel::ids::AssetId;
use crate::platform::db::TenantTx;
use crate::platform::files;
use crate::platform::jobs::JobRun;
use crate::platform::storage::StorageKey;
use crate::platform::web::upload::{Upload, waiting_room};

use super::actions;
use super::model::{Fate, Fates, Import};
use super::pace::Pace;

/// What came of looking at an asset or its file.
enum Seen<T> {
    Fine(T),
    /// A sentence for whoever brought it.
    Refused(String),
    Stopped,
}

/// An import on its way.
pub struct Taking<'a> {
    pub app: &'a App,
    pub run: &'a JobRun,
    pub import: &'a Import,
    pub archive: Archive<BufReader<File>>,
    pub pace: Pace<'a>,
    pub fates: Fates,
    pub report: Vec<String>,
}

impl Taking<'_> {
    /// Takes an asset in, or writes down why not. False when the job is to stop.
    ///
    /// # Errors
    /// When storage or the database is away; what was done stays done.
    pub fn take(&mut self, carried: &Carried) -> Result<bool, AppError> {
        let seen = match (
            carried.left_out.as_str(),
            incoming::written(carried, self.import.team_id),
        ) {
            ("", Ok(written)) => self.take_written(carried, &written)?,
            ("", Err(why)) => Seen::Refused(why),
            // It was left behind when it was taken out.
            (why, _) => Seen::Refused(why.to_owned()),
        };
        let title = match carried.title.trim() {
            "" => carried.name.as_str(),
            title => title,
        };
        match seen {
            Seen::Stopped => return Ok(false),
            Seen::Fine(()) => {}
            Seen::Refused(why) => self.note(
                carried,
                Fate::LeftOut,
                vec![format!("“{title}” was left out. {why}")],
            )?,
        }
        Ok(!self.pace.told()?)
    }

    fn take_written(&mut self, carried: &Carried, written: &Written) -> Result<Seen<()>, AppError> {
        match (&carried.file, carried.kind.has_file()) {
            (Some(file), true) => self.take_file(carried, written, file),
            (None, true) => Ok(Seen::Refused("Its file is not in the archive.".to_owned())),
            _ if !travels(carried.kind) => Ok(Seen::Refused(
                "What is of this kind does not travel with journeys.".to_owned(),
            )),
            _ => {
                let fate = match self.known(carried.kind, written, None)? {
                    Some(asset) => Fate::Found(asset),
                    None => return self.add(carried, written, None, Vec::new()),
                };
                self.note(carried, fate, Vec::new())?;
                Ok(Seen::Fine(()))
            }
        }
    }

    fn take_file(
        &mut self,
        carried: &Carried,
        written: &Written,
        file: &CarriedFile,
    ) -> Result<Seen<()>, AppError> {
        let (upload, size) = match self.unpacked(carried, file)? {
            Seen::Fine(unpacked) => unpacked,
            Seen::Refused(why) => return Ok(Seen::Refused(why)),
            Seen::Stopped => return Ok(Seen::Stopped),
        };
        let (captions, mut notes) = self.captions(carried, file);
        if let Some(asset) = self.known(carried.kind, written, Some((size, upload.digest)))? {
            notes.extend(self.other_words(carried, asset, (&written.transcript, &captions))?);
            self.note(carried, Fate::Found(asset), notes)?;
            return Ok(Seen::Fine(()));
        }
        let (runtime, storage) = (Handle::current(), self.app.storage.as_ref());
        let stored = match runtime.block_on(files::store_again(storage, self.run.org(), &upload))? {
            Ok(stored) => stored,
            Err(refusal) => return Ok(Seen::Refused(refusal.to_string())),
        };
        if AssetKind::of_file(&stored.name) != carried.kind {
            runtime.block_on(stored.discard(storage));
            return Ok(Seen::Refused(
                "Its file is of another kind than it says.".to_owned(),
            ));
        }
        let poster = match self.poster(file)? {
            Ok(poster) => poster,
            Err(why) => {
                notes.push(format!("“{}” came without its picture. {why}", carried.title));
                None
            }
        };
        let positive = |number: Option<i32>| number.filter(|number| (1..=30_000).contains(number));
        let brought = Brought {
            stored,
            played: Played {
                duration_ms: file
                    .milliseconds
                    .filter(|length| (1..=360_000_000).contains(length)),
                width: positive(file.width),
                height: positive(file.height),
            },
            poster,
            captions,
        };
        self.add(carried, written, Some(brought), notes)
    }

    /// Adds the asset and writes down that it was, in one transaction; bytes that no row names go again.
    fn add(
        &mut self,
        carried: &Carried,
        written: &Written,
        brought: Option<Brought>,
        notes: Vec<String>,
    ) -> Result<Seen<()>, AppError> {
        let (member, team, id) = (self.import.made_by, self.import.team_id, self.import.id);
        let (mut fates, mut report) = (self.fates.clone(), self.report.clone());
        report.extend(notes);
        let (name, kind) = (carried.name.clone(), carried.kind);
        let (written, file) = (written.clone(), brought.clone());
        let added = self.run.tenant(move |tx| {
            let by = library::actions::keeper_of(tx, member)?.may_write(team)?;
            let asset = incoming::add(tx, &by, (kind, &written), file.as_ref())?;
            fates.insert(name, Fate::Made(asset));
            actions::note(tx, id, &fates, &report)?;
            Ok((fates, report))
        });
        match added {
            Ok((fates, report)) => {
                (self.fates, self.report) = (fates, report);
                Ok(Seen::Fine(()))
            }
            Err(error) => {
                self.discard(brought);
                match error {
                    AppError::Denied(denied) => Ok(Seen::Refused(denied.to_string())),
                    AppError::Invalid(errors) => {
                        let why = errors.iter().next().map_or("It can't be kept.", |(_, why)| why);
                        Ok(Seen::Refused(why.to_owned()))
                    }
                    other => Err(other),
                }
            }
        }
    }

    fn discard(&self, brought: Option<Brought>) {
        let (runtime, storage) = (Handle::current(), self.app.storage.as_ref());
        if let Some(brought) = brought {
            runtime.block_on(brought.stored.discard(storage));
            if let Some(poster) = brought.poster {
                runtime.block_on(files::discard(storage, &poster, None));
            }
        }
    }

    /// The file on disk, with its size; held to what uploads are held to.
    fn unpacked(&mut self, carried: &Carried, file: &CarriedFile) -> Result<Seen<(Upload, i64)>, AppError> {
        let web = &self.app.config.web;
        if AssetKind::of_file(&file.name) != carried.kind {
            return Ok(Seen::Refused(format!("{} is of another kind.", file.name)));
        }
        if let Err(AppError::Invalid(errors)) = uploads::check_size(&file.name, file.bytes, web) {
            return Ok(Seen::Refused(errors.of("file").to_owned()));
        }
        let most = uploads::largest(&file.name, web) as u64;
        let folder = waiting_room(&self.app.config.data);
        let mut draft = NamedTempFile::new_in(&folder).map_err(|cause| AppError::Unexpected(cause.into()))?;
        let pace = &mut self.pace;
        let extracted = self
            .archive
            .extract(&file.path, most, &mut draft, |bytes| pace.moved(bytes))?;
        Ok(match extracted {
            Extracted::Stopped => Seen::Stopped,
            Extracted::Refused(why) => Seen::Refused(why),
            Extracted::Whole(0, _) => Seen::Refused("Its file is empty.".to_owned()),
            Extracted::Whole(size, digest) => {
                draft
                    .flush()
                    .map_err(|cause| AppError::Unexpected(cause.into()))?;
                let size = i64::try_from(size).unwrap_or(i64::MAX);
                Seen::Fine((Upload::kept(&file.name, digest, draft.into_temp_path()), size))
            }
        })
    }

    /// Captions that can be kept, and a sentence about each that can't.
    fn captions(&mut self, carried: &Carried, file: &CarriedFile) -> (Vec<(String, String)>, Vec<String>) {
        let (mut kept, mut notes): (Vec<(String, String)>, Vec<String>) = Default::default();
        for one in &file.captions {
            let read = match captions::is_language(&one.language) && carried.kind.is_played() {
                true => self
                    .archive
                    .small(&one.path)
                    .and_then(|bytes| captions::read(&bytes)),
                false => Err("They say no language that is known.".to_owned()),
            };
            match read {
                Ok(vtt) if kept.iter().all(|(language, _)| *language != one.language) => {
                    kept.push((one.language.clone(), vtt));
                }
                Ok(_) => {}
                Err(why) => notes.push(format!(
                    "“{}” came without its captions “{}”. {why}",
                    carried.title, one.language
                )),
            }
        }
        (kept, notes)
    }

    /// The key of the stored poster; or why it can't be kept.
    fn poster(&mut self, file: &CarriedFile) -> Result<Result<Option<String>, String>, AppError> {
        let Some(path) = &file.poster else {
            return Ok(Ok(None));
        };
        let bytes = match self.archive.small(path) {
            Ok(bytes) => bytes,
            Err(why) => return Ok(Err(why)),
        };
        let stored = files::store_poster(self.app.storage.as_ref(), self.run.org(), bytes);
        let stored = Handle::current().block_on(stored)?;
        Ok(stored.map(Some).map_err(|refusal| refusal.to_string()))
    }

    /// What is the same in the library already, as far as whoever imports sees it.
    fn known(
        &self,
        kind: AssetKind,
        written: &Written,
        file: Option<(i64, [u8; 32])>,
    ) -> Result<Option<AssetId>, AppError> {
        let (member, size) = (self.import.made_by, file.map(|(size, _)| size));
        let words = written.clone();
        let candidates = self.run.tenant(move |tx| {
            let keeper = library::actions::keeper_of(tx, member)?;
            incoming::candidates(tx, &keeper, (kind, &words), size)
        });
        let candidates = match candidates {
            Err(AppError::Denied(_)) => return Ok(None),
            found => found?,
        };
        // Two that are the same in the archive stay two, so that it comes out again as it went in.
        let is_taken = |id: AssetId| self.fates.values().any(|fate| fate.asset() == Some(id));
        for (asset, media) in candidates.into_iter().filter(|(asset, _)| !is_taken(asset.id)) {
            let is_same = match (&file, media) {
                (Some((_, digest)), Some(media)) => self.digest(&media)? == *digest,
                (None, None) => true,
                _ => false,
            };
            if is_same {
                return Ok(Some(asset.id));
            }
        }
        Ok(None)
    }

    /// What the bytes of a file hash to; asked of storage, and kept, where nobody has asked before.
    fn digest(&self, file: &Media) -> Result<Vec<u8>, AppError> {
        if let Some(known) = &file.sha256 {
            return Ok(known.clone());
        }
        let away = |cause: anyhow::Error| AppError::Unexpected(cause.context("comparing a file"));
        let key = file.storage_key.as_deref().unwrap_or_default();
        let key: StorageKey = key.parse().map_err(|cause| away(anyhow::Error::new(cause)))?;
        let (runtime, mut hash) = (Handle::current(), Sha256::new());
        let mut stored = runtime
            .block_on(self.app.storage.get(&key))
            .map_err(|cause| away(cause.into()))?;
        while let Some(bytes) = runtime
            .block_on(stored.body.try_next())
            .map_err(|cause| away(cause.into()))?
        {
            hash.update(&bytes);
        }
        let (digest, id) = (hash.finalize().to_vec(), file.id);
        let kept = digest.clone();
        self.run.tenant(move |tx| Ok(media::set_digest(tx, id, &kept)?))?;
        Ok(digest)
    }

    /// That what was there already has other captions or another transcript, which stay.
    fn other_words(
        &self,
        carried: &Carried,
        asset: AssetId,
        (transcript, captions): (&str, &[(String, String)]),
    ) -> Result<Option<String>, AppError> {
        let (transcript, captions) = (transcript.to_owned(), captions.to_vec());
        let differ = self
            .run
            .tenant(move |tx| differ(tx, asset, &transcript, &captions))?;
        Ok(differ.then(|| {
            format!("“{}” was in the library already, with other captions or another transcript. Those that were there stay.", carried.title)
        }))
    }

    fn note(&mut self, carried: &Carried, fate: Fate, notes: Vec<String>) -> Result<(), AppError> {
        self.fates.insert(carried.name.clone(), fate);
        self.report.extend(notes);
        let (id, fates, report) = (self.import.id, self.fates.clone(), self.report.clone());
        self.run.tenant(move |tx| actions::note(tx, id, &fates, &report))
    }
}

fn differ(
    tx: &mut TenantTx<'_>,
    asset: AssetId,
    transcript: &str,
    brought: &[(String, String)],
) -> Result<bool, AppError> {
    let found = library::queries::assets::asset(tx, asset)?;
    let version = library::queries::assets::version(tx, asset, found.version)?;
    let Some(file) = version.media_id else {
        return Ok(false);
    };
    if media::one(tx, file)?.transcript != transcript {
        return Ok(true);
    }
    for (language, vtt) in brought {
        match media::caption_text(tx, file, language) {
            Ok(there) if there == *vtt => {}
            Ok(_) | Err(diesel::result::Error::NotFound) => return Ok(true),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(false)
}
