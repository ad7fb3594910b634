//! What journeys are made of.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::kernel::ids::{ContextId, JourneyId, JourneyVersionId, MemberId, NodeKey};
use crate::pg_enum;
use crate::platform::db::schema::{journey_nodes, journey_versions, journeys, unlock_atoms};

pg_enum! {
    /// What a lesson is.
    LessonKind as LessonKind {
        Text = "text": "Text",
        Video = "video": "Video",
        File = "file": "File",
        Link = "link": "Link",
        Quiz = "quiz": "Quiz",
        Reflection = "reflection": "Reflection",
        Assignment = "assignment": "Assignment",
        Checklist = "checklist": "Checklist",
        Live = "live": "Live session",
    }
}

impl LessonKind {
    /// Its icon in the sprite.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Text => "file-text",
            Self::Video => "monitor",
            Self::File => "paperclip",
            Self::Link => "link",
            Self::Quiz => "circle-help",
            Self::Reflection => "pencil",
            Self::Assignment => "clipboard-list",
            Self::Checklist => "check-check",
            Self::Live => "calendar",
        }
    }

    /// What it is for, in a few words.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Text => "Something to read",
            Self::Video => "Something to watch",
            Self::File => "Something to download",
            Self::Link => "A page elsewhere",
            Self::Quiz => "Questions with right answers",
            Self::Reflection => "A question to think and write about",
            Self::Assignment => "Work a coach looks at",
            Self::Checklist => "Things to tick off",
            Self::Live => "A time to be there",
        }
    }

    /// When it counts as done, unless somebody chose otherwise.
    pub const fn usual_goal(self) -> (LessonGoal, Option<i16>) {
        match self {
            Self::Text | Self::File | Self::Link | Self::Checklist => (LessonGoal::Marked, None),
            Self::Video => (LessonGoal::Watched, Some(90)),
            Self::Quiz => (LessonGoal::Scored, Some(80)),
            Self::Reflection => (LessonGoal::Submitted, None),
            Self::Assignment => (LessonGoal::Approved, None),
            Self::Live => (LessonGoal::Attended, None),
        }
    }

    /// What can make it count as done.
    pub const fn goals(self) -> &'static [LessonGoal] {
        use LessonGoal::{Approved, Attended, Marked, Scored, Submitted, Viewed, Watched};
        match self {
            Self::Text | Self::File | Self::Link => &[Viewed, Marked],
            Self::Checklist => &[Marked],
            Self::Video => &[Watched, Viewed, Marked],
            Self::Quiz => &[Scored, Submitted],
            Self::Reflection => &[Submitted, Approved],
            Self::Assignment => &[Approved, Submitted],
            Self::Live => &[Attended, Marked],
        }
    }
}

pg_enum! {
    /// When a lesson counts as done.
    LessonGoal as LessonGoal {
        Viewed = "viewed": "Opened",
        Marked = "marked": "Marked as done",
        Watched = "watched": "Watched",
        Scored = "scored": "Enough right",
        Submitted = "submitted": "Handed in",
        Approved = "approved": "Approved by a coach",
        Attended = "attended": "Attended",
    }
}

impl LessonGoal {
    /// Whether it is so many percent of something.
    pub const fn has_percent(self) -> bool {
        matches!(self, Self::Watched | Self::Scored)
    }
}

pg_enum! {
    /// What an unlock rule asks.
    UnlockKind as UnlockKind {
        Previous = "previous": "the step before is done",
        Done = "done": "something is done",
        Score = "score": "a score was reached",
        At = "at": "a date has come",
        Until = "until": "a date has not passed",
        Elapsed = "elapsed": "days have passed",
        Approval = "approval": "a coach opens it",
    }
}

pg_enum! {
    /// From when days are counted.
    UnlockAnchor as UnlockAnchor {
        Enrolled = "enrolled": "the learner began",
        CohortStart = "cohort_start": "the cohort began",
        Done = "done": "something was done",
    }
}

/// A journey.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = journeys)]
pub struct Journey {
    pub id: JourneyId,
    /// The draft's title.
    pub title: String,
    /// Whose it is; the whole organization's without one.
    pub team_id: Option<ContextId>,
    pub created_by: MemberId,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// A draft, or a published state that never changes again.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = journey_versions)]
pub struct Version {
    pub id: JourneyVersionId,
    pub journey_id: JourneyId,
    /// Nothing for the draft.
    pub number: Option<i32>,
    pub title: String,
    /// Markdown.
    pub summary: String,
    /// Whether milestones are done one after the other.
    pub in_order: bool,
    /// Counts changes of the draft's shape.
    pub revision: i32,
    /// What changed, in the words of who published it.
    pub note: String,
    /// How many lessons count.
    pub required: i32,
    pub published_at: Option<DateTime<Utc>>,
    pub published_by: Option<MemberId>,
    /// When the draft is to be published by itself.
    pub publish_at: Option<DateTime<Utc>>,
    pub publish_by: Option<MemberId>,
}

/// A milestone or lesson of one version.
#[derive(HasQuery, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[diesel(table_name = journey_nodes)]
pub struct Node {
    /// The same from version to version.
    pub key: NodeKey,
    /// The milestone of a lesson; nothing for a milestone.
    pub parent: Option<NodeKey>,
    /// 0, 1, 2 … among its siblings.
    pub position: i32,
    pub title: String,
    /// Nothing for a milestone.
    pub kind: Option<LessonKind>,
    /// A milestone's: its lessons one after the other.
    pub in_order: bool,
    pub is_optional: bool,
    /// Nothing for a milestone.
    pub goal: Option<LessonGoal>,
    /// Percent watched or scored.
    pub goal_percent: Option<i16>,
    /// How long it takes, about.
    pub minutes: Option<i32>,
    /// Markdown.
    pub body: String,
    pub asset_id: Option<Uuid>,
    /// See [`super::content::Content`].
    pub content: Option<Value>,
    /// Which version of its asset a published lesson shows; nothing in a draft, which follows the library.
    #[serde(default)]
    pub asset_version: Option<i32>,
}

impl Node {
    /// A milestone without anything.
    pub fn milestone(key: NodeKey, title: String) -> Self {
        Self {
            key,
            parent: None,
            position: 0,
            title,
            kind: None,
            in_order: false,
            is_optional: false,
            goal: None,
            goal_percent: None,
            minutes: None,
            body: String::new(),
            asset_id: None,
            content: None,
            asset_version: None,
        }
    }

    /// A lesson with nothing in it, and what usually makes its kind count as done.
    pub fn lesson(key: NodeKey, parent: NodeKey, title: String, kind: LessonKind) -> Self {
        let (goal, percent) = kind.usual_goal();
        Self {
            parent: Some(parent),
            kind: Some(kind),
            goal: Some(goal),
            goal_percent: percent,
            ..Self::milestone(key, title)
        }
    }

    /// The icon of its kind.
    pub const fn icon(&self) -> &'static str {
        match self.kind {
            Some(kind) => kind.icon(),
            None => "flag",
        }
    }

    /// Whether it counts towards the journey.
    pub const fn counts(&self) -> bool {
        self.kind.is_some() && !self.is_optional
    }
}

/// One condition of an unlock rule. A node is open when every clause of it has one that holds.
#[derive(HasQuery, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[diesel(table_name = unlock_atoms)]
pub struct Atom {
    pub node: NodeKey,
    pub clause: i16,
    pub place: i16,
    pub kind: UnlockKind,
    /// The node it is about.
    pub argument: Option<NodeKey>,
    pub percent: Option<i16>,
    pub at: Option<DateTime<Utc>>,
    pub days: Option<i32>,
    pub is_business: bool,
    pub anchor: Option<UnlockAnchor>,
}
