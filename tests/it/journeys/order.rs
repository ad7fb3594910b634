//! Whoever moves what at the same time: siblings stand at 0, 1, 2 … and nobody is lost.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use waymark::domains::journeys::building::actions::{self, NewNode, Whither};
use waymark::domains::journeys::building::model::LessonKind;
use waymark::domains::journeys::building::outline::{Outline, Step, Target};
use waymark::domains::journeys::building::{policy, queries};
use waymark::kernel::error::AppError;
use waymark::kernel::ids::{JourneyId, MemberId, NodeKey};
use waymark::platform::db::TenantScope;

use super::building::{begin, key};
use crate::support::portal::Portal;

/// What somebody does, about the nodes with these numbers.
#[derive(Debug, Clone, Copy)]
enum Act {
    Up(usize),
    Down(usize),
    To(usize, usize, usize),
    Copy(usize),
    Remove(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let any = 0_usize..40;
    prop_oneof![
        3 => any.clone().prop_map(Act::Up),
        3 => any.clone().prop_map(Act::Down),
        6 => (any.clone(), any.clone(), any.clone()).prop_map(|(node, parent, after)| Act::To(node, parent, after)),
        1 => any.clone().prop_map(Act::Copy),
        1 => any.prop_map(Act::Remove),
    ]
}

/// Does it in a transaction of its own; being too late is no failure.
fn perform(portal: &Portal, scope: &TenantScope, (journey, by): (JourneyId, MemberId), act: Act) {
    let outcome = portal.app.db.tenant_blocking(scope, |tx| {
        let building = policy::sample(journey, by);
        let draft = queries::draft(tx, journey)?;
        let outline = Outline::of(queries::nodes(tx, draft.id)?);
        let nodes: Vec<NodeKey> = outline.nodes().map(|node| node.key).collect();
        let at = |index: usize| nodes[index % nodes.len()];
        let (node, whither) = match act {
            Act::Up(node) => (at(node), Whither::One(Step::Up)),
            Act::Down(node) => (at(node), Whither::One(Step::Down)),
            Act::Copy(node) => return actions::duplicate(tx, &building, at(node)).map(|_| ()),
            Act::Remove(node) => {
                let removed = actions::remove(tx, &building, at(node), None)?.removal;
                return actions::bring_back(tx, &building, removed.unwrap()).map(|_| ());
            }
            Act::To(node, parent, after) => {
                let (node, milestones) = (at(node), outline.siblings(None));
                let is_milestone = milestones.contains(&node);
                let parent = (!is_milestone).then(|| milestones[parent % milestones.len()]);
                let siblings = outline.siblings(parent);
                let after = siblings
                    .get(after % (siblings.len() + 1))
                    .copied()
                    .filter(|one| *one != node);
                (node, Whither::To(Target { parent, after }))
            }
        };
        actions::move_node(tx, &building, (node, whither), None).map(|_| ())
    });
    match outcome {
        Ok(()) | Err(AppError::Conflict(_) | AppError::Invalid(_)) => {}
        Err(error) => panic!("{act:?}: {error:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn moves_from_several_connections_keep_every_list_dense() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let path = begin(&coach, "Order").await;
    let journey: JourneyId = path.rsplit('/').next().unwrap().parse().unwrap();
    let by = portal.member("coach");
    let scope = TenantScope::of_portal(portal.organization("local"), "test.moves");
    portal
        .app
        .db
        .tenant(&scope, move |tx| {
            let building = policy::sample(journey, by);
            for title in ["Second", "Third"] {
                let milestone = NewNode {
                    parent: None,
                    after: None,
                    is_first: false,
                    kind: None,
                    title: title.to_owned(),
                    asset: None,
                    content: None,
                };
                actions::add(tx, &building, &[milestone])?;
            }
            let draft = queries::draft(tx, journey)?;
            let outline = Outline::of(queries::nodes(tx, draft.id)?);
            for (number, parent) in (0..9).zip(outline.siblings(None).into_iter().cycle()) {
                let lesson = NewNode {
                    parent: Some(parent),
                    after: None,
                    is_first: false,
                    kind: Some(LessonKind::Text),
                    title: format!("Lesson {number}"),
                    asset: None,
                    content: None,
                };
                actions::add(tx, &building, &[lesson])?;
            }
            Ok(())
        })
        .await
        .unwrap();
    assert!(!key(&portal, "Lesson 8").is_empty());
    let portal = std::sync::Arc::new(portal);
    let mut runner = TestRunner::new(Config::default());
    let mut people = Vec::new();
    for _ in 0..4 {
        let acts = prop::collection::vec(act(), 30)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let (portal, scope) = (portal.clone(), scope.clone());
        people.push(tokio::task::spawn_blocking(move || {
            for act in acts {
                perform(&portal, &scope, (journey, by), act);
            }
        }));
    }
    for person in people {
        person.await.unwrap();
    }
    assert_eq!(
        portal.look(
            "SELECT count(*) FROM (SELECT n.version_id, n.parent, n.position, row_number() OVER (PARTITION BY n.version_id, n.parent ORDER BY n.position) - 1 AS place \
             FROM journey_nodes n) rows WHERE position <> place"
        ),
        "0",
        "no gap and nothing twice"
    );
    for number in 0..9 {
        let found = portal.look(&format!(
            "SELECT count(*) FROM journey_nodes WHERE title = 'Lesson {number}'"
        ));
        assert_ne!(found, "0", "lesson {number} is still there");
    }
}
