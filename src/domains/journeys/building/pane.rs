//! What the library offers beside the tree, and making lessons of it.

use serde::Deserialize;

use crate::domains::journeys::library::model::AssetKind;
use crate::domains::journeys::library::{self, Named, Offered};
use crate::kernel::error::AppError;
use crate::kernel::ids::{AssetId, NodeKey};
use crate::kernel::validate::Check;
use crate::platform::db::TenantTx;
use crate::platform::web::Choice;

use super::actions::{self, Done, NewNode};
use super::borrowing;
use super::content::{Content, Link};
use super::model::{LessonKind, Node};
use super::outline::Outline;
use super::policy::Building;

/// The most assets that become lessons at once.
const MOST: usize = 50;

/// What the library offers.
pub struct Pane {
    pub search: String,
    pub assets: Vec<Offered>,
    pub has_more: bool,
    /// Where they can go.
    pub milestones: Vec<Choice>,
}

impl Pane {
    /// What is called so, what was changed last first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(tx: &mut TenantTx<'_>, search: &str, outline: &Outline) -> Result<Self, AppError> {
        let offer = library::search_for_builder(tx, search, None, "")?;
        let milestone = |node: &Node| Choice::new(node.key.to_string(), node.title.clone(), false);
        Ok(Self {
            search: search.to_owned(),
            assets: offer.assets,
            has_more: offer.next.is_some(),
            milestones: outline
                .milestones
                .iter()
                .map(|one| milestone(&one.node))
                .collect(),
        })
    }
}

/// Which kind of lesson shows an asset.
pub const fn lesson_kind(kind: AssetKind) -> LessonKind {
    match kind {
        AssetKind::Page => LessonKind::Text,
        AssetKind::Video | AssetKind::Audio => LessonKind::Video,
        AssetKind::File => LessonKind::File,
        AssetKind::Link => LessonKind::Link,
        AssetKind::Quiz => LessonKind::Quiz,
        AssetKind::Worksheet => LessonKind::Reflection,
    }
}

/// As typed: what of the library, and where it goes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PaneForm {
    pub asset: Vec<String>,
    pub parent: String,
    pub after: String,
    /// `yes` when it goes before all that is there.
    pub first: String,
}

/// Makes a lesson of each asset, beside each other in the order they were chosen.
///
/// # Errors
/// [`AppError::Invalid`] when nothing was chosen, [`AppError::NotFound`] for what is not the builder's.
pub fn insert(tx: &mut TenantTx<'_>, building: &Building, form: &PaneForm) -> Result<Done, AppError> {
    let mut check = Check::default();
    let parent: Option<NodeKey> = check.one_of("parent", "a milestone", &form.parent);
    let after = check.optional("after", "a place", &form.after);
    check.refuse_when(
        form.asset.is_empty(),
        "asset",
        "Choose something of the library first.",
    );
    check.refuse_when(form.asset.len() > MOST, "asset", "Take at most 50 at once.");
    check.finish(|| ())?;
    let mut lessons = Vec::new();
    for id in &form.asset {
        let id: AssetId = id.parse().map_err(|_| AppError::NotFound)?;
        lessons.push(lesson(tx, id, (parent, after, form.first == "yes"))?);
    }
    actions::add(tx, building, &lessons)
}

fn lesson(
    tx: &mut TenantTx<'_>,
    id: AssetId,
    (parent, after, is_first): (Option<NodeKey>, Option<NodeKey>, bool),
) -> Result<NewNode, AppError> {
    let keeper = library::actions::keeper(tx)?;
    let asset = library::queries::assets::seen(tx, &keeper, id)?;
    let content = match asset.kind {
        AssetKind::Link => Some(Content::Link(Link {
            url: library::asset_for_lesson(tx, Named::now(id))?
                .url
                .unwrap_or_default(),
            note: String::new(),
        })),
        kind if kind.has_parts() => {
            let mut content = Content::empty(lesson_kind(kind));
            borrowing::borrow(tx, (id, kind), &mut content)?;
            Some(content)
        }
        _ => None,
    };
    Ok(NewNode {
        parent,
        after,
        is_first,
        kind: Some(lesson_kind(asset.kind)),
        title: asset.title.chars().take(160).collect(),
        asset: Some(id.0),
        content,
    })
}

/// Assets that are offered for a lesson at once.
const OFFERED: usize = 12;

/// What of the library a lesson can show.
pub struct Shelf {
    pub search: String,
    /// What is chosen by now.
    pub chosen: Option<Offered>,
    /// What else there is, what was changed last first.
    pub found: Vec<Offered>,
    pub has_more: bool,
}

impl Shelf {
    /// What a lesson of this kind can show and is called so, and what it shows now.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        kind: LessonKind,
        (search, chosen): (&str, &str),
    ) -> Result<Self, AppError> {
        let kinds: Vec<AssetKind> = AssetKind::ALL
            .iter()
            .copied()
            .filter(|one| lesson_kind(*one) == kind)
            .collect();
        let (mut found, has_more) = library::search_for_lesson(tx, &kinds, (search.trim(), OFFERED))?;
        let chosen = match chosen.parse::<AssetId>() {
            Ok(id) => library::offer(tx, id).ok(),
            Err(_) => None,
        };
        found.retain(|one| chosen.as_ref().is_none_or(|chosen| chosen.id != one.id));
        Ok(Self {
            search: search.trim().to_owned(),
            chosen,
            found,
            has_more,
        })
    }

    /// Whether there is anything to choose, or was.
    pub fn is_empty(&self) -> bool {
        self.search.is_empty() && self.chosen.is_none() && self.found.is_empty()
    }
}
