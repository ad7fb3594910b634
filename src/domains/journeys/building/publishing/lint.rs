//! What is wrong with a draft before learners meet it. Pure: the same draft at the same moment gets the same findings.
//!
//! Errors are what no learner could get past; warnings are what somebody may want so. Rules about what is not there any more are dropped
//! when a draft is published, with a warning, since they could never come true.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::domains::journeys::building::content::Content;
use crate::domains::journeys::building::model::{Atom, LessonGoal, LessonKind, Node, UnlockKind};
use crate::domains::journeys::building::outline::Outline;
use crate::kernel::ids::NodeKey;

/// Whether something keeps a draft from being published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// Something about a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// What it is about; the whole journey without one.
    pub node: Option<NodeKey>,
    pub said: String,
}

impl Finding {
    /// Whether it has to be mended.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// What is looked over.
#[derive(Debug, Clone, Copy)]
pub struct Looked<'a> {
    pub outline: &'a Outline,
    pub atoms: &'a [Atom],
    /// Whether milestones are done one after the other.
    pub in_order: bool,
    pub now: DateTime<Utc>,
    /// Whether there is anybody who opens and approves.
    pub has_reviewer: bool,
}

/// Every finding, errors first, in the order of the journey.
pub fn lint(looked: &Looked<'_>) -> Vec<Finding> {
    let kept = kept(looked.outline, looked.atoms);
    let after = Looked {
        atoms: &kept,
        ..*looked
    };
    let mut found = whole(looked.outline);
    for node in looked.outline.nodes() {
        found.extend(gaps(node, looked.has_reviewer));
        found.extend(dropped(looked, node));
        found.extend(rules(&after, node));
    }
    found.extend(unreachable(&after));
    found.sort_by_key(|finding| finding.severity);
    found
}

fn error(node: Option<NodeKey>, said: impl Into<String>) -> Finding {
    Finding {
        severity: Severity::Error,
        node,
        said: said.into(),
    }
}

fn warning(node: Option<NodeKey>, said: impl Into<String>) -> Finding {
    Finding {
        severity: Severity::Warning,
        node,
        said: said.into(),
    }
}

fn whole(outline: &Outline) -> Vec<Finding> {
    if outline.lessons().next().is_none() {
        return vec![error(None, "There is no lesson in it yet.")];
    }
    let mut found = Vec::new();
    if outline.required() == 0 {
        found.push(error(
            None,
            "Every lesson is optional, so there is nothing to complete. Let one of them count.",
        ));
    }
    let empty = outline
        .milestones
        .iter()
        .filter(|milestone| milestone.lessons.is_empty());
    found.extend(empty.map(|milestone| warning(Some(milestone.node.key), "This milestone has no lessons.")));
    found
}

fn gaps(node: &Node, has_reviewer: bool) -> Vec<Finding> {
    let gaps = match Content::of(node) {
        Ok(Some(content)) => content.gaps(node),
        Ok(None) => Vec::new(),
        Err(_) => vec!["What is in it can't be read.".to_owned()],
    };
    let mut found: Vec<Finding> = gaps.into_iter().map(|said| error(Some(node.key), said)).collect();
    if node.goal == Some(LessonGoal::Approved) && !has_reviewer {
        found.push(error(
            Some(node.key),
            "A coach is to approve it, and nobody here is one.",
        ));
    }
    found
}

/// Whether an atom is about something that can come true: what is there, and holds a lesson that counts.
fn can_be_about(outline: &Outline, atom: &Atom) -> bool {
    let Some(argument) = atom.argument else {
        return true;
    };
    let Some(node) = outline.node(argument) else {
        return false;
    };
    let milestone = outline
        .milestones
        .iter()
        .find(|milestone| milestone.node.key == node.key);
    milestone.is_none_or(|milestone| milestone.lessons.iter().any(Node::counts))
}

/// The rules that stay when a draft is published, clauses and places counted anew from 0.
pub fn kept(outline: &Outline, atoms: &[Atom]) -> Vec<Atom> {
    let mut clauses: BTreeMap<(NodeKey, i16), Vec<Atom>> = BTreeMap::new();
    let those = atoms
        .iter()
        .filter(|atom| outline.node(atom.node).is_some() && can_be_about(outline, atom));
    for atom in those {
        clauses
            .entry((atom.node, atom.clause))
            .or_default()
            .push(atom.clone());
    }
    let mut numbers: BTreeMap<NodeKey, i16> = BTreeMap::new();
    let mut kept = Vec::new();
    for ((node, _), clause) in clauses {
        let number = numbers.entry(node).or_default();
        let own = *number;
        kept.extend((0_i16..).zip(clause).map(|(place, atom)| Atom {
            clause: own,
            place,
            ..atom
        }));
        *number += 1;
    }
    kept
}

fn dropped(looked: &Looked<'_>, node: &Node) -> Option<Finding> {
    let own = looked.atoms.iter().filter(|atom| atom.node == node.key);
    let lost = own.filter(|atom| !can_be_about(looked.outline, atom)).count();
    (lost > 0).then(|| {
        warning(
            Some(node.key),
            "A rule is about something that was taken out or that nobody has to do. It is dropped when you publish.",
        )
    })
}

fn own<'a>(looked: &Looked<'a>, node: NodeKey) -> impl Iterator<Item = &'a Atom> {
    looked.atoms.iter().filter(move |atom| atom.node == node)
}

fn rules(looked: &Looked<'_>, node: &Node) -> Vec<Finding> {
    let mut found: Vec<Finding> = own(looked, node.key)
        .filter_map(|atom| wrong(looked, node, atom))
        .collect();
    found.extend(dates(looked, node));
    found
}

/// What is wrong with one condition by itself.
fn wrong(looked: &Looked<'_>, node: &Node, atom: &Atom) -> Option<Finding> {
    let about = atom.argument.and_then(|argument| looked.outline.node(argument));
    let at = Some(node.key);
    match (atom.kind, about) {
        (UnlockKind::Score, Some(about)) if about.kind != Some(LessonKind::Quiz) => Some(error(
            at,
            format!("It waits for a score in “{}”, which is no quiz.", about.title),
        )),
        (UnlockKind::Score, _) if atom.percent.unwrap_or_default() < 1 => Some(error(
            at,
            "It waits for a score of 0 percent, which everybody has. Ask for at least 1.",
        )),
        (UnlockKind::Approval, _) if !looked.has_reviewer => {
            Some(error(at, "A coach is to open it, and nobody here is one."))
        }
        (UnlockKind::Until, _) if atom.at.is_some_and(|at| at <= looked.now) => Some(error(
            at,
            "It closed before it is published: the date has passed.",
        )),
        (UnlockKind::Done | UnlockKind::Score | UnlockKind::Elapsed, Some(about))
            if comes_later(looked, node, about) =>
        {
            Some(warning(
                at,
                format!("It waits for “{}”, which comes later.", about.title),
            ))
        }
        (UnlockKind::Done, Some(about)) if about.is_optional => Some(warning(
            at,
            format!("It waits for “{}”, which is optional.", about.title),
        )),
        _ => None,
    }
}

fn comes_later(looked: &Looked<'_>, node: &Node, about: &Node) -> bool {
    let order: Vec<NodeKey> = looked.outline.nodes().map(|node| node.key).collect();
    let at = |key: NodeKey| order.iter().position(|one| *one == key);
    at(about.key) > at(node.key)
}

/// Dates that leave no moment in which it is open: its own rules together with those of its milestone.
fn dates(looked: &Looked<'_>, node: &Node) -> Option<Finding> {
    let mut clauses: BTreeMap<(NodeKey, i16), Vec<&Atom>> = BTreeMap::new();
    let inherited =
        own(looked, node.key).chain(node.parent.into_iter().flat_map(|parent| own(looked, parent)));
    for atom in inherited {
        clauses.entry((atom.node, atom.clause)).or_default().push(atom);
    }
    let only = |clause: &[&Atom], kind: UnlockKind| clause.iter().all(|atom| atom.kind == kind);
    let opens = clauses.values().filter(|clause| only(clause, UnlockKind::At));
    let opens = opens
        .filter_map(|clause| clause.iter().filter_map(|atom| atom.at).min())
        .max()?;
    let closes = clauses.values().filter(|clause| only(clause, UnlockKind::Until));
    let closes = closes
        .filter_map(|clause| clause.iter().filter_map(|atom| atom.at).max())
        .min()?;
    (closes <= opens).then(|| {
        error(
            Some(node.key),
            "It closes before it opens. Mind the rules of its milestone, too.",
        )
    })
}

/// What learners can get through, step by step from nothing: the least set that follows from itself.
struct Reached<'a> {
    looked: &'a Looked<'a>,
    /// Lessons that can be done, and milestones whose lessons that count all can.
    done: BTreeSet<NodeKey>,
    clauses: BTreeMap<NodeKey, BTreeMap<i16, Vec<&'a Atom>>>,
}

impl<'a> Reached<'a> {
    fn of(looked: &'a Looked<'a>) -> Self {
        let mut clauses: BTreeMap<NodeKey, BTreeMap<i16, Vec<&Atom>>> = BTreeMap::new();
        for atom in looked.atoms {
            clauses
                .entry(atom.node)
                .or_default()
                .entry(atom.clause)
                .or_default()
                .push(atom);
        }
        let mut reached = Self {
            looked,
            done: BTreeSet::new(),
            clauses,
        };
        while reached.grow() {}
        reached
    }

    fn grow(&mut self) -> bool {
        let before = self.done.len();
        let all: Vec<&Node> = self.looked.outline.nodes().collect();
        for node in all {
            if !self.done.contains(&node.key) && self.can_be_done(node) {
                self.done.insert(node.key);
            }
        }
        self.done.len() > before
    }

    fn can_be_done(&self, node: &Node) -> bool {
        if node.kind.is_some() {
            return self.opens(node);
        }
        self.opens(node) && self.counting(node).all(|lesson| self.done.contains(&lesson.key))
    }

    fn counting(&self, milestone: &Node) -> impl Iterator<Item = &'a Node> {
        let key = milestone.key;
        self.looked
            .outline
            .lessons()
            .filter(move |lesson| lesson.parent == Some(key) && lesson.counts())
    }

    fn opens(&self, node: &Node) -> bool {
        let parent = node.parent.and_then(|parent| self.looked.outline.node(parent));
        parent.is_none_or(|parent| self.opens(parent))
            && (!self.is_ordered(node) || self.is_previous_done(node))
            && self.failing(node.key).is_none()
    }

    fn is_ordered(&self, node: &Node) -> bool {
        match node.parent {
            None => self.looked.in_order,
            Some(parent) => self
                .looked
                .outline
                .node(parent)
                .is_some_and(|parent| parent.in_order),
        }
    }

    /// The last step before a node, beside it, that has to be done.
    fn previous(&self, node: &Node) -> Option<NodeKey> {
        let siblings = self.looked.outline.siblings(node.parent);
        let before = siblings.iter().take_while(|key| **key != node.key);
        let has_to = |key: &&NodeKey| {
            let node = self.looked.outline.node(**key);
            node.is_some_and(|node| {
                node.counts() || (node.kind.is_none() && self.counting(node).next().is_some())
            })
        };
        before.filter(has_to).last().copied()
    }

    fn is_previous_done(&self, node: &Node) -> bool {
        self.previous(node)
            .is_none_or(|previous| self.done.contains(&previous))
    }

    /// The first clause of a node of which nothing can come true.
    fn failing(&self, node: NodeKey) -> Option<&Vec<&'a Atom>> {
        let clauses = self.clauses.get(&node)?;
        clauses
            .values()
            .find(|clause| !clause.iter().any(|atom| self.holds(atom)))
    }

    fn holds(&self, atom: &Atom) -> bool {
        let is_done = || {
            atom.argument
                .is_some_and(|argument| self.done.contains(&argument))
        };
        match atom.kind {
            UnlockKind::Previous => {
                let node = self.looked.outline.node(atom.node);
                node.is_some_and(|node| self.is_previous_done(node))
            }
            UnlockKind::Done | UnlockKind::Score => is_done(),
            UnlockKind::Elapsed => atom.argument.is_none() || is_done(),
            UnlockKind::At => true,
            UnlockKind::Until => atom.at.is_some_and(|at| at > self.looked.now),
            UnlockKind::Approval => self.looked.has_reviewer,
        }
    }

    /// What a node that can't be reached waits for that can't be reached either.
    fn waits_for(&self, key: NodeKey) -> Vec<NodeKey> {
        let Some(node) = self.looked.outline.node(key) else {
            return Vec::new();
        };
        let asked = self
            .failing(key)
            .into_iter()
            .flatten()
            .filter_map(|atom| match atom.kind {
                UnlockKind::Previous => self.previous(node),
                _ => atom.argument,
            });
        let ordered = self.is_ordered(node).then(|| self.previous(node)).flatten();
        let lessons = match node.kind {
            None => self.counting(node).map(|lesson| lesson.key).collect(),
            Some(_) => Vec::new(),
        };
        let all = asked.chain(ordered).chain(node.parent).chain(lessons);
        all.filter(|key| !self.done.contains(key)).collect()
    }

    fn is_in_a_circle(&self, key: NodeKey) -> bool {
        let (mut seen, mut open) = (BTreeSet::new(), self.waits_for(key));
        while let Some(next) = open.pop() {
            if next == key {
                return true;
            }
            if seen.insert(next) {
                open.extend(self.waits_for(next));
            }
        }
        false
    }
}

/// What no learner ever gets to, said where the rule stands that keeps them out.
fn unreachable(looked: &Looked<'_>) -> Vec<Finding> {
    let reached = Reached::of(looked);
    let nodes = looked
        .outline
        .nodes()
        .filter(|node| reached.failing(node.key).is_some());
    let said = |node: &Node| {
        let names: Vec<String> = reached
            .failing(node.key)
            .into_iter()
            .flatten()
            .filter_map(|atom| looked.outline.node(atom.argument?))
            .map(|node| format!("“{}”", node.title))
            .collect();
        match (names.is_empty(), reached.is_in_a_circle(node.key)) {
            // The condition itself was found wrong already.
            (true, false) => None,
            (true, true) => Some("It waits for itself, so nobody can ever open it.".to_owned()),
            (false, true) => Some(format!(
                "It waits for {}, which waits for it, so nobody can ever open either.",
                names.join(" or ")
            )),
            (false, false) => Some(format!(
                "It waits for {}, which nobody can ever do.",
                names.join(" or ")
            )),
        }
    };
    nodes
        .filter_map(|node| Some(error(Some(node.key), said(node)?)))
        .collect()
}
