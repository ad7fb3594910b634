//! What the pages about tasks print.

use askama::Template;
use chrono::NaiveDate;

use crate::domains::people::record::pages::{TimelineEntry, in_words};
use crate::domains::people::stewards::queries::{self as stewards, Candidate};
use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, TaskId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::forms::{TaskForm, TasksQuery};
use super::model::{Task, TaskPriority, TaskStatus};
use super::queries::{self, Listed, Which};

/// Tasks on a page.
const PAGE: usize = 50;

/// One task in a list.
pub struct TaskLine {
    pub id: TaskId,
    pub title: String,
    pub status: &'static str,
    pub status_tone: &'static str,
    pub priority: &'static str,
    pub due: String,
    pub is_overdue: bool,
    pub person: String,
    pub person_href: String,
    pub whose: String,
    pub is_over: bool,
}

/// Tasks under one heading.
pub struct Group {
    pub title: &'static str,
    pub tasks: Vec<TaskLine>,
}

/// `/tasks`
#[derive(Template)]
#[template(path = "tasks/index.html")]
pub struct TasksPage {
    pub shell: Shell,
    pub which: Which,
    pub groups: Vec<Group>,
    pub start: String,
    pub next: String,
    pub form: TaskForm,
    pub errors: FieldErrors,
}

impl TasksPage {
    /// One part of the acting member's tasks.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        query: &TasksQuery,
        form: TaskForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let which = match query.tab.as_str() {
            "given" => Which::Given,
            "over" => Which::Over,
            _ => Which::Mine,
        };
        let today = tx.now().with_timezone(&me.zone).date_naive();
        let after: Option<TaskId> = query.after.parse().ok();
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::page(tx, which, me.member, after, limit)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let list = match which {
            Which::Mine => "/tasks".to_owned(),
            Which::Given => "/tasks?tab=given".to_owned(),
            Which::Over => "/tasks?tab=over".to_owned(),
        };
        let joint = if list.contains('?') { '&' } else { '?' };
        let next = found
            .last()
            .filter(|_| has_more)
            .map(|last| format!("{list}{joint}after={}", last.id))
            .unwrap_or_default();
        Ok(Self {
            shell,
            which,
            groups: grouped(found, which, me.member, today),
            start: after.map(|_| list).unwrap_or_default(),
            next,
            form,
            errors,
        })
    }
}

fn grouped(found: Vec<Listed>, which: Which, me: MemberId, today: NaiveDate) -> Vec<Group> {
    let titles: &[&'static str] = match which {
        Which::Over => &["Done and cancelled"],
        _ => &["Overdue", "Today", "Coming up", "Without a day"],
    };
    let place = |task: &Listed| match (which, task.due_on) {
        (Which::Over, _) => 0,
        (_, Some(due)) if due < today => 0,
        (_, Some(due)) if due == today => 1,
        (_, Some(_)) => 2,
        (_, None) => 3,
    };
    let mut groups: Vec<Group> = titles
        .iter()
        .map(|title| Group {
            title,
            tasks: Vec::new(),
        })
        .collect();
    for task in found {
        let at = place(&task);
        if let Some(group) = groups.get_mut(at) {
            group.tasks.push(line(task, me, today));
        }
    }
    groups.retain(|group| !group.tasks.is_empty());
    groups
}

fn line(task: Listed, me: MemberId, today: NaiveDate) -> TaskLine {
    let is_over = task.status.is_over();
    TaskLine {
        id: task.id,
        title: task.title,
        status: match task.status {
            TaskStatus::Pending => "",
            status => status.label(),
        },
        status_tone: tone(task.status),
        priority: match task.priority {
            TaskPriority::High | TaskPriority::Urgent => task.priority.label(),
            TaskPriority::Low | TaskPriority::Medium => "",
        },
        due: task
            .due_on
            .map(|due| due_in_words(due, today))
            .unwrap_or_default(),
        is_overdue: !is_over && task.due_on.is_some_and(|due| due < today),
        person_href: task
            .member_id
            .map(|member| format!("/people/{member}/record"))
            .unwrap_or_default(),
        person: task.member.unwrap_or_default(),
        whose: match task.assignee_id == me {
            true => String::new(),
            false => task.assignee,
        },
        is_over,
    }
}

const fn tone(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Pending | TaskStatus::Cancelled => "",
        TaskStatus::InProgress => "accent",
        TaskStatus::Blocked => "warning",
        TaskStatus::Completed => "positive",
    }
}

/// `today`, `tomorrow`, `3 days ago`, or the day.
fn due_in_words(due: NaiveDate, today: NaiveDate) -> String {
    match (due - today).num_days() {
        -1 => "yesterday".to_owned(),
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days if (-30..0).contains(&days) => format!("{} days ago", -days),
        days if (2..7).contains(&days) => due.format("%A").to_string(),
        _ => in_words(due),
    }
}

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
    pub form: TaskForm,
    pub errors: FieldErrors,
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
        typed: Option<TaskForm>,
        errors: FieldErrors,
        conflict: String,
    ) -> Result<Self, AppError> {
        let task = match id {
            Some(id) => Some(queries::task(tx, id)?),
            None => None,
        };
        let mut form = typed.unwrap_or_else(|| task.as_ref().map(stored).unwrap_or_default());
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
            form,
            errors,
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

fn choice(value: &str, label: &str, chosen: &str, otherwise: &str) -> Choice {
    Choice::new(
        value,
        label,
        value == if chosen.is_empty() { otherwise } else { chosen },
    )
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
    }
}
