//! Writing quizzes and worksheets, and making versions of them.

use crate::domains::journeys::library::actions::{check_place, keeper, show, tell_changed};
use crate::domains::journeys::library::model::{Asset, AssetKind, Content, Described, Version};
use crate::domains::journeys::library::policy::Writing;
use crate::domains::journeys::library::queries::{assets, drafts};
use crate::domains::journeys::library::{actions, policy};
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetId, MemberId};
use crate::platform::db::TenantTx;

use super::Parts;
use super::forms::{PartsForm, Press};

/// What is written of an asset: its draft, or the version that is shown.
#[derive(Debug)]
pub struct Writes {
    pub asset: Asset,
    pub parts: Parts,
    /// Whether it differs from the version that is shown.
    pub is_draft: bool,
    by: Writing,
}

impl Writes {
    /// Whether all there is of it yet is a first version that holds nothing and was never used, so that what is written now is the first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn is_fresh(&self, tx: &mut TenantTx<'_>) -> Result<bool, AppError> {
        let (id, kind) = (self.asset.id, self.asset.kind);
        if assets::newest(tx, id)? != 1 {
            return Ok(false);
        }
        let first = assets::version(tx, id, 1)?;
        let is_empty = Parts::empty(kind) == Some(Parts::of(kind, first.parts.as_ref())?);
        Ok(is_empty && assets::uses(tx, id)?.is_empty())
    }
}

/// What is being written of an asset, by who may.
///
/// # Errors
/// [`AppError::NotFound`] also for what has no parts; [`AppError::Denied`] for who may not change it.
pub fn written(tx: &mut TenantTx<'_>, id: AssetId) -> Result<Writes, AppError> {
    let keeper = keeper(tx)?;
    let asset = assets::seen(tx, &keeper, id)?;
    let by = keeper.may_write(asset.team_id)?;
    read(tx, asset, by)
}

fn read(tx: &mut TenantTx<'_>, asset: Asset, by: Writing) -> Result<Writes, AppError> {
    let shown = assets::version(tx, asset.id, asset.version)?;
    let draft = drafts::draft(tx, asset.id)?.map(|(parts, _)| parts);
    let parts = Parts::of(asset.kind, draft.as_ref().or(shown.parts.as_ref()))?;
    Ok(Writes {
        asset,
        parts,
        is_draft: draft.is_some(),
        by,
    })
}

/// What came of a press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pressed {
    /// It is kept: what the window has seen now, and the line to go on with.
    Kept(String, Option<uuid::Uuid>),
    /// It is the version of this number.
    Made(i32),
    /// It is kept, and no version: this is missing.
    Unfinished(Vec<String>),
}

/// Keeps what was typed, and does what was pressed.
///
/// # Errors
/// As [`written`]; [`AppError::Invalid`] for what cannot be kept; [`AppError::Conflict`] when somebody else wrote meanwhile.
pub fn press(tx: &mut TenantTx<'_>, id: AssetId, form: &PartsForm) -> Result<Pressed, AppError> {
    written(tx, id)?;
    assets::held(tx, id)?;
    // What others did until it was held counts.
    let there = written(tx, id)?;
    let press = Press::of(&form.then);
    let mut parts = form.parse(&there.parts)?;
    let at = press.press(&mut parts)?;
    let (old, new) = (there.parts.stamp()?, parts.stamp()?);
    if old != new && old != form.seen && press != Press::Overwrite {
        return Err(AppError::Conflict(String::new()));
    }
    if old != new {
        drafts::keep(tx, &there.by, id, &parts.written()?)?;
    }
    match press {
        Press::Version => make_version(tx, &there, &parts),
        _ => Ok(Pressed::Kept(new, at)),
    }
}

fn make_version(tx: &mut TenantTx<'_>, there: &Writes, parts: &Parts) -> Result<Pressed, AppError> {
    let gaps = parts.gaps();
    if !gaps.is_empty() {
        return Ok(Pressed::Unfinished(gaps));
    }
    let (id, before) = (there.asset.id, &there.asset);
    let shown = assets::version(tx, id, before.version)?;
    let kept = Some(parts.written()?);
    let version = match shown.parts == kept {
        // It was changed, and changed back.
        true => shown,
        false => next(tx, there, &shown, kept)?,
    };
    drafts::forget(tx, &there.by, id)?;
    show(tx, before, &version)?;
    tell_changed(tx, before, before, version.version)?;
    Ok(Pressed::Made(version.version))
}

fn next(
    tx: &mut TenantTx<'_>,
    there: &Writes,
    shown: &Version,
    parts: Option<serde_json::Value>,
) -> Result<Version, AppError> {
    let (id, by) = (there.asset.id, &there.by);
    let number = match there.is_fresh(tx)? {
        true => {
            assets::delete_empty_version(tx, by, id)?;
            1
        }
        false => assets::newest(tx, id)? + 1,
    };
    let content = Content {
        body: shown.body.clone(),
        parts,
        ..Content::default()
    };
    assets::insert_version(tx, by, (id, number), &content)?;
    Ok(assets::version(tx, id, number)?)
}

/// Throws away what is no version yet; whether there was anything.
///
/// # Errors
/// As [`written`].
pub fn discard(tx: &mut TenantTx<'_>, id: AssetId) -> Result<bool, AppError> {
    let there = written(tx, id)?;
    Ok(drafts::forget(tx, &there.by, id)?)
}

/// The highest number a version can have come with.
const MOST_VERSIONS: i32 = 1_000_000;

/// A quiz or a worksheet that came with a journey.
#[derive(Debug, Clone)]
pub struct Brought {
    pub id: AssetId,
    pub kind: AssetKind,
    pub version: i32,
    pub described: Described,
    pub parts: Parts,
}

/// Puts into the library what came with a journey, as the version it was; under another id where the one it had is taken here. Answers
/// the id. Whoever begins a journey for a team may write in the library for it, so nothing more is asked.
///
/// # Errors
/// [`AppError::Invalid`] for a team that is none.
pub fn bring_in(tx: &mut TenantTx<'_>, by: MemberId, brought: &Brought) -> Result<AssetId, AppError> {
    check_place(tx, &brought.described)?;
    let by = policy::on_behalf_of(by);
    let content = Content {
        parts: Some(brought.parts.written()?),
        ..Content::default()
    };
    let kind = brought.kind;
    let (id, version) = match actions::add_version(
        tx,
        &by,
        (brought.id, kind, brought.version.clamp(1, MOST_VERSIONS)),
        &brought.described,
        &content,
    )? {
        true => return Ok(brought.id),
        false => (tx.new_id::<AssetId>(), brought.version.clamp(1, MOST_VERSIONS)),
    };
    actions::add_version(tx, &by, (id, kind, version), &brought.described, &content)?;
    Ok(id)
}
