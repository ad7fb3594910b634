//! What the API sends and takes. Additive changes only.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domains::journeys::building::model::{Journey, LessonGoal, LessonKind, Node, Version};
use crate::domains::journeys::building::outline::Outline;
use crate::kernel::ids::{ContextId, JourneyId, JourneyVersionId, NodeKey};

/// A journey in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JourneySummary {
    /// Its id.
    pub id: JourneyId,
    /// What its draft is called.
    pub title: String,
    /// Whose it is; the whole organization's when null.
    pub team_id: Option<ContextId>,
    /// When its draft was last changed.
    pub changed_at: DateTime<Utc>,
    /// When it was put away.
    pub archived_at: Option<DateTime<Utc>>,
}

impl From<Journey> for JourneySummary {
    fn from(journey: Journey) -> Self {
        Self {
            id: journey.id,
            title: journey.title,
            team_id: journey.team_id,
            changed_at: journey.changed_at,
            archived_at: journey.archived_at,
        }
    }
}

/// A milestone or lesson.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NodeView {
    /// The same from version to version.
    pub key: NodeKey,
    /// The milestone of a lesson; null for a milestone.
    pub parent: Option<NodeKey>,
    /// From 0, among its siblings.
    pub position: i32,
    /// What it is called.
    pub title: String,
    /// What kind of lesson it is; null for a milestone.
    pub kind: Option<LessonKind>,
    /// Markdown.
    pub body: String,
    /// When it counts as done.
    pub goal: Option<LessonGoal>,
    /// Percent watched or scored.
    pub goal_percent: Option<i16>,
    /// About how long it takes.
    pub minutes: Option<i32>,
    /// Whether it need not be done.
    pub is_optional: bool,
    /// What its kind holds beside the text.
    pub content: Option<Value>,
}

impl From<&Node> for NodeView {
    fn from(node: &Node) -> Self {
        Self {
            key: node.key,
            parent: node.parent,
            position: node.position,
            title: node.title.clone(),
            kind: node.kind,
            body: node.body.clone(),
            goal: node.goal,
            goal_percent: node.goal_percent,
            minutes: node.minutes,
            is_optional: node.is_optional,
            content: node.content.clone(),
        }
    }
}

/// A journey with its draft.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JourneyView {
    /// Its id.
    pub id: JourneyId,
    /// What its draft is called.
    pub title: String,
    /// What the draft says about itself.
    pub summary: String,
    /// Whose it is; the whole organization's when null.
    pub team_id: Option<ContextId>,
    /// Whether milestones are done one after the other.
    pub in_order: bool,
    /// Counts changes of the draft's shape: send it back with a move.
    pub revision: i32,
    /// The number of the newest published version; null before the first.
    pub published: Option<i32>,
    /// When its draft was last changed.
    pub changed_at: DateTime<Utc>,
    /// Milestones, each before its lessons.
    pub nodes: Vec<NodeView>,
}

impl JourneyView {
    /// A journey as it is now.
    pub fn of(journey: Journey, draft: Version, newest: Option<&Version>, outline: &Outline) -> Self {
        Self {
            id: journey.id,
            title: draft.title,
            summary: draft.summary,
            team_id: journey.team_id,
            in_order: draft.in_order,
            revision: draft.revision,
            published: newest.and_then(|version| version.number),
            changed_at: journey.changed_at,
            nodes: outline.nodes().map(NodeView::from).collect(),
        }
    }
}

/// A journey to be begun.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CreateJourney {
    /// What it is called, up to 120 characters.
    pub title: String,
    /// What it is about, up to 2000 characters.
    pub summary: String,
    /// Whose it is; the whole organization's when left out.
    pub team_id: Option<ContextId>,
    /// Whether milestones are done one after the other; they are when left out.
    pub in_order: Option<bool>,
}

/// A milestone or lesson to be added.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AddNode {
    /// The milestone of a lesson; left out for a milestone.
    pub parent: Option<NodeKey>,
    /// Behind which sibling; last when left out.
    pub after: Option<NodeKey>,
    /// What kind of lesson it is; left out for a milestone.
    pub kind: Option<LessonKind>,
    /// What it is called, up to 160 characters.
    pub title: String,
}

/// Where a milestone or lesson goes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MoveNode {
    /// Which.
    pub node: Option<NodeKey>,
    /// The milestone of a lesson; left out for a milestone.
    pub parent: Option<NodeKey>,
    /// Behind which sibling; first when left out.
    pub after: Option<NodeKey>,
    /// `revision` of the draft as it was read: 409 when it is another by now. Not compared when left out.
    pub revision: Option<i32>,
}

/// That a draft is to be published.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PublishJourney {
    /// What changed, up to 500 characters.
    pub note: String,
}

/// What was published.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Published {
    /// The id of the version.
    pub version_id: JourneyVersionId,
    /// Its number.
    pub number: i32,
}
