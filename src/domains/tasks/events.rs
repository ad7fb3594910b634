//! Facts this module tells.

use crate::events;
use crate::kernel::ids::{MemberId, TaskCommentId, TaskId};

events! {
    TaskCreated = "tasks.task.created", "There is something to do, and somebody it is for." { task: TaskId, assignee: MemberId }
    TaskChanged = "tasks.task.changed", "A task's words, day, status or assignee have changed." { task: TaskId, assignee: MemberId }
    TaskCompleted = "tasks.task.completed", "A task is done, by hand or because somebody spoke with the person." { task: TaskId, assignee: MemberId }
    TaskCommented = "tasks.comment.written", "Somebody said something about a task." { task: TaskId, comment: TaskCommentId }
    TaskMentioned = "tasks.comment.mentioned", "A comment names somebody who sees the task." { task: TaskId, comment: TaskCommentId, member: MemberId }
}
