//! What is found before a draft is published, and that a learner gets through whatever is found to be fine.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use proptest::prelude::*;
use waymark::domains::journeys::building::Outline;
use waymark::domains::journeys::building::content::{Content, Question, QuestionKind, Quiz};
use waymark::domains::journeys::building::model::{Atom, LessonKind, Node, UnlockAnchor, UnlockKind};
use waymark::domains::journeys::building::publishing::lint::{Finding, Looked, kept, lint};
use waymark::kernel::ids::{Id, NodeKey};

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 12, 1, 12, 0, 0).unwrap()
}

fn key(number: u128) -> NodeKey {
    NodeKey::from_uuid(uuid::Uuid::from_u128(number))
}

fn milestone(number: u128) -> Node {
    Node {
        position: number as i32,
        ..Node::milestone(key(number), format!("M{number}"))
    }
}

fn lesson(number: u128, parent: u128) -> Node {
    Node {
        position: number as i32,
        body: "Read.".to_owned(),
        ..Node::lesson(key(number), key(parent), format!("L{number}"), LessonKind::Text)
    }
}

fn quiz(number: u128, parent: u128) -> Node {
    let question = Question {
        key: uuid::Uuid::from_u128(1),
        kind: QuestionKind::Short,
        prompt: "?".to_owned(),
        points: 1,
        options: Vec::new(),
        answer: waymark::domains::journeys::building::content::Answer {
            accepted: vec!["x".to_owned()],
            ..Default::default()
        },
        feedback: String::new(),
    };
    let content = Content::Quiz(Quiz {
        questions: vec![question],
        pass_percent: 80,
        ..Quiz::default()
    });
    Node {
        position: number as i32,
        content: Some(content.written().unwrap()),
        ..Node::lesson(key(number), key(parent), format!("Q{number}"), LessonKind::Quiz)
    }
}

fn atom(node: u128, clause: i16, kind: UnlockKind, about: Option<u128>) -> Atom {
    Atom {
        node: key(node),
        clause,
        place: 0,
        kind,
        argument: about.map(key),
        percent: (kind == UnlockKind::Score).then_some(80),
        at: None,
        days: None,
        is_business: false,
        anchor: None,
    }
}

fn done(node: u128, clause: i16, about: u128) -> Atom {
    atom(node, clause, UnlockKind::Done, Some(about))
}

fn dated(node: u128, clause: i16, kind: UnlockKind, days: i64) -> Atom {
    Atom {
        at: Some(now() + TimeDelta::days(days)),
        ..atom(node, clause, kind, None)
    }
}

fn look(nodes: &[Node], atoms: &[Atom], in_order: bool) -> Vec<Finding> {
    let outline = Outline::of(nodes.to_vec());
    lint(&Looked {
        outline: &outline,
        atoms,
        in_order,
        now: now(),
        has_reviewer: true,
    })
}

fn said(found: &[Finding], errors: bool) -> String {
    found
        .iter()
        .filter(|one| one.is_error() == errors)
        .map(|one| one.said.clone())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Two milestones with two lessons each.
fn four() -> Vec<Node> {
    vec![
        milestone(1),
        milestone(2),
        lesson(11, 1),
        lesson(12, 1),
        lesson(21, 2),
        quiz(22, 2),
    ]
}

#[test]
fn what_nobody_could_get_past_is_an_error() {
    assert_eq!(look(&four(), &[], true), Vec::new());
    assert!(said(&look(&[milestone(1)], &[], true), true).contains("no lesson in it yet"));
    let circle = [done(11, 0, 12), done(12, 0, 11)];
    let found = look(&four(), &circle, false);
    assert_eq!(found.iter().filter(|one| one.is_error()).count(), 2, "{found:?}");
    assert!(said(&found, true).contains("waits for “L12”, which waits for it"));
    // By way of the order of milestones.
    assert!(said(&look(&four(), &[done(11, 0, 21)], true), true).contains("which waits for it"));
    assert_eq!(said(&look(&four(), &[done(11, 0, 21)], false), true), "");
    // A milestone that waits for a lesson of its own.
    assert!(!said(&look(&four(), &[done(1, 0, 11)], false), true).is_empty());
    // An alternative is enough.
    let way_out = Atom {
        place: 1,
        ..dated(11, 0, UnlockKind::At, 3)
    };
    assert_eq!(
        said(
            &look(&four(), &[done(11, 0, 12), way_out, done(12, 0, 11)], false),
            true
        ),
        ""
    );
    let score = atom(21, 0, UnlockKind::Score, Some(11));
    assert!(said(&look(&four(), &[score], false), true).contains("which is no quiz"));
    let nothing = Atom {
        percent: Some(0),
        ..atom(21, 0, UnlockKind::Score, Some(22))
    };
    assert!(said(&look(&four(), &[nothing], false), true).contains("0 percent"));
    let backwards = [dated(1, 0, UnlockKind::At, 9), dated(11, 0, UnlockKind::Until, 5)];
    assert!(said(&look(&four(), &backwards, false), true).contains("closes before it opens"));
    assert!(
        said(
            &look(&four(), &[dated(11, 0, UnlockKind::Until, -1)], false),
            true
        )
        .contains("has passed")
    );
    let outline = Outline::of(four());
    let alone = Looked {
        outline: &outline,
        atoms: &[atom(11, 0, UnlockKind::Approval, None)],
        in_order: false,
        now: now(),
        has_reviewer: false,
    };
    assert!(said(&lint(&alone), true).contains("nobody here is one"));
}

#[test]
fn what_may_be_meant_is_a_warning_and_what_cannot_come_true_is_dropped() {
    let later = look(&four(), &[done(11, 0, 21)], false);
    assert_eq!(
        (
            said(&later, true).as_str(),
            said(&later, false).contains("comes later")
        ),
        ("", true)
    );
    let mut nodes = four();
    nodes[3].is_optional = true;
    assert!(said(&look(&nodes, &[done(21, 0, 12)], false), false).contains("is optional"));
    // A milestone of which nothing counts, and a lesson that was taken out.
    nodes[2].is_optional = true;
    let atoms = [done(21, 0, 1), done(21, 1, 99), dated(21, 2, UnlockKind::At, 1)];
    let found = look(&nodes, &atoms, false);
    assert_eq!(
        (
            said(&found, true).as_str(),
            said(&found, false).contains("dropped when you publish")
        ),
        ("", true)
    );
    let left = kept(&Outline::of(nodes), &atoms);
    assert_eq!(
        left,
        vec![Atom {
            clause: 0,
            ..atoms[2].clone()
        }]
    );
}

#[test]
fn unfinished_lessons_are_named() {
    let mut nodes = four();
    nodes[2].body.clear();
    nodes[5].content = Some(Content::empty(LessonKind::Quiz).written().unwrap());
    let found = said(&look(&nodes, &[], true), true);
    assert!(
        found.contains("no text yet") && found.contains("no question yet"),
        "{found}"
    );
}

/// Learns by trying everything again and again until nothing opens any more: the rules as the words say them.
fn learned(nodes: &[Node], atoms: &[Atom], in_order: bool) -> BTreeSet<NodeKey> {
    let outline = Outline::of(nodes.to_vec());
    let has_to = |node: &Node| match node.kind {
        Some(_) => !node.is_optional,
        None => nodes
            .iter()
            .any(|lesson| lesson.parent == Some(node.key) && !lesson.is_optional),
    };
    let opens_by_itself = |finished: &BTreeSet<NodeKey>, node: &Node| {
        let before: Vec<NodeKey> = outline
            .siblings(node.parent)
            .into_iter()
            .take_while(|key| *key != node.key)
            .collect();
        let previous = before
            .iter()
            .rev()
            .find(|key| has_to(outline.node(**key).unwrap()));
        let previous = previous.is_none_or(|key| finished.contains(key));
        let ordered = node
            .parent
            .map_or(in_order, |parent| outline.node(parent).unwrap().in_order);
        let own = || atoms.iter().filter(|atom| atom.node == node.key);
        let holds = |atom: &Atom| match (atom.kind, atom.argument) {
            (UnlockKind::Previous, _) => previous,
            (_, Some(about)) => finished.contains(&about),
            _ => true,
        };
        let clauses: BTreeSet<i16> = own().map(|atom| atom.clause).collect();
        (previous || !ordered)
            && clauses
                .into_iter()
                .all(|clause| own().any(|atom| atom.clause == clause && holds(atom)))
    };
    let mut finished: BTreeSet<NodeKey> = BTreeSet::new();
    loop {
        let is_open = |node: &Node| {
            let parent = node.parent.map(|parent| outline.node(parent).unwrap());
            opens_by_itself(&finished, node) && parent.is_none_or(|parent| opens_by_itself(&finished, parent))
        };
        let is_complete = |node: &Node| {
            let own = nodes
                .iter()
                .filter(|lesson| lesson.parent == Some(node.key) && !lesson.is_optional);
            own.into_iter().all(|lesson| finished.contains(&lesson.key))
        };
        let next = nodes
            .iter()
            .find(|node| !finished.contains(&node.key) && is_open(node) && is_complete(node));
        match next.map(|node| node.key) {
            Some(key) => finished.insert(key),
            None => break,
        };
    }
    finished.retain(|key| outline.node(*key).unwrap().kind.is_some());
    finished
}

fn any_rule() -> impl Strategy<Value = Atom> {
    let nodes = prop::sample::select(vec![1_u128, 2, 3, 11, 12, 21, 22, 31, 32]);
    (nodes.clone(), 0_i16..2, 0_i16..2, 0..4, nodes).prop_map(|(node, clause, place, kind, about)| {
        let base = match kind {
            0 | 1 => done(node, clause, about),
            2 => atom(node, clause, UnlockKind::Previous, None),
            _ => Atom {
                days: Some(3),
                anchor: Some(UnlockAnchor::Done),
                ..atom(node, clause, UnlockKind::Elapsed, Some(about))
            },
        };
        Atom { place, ..base }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Nothing is found to be wrong with the rules exactly when a learner can do every lesson.
    #[test]
    fn a_learner_gets_through_what_is_found_to_be_fine_and_only_that(
        rules in prop::collection::vec(any_rule(), 0..6),
        in_order in any::<bool>(),
        ordered in prop::collection::vec(any::<bool>(), 3),
        optional in prop::collection::vec(any::<bool>(), 6),
    ) {
        let mut nodes = vec![milestone(1), milestone(2), milestone(3)];
        for (node, in_order) in nodes.iter_mut().zip(ordered) {
            node.in_order = in_order;
        }
        for (number, is_optional) in [11, 12, 21, 22, 31, 32].into_iter().zip(optional) {
            nodes.push(Node { is_optional, ..lesson(number, number / 10) });
        }
        prop_assume!(nodes.iter().any(Node::counts));
        let mut atoms = rules;
        atoms.sort_by_key(|atom| (atom.node, atom.clause, atom.place));
        atoms.dedup_by_key(|atom| (atom.node, atom.clause, atom.place));
        let outline = Outline::of(nodes.clone());
        let published = kept(&outline, &atoms);
        let is_fine = !look(&nodes, &atoms, in_order).iter().any(Finding::is_error);
        let all = learned(&nodes, &published, in_order).len() == 6;
        prop_assert_eq!(is_fine, all, "{:?}", look(&nodes, &atoms, in_order));
    }
}
