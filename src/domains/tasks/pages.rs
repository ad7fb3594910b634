//! What the pages about tasks print.

use std::collections::HashMap;

use askama::Template;
use chrono::Months;

use crate::domains::people::record::pages::{TimelineEntry, in_words};
use crate::domains::people::stewards::queries::Candidate;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, TaskId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, origin};

use super::assignees;
use super::comments::pages::Part;
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

/// Fills the form of a task that reminds of speaking with the person it is about, once a month.
///
/// # Errors
/// When the database fails.
pub fn keeping_in_touch(tx: &mut TenantTx<'_>, me: &Member, form: TaskForm) -> Result<TaskForm, AppError> {
    let Ok(member) = form.member.parse::<MemberId>() else {
        return Ok(form);
    };
    let cards = tenancy::member_cards(tx, &[member])?;
    let today = tx.now().with_timezone(&me.zone).date_naive();
    let due = today.checked_add_months(Months::new(1)).unwrap_or(today);
    Ok(TaskForm {
        title: cards
            .get(&member)
            .map(|card| format!("Speak with {}", card.name))
            .unwrap_or_default(),
        due: due.to_string(),
        repeat_unit: RepeatUnit::Month.as_str().to_owned(),
        repeat_every: "1".to_owned(),
        from_contact: "yes".to_owned(),
        ..form
    })
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
    /// Where the form is that reminds of speaking with the person; empty where it is not offered.
    pub keep_in_touch: String,
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
    /// Which part of the talk is shown.
    pub part: Part,
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
        let task = id.map(|id| queries::task(tx, id)).transpose()?;
        let form = shown_form(task.as_ref(), typed.task, &typed.conflict);
        let about = match &task {
            Some(task) => task.member_id,
            None => about_of(tx, &form)?,
        };
        let names = Names::of(tx, task.as_ref(), about)?;
        let parts = match &task {
            Some(task) => Some(Parts::read(tx, me, task, typed.part)?),
            None => None,
        };
        Ok(Self {
            shell,
            id,
            title: task
                .as_ref()
                .map_or_else(|| "New task".to_owned(), |task| task.title.clone()),
            person: about.map(|about| names.name(about)).unwrap_or_default(),
            person_href: about
                .map(|member| format!("/people/{member}/record"))
                .unwrap_or_default(),
            keep_in_touch: match (id, about) {
                (None, Some(member)) if form.from_contact.is_empty() => {
                    format!("/tasks/new?member={member}&keep_in_touch=yes")
                }
                _ => String::new(),
            },
            told: task
                .as_ref()
                .map(|task| told(task, &names, me))
                .unwrap_or_default(),
            statuses: choices(
                TaskStatus::ALL,
                TaskStatus::as_str,
                TaskStatus::label,
                &form.status,
                "pending",
            ),
            priorities: choices(
                TaskPriority::ALL,
                TaskPriority::as_str,
                TaskPriority::label,
                &form.priority,
                "medium",
            ),
            assignees: assignees_of(tx, me, task.as_ref(), &form)?,
            repeats: repeats(&form),
            has_more: has_more(&form, &typed.errors),
            form,
            parts,
            item: typed.item,
            comment: typed.comment,
            time: typed.time,
            errors: typed.errors,
            conflict: typed.conflict,
        })
    }
}

/// What was typed, or what is stored. After a conflict it names the version that is there now: sending it again replaces that.
fn shown_form(task: Option<&Task>, typed: Option<TaskForm>, conflict: &str) -> TaskForm {
    let mut form = typed.unwrap_or_else(|| task.map(stored).unwrap_or_default());
    if let Some(task) = task.filter(|_| !conflict.is_empty()) {
        form.version = task.version.to_string();
    }
    form
}

/// Whom a new task is about, when the acting member looks after them: nobody else is named.
fn about_of(tx: &mut TenantTx<'_>, form: &TaskForm) -> Result<Option<MemberId>, AppError> {
    let Ok(member) = form.member.parse() else {
        return Ok(None);
    };
    let me = tx.my_id()?;
    Ok(match queries::looks_after(tx, me, member)? {
        true => Some(member),
        false => None,
    })
}

/// The names of people a task's page speaks of.
struct Names(HashMap<MemberId, MemberCard>);

impl Names {
    fn of(tx: &mut TenantTx<'_>, task: Option<&Task>, about: Option<MemberId>) -> Result<Self, AppError> {
        Ok(Self(tenancy::member_cards(tx, &people_of(task, about))?))
    }

    fn name(&self, id: MemberId) -> String {
        self.0.get(&id).map(|card| card.name.clone()).unwrap_or_default()
    }
}

/// Who made a task, and who did it.
fn told(task: &Task, names: &Names, me: &Member) -> String {
    let on = |moment| local_date_time(moment, me.zone);
    let made = match task.created_by {
        Some(by) => format!("Made by {} on {}.", names.name(by), on(task.created_at)),
        None => format!("Made on {}.", on(task.created_at)),
    };
    match (task.completed_at, task.completed_by) {
        (Some(at), Some(by)) => format!("{made} Done by {} on {}.", names.name(by), on(at)),
        _ => made,
    }
}

fn assignees_of(
    tx: &mut TenantTx<'_>,
    me: &Member,
    task: Option<&Task>,
    form: &TaskForm,
) -> Result<Vec<Choice>, AppError> {
    let chosen = match form.assignee.as_str() {
        "" => me.member.to_string(),
        assignee => assignee.to_owned(),
    };
    let choice = |Candidate { id, name }| Choice::new(id.to_string(), name, id.to_string() == chosen);
    let found = assignees::of(tx, me, task.map(|task| task.assignee_id))?;
    Ok(found.into_iter().map(choice).collect())
}

fn choices<T: Copy>(
    all: &[T],
    word: impl Fn(T) -> &'static str,
    label: impl Fn(T) -> &'static str,
    chosen: &str,
    otherwise: &str,
) -> Vec<Choice> {
    all.iter()
        .map(|one| choice(word(*one), label(*one), chosen, otherwise))
        .collect()
}

fn repeats(form: &TaskForm) -> Vec<Choice> {
    let units = RepeatUnit::ALL.iter().map(|unit| (unit.as_str(), unit.label()));
    std::iter::once(("", "Never"))
        .chain(units)
        .map(|(value, label)| Choice::new(value, label, value == form.repeat_unit))
        .collect()
}

/// Whether there is something, or something wrong, in the fields that are folded away.
fn has_more(form: &TaskForm, errors: &FieldErrors) -> bool {
    const FOLDED: [&str; 6] = [
        "from_contact",
        "reference",
        "estimate",
        "repeat_unit",
        "repeat_every",
        "repeat_until",
    ];
    let is_wrong = FOLDED.iter().any(|field| !errors.of(field).is_empty());
    is_wrong
        || ![&form.reference, &form.estimate, &form.repeat_unit]
            .iter()
            .all(|field| field.is_empty())
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
        from_contact: match task.counts_from_contact {
            true => "yes".to_owned(),
            false => String::new(),
        },
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
