//! What a version consists of, as far as it decides what is open. A published version never changes, so what was read of it once is kept;
//! whether something is open is not.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use diesel::prelude::*;
use moka::sync::Cache;

use crate::domains::journeys::building::model::{Atom, LessonGoal, LessonKind};
use crate::kernel::ids::{JourneyVersionId, NodeKey};
use crate::platform::db::TenantTx;

use super::queries::{self, Shape, Stem};

/// A version's milestones with their lessons, and their rules.
#[derive(Debug, Default)]
pub struct Structure {
    /// Whether milestones are done one after the other.
    pub in_order: bool,
    pub milestones: Vec<Milestone>,
    /// By node: of each clause one condition has to hold.
    pub rules: HashMap<NodeKey, Vec<Vec<Atom>>>,
}

/// A milestone.
#[derive(Debug)]
pub struct Milestone {
    pub key: NodeKey,
    pub title: String,
    /// What it is for, in Markdown.
    pub body: String,
    /// Whether its lessons are done one after the other.
    pub in_order: bool,
    pub lessons: Vec<Lesson>,
}

/// A lesson.
#[derive(Debug)]
pub struct Lesson {
    pub key: NodeKey,
    pub title: String,
    pub kind: LessonKind,
    pub goal: LessonGoal,
    pub minutes: Option<i32>,
    pub is_required: bool,
}

/// Milestones and lessons that are kept at most, of all versions together: about five megabytes.
const KEPT: u64 = 25_000;

static FIXED: LazyLock<Cache<JourneyVersionId, Arc<Structure>>> = LazyLock::new(|| {
    Cache::builder()
        .max_capacity(KEPT)
        .weigher(|_, structure: &Arc<Structure>| structure.weight())
        .build()
});

impl Structure {
    fn weight(&self) -> u32 {
        let lessons: usize = self.milestones.iter().map(|one| 1 + one.lessons.len()).sum();
        u32::try_from(1 + lessons).unwrap_or(u32::MAX)
    }

    fn new(shape: &Shape, stems: Vec<Stem>, atoms: Vec<Atom>) -> Self {
        let (lessons, milestones): (Vec<Stem>, Vec<Stem>) =
            stems.into_iter().partition(|stem| stem.kind.is_some());
        let mut by_milestone: HashMap<NodeKey, Vec<Lesson>> = HashMap::new();
        for stem in lessons {
            let (Some(parent), Some(kind), Some(goal)) = (stem.parent, stem.kind, stem.goal) else {
                continue;
            };
            by_milestone.entry(parent).or_default().push(Lesson {
                key: stem.key,
                title: stem.title,
                kind,
                goal,
                minutes: stem.minutes,
                is_required: !stem.is_optional,
            });
        }
        let milestone = |stem: Stem| Milestone {
            lessons: by_milestone.remove(&stem.key).unwrap_or_default(),
            key: stem.key,
            title: stem.title,
            body: stem.body,
            in_order: stem.in_order,
        };
        Self {
            in_order: shape.in_order,
            milestones: milestones.into_iter().map(milestone).collect(),
            rules: rules(atoms),
        }
    }
}

/// Conditions by node and clause; they come in this order.
fn rules(atoms: Vec<Atom>) -> HashMap<NodeKey, Vec<Vec<Atom>>> {
    let mut rules: HashMap<NodeKey, Vec<Vec<Atom>>> = HashMap::new();
    for atom in atoms {
        let clauses = rules.entry(atom.node).or_default();
        match clauses.last_mut() {
            Some(last) if last.first().is_some_and(|first| first.clause == atom.clause) => last.push(atom),
            _ => clauses.push(vec![atom]),
        }
    }
    rules
}

/// What a version that this organization has consists of.
///
/// # Errors
/// When there is none, or the database fails.
pub fn of_version(tx: &mut TenantTx<'_>, version: JourneyVersionId) -> QueryResult<Arc<Structure>> {
    if let Some(known) = FIXED.get(&version) {
        return Ok(known);
    }
    let shape = queries::shape(tx, version)?;
    let (stems, atoms) = (queries::stems(tx, version)?, queries::atoms(tx, version)?);
    let structure = Arc::new(Structure::new(&shape, stems, atoms));
    if shape.is_fixed {
        FIXED.insert(version, structure.clone());
    }
    Ok(structure)
}
