//! One asset.

use askama::Template;

use crate::app::App;
use crate::domains::journeys::library::actions;
use crate::domains::journeys::library::model::{Asset, AssetKind, Captions, Media, MediaState, Use, Version};
use crate::domains::journeys::library::parts::Parts;
use crate::domains::journeys::library::parts::pages::PartsRead;
use crate::domains::journeys::library::playing::actions::earlier_with_words;
use crate::domains::journeys::library::playing::{self, PageHtml, Player, language_name};
use crate::domains::journeys::library::queries::{assets, drafts, folders, media};
use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{AssetId, MediaId};
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::{Teams, folder_name};

/// A version in the list of them.
pub struct VersionLine {
    pub number: i32,
    pub href: String,
    pub by: String,
    pub when: String,
    pub machine: String,
    pub is_shown: bool,
}

/// A journey that names the asset.
pub struct UseLine {
    pub href: String,
    pub title: String,
    pub note: String,
}

/// Captions in one language.
pub struct CaptionLine {
    pub language: String,
    pub name: String,
}

/// A file on its way in.
pub struct UploadLine {
    pub id: MediaId,
    pub name: String,
    pub state: &'static str,
    pub failure: String,
    pub size: i64,
    /// In percent.
    pub received: i64,
    pub is_waiting: bool,
    pub is_under_way: bool,
}

/// What a file of the library is shown as.
pub struct FileView {
    pub href: String,
    pub name: String,
    pub measures: String,
    pub is_picture: bool,
    pub alt: String,
    pub width: i32,
    pub height: i32,
}

/// `/journeys/library/assets/{asset}` and an older version of it.
#[derive(Template)]
#[template(path = "journeys/library/asset.html")]
pub struct AssetPage {
    pub shell: Shell,
    pub id: AssetId,
    pub kind: AssetKind,
    pub title: String,
    /// The version that is looked at.
    pub number: i32,
    pub is_shown: bool,
    pub html: PageHtml,
    /// What a quiz asks, or a worksheet.
    pub parts: PartsRead,
    /// Whether something is written that is no version yet.
    pub is_draft: bool,
    pub url: String,
    pub player: Option<Player>,
    pub file: Option<FileView>,
    /// The file of the version that is looked at, once it can be used.
    pub media: Option<MediaId>,
    pub folder: String,
    pub team: String,
    pub tags: Vec<String>,
    pub is_archived: bool,
    pub can_write: bool,
    pub uploads: Vec<UploadLine>,
    pub captions: Vec<CaptionLine>,
    pub versions: Vec<VersionLine>,
    pub uses: Vec<UseLine>,
    /// Whether a published journey shows it, in whichever version.
    pub is_published: bool,
    /// Whether published journeys show another version than the library.
    pub is_behind: bool,
    /// Whether its file has captions or a transcript.
    pub has_words: bool,
    /// That these were made for another file, in a sentence; empty when they were not, or somebody said that they fit.
    pub borrowed: String,
    /// The version whose captions and transcript were left behind; none when none were.
    pub left_behind: Option<i32>,
    pub errors: FieldErrors,
    pub language: String,
}

/// Which version is looked at, and what was typed on the page.
#[derive(Default)]
pub struct Looking {
    /// None for the one that is shown.
    pub version: Option<i32>,
    pub errors: FieldErrors,
    pub language: String,
}

impl AssetPage {
    /// An asset as those see it who work in the library.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        (app, me): (&App, &Member),
        id: AssetId,
        looking: Looking,
    ) -> Result<Self, AppError> {
        let keeper = actions::keeper(tx)?;
        let asset = assets::seen(tx, &keeper, id)?;
        let number = looking.version.unwrap_or(asset.version);
        let version = assets::version(tx, id, number)?;
        let file = match version.media_id {
            Some(file) => Some(media::one(tx, file)?),
            None => None,
        };
        let can_write = keeper.may_write(asset.team_id).is_ok();
        let whole = file.as_ref().filter(|file| file.storage_key.is_some());
        let teams = Teams::read(tx, &keeper)?;
        let uses = assets::uses(tx, id)?;
        let words = Words::read(tx, &asset, whole)?;
        Ok(Self {
            player: played(tx, app, me, &asset, file.as_ref(), can_write)?,
            file: whole
                .filter(|_| !asset.kind.is_played())
                .map(|file| FileView::of(app, file, me, tx.now())),
            media: whole.map(|file| file.id),
            folder: folder_name(&folders::all(tx)?, &asset),
            team: teams.name(asset.team_id),
            uploads: uploads(tx, &asset)?,
            captions: match whole {
                Some(file) => caption_lines(tx, file.id)?,
                None => Vec::new(),
            },
            versions: version_lines(tx, &asset, me)?,
            is_published: uses.iter().any(|one| one.number.is_some()),
            is_behind: uses.iter().any(|one| one.is_behind),
            uses: uses.iter().map(use_line).collect(),
            has_words: words.has_some,
            borrowed: words.borrowed,
            left_behind: words.left_behind,
            parts: match asset.kind.has_parts() {
                true => PartsRead::of(&Parts::of(asset.kind, version.parts.as_ref())?),
                false => PartsRead::default(),
            },
            is_draft: can_write && asset.kind.has_parts() && drafts::draft(tx, id)?.is_some(),
            shell,
            id,
            kind: asset.kind,
            title: asset.title,
            number,
            is_shown: number == asset.version,
            html: PageHtml::of(&version.body),
            url: version.url.unwrap_or_default(),
            tags: asset.tags,
            is_archived: asset.archived_at.is_some(),
            can_write,
            errors: looking.errors,
            language: looking.language,
        })
    }
}

/// What is to be said about the captions and the transcript of a file.
#[derive(Default)]
struct Words {
    has_some: bool,
    borrowed: String,
    left_behind: Option<i32>,
}

impl Words {
    fn read(tx: &mut TenantTx<'_>, asset: &Asset, file: Option<&Media>) -> Result<Self, AppError> {
        let Some(file) = file.filter(|_| asset.kind.is_played()) else {
            return Ok(Self::default());
        };
        let has_some = !file.transcript.is_empty() || !media::captions(tx, file.id)?.is_empty();
        let before = match has_some && !file.has_borrowed_words {
            true => None,
            false => earlier_with_words(tx, file)?,
        };
        let lengths = match before {
            Some((_, before)) => (media::one(tx, before)?.length(), file.length()),
            None => Default::default(),
        };
        let measured = match lengths {
            (was, is) if was.is_empty() || is.is_empty() || was == is => String::new(),
            (was, is) => format!(" It was {was} long; this one is {is}."),
        };
        Ok(Self {
            has_some,
            borrowed: match has_some && file.has_borrowed_words {
                true => format!(
                    "They were made for the file before.{measured} Play it and see whether the words come when they are said."
                ),
                false => String::new(),
            },
            left_behind: before.filter(|_| !has_some).map(|(version, _)| version),
        })
    }
}

impl FileView {
    fn of(app: &App, file: &Media, me: &Member, now: chrono::DateTime<chrono::Utc>) -> Self {
        Self {
            href: playing::address(app, file, me, now),
            name: file.name.clone(),
            measures: crate::platform::files::described(&file.name, file.size_bytes),
            is_picture: file.is_picture(),
            alt: file.alt.clone(),
            width: file.width.unwrap_or_default(),
            height: file.height.unwrap_or_default(),
        }
    }
}

fn played(
    tx: &mut TenantTx<'_>,
    app: &App,
    me: &Member,
    asset: &Asset,
    file: Option<&Media>,
    can_write: bool,
) -> Result<Option<Player>, AppError> {
    let Some(file) = file.filter(|file| asset.kind.is_played() && file.storage_key.is_some()) else {
        return Ok(None);
    };
    let player = playing::player(tx, app, (asset.kind, &asset.title), file, me)?;
    let lacks = file.duration_ms.is_none() || (asset.kind == AssetKind::Video && file.thumb_key.is_none());
    Ok(Some(Player {
        measure: match can_write && lacks {
            true => format!("/journeys/library/media/{}/measures", file.id),
            false => String::new(),
        },
        ..player
    }))
}

fn uploads(tx: &mut TenantTx<'_>, asset: &Asset) -> Result<Vec<UploadLine>, AppError> {
    let mut lines = Vec::new();
    for file in media::of_asset(tx, asset.id)? {
        let is_told = file.state.is_under_way() || !file.failure.is_empty();
        if file.storage_key.is_some() || !is_told {
            continue;
        }
        let received = media::received(tx, file.id)?;
        lines.push(UploadLine {
            id: file.id,
            state: file.state.label(),
            received: received * 100 / file.size_bytes.max(1),
            size: file.size_bytes,
            is_waiting: file.state == MediaState::QueuedForUpload,
            is_under_way: file.state.is_under_way(),
            name: file.name,
            failure: file.failure,
        });
    }
    Ok(lines)
}

fn caption_lines(tx: &mut TenantTx<'_>, file: MediaId) -> Result<Vec<CaptionLine>, AppError> {
    let line = |one: Captions| CaptionLine {
        name: language_name(&one.language),
        language: one.language,
    };
    Ok(media::captions(tx, file)?.into_iter().map(line).collect())
}

fn version_lines(tx: &mut TenantTx<'_>, asset: &Asset, me: &Member) -> Result<Vec<VersionLine>, AppError> {
    let versions = assets::versions(tx, asset.id)?;
    let authors: Vec<_> = versions.iter().map(|one| one.made_by).collect();
    let cards = tenancy::member_cards(tx, &authors)?;
    let line = |one: &Version| VersionLine {
        number: one.version,
        href: match one.version == asset.version {
            true => format!("/journeys/library/assets/{}", asset.id),
            false => format!("/journeys/library/assets/{}/versions/{}", asset.id, one.version),
        },
        by: cards
            .get(&one.made_by)
            .map(|card| card.name.clone())
            .unwrap_or_default(),
        when: local_date_time(one.made_at, me.zone),
        machine: machine(one.made_at),
        is_shown: one.version == asset.version,
    };
    Ok(versions.iter().map(line).collect())
}

fn use_line(one: &Use) -> UseLine {
    let note = match (one.number, one.in_draft) {
        (Some(number), true) => format!("Version {number}, and in what is being written"),
        (Some(number), false) => format!("Version {number}"),
        (None, _) => "In what is being written".to_owned(),
    };
    let note = match one.is_behind {
        true => format!("{note}; learners see another version of this"),
        false => note,
    };
    UseLine {
        href: format!("/journeys/{}", one.journey),
        title: one.title.clone(),
        note,
    }
}
