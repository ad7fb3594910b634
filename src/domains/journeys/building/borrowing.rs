//! What lessons hold of the library by copy: the questions of a quiz, and worksheets.
//!
//! A lesson holds the questions or fields themselves, with the version they were taken from, and names the asset beside them. So what is
//! published asks ever after what it asked when it was published, whatever becomes of the asset; a draft is told when there is a newer
//! version, and takes it over by a press. What people answered hangs on keys that stay the same from version to version.

use std::mem;

use uuid::Uuid;

use crate::domains::journeys::library::model::AssetKind;
use crate::domains::journeys::library::parts::Parts;
use crate::domains::journeys::library::{self, Lent};
use crate::domains::journeys::worksheets::Worksheet;
use crate::kernel::error::AppError;
use crate::kernel::ids::AssetId;
use crate::platform::db::TenantTx;
use crate::platform::web::Choice;

use super::content::{Content, Source};
use super::model::{LessonKind, Node};
use super::outline::Outline;
use super::publishing::lint::{Finding, Severity};

/// Which kind of asset a lesson of this kind holds a copy of.
pub const fn lender(kind: LessonKind) -> Option<AssetKind> {
    match kind {
        LessonKind::Quiz => Some(AssetKind::Quiz),
        LessonKind::Reflection | LessonKind::Assignment => Some(AssetKind::Worksheet),
        _ => None,
    }
}

/// What is wanted of a copy that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// It stays as it is.
    Keep,
    /// The newest version takes its place.
    TakeOver,
}

/// Makes a lesson hold what it names of the library, and nothing of what it no longer names.
///
/// # Errors
/// [`AppError::Invalid`] at `asset` for what is not in the library of whoever acts.
pub fn settle(tx: &mut TenantTx<'_>, before: &Node, node: &mut Node, wish: Wish) -> Result<(), AppError> {
    let (Some(lender), Some(mut content)) = (node.kind.and_then(lender), Content::of(node)?) else {
        return Ok(());
    };
    match node.asset_id {
        None => let_go(&mut content),
        Some(asset) if before.asset_id == Some(asset) && content.source().is_some() && wish == Wish::Keep => {
            return Ok(());
        }
        Some(asset) => borrow(tx, (AssetId(asset), lender), &mut content)?,
    }
    node.content = Some(content.written()?);
    Ok(())
}

/// Puts a copy of what the library shows into a lesson; its own questions are put aside.
///
/// # Errors
/// As [`settle`].
pub fn borrow(
    tx: &mut TenantTx<'_>,
    (asset, kind): (AssetId, AssetKind),
    content: &mut Content,
) -> Result<(), AppError> {
    let lent = match library::lend(tx, asset, kind) {
        Err(AppError::NotFound) => {
            return Err(AppError::field(
                "asset",
                "That is not in your library any more. Choose another one.",
            ));
        }
        lent => lent?,
    };
    put(lent, content);
    Ok(())
}

fn put(lent: Lent, content: &mut Content) {
    let Lent {
        title,
        version,
        parts,
    } = lent;
    match (parts, content) {
        (Parts::Quiz { questions }, Content::Quiz(quiz)) => {
            let there = mem::replace(&mut quiz.questions, questions);
            if quiz.source.is_none() {
                quiz.own = there;
            }
            quiz.source = Some(Source { title, version });
        }
        (Parts::Worksheet { fields }, Content::Reflection(reflection)) => {
            reflection.worksheet = Some(Worksheet {
                title,
                version,
                fields,
            });
        }
        (Parts::Worksheet { fields }, Content::Assignment(work)) => {
            work.worksheet = Some(Worksheet {
                title,
                version,
                fields,
            });
        }
        _ => {}
    }
}

/// The lesson's own questions are asked again; without any, those of the library become its own.
fn let_go(content: &mut Content) {
    match content {
        Content::Quiz(quiz) => {
            let was_lent = quiz.source.take().is_some();
            if was_lent && !quiz.own.is_empty() {
                quiz.questions = mem::take(&mut quiz.own);
            }
        }
        Content::Reflection(reflection) => reflection.worksheet = None,
        Content::Assignment(work) => work.worksheet = None,
        _ => {}
    }
}

/// A version of the library that is newer than what a lesson holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newer {
    pub node: crate::kernel::ids::NodeKey,
    pub source: Source,
    /// The version that is shown now.
    pub version: i32,
}

/// Which lessons hold something of which the library shows another version.
///
/// # Errors
/// When the database fails.
pub fn newer(tx: &mut TenantTx<'_>, outline: &Outline) -> Result<Vec<Newer>, AppError> {
    let mut held: Vec<(&Node, AssetId, Source)> = Vec::new();
    for node in outline
        .lessons()
        .filter(|node| node.kind.is_some_and(|kind| lender(kind).is_some()))
    {
        let source = Content::of(node)?.and_then(|content| content.source());
        if let (Some(asset), Some(source)) = (node.asset_id, source) {
            held.push((node, AssetId(asset), source));
        }
    }
    let ids: Vec<AssetId> = held.iter().map(|(_, asset, _)| *asset).collect();
    let shown = library::newest(tx, &ids)?;
    let newer = |(node, asset, source): (&Node, AssetId, Source)| {
        let (_, version) = *shown.iter().find(|(id, _)| *id == asset)?;
        (version != source.version).then_some(Newer {
            node: node.key,
            source,
            version,
        })
    };
    Ok(held.into_iter().filter_map(newer).collect())
}

/// The same as what is worth a look before publishing.
///
/// # Errors
/// When the database fails.
pub fn findings(tx: &mut TenantTx<'_>, outline: &Outline) -> Result<Vec<Finding>, AppError> {
    let finding = |one: Newer| Finding {
        severity: Severity::Warning,
        node: Some(one.node),
        said: format!(
            "“{}” is at version {} in the library; this lesson stays with version {} until you take that one over.",
            one.source.title, one.version, one.source.version
        ),
    };
    Ok(newer(tx, outline)?.into_iter().map(finding).collect())
}

/// What of the library a lesson of this kind can hold a copy of, and in the first place that it holds none.
///
/// # Errors
/// When the database fails.
pub fn choices(
    tx: &mut TenantTx<'_>,
    (kind, node): (AssetKind, &Node),
    chosen: &str,
) -> Result<Vec<Choice>, AppError> {
    let nothing = match kind {
        AssetKind::Quiz => "Own questions, written here",
        _ => "None: one field to write in",
    };
    let mut choices = vec![Choice::new("", nothing, chosen.is_empty())];
    let offered = library::of_kind(tx, kind)?;
    let is_offered = offered.iter().any(|asset| asset.id.to_string() == chosen);
    // What is archived, or another team's, stays where it is used.
    if let (false, Ok(id)) = (is_offered, chosen.parse::<Uuid>()) {
        let source = Content::of(node)?.and_then(|content| content.source());
        if let (Some(source), true) = (source, node.asset_id == Some(id)) {
            choices.push(Choice::new(chosen, source.title, true));
        }
    }
    choices.extend(offered.into_iter().map(|asset| {
        let value = asset.id.to_string();
        let is_chosen = value == chosen;
        Choice::new(value, asset.title, is_chosen)
    }));
    Ok(choices)
}
