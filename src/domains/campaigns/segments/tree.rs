//! A tree with the segments it names put in their places: what is asked of the database, and explained. Pure.

use std::collections::{HashMap, HashSet};

use crate::kernel::error::AppError;
use crate::kernel::ids::{FieldId, SegmentId};

use super::model::{Condition, Leaf, MOST_LEAVES_WITHIN};

/// A [`Condition`] in which everything is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Every one of these.
    All(Vec<Node>),
    /// At least one of these.
    Any(Vec<Node>),
    /// Not this.
    Not(Box<Node>),
    /// One thing about the person; never another segment.
    Leaf(Leaf),
    /// Another segment.
    Within(SegmentId, Box<Node>),
}

/// What trees refer to.
#[derive(Debug, Default)]
pub struct Known {
    /// The trees of segments, with those that these name.
    pub segments: HashMap<SegmentId, Condition>,
    /// Fields that may be asked about: in use, and not sensitive.
    pub fields: HashSet<FieldId>,
}

impl Known {
    /// The tree with other segments in it.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when a segment contains itself, when one of them or a field is gone or became sensitive, and when
    /// the whole is too large. Asking the rest would find other people than are meant.
    pub fn expand(&self, condition: &Condition) -> Result<Node, AppError> {
        let mut expanding = Expanding {
            known: self,
            inside: Vec::new(),
            leaves: 0,
        };
        expanding.node(condition)
    }

    /// Whether `from` names `segment`, itself or through others.
    pub fn leads_to(&self, from: &Condition, segment: SegmentId) -> bool {
        let mut waiting: Vec<SegmentId> = from.segments().into_iter().collect();
        let mut seen = HashSet::new();
        while let Some(one) = waiting.pop() {
            if one == segment {
                return true;
            }
            if seen.insert(one) {
                let named = self.segments.get(&one).map(Condition::segments);
                waiting.extend(named.unwrap_or_default());
            }
        }
        false
    }
}

struct Expanding<'a> {
    known: &'a Known,
    inside: Vec<SegmentId>,
    leaves: usize,
}

impl Expanding<'_> {
    fn node(&mut self, condition: &Condition) -> Result<Node, AppError> {
        Ok(match condition {
            Condition::All(of) => Node::All(self.nodes(of)?),
            Condition::Any(of) => Node::Any(self.nodes(of)?),
            Condition::Not(of) => Node::Not(Box::new(self.node(of)?)),
            Condition::Leaf(Leaf::Segment(segment)) => self.within(*segment)?,
            Condition::Leaf(leaf) => self.leaf(leaf)?,
        })
    }

    fn nodes(&mut self, conditions: &[Condition]) -> Result<Vec<Node>, AppError> {
        conditions.iter().map(|one| self.node(one)).collect()
    }

    fn leaf(&mut self, leaf: &Leaf) -> Result<Node, AppError> {
        self.leaves += 1;
        if self.leaves > MOST_LEAVES_WITHIN {
            return Err(conflict(
                "With the segments it names, this segment has too many conditions.",
            ));
        }
        match leaf.field() {
            Some(field) if !self.known.fields.contains(&field) => Err(conflict(
                "It asks about a field that is out of use or became sensitive. Take that condition out.",
            )),
            _ => Ok(Node::Leaf(leaf.clone())),
        }
    }

    fn within(&mut self, segment: SegmentId) -> Result<Node, AppError> {
        if self.inside.contains(&segment) {
            return Err(conflict(
                "A segment can't contain itself, also not through others.",
            ));
        }
        let Some(condition) = self.known.segments.get(&segment) else {
            return Err(conflict(
                "It names a segment that is no longer there. Take that condition out.",
            ));
        };
        self.inside.push(segment);
        let node = self.node(condition)?;
        self.inside.pop();
        Ok(Node::Within(segment, Box::new(node)))
    }
}

fn conflict(words: &str) -> AppError {
    AppError::Conflict(words.to_owned())
}
