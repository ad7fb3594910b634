//! What is done with assets. Each is one transaction; bytes are stored before and removed after it.

use serde_json::json;

use crate::domains::tenancy::{self, ContextKind};
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetId, ContextId, MediaId};
use crate::kernel::text::folded;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::files::StoredFile;

use super::correcting::actions as correcting;
use super::events::{AssetAdded, AssetArchived, AssetChanged, AssetRestored, AssetUploaded};
use super::model::{Asset, AssetKind, Content, Described, Media, Version};
use super::parts;
use super::policy::{self, KEEPERS, Keeper, Writing};
use super::queries::media::Announced;
use super::queries::{assets, folders, media};

/// The acting member at work in the library.
///
/// # Errors
/// As [`policy::may_look`].
pub fn keeper(tx: &mut TenantTx<'_>) -> Result<Keeper, AppError> {
    let led = match tx.actor().member_id().filter(|_| tx.roles().any(KEEPERS)) {
        Some(me) => led_by(tx, me)?,
        None => Vec::new(),
    };
    policy::may_look(tx.actor(), &led)
}

/// Somebody whose work a job goes on with.
///
/// # Errors
/// As [`policy::going_on_for`].
pub fn keeper_of(tx: &mut TenantTx<'_>, member: crate::kernel::ids::MemberId) -> Result<Keeper, AppError> {
    let mut roles = Vec::new();
    for role in KEEPERS {
        if tenancy::with_role(tx, *role)?.contains(&member) {
            roles.push(*role);
        }
    }
    let led = led_by(tx, member)?;
    Ok(policy::going_on_for(member, &roles, led)?)
}

fn led_by(tx: &mut TenantTx<'_>, me: crate::kernel::ids::MemberId) -> Result<Vec<ContextId>, AppError> {
    let belongings = tenancy::contexts_of(tx, me)?;
    Ok(belongings
        .into_iter()
        .filter(|one| one.is_leader && one.context.kind == ContextKind::Team)
        .map(|one| one.context.id)
        .collect())
}

/// Refuses folders and teams that are not there.
///
/// # Errors
/// [`AppError::Invalid`] at `folder` or `team`.
pub fn check_place(tx: &mut TenantTx<'_>, described: &Described) -> Result<(), AppError> {
    if let Some(folder) = described.folder
        && !folders::all(tx)?.iter().any(|one| one.id == folder)
    {
        return Err(AppError::field(
            "folder",
            "That folder is no longer there. Choose another one.",
        ));
    }
    if let Some(team) = described.team {
        let found = tenancy::context(tx, team).ok();
        if found.is_none_or(|context| context.kind != ContextKind::Team) {
            return Err(AppError::field("team", "Choose a team from the list."));
        }
    }
    Ok(())
}

/// Adds what is not made of a file. False when it is there already.
///
/// # Errors
/// [`AppError::Denied`] for team leaders outside their teams; [`AppError::Invalid`] as [`check_place`].
pub fn add(
    tx: &mut TenantTx<'_>,
    by: &Writing,
    (id, kind): (AssetId, AssetKind),
    described: &Described,
    content: &Content,
) -> Result<bool, AppError> {
    check_place(tx, described)?;
    add_version(tx, by, (id, kind, 1), described, content)
}

/// The same with its first version under a number it had elsewhere.
///
/// # Errors
/// When the database fails.
pub fn add_version(
    tx: &mut TenantTx<'_>,
    by: &Writing,
    (id, kind, number): (AssetId, AssetKind, i32),
    described: &Described,
    content: &Content,
) -> Result<bool, AppError> {
    let words = words(described, content, None);
    if !assets::insert(tx, by, (id, kind), described, &words)? {
        return Ok(false);
    }
    assets::insert_version(tx, by, (id, number), content)?;
    if number != 1 {
        assets::show(tx, id, number, &words)?;
    }
    tell_added(tx, id, kind, &described.title)?;
    Ok(true)
}

fn tell_added(tx: &mut TenantTx<'_>, id: AssetId, kind: AssetKind, title: &str) -> Result<(), AppError> {
    let what = json!({ "title": title, "kind": kind.as_str() });
    tx.audit(Entry::of("journeys.asset.added", "asset", id).after(what))?;
    tx.emit(&AssetAdded { asset: id })?;
    Ok(())
}

/// Adds a file whose announcement is all there is of it so far.
///
/// # Errors
/// As [`add`].
pub fn add_announced(
    tx: &mut TenantTx<'_>,
    by: &Writing,
    file: &Announced<'_>,
    (described, body): (&Described, &str),
) -> Result<bool, AppError> {
    check_place(tx, described)?;
    let (id, kind) = (file.asset, AssetKind::of_file(file.name));
    let content = Content {
        body: body.to_owned(),
        media: Some(file.id),
        ..Content::default()
    };
    if !assets::insert(tx, by, (id, kind), described, &words(described, &content, None))? {
        return Ok(false);
    }
    media::announce(tx, by, file)?;
    assets::insert_version(tx, by, (id, 1), &content)?;
    tell_added(tx, id, kind, &described.title)?;
    Ok(true)
}

/// What an asset is found by.
fn words(described: &Described, content: &Content, file: Option<&Media>) -> String {
    let parts = content.parts.as_ref().map(parts::words).unwrap_or_default();
    let said = [
        described.title.as_str(),
        &described.tags.join(" "),
        content.url.as_deref().unwrap_or_default(),
        file.map_or("", |file| file.name.as_str()),
        &content.body,
        &parts,
        file.map_or("", |file| file.transcript.as_str()),
    ];
    folded(&said.join("\n"))
}

/// Shows a version of an asset, which is found by what it says from now on.
///
/// # Errors
/// When the database fails.
pub fn show(tx: &mut TenantTx<'_>, asset: &Asset, version: &Version) -> Result<(), AppError> {
    let file = match version.media_id {
        Some(id) => Some(media::one(tx, id)?),
        None => None,
    };
    let described = Described {
        title: asset.title.clone(),
        tags: asset.tags.clone(),
        ..Described::default()
    };
    let content = Content {
        body: version.body.clone(),
        url: version.url.clone(),
        media: version.media_id,
        parts: version.parts.clone(),
    };
    let words = words(&described, &content, file.as_ref());
    Ok(assets::show(tx, asset.id, version.version, &words)?)
}

/// A file is whole: its row says so, and the version that names it is shown. False when that is known already, or the file was given up.
///
/// # Errors
/// When the database fails.
pub fn arrived(tx: &mut TenantTx<'_>, id: MediaId, stored: &StoredFile) -> Result<bool, AppError> {
    use super::model::MediaState::Ready;
    let before = media::held(tx, id)?;
    if before.state == Ready || !before.state.may_become(Ready) {
        return Ok(false);
    }
    media::set_ready(tx, id, stored)?;
    media::delete_parts(tx, id)?;
    let asset = assets::held(tx, before.asset_id)?;
    let version = version_of(tx, &asset, &before)?;
    show(tx, &asset, &version)?;
    if before.corrects {
        let by = policy::on_behalf_of(before.created_by);
        let shown = assets::asset(tx, asset.id)?;
        correcting::correct(tx, &by, &shown)?;
    }
    let what = json!({ "title": asset.title, "version": version.version, "bytes": stored.size_bytes, "takes_words": before.takes_words });
    tx.audit(Entry::of("journeys.asset.uploaded", "asset", asset.id).after(what))?;
    tx.emit(&AssetUploaded {
        asset: asset.id,
        media: id,
    })?;
    if asset.kind.is_played() {
        super::mux::actions::want_copy(tx, id)?;
    }
    Ok(true)
}

/// The version that names a file: the one it was announced with, or a new one when it takes the place of another.
fn version_of(tx: &mut TenantTx<'_>, asset: &Asset, file: &Media) -> Result<Version, AppError> {
    let known = assets::versions(tx, asset.id)?;
    if let Some(version) = known.iter().find(|one| one.media_id == Some(file.id)) {
        return Ok(version.clone());
    }
    let body = known.iter().find(|one| one.version == asset.version);
    let content = Content {
        body: body.map(|one| one.body.clone()).unwrap_or_default(),
        media: Some(file.id),
        ..Content::default()
    };
    let number = assets::newest(tx, asset.id)? + 1;
    let by = policy::on_behalf_of(file.created_by);
    assets::insert_version(tx, &by, (asset.id, number), &content)?;
    // A new take of the same picture shows the same, until somebody says otherwise.
    if let Some(before) = body.and_then(|one| one.media_id)
        && file.alt.is_empty()
    {
        let alt = media::one(tx, before)?.alt;
        media::describe(tx, &by, file.id, (&alt, &file.transcript))?;
    }
    if let Some(before) = body.and_then(|one| one.media_id)
        && file.takes_words
    {
        take_words(tx, &by, before, file.id)?;
    }
    Ok(assets::version(tx, asset.id, number)?)
}

/// Whether the file that an asset shows has captions or a transcript.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn has_words(tx: &mut TenantTx<'_>, id: AssetId) -> Result<bool, AppError> {
    let asset = assets::asset(tx, id)?;
    match assets::version(tx, id, asset.version)?.media_id {
        Some(file) => {
            Ok(!media::one(tx, file)?.transcript.is_empty() || !media::captions(tx, file)?.is_empty())
        }
        None => Ok(false),
    }
}

/// Has a file say what another one says: its captions, in the languages that it has none in itself, and its transcript. Their times may
/// not fit, which is remembered until somebody says that they do.
///
/// # Errors
/// When the database fails.
pub fn take_words(tx: &mut TenantTx<'_>, by: &Writing, from: MediaId, to: MediaId) -> Result<(), AppError> {
    let (before, file) = (media::one(tx, from)?, media::one(tx, to)?);
    let own: Vec<String> = media::captions(tx, to)?
        .into_iter()
        .map(|one| one.language)
        .collect();
    for one in media::captions(tx, from)? {
        if !own.contains(&one.language) {
            let vtt = media::caption_text(tx, from, &one.language)?;
            media::keep_captions(tx, by, (to, &one.language), &vtt)?;
        }
    }
    if file.transcript.is_empty() {
        media::describe(tx, by, to, (&file.alt, &before.transcript))?;
    }
    Ok(media::set_borrowed(tx, by, to, true)?)
}

/// What was written about an asset in its form.
#[derive(Debug, Clone)]
pub struct Written {
    pub described: Described,
    pub body: String,
    pub url: Option<String>,
    pub alt: String,
    pub transcript: String,
    /// The version the form began from.
    pub version: i32,
    /// Whether another content is shown in published journeys at once.
    pub corrects: bool,
}

/// Describes and files an asset anew; another content makes another version.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`]; [`AppError::Invalid`] at `body` when somebody else saved another version since the form
/// was opened.
pub fn change(tx: &mut TenantTx<'_>, keeper: &Keeper, id: AssetId, to: &Written) -> Result<(), AppError> {
    assets::seen(tx, keeper, id)?;
    let before = assets::held(tx, id)?;
    keeper.may_write(before.team_id)?;
    let by = keeper.may_write(to.described.team)?;
    check_place(tx, &to.described)?;
    let current = assets::version(tx, id, before.version)?;
    let is_other = current.body != to.body || current.url != to.url;
    if is_other && before.version != to.version {
        let why = format!(
            "Somebody saved version {} while you were writing. Save again to put yours on top of it.",
            before.version
        );
        return Err(AppError::field("body", why));
    }
    assets::describe(tx, &by, id, &to.described)?;
    if let Some(file) = current.media_id {
        media::describe(tx, &by, file, (&to.alt, &to.transcript))?;
    }
    let version = match is_other {
        true => write_version(tx, &by, &current, to)?,
        false => current,
    };
    let now = assets::asset(tx, id)?;
    show(tx, &now, &version)?;
    if is_other && to.corrects {
        let shown = assets::asset(tx, id)?;
        correcting::correct(tx, &by, &shown)?;
    }
    tell_changed(tx, &before, &now, version.version)
}

fn write_version(
    tx: &mut TenantTx<'_>,
    by: &Writing,
    from: &Version,
    to: &Written,
) -> Result<Version, AppError> {
    let number = assets::newest(tx, from.asset_id)? + 1;
    let content = Content {
        body: to.body.clone(),
        url: to.url.clone(),
        media: from.media_id,
        parts: from.parts.clone(),
    };
    assets::insert_version(tx, by, (from.asset_id, number), &content)?;
    Ok(assets::version(tx, from.asset_id, number)?)
}

pub(super) fn tell_changed(
    tx: &mut TenantTx<'_>,
    before: &Asset,
    now: &Asset,
    version: i32,
) -> Result<(), AppError> {
    let said = |asset: &Asset, version: i32| json!({ "title": asset.title, "folder": asset.folder_id, "team": asset.team_id, "tags": asset.tags, "version": version });
    tx.audit(
        Entry::of("journeys.asset.changed", "asset", now.id)
            .before(said(before, before.version))
            .after(said(now, version)),
    )?;
    tx.emit(&AssetChanged { asset: now.id })?;
    Ok(())
}

/// Brings an older version back: it is shown again, and none is lost.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`]; [`AppError::Conflict`] when its file cannot be used.
pub fn bring_back(tx: &mut TenantTx<'_>, keeper: &Keeper, id: AssetId, number: i32) -> Result<(), AppError> {
    assets::seen(tx, keeper, id)?;
    let before = assets::held(tx, id)?;
    keeper.may_write(before.team_id)?;
    let version = assets::version(tx, id, number)?;
    if let Some(file) = version.media_id
        && media::one(tx, file)?.storage_key.is_none()
    {
        return Err(AppError::Conflict(
            "The file of that version cannot be used.".to_owned(),
        ));
    }
    show(tx, &before, &version)?;
    tell_changed(tx, &before, &before, number)
}

/// Archives an asset. Where it is used, it stays.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`].
pub fn archive(tx: &mut TenantTx<'_>, keeper: &Keeper, id: AssetId) -> Result<(), AppError> {
    let asset = assets::seen(tx, keeper, id)?;
    let by = keeper.may_write(asset.team_id)?;
    let now = tx.now();
    assets::set_archived(tx, &by, id, Some(now))?;
    tx.audit(Entry::of("journeys.asset.archived", "asset", id).after(json!({ "title": asset.title })))?;
    tx.emit(&AssetArchived { asset: id })?;
    Ok(())
}

/// Offers an archived asset again.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`].
pub fn restore(tx: &mut TenantTx<'_>, keeper: &Keeper, id: AssetId) -> Result<(), AppError> {
    let asset = assets::seen(tx, keeper, id)?;
    let by = keeper.may_write(asset.team_id)?;
    assets::set_archived(tx, &by, id, None)?;
    tx.audit(Entry::of("journeys.asset.restored", "asset", id).after(json!({ "title": asset.title })))?;
    tx.emit(&AssetRestored { asset: id })?;
    Ok(())
}
