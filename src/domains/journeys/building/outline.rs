//! The nodes of one version in their order.

use crate::kernel::ids::NodeKey;

use super::model::Node;

/// A milestone with its lessons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    pub node: Node,
    pub lessons: Vec<Node>,
}

/// All milestones of a version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    pub milestones: Vec<Milestone>,
}

/// Where a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The milestone of a lesson.
    pub parent: Option<NodeKey>,
    /// From 0.
    pub index: usize,
    /// How many siblings there are, with itself.
    pub of: usize,
}

/// One step up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Up,
    Down,
}

/// Where a node is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The milestone of a lesson.
    pub parent: Option<NodeKey>,
    /// Behind which sibling; first without one.
    pub after: Option<NodeKey>,
}

impl Outline {
    /// The outline of these nodes, which may come in any order.
    pub fn of(mut nodes: Vec<Node>) -> Self {
        nodes.sort_by_key(|node| node.position);
        let (milestones, lessons): (Vec<Node>, Vec<Node>) =
            nodes.into_iter().partition(|node| node.parent.is_none());
        let with_lessons = |node: Node| Milestone {
            lessons: lessons
                .iter()
                .filter(|lesson| lesson.parent == Some(node.key))
                .cloned()
                .collect(),
            node,
        };
        Self {
            milestones: milestones.into_iter().map(with_lessons).collect(),
        }
    }

    /// Every node as it is read: each milestone before its lessons.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.milestones
            .iter()
            .flat_map(|milestone| std::iter::once(&milestone.node).chain(&milestone.lessons))
    }

    /// Every lesson as it is read.
    pub fn lessons(&self) -> impl Iterator<Item = &Node> {
        self.milestones.iter().flat_map(|milestone| &milestone.lessons)
    }

    /// One node.
    pub fn node(&self, key: NodeKey) -> Option<&Node> {
        self.nodes().find(|node| node.key == key)
    }

    /// The nodes beside each other under a milestone, or the milestones.
    pub fn siblings(&self, parent: Option<NodeKey>) -> Vec<NodeKey> {
        match parent {
            None => self
                .milestones
                .iter()
                .map(|milestone| milestone.node.key)
                .collect(),
            Some(parent) => {
                let found = self
                    .milestones
                    .iter()
                    .find(|milestone| milestone.node.key == parent);
                let lessons = found
                    .map(|milestone| milestone.lessons.as_slice())
                    .unwrap_or_default();
                lessons.iter().map(|lesson| lesson.key).collect()
            }
        }
    }

    /// Where a node stands.
    pub fn place(&self, key: NodeKey) -> Option<Place> {
        let parent = self.node(key)?.parent;
        let siblings = self.siblings(parent);
        Some(Place {
            parent,
            index: siblings.iter().position(|one| *one == key)?,
            of: siblings.len(),
        })
    }

    /// Where one step leads: past the neighbour, for a lesson at an end into the next milestone. Nothing at the ends of the journey.
    pub fn step(&self, key: NodeKey, step: Step) -> Option<Target> {
        let place = self.place(key)?;
        let siblings = self.siblings(place.parent);
        let at = |index: Option<usize>| index.and_then(|index| siblings.get(index)).copied();
        let last = place.index + 1 == place.of;
        match (step, place.parent) {
            (Step::Up, parent) if place.index > 0 => Some(Target {
                parent,
                after: at(place.index.checked_sub(2)),
            }),
            (Step::Down, parent) if !last => Some(Target {
                parent,
                after: at(Some(place.index + 1)),
            }),
            (Step::Up, Some(parent)) => {
                let before = self.beside(parent, Step::Up)?;
                Some(Target {
                    parent: Some(before),
                    after: self.siblings(Some(before)).last().copied(),
                })
            }
            (Step::Down, Some(parent)) => Some(Target {
                parent: Some(self.beside(parent, Step::Down)?),
                after: None,
            }),
            (_, None) => None,
        }
    }

    fn beside(&self, milestone: NodeKey, step: Step) -> Option<NodeKey> {
        let all = self.siblings(None);
        let index = all.iter().position(|one| *one == milestone)?;
        let wanted = match step {
            Step::Up => index.checked_sub(1)?,
            Step::Down => index + 1,
        };
        all.get(wanted).copied()
    }

    /// At which index among its siblings to be a node ends up when it is put there. Nothing when the place is none: a milestone within a
    /// milestone, or behind what is not there.
    pub fn index_for(&self, key: NodeKey, target: Target) -> Option<usize> {
        let node = self.node(key)?;
        let fits = match target.parent {
            None => node.kind.is_none(),
            Some(parent) => {
                node.kind.is_some() && self.node(parent).is_some_and(|parent| parent.kind.is_none())
            }
        };
        if !fits {
            return None;
        }
        let Some(after) = target.after else {
            return Some(0);
        };
        let siblings = self.siblings(target.parent);
        let behind = siblings
            .iter()
            .filter(|one| **one != key)
            .position(|one| *one == after);
        behind.map(|index| index + 1)
    }

    /// `2 of 5 in Getting started`, of a node that is there.
    pub fn words_of_place(&self, key: NodeKey) -> String {
        let Some(place) = self.place(key) else {
            return String::new();
        };
        let numbers = format!("{} of {}", place.index + 1, place.of);
        match place.parent.and_then(|parent| self.node(parent)) {
            Some(parent) => format!("{numbers} in {}", parent.title),
            None => numbers,
        }
    }

    /// How many lessons count.
    pub fn required(&self) -> usize {
        self.lessons().filter(|lesson| lesson.counts()).count()
    }

    /// About how many minutes all lessons take.
    pub fn minutes(&self) -> i64 {
        self.lessons()
            .filter_map(|lesson| lesson.minutes)
            .map(i64::from)
            .sum()
    }
}
