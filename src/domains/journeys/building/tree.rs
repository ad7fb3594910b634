//! The tree of a draft: what the builder shows, whole or as the part that changes.

use std::collections::HashMap;

use askama::Template;

use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{JourneyId, NodeKey, RemovalId};
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::forms::{AddForm, BuildQuery};
use super::model::{LessonKind, Node, Version};
use super::outline::{Outline, Place, Step};
use super::publishing::actions::{self as publishing, Checked};
use super::queries;

/// A milestone or lesson as a row.
pub struct Row {
    pub key: NodeKey,
    pub title: String,
    pub icon: &'static str,
    /// `Quiz`, or empty for a milestone.
    pub kind: &'static str,
    /// What it is in a list of things that are not read with the eyes: `Quiz, 2 of 5 in Getting started`.
    pub place: String,
    pub is_first: bool,
    pub is_last: bool,
    pub is_optional: bool,
    /// `10 min`; empty without.
    pub minutes: String,
    pub has_rules: bool,
    /// What is wrong with it, in one line; empty when nothing is.
    pub problem: String,
    /// Whether its title is open.
    pub is_renamed: bool,
    /// Whether one goes on here.
    pub is_at: bool,
}

/// A milestone with its lessons.
pub struct Branch {
    pub row: Row,
    pub lessons: Vec<Row>,
    /// Whether a lesson is being added to it.
    pub is_open: bool,
    /// `3 lessons, 40 min`.
    pub sum: String,
}

/// Said above the tree.
#[derive(Debug, Clone, Default)]
pub struct Notice {
    /// `warning` or `info`; empty when nothing is said.
    pub kind: &'static str,
    pub said: String,
}

/// What is said, and where one goes on.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    pub query: BuildQuery,
    pub notice: Notice,
    /// What was typed and could not be taken.
    pub typed: String,
    pub add: AddForm,
    pub errors: FieldErrors,
    /// In words for who hears what others see.
    pub said: String,
    pub removal: Option<RemovalId>,
}

/// The tree.
#[derive(Template)]
#[template(path = "journeys/build/_tree.html")]
pub struct Tree {
    pub shell: Shell,
    pub journey: JourneyId,
    pub revision: i32,
    pub in_order: bool,
    pub branches: Vec<Branch>,
    pub notice: Notice,
    pub said: String,
    /// What can be brought back: its id and its title.
    pub removed: Option<(RemovalId, String)>,
    pub kinds: Vec<Choice>,
    /// What is typed into what is open.
    pub typed: String,
    pub new_title: String,
    pub errors: FieldErrors,
    pub problems: usize,
    pub warnings: usize,
    /// `12 lessons, 2 h 10 min`.
    pub sum: String,
}

/// Its template escapes what people wrote.
impl askama::filters::HtmlSafe for Tree {}

impl Tree {
    /// The tree of a journey's draft.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        journey: JourneyId,
        scene: Scene,
    ) -> Result<Self, AppError> {
        let draft = queries::draft(tx, journey)?;
        let checked = publishing::check(tx, &draft)?;
        let removed = match &scene.removal {
            Some(id) => queries::removals(tx, journey, 20)?
                .into_iter()
                .find(|(one, _)| one == id),
            None => None,
        };
        Ok(Self::of(shell, &draft, &checked, removed, scene))
    }

    fn of(
        shell: Shell,
        draft: &Version,
        checked: &Checked,
        removed: Option<(RemovalId, String)>,
        scene: Scene,
    ) -> Self {
        let drawing = Drawing::of(checked, &scene.query);
        let branches = checked.outline.milestones.iter().map(|milestone| Branch {
            row: drawing.row(&milestone.node),
            lessons: milestone
                .lessons
                .iter()
                .map(|lesson| drawing.row(lesson))
                .collect(),
            is_open: drawing.add == Some(milestone.node.key),
            sum: sum(&milestone.lessons),
        });
        let errors = checked.errors();
        Self {
            shell,
            journey: draft.journey_id,
            revision: draft.revision,
            in_order: draft.in_order,
            branches: branches.collect(),
            notice: scene.notice,
            said: scene.said,
            removed,
            kinds: kinds(&scene.add.kind),
            typed: scene.typed,
            new_title: scene.add.title,
            errors: scene.errors,
            problems: errors,
            warnings: checked.findings.len() - errors,
            sum: sum(&checked.outline.lessons().cloned().collect::<Vec<_>>()),
        }
    }
}

/// The kinds of lessons to choose from.
pub fn kinds(chosen: &str) -> Vec<Choice> {
    let chosen = chosen.parse().unwrap_or(LessonKind::Text);
    let choice =
        |kind: &LessonKind| Choice::new(kind.as_str(), kind.label(), *kind == chosen).hint(kind.hint());
    LessonKind::ALL.iter().map(choice).collect()
}

/// `3 lessons, 40 min`.
pub fn sum(lessons: &[Node]) -> String {
    let count = match lessons.len() {
        0 => "No lessons yet".to_owned(),
        1 => "1 lesson".to_owned(),
        many => format!("{many} lessons"),
    };
    match lessons
        .iter()
        .filter_map(|lesson| lesson.minutes)
        .map(i64::from)
        .sum()
    {
        0 => count,
        minutes => format!("{count}, {}", duration(minutes)),
    }
}

/// `2 h 10 min`.
pub fn duration(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

struct Drawing<'a> {
    outline: &'a Outline,
    problems: HashMap<NodeKey, String>,
    ruled: Vec<NodeKey>,
    at: Option<NodeKey>,
    rename: Option<NodeKey>,
    add: Option<NodeKey>,
}

impl<'a> Drawing<'a> {
    fn of(checked: &'a Checked, query: &BuildQuery) -> Self {
        let mut problems: HashMap<NodeKey, String> = HashMap::new();
        for finding in &checked.findings {
            if let Some(node) = finding.node {
                problems.entry(node).or_insert_with(|| finding.said.clone());
            }
        }
        let key = |word: &str| word.parse().ok();
        Self {
            outline: &checked.outline,
            problems,
            ruled: checked.atoms.iter().map(|atom| atom.node).collect(),
            at: key(&query.at),
            rename: key(&query.rename),
            add: key(&query.add),
        }
    }

    fn row(&self, node: &Node) -> Row {
        let place = self.outline.words_of_place(node.key);
        let kind = node.kind.map(LessonKind::label).unwrap_or_default();
        let can = |step| self.outline.step(node.key, step).is_some();
        Row {
            key: node.key,
            title: node.title.clone(),
            icon: node.icon(),
            kind,
            place: match kind {
                "" => format!("Milestone {place}"),
                kind => format!("{kind}, {place}"),
            },
            is_first: !can(Step::Up),
            is_last: !can(Step::Down),
            is_optional: node.is_optional,
            minutes: node
                .minutes
                .map(|minutes| duration(minutes.into()))
                .unwrap_or_default(),
            has_rules: self.ruled.contains(&node.key),
            problem: self.problems.get(&node.key).cloned().unwrap_or_default(),
            is_renamed: self.rename == Some(node.key),
            is_at: self.at == Some(node.key),
        }
    }
}

/// One place something can go.
pub struct Spot {
    /// `milestone:lesson`.
    pub value: String,
    pub label: String,
    pub is_here: bool,
}

/// Where in a milestone something can go.
pub struct SpotGroup {
    pub title: String,
    pub spots: Vec<Spot>,
}

/// `/journeys/{journey}/nodes/{node}/place`
#[derive(Template)]
#[template(path = "journeys/build/place.html")]
pub struct PlacePage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub journey_title: String,
    pub node: NodeKey,
    pub title: String,
    pub is_now: String,
    pub revision: i32,
    pub groups: Vec<SpotGroup>,
}

impl PlacePage {
    /// Every place a node can go.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        journey: JourneyId,
        key: NodeKey,
    ) -> Result<Self, AppError> {
        let draft = queries::draft(tx, journey)?;
        let outline = Outline::of(queries::nodes(tx, draft.id)?);
        let node = outline.node(key).ok_or(AppError::NotFound)?;
        let place = outline.place(key).ok_or(AppError::NotFound)?;
        let groups = match node.kind {
            None => vec![SpotGroup {
                title: "Among the milestones".to_owned(),
                spots: spots(&outline, None, key, place),
            }],
            Some(_) => {
                let group = |parent: NodeKey| SpotGroup {
                    title: outline
                        .node(parent)
                        .map(|node| node.title.clone())
                        .unwrap_or_default(),
                    spots: spots(&outline, Some(parent), key, place),
                };
                outline.siblings(None).into_iter().map(group).collect()
            }
        };
        Ok(Self {
            shell,
            journey,
            journey_title: draft.title,
            node: key,
            title: node.title.clone(),
            is_now: outline.words_of_place(key),
            revision: draft.revision,
            groups,
        })
    }
}

fn spots(outline: &Outline, parent: Option<NodeKey>, key: NodeKey, place: Place) -> Vec<Spot> {
    let of_parent = parent.map(|parent| parent.to_string()).unwrap_or_default();
    let others: Vec<NodeKey> = outline
        .siblings(parent)
        .into_iter()
        .filter(|one| *one != key)
        .collect();
    let is_here = |index: usize| place.parent == parent && place.index == index;
    let first = Spot {
        value: format!("{of_parent}:"),
        label: "At the beginning".to_owned(),
        is_here: is_here(0),
    };
    let behind = others.iter().enumerate().filter_map(|(index, after)| {
        let node = outline.node(*after)?;
        Some(Spot {
            value: format!("{of_parent}:{after}"),
            label: format!("After “{}”", node.title),
            is_here: is_here(index + 1),
        })
    });
    std::iter::once(first).chain(behind).collect()
}
