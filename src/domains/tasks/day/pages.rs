//! What "My day" prints.

use askama::Template;
use chrono::Days;

use crate::domains::people::mine::{self, Needing};
use crate::domains::people::policy as people;
use crate::domains::tasks::comments::queries as comments;
use crate::domains::tasks::forms::TaskForm;
use crate::domains::tasks::lines::{TaskLine, line};
use crate::domains::tasks::views::filter::{OPEN, TaskFilter, Whose};
use crate::domains::tasks::views::queries::{self, Order};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::TaskId;
use crate::kernel::time::ago;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

/// Tasks shown; the rest is a link to the list.
const TASKS: usize = 50;
/// Tasks of the days to come.
const COMING: i64 = 5;
/// Days after which what is about somebody and was left undone is shown to who backs them up.
const LEFT: Days = Days::new(3);
/// Such tasks shown.
const BACKED: i64 = 10;
/// People shown.
const PEOPLE: usize = 6;
/// Mentions shown.
const MENTIONS: i64 = 10;

/// Where somebody names the acting member.
pub struct MentionLine {
    pub task: TaskId,
    pub title: String,
    pub author: String,
    pub ago: String,
}

/// `/my-day`
#[derive(Template)]
#[template(path = "tasks/day.html")]
pub struct DayPage {
    pub shell: Shell,
    pub date: String,
    pub overdue: Vec<TaskLine>,
    pub today: Vec<TaskLine>,
    pub coming: Vec<TaskLine>,
    pub has_more: bool,
    /// What others left undone about people the acting member backs up.
    pub left: Vec<TaskLine>,
    pub mentions: Vec<MentionLine>,
    pub people: Vec<Needing>,
    pub looks_after_people: bool,
    pub here: String,
    pub form: TaskForm,
    pub errors: FieldErrors,
}

impl DayPage {
    /// The acting member's day.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, me: &Member) -> Result<Self, AppError> {
        let now = tx.now();
        let date = now.with_timezone(&me.zone).date_naive();
        let due = TaskFilter {
            statuses: OPEN.to_vec(),
            to: Some(date),
            ..TaskFilter::default()
        };
        let limit = i64::try_from(TASKS + 1).unwrap_or(i64::MAX);
        let mut found = queries::page(tx, me.member, &due, Order::Due, None, limit)?;
        let has_more = found.len() > TASKS;
        found.truncate(TASKS);
        let later = TaskFilter {
            from: date.succ_opt(),
            to: None,
            ..due
        };
        let coming = queries::page(tx, me.member, &later, Order::Due, None, COMING)?;
        let undone = TaskFilter {
            whose: Whose::Backed,
            statuses: OPEN.to_vec(),
            to: date.checked_sub_days(LEFT),
            ..TaskFilter::default()
        };
        let left = queries::page(tx, me.member, &undone, Order::Due, None, BACKED)?;
        let (today, overdue): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|task| task.due_on == Some(date));
        let lines = |tasks: Vec<queries::Listed>| -> Vec<TaskLine> {
            tasks
                .into_iter()
                .map(|task| line(task, me.member, date))
                .collect()
        };
        let looks_after_people = people::can_be_steward(me.roles);
        Ok(Self {
            date: date.format("%A, %-d %B").to_string(),
            overdue: lines(overdue),
            today: lines(today),
            coming: lines(coming),
            has_more,
            left: lines(left),
            mentions: mentions(tx, me)?,
            people: match looks_after_people {
                true => mine::needing(tx, me, PEOPLE)?,
                false => Vec::new(),
            },
            looks_after_people,
            here: shell.path.clone(),
            shell,
            form: TaskForm::default(),
            errors: FieldErrors::default(),
        })
    }
}

fn mentions(tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<MentionLine>, AppError> {
    let now = tx.now();
    let line = |mention: comments::Mention| MentionLine {
        task: mention.task_id,
        title: mention.title,
        author: mention.author,
        ago: ago(mention.at, now),
    };
    let found = comments::unseen(tx, me.member, MENTIONS)?;
    Ok(found.into_iter().map(line).collect())
}
