//! What the API sends and takes. Additive changes only.

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::domains::tasks::comments::queries::Comment;
use crate::domains::tasks::model::{Task, TaskPriority, TaskStatus};
use crate::domains::tasks::views::queries::Listed;
use crate::kernel::ids::{MemberId, TaskCommentId, TaskId};

/// A task in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskSummary {
    /// Its id.
    pub id: TaskId,
    /// What to do.
    pub title: String,
    /// How far it is.
    pub status: TaskStatus,
    /// How much it presses.
    pub priority: TaskPriority,
    /// The last day, in the assignee's zone.
    pub due_on: Option<NaiveDate>,
    /// Whose it is when nobody is away.
    pub assignee_id: MemberId,
    /// Whom it is about.
    pub member_id: Option<MemberId>,
    /// Why it cannot go on; empty unless it is blocked.
    pub blocked_reason: String,
    /// Counts changes: send it back with a change.
    pub version: i32,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
}

impl From<Listed> for TaskSummary {
    fn from(task: Listed) -> Self {
        Self {
            id: task.id,
            title: task.title,
            status: task.status,
            priority: task.priority,
            due_on: task.due_on,
            assignee_id: task.assignee_id,
            member_id: task.member_id,
            blocked_reason: task.blocked_reason,
            version: task.version,
            changed_at: task.changed_at,
        }
    }
}

/// A task.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskView {
    /// Its id.
    pub id: TaskId,
    /// What to do.
    pub title: String,
    /// More about it; may be empty.
    pub details: String,
    /// How far it is.
    pub status: TaskStatus,
    /// How much it presses.
    pub priority: TaskPriority,
    /// The last day, in the assignee's zone.
    pub due_on: Option<NaiveDate>,
    /// Whose it is when nobody is away.
    pub assignee_id: MemberId,
    /// Whom it is about.
    pub member_id: Option<MemberId>,
    /// Whether it is done as soon as somebody spoke with the person.
    pub is_follow_up: bool,
    /// Why it cannot go on; empty unless it is blocked.
    pub blocked_reason: String,
    /// The case or grievance it refers to; may be empty.
    pub reference: String,
    /// How long it is thought to take, in minutes.
    pub estimate_minutes: Option<i32>,
    /// Who made it.
    pub created_by: Option<MemberId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// When it was done.
    pub completed_at: Option<DateTime<Utc>>,
    /// Who did it.
    pub completed_by: Option<MemberId>,
    /// Counts changes: send it back with a change.
    pub version: i32,
}

impl From<Task> for TaskView {
    fn from(task: Task) -> Self {
        Self {
            id: task.id,
            title: task.title,
            details: task.details,
            status: task.status,
            priority: task.priority,
            due_on: task.due_on,
            assignee_id: task.assignee_id,
            member_id: task.member_id,
            is_follow_up: task.is_follow_up,
            blocked_reason: task.blocked_reason,
            reference: task.reference,
            estimate_minutes: task.estimate_minutes,
            created_by: task.created_by,
            created_at: task.created_at,
            changed_at: task.changed_at,
            completed_at: task.completed_at,
            completed_by: task.completed_by,
            version: task.version,
        }
    }
}

/// A task to be made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTask {
    /// 1 to 200 characters.
    pub title: String,
    /// Up to 4,000 characters.
    #[serde(default)]
    pub details: String,
    /// The last day.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
    /// How much it presses; `medium` when left out.
    #[serde(default)]
    pub priority: Option<TaskPriority>,
    /// Whose it will be; the caller's when left out.
    #[serde(default)]
    pub assignee_id: Option<MemberId>,
    /// Whom it is about: somebody the caller and the assignee look after.
    #[serde(default)]
    pub member_id: Option<MemberId>,
    /// The case or grievance it refers to, up to 60 characters.
    #[serde(default)]
    pub reference: String,
    /// How long it is thought to take, in minutes.
    #[serde(default)]
    pub estimate_minutes: Option<i32>,
}

/// What is to change of a task. What is left out stays as it is; null takes a day or an estimate away.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeTask {
    /// The version the caller saw: a task that was changed since is not changed (409).
    pub version: i32,
    /// 1 to 200 characters.
    #[serde(default)]
    pub title: Option<String>,
    /// Up to 4,000 characters.
    #[serde(default)]
    pub details: Option<String>,
    /// How far it is.
    #[serde(default)]
    pub status: Option<TaskStatus>,
    /// Needed with the status `blocked`, up to 300 characters.
    #[serde(default)]
    pub blocked_reason: Option<String>,
    /// How much it presses.
    #[serde(default)]
    pub priority: Option<TaskPriority>,
    /// The last day, or null for none.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<NaiveDate>")]
    pub due_on: Option<Option<NaiveDate>>,
    /// Whose it will be.
    #[serde(default)]
    pub assignee_id: Option<MemberId>,
    /// The case or grievance it refers to, up to 60 characters.
    #[serde(default)]
    pub reference: Option<String>,
    /// How long it is thought to take, in minutes, or null for none.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<i32>")]
    pub estimate_minutes: Option<Option<i32>>,
}

/// Tells null from what is left out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// A comment on a task.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskCommentView {
    /// Its id.
    pub id: TaskCommentId,
    /// The comment it answers.
    pub parent_id: Option<TaskCommentId>,
    /// Who wrote it.
    pub author_id: MemberId,
    /// Its words; empty once deleted.
    pub body: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When its words were last changed.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
}

impl From<Comment> for TaskCommentView {
    fn from(comment: Comment) -> Self {
        Self {
            id: comment.id,
            parent_id: comment.parent_id,
            author_id: comment.author_id,
            body: comment.body,
            created_at: comment.created_at,
            edited_at: comment.edited_at,
            deleted_at: comment.deleted_at,
        }
    }
}

/// A comment to be written.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteTaskComment {
    /// 1 to 4,000 characters; `@handle` names somebody, who must see the task.
    pub body: String,
    /// The comment it answers.
    #[serde(default)]
    pub parent_id: Option<TaskCommentId>,
}
