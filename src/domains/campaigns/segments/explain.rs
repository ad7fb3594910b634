//! Why somebody is in a segment or not: the tree with an answer at each node. Pure.

use std::vec::IntoIter;

use super::tree::Node;
use super::words;

/// One node and whether it is true of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What it says.
    pub words: String,
    /// Whether it is so.
    pub holds: bool,
    /// What that follows from.
    pub parts: Vec<Explained>,
}

/// What is known about a leaf: whether it is so, and the name of what it is about.
pub type Answer = (bool, String);

/// The tree with its answers; `answers` are those of its leaves from first to last, `segments` the names of segments in their order.
pub fn explain(node: &Node, answers: Vec<Answer>, segments: Vec<String>) -> Explained {
    let mut telling = Telling {
        answers: answers.into_iter(),
        segments: segments.into_iter(),
    };
    telling.node(node)
}

struct Telling {
    answers: IntoIter<Answer>,
    segments: IntoIter<String>,
}

impl Telling {
    fn node(&mut self, node: &Node) -> Explained {
        match node {
            Node::All(of) => {
                let parts = self.nodes(of);
                told("All of these", parts.iter().all(|part| part.holds), parts)
            }
            Node::Any(of) => {
                let parts = self.nodes(of);
                told("Any of these", parts.iter().any(|part| part.holds), parts)
            }
            Node::Not(of) => self.opposite(of),
            Node::Within(_, of) => {
                let name = self.segments.next().unwrap_or_default();
                let part = self.node(of);
                told(&format!("Is in the segment “{name}”"), part.holds, vec![part])
            }
            Node::Leaf(leaf) => {
                let (holds, name) = self.answers.next().unwrap_or_default();
                told(&words::of(leaf, &name), holds, Vec::new())
            }
        }
    }

    fn nodes(&mut self, of: &[Node]) -> Vec<Explained> {
        of.iter().map(|one| self.node(one)).collect()
    }

    fn opposite(&mut self, of: &Node) -> Explained {
        let inner = self.node(of);
        let (words, parts) = match of {
            Node::Any(_) => ("None of these".to_owned(), inner.parts),
            Node::All(_) => ("Not all of these".to_owned(), inner.parts),
            _ => (format!("Not: {}", inner.words), inner.parts),
        };
        Explained {
            words,
            holds: !inner.holds,
            parts,
        }
    }
}

fn told(words: &str, holds: bool, parts: Vec<Explained>) -> Explained {
    Explained {
        words: words.to_owned(),
        holds,
        parts,
    }
}
