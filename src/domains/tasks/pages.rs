//! What the pages about tasks print.

use askama::Template;

use crate::domains::people::record::pages::{TimelineEntry, in_words};
use crate::domains::people::stewards::queries::{self as stewards, Candidate};
use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, TaskCommentId, TaskId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, origin};

use super::comments::routes::CommentForm;
use super::days::length_in_words;
use super::forms::{MoveForm, TaskForm};
use super::lines::{choice, tone};
use super::model::{RepeatUnit, Task, TaskPriority, TaskStatus};
use super::parts::Parts;
use super::queries;
use super::time::actions::TimeForm;

/// A task as a person's record tells it.
pub fn timeline_entry(task: Task) -> TimelineEntry {
    let mut badges = vec![(task.status.label().to_owned(), tone(task.status))];
    if let Some(due) = task.due_on.filter(|_| !task.status.is_over()) {
        badges.push((format!("by {}", in_words(due)), ""));
    }
    TimelineEntry {
        at: task.completed_at.unwrap_or(task.created_at),
        icon: "check-check",
        title: task.title,
        href: format!("/tasks/{}", task.id),
        by: match task.is_follow_up {
            true => "Follow-up".to_owned(),
            false => "Task".to_owned(),
        },
        text: String::new(),
        badges,
    }
}

/// `/tasks/new` and `/tasks/{task}`
#[derive(Template)]
#[template(path = "tasks/form.html")]
pub struct TaskPage {
    pub shell: Shell,
    /// None while it is new.
    pub id: Option<TaskId>,
    pub title: String,
    pub person: String,
    pub person_href: String,
    pub told: String,
    pub statuses: Vec<Choice>,
    pub priorities: Vec<Choice>,
    pub assignees: Vec<Choice>,
    pub repeats: Vec<Choice>,
    /// Whether what few tasks need is shown unfolded.
    pub has_more: bool,
    pub form: TaskForm,
    /// None while it is new.
    pub parts: Option<Parts>,
    pub item: String,
    pub comment: CommentForm,
    pub time: TimeForm,
    pub errors: FieldErrors,
    pub conflict: String,
}

/// What came back from one of the forms of a task's page; nothing where it is only looked at.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    pub task: Option<TaskForm>,
    pub item: String,
    pub comment: CommentForm,
    pub time: TimeForm,
    /// Comments before this one are shown.
    pub comments_before: Option<TaskCommentId>,
    pub errors: FieldErrors,
    /// Why it was not saved though nothing is wrong with it.
    pub conflict: String,
}

impl TaskPage {
    /// The form of a new task or an existing one, with what was typed when it comes back.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the acting member does not see it.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        id: Option<TaskId>,
        typed: Typed,
    ) -> Result<Self, AppError> {
        let conflict = typed.conflict;
        let task = match id {
            Some(id) => Some(queries::task(tx, id)?),
            None => None,
        };
        let mut form = typed
            .task
            .unwrap_or_else(|| task.as_ref().map(stored).unwrap_or_default());
        if !conflict.is_empty()
            && let Some(task) = &task
        {
            form.version = task.version.to_string();
        }
        let about = match &task {
            Some(task) => task.member_id,
            None => form.member.parse().ok(),
        };
        let cards = tenancy::member_cards(tx, &people_of(task.as_ref(), about))?;
        let name = |id: MemberId| cards.get(&id).map(|card| card.name.clone()).unwrap_or_default();
        let chosen = match form.assignee.as_str() {
            "" => me.member.to_string(),
            assignee => assignee.to_owned(),
        };
        let told = task.as_ref().map(|task| {
            let made = match task.created_by {
                Some(by) => format!(
                    "Made by {} on {}.",
                    name(by),
                    local_date_time(task.created_at, me.zone)
                ),
                None => format!("Made on {}.", local_date_time(task.created_at, me.zone)),
            };
            match (task.completed_at, task.completed_by) {
                (Some(at), Some(by)) => {
                    format!("{made} Done by {} on {}.", name(by), local_date_time(at, me.zone))
                }
                _ => made,
            }
        });
        let mut assignees: Vec<Choice> = stewards::candidates(tx)?
            .into_iter()
            .map(|Candidate { id, name }| Choice::new(id.to_string(), name, id.to_string() == chosen))
            .collect();
        for known in [Some(me.member), task.as_ref().map(|task| task.assignee_id)]
            .into_iter()
            .flatten()
        {
            let value = known.to_string();
            if !assignees.iter().any(|choice| choice.value == value) {
                let label = if known == me.member {
                    me.name.clone()
                } else {
                    name(known)
                };
                assignees.insert(0, Choice::new(value.clone(), label, value == chosen));
            }
        }
        Ok(Self {
            shell,
            id,
            title: match &task {
                Some(task) => task.title.clone(),
                None => "New task".to_owned(),
            },
            person: about.map(name).unwrap_or_default(),
            person_href: about
                .map(|member| format!("/people/{member}/record"))
                .unwrap_or_default(),
            told: told.unwrap_or_default(),
            statuses: TaskStatus::ALL
                .iter()
                .map(|status| choice(status.as_str(), status.label(), &form.status, "pending"))
                .collect(),
            priorities: TaskPriority::ALL
                .iter()
                .map(|priority| choice(priority.as_str(), priority.label(), &form.priority, "medium"))
                .collect(),
            assignees,
            repeats: [("", "Never")]
                .into_iter()
                .chain(RepeatUnit::ALL.iter().map(|unit| (unit.as_str(), unit.label())))
                .map(|(value, label)| Choice::new(value, label, value == form.repeat_unit))
                .collect(),
            has_more: [
                "reference",
                "estimate",
                "repeat_unit",
                "repeat_every",
                "repeat_until",
            ]
            .iter()
            .any(|field| !typed.errors.of(field).is_empty())
                || !(form.reference.is_empty() && form.estimate.is_empty() && form.repeat_unit.is_empty()),
            form,
            parts: match &task {
                Some(task) => Some(Parts::read(tx, me, task, typed.comments_before)?),
                None => None,
            },
            item: typed.item,
            comment: typed.comment,
            time: typed.time,
            errors: typed.errors,
            conflict,
        })
    }
}

fn people_of(task: Option<&Task>, about: Option<MemberId>) -> Vec<MemberId> {
    let of_task = task
        .into_iter()
        .flat_map(|task| [Some(task.assignee_id), task.created_by, task.completed_by]);
    of_task.chain([about]).flatten().collect()
}

fn stored(task: &Task) -> TaskForm {
    TaskForm {
        title: task.title.clone(),
        details: task.details.clone(),
        due: task.due_on.map(|due| due.to_string()).unwrap_or_default(),
        priority: task.priority.as_str().to_owned(),
        status: task.status.as_str().to_owned(),
        blocked_reason: task.blocked_reason.clone(),
        assignee: task.assignee_id.to_string(),
        member: task.member_id.map(|id| id.to_string()).unwrap_or_default(),
        version: task.version.to_string(),
        reference: task.reference.clone(),
        estimate: task
            .estimate_minutes
            .map(|minutes| length_in_words(minutes.into()))
            .unwrap_or_default(),
        repeat_unit: task
            .repeat_unit
            .map(RepeatUnit::as_str)
            .unwrap_or_default()
            .to_owned(),
        repeat_every: task
            .repeat_unit
            .map(|_| task.repeat_every.to_string())
            .unwrap_or_default(),
        repeat_until: task.repeat_until.map(|day| day.to_string()).unwrap_or_default(),
        ..TaskForm::default()
    }
}

/// What comes back when a task can't be moved as it was asked.
#[derive(Template)]
#[template(path = "tasks/move.html")]
pub struct MovePage {
    pub shell: Shell,
    pub id: TaskId,
    pub title: String,
    /// How far the task is now.
    pub status: &'static str,
    pub statuses: Vec<Choice>,
    pub cancel: String,
    pub form: MoveForm,
    pub errors: FieldErrors,
    pub conflict: String,
}

impl MovePage {
    /// The question that is open: a reason, or whether to move what somebody else has moved meanwhile.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the acting member does not see the task.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        id: TaskId,
        mut form: MoveForm,
        errors: FieldErrors,
        conflict: String,
    ) -> Result<Self, AppError> {
        let task = queries::task(tx, id)?;
        if !conflict.is_empty() {
            form.version = task.version.to_string();
        }
        Ok(Self {
            shell,
            id,
            title: task.title,
            status: task.status.label(),
            statuses: TaskStatus::ALL
                .iter()
                .map(|status| choice(status.as_str(), status.label(), &form.status, "pending"))
                .collect(),
            cancel: origin::local_path(&form.return_to).unwrap_or("/tasks").to_owned(),
            form,
            errors,
            conflict,
        })
    }
}
