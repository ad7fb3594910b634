//! What the list, the board and the calendar print.

use std::collections::HashMap;

use askama::Template;
use chrono::{Datelike, NaiveDate, TimeDelta};

use crate::domains::tasks::forms::TaskForm;
use crate::domains::tasks::lines::{TaskLine, line};
use crate::domains::tasks::model::TaskStatus;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, TaskId};
use crate::kernel::month::Month;
use crate::kernel::time::read_day;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::filter::{DAYS, OPEN, STATES, TasksQuery, Whose};
use super::queries::{self, Listed, Order, Parts};

/// Tasks on a page of the list.
const PAGE: usize = 50;
/// Cards in a column of the board; the rest is a link to the list.
const COLUMN: usize = 150;
/// Tasks in a day of the calendar; the rest is a link to the list.
const DAY: i64 = 5;
/// How long what is done stays on the board.
const DONE_SHOWN: TimeDelta = TimeDelta::days(14);

/// What all three views have in common: the filters, and the way to the other two.
pub struct Filters {
    /// `list`, `board` or `calendar`.
    pub view: &'static str,
    /// Where the filters are sent.
    pub path: &'static str,
    pub list: String,
    pub board: String,
    pub calendar: String,
    pub whose: Vec<Choice>,
    pub statuses: Vec<Choice>,
    pub days: Vec<Choice>,
    pub q: String,
    pub is_narrowed: bool,
}

impl Filters {
    fn of(query: &TasksQuery, view: &'static str, path: &'static str) -> Self {
        let asked = Whose::of(&query.whose);
        let state = |value: &str, label: &str| {
            let chosen = match query.status.as_str() {
                "" => value == "open",
                status => status == value,
            };
            Choice::new(value, label, chosen)
        };
        let states = STATES.iter().map(|(value, label)| state(value, label));
        let single = TaskStatus::ALL
            .iter()
            .map(|status| state(status.as_str(), status.label()));
        let mut days: Vec<Choice> = DAYS
            .iter()
            .map(|(value, label)| Choice::new(*value, *label, query.due == *value))
            .collect();
        if let Some(day) = read_day(&query.due) {
            days.push(Choice::new(
                query.due.clone(),
                day.format("%-d %b %Y").to_string(),
                true,
            ));
        }
        Self {
            view,
            path,
            list: query.address_of("/tasks"),
            board: query.address_of("/tasks/board"),
            calendar: query.address_of("/tasks/calendar"),
            whose: Whose::WORDS
                .iter()
                .map(|(whose, value, label)| Choice::new(*value, *label, *whose == asked))
                .collect(),
            statuses: states.chain(single).collect(),
            days,
            q: query.q.clone(),
            is_narrowed: query.is_narrowed(),
        }
    }
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
    pub filters: Filters,
    pub groups: Vec<Group>,
    /// Where a button on a row comes back to.
    pub here: String,
    pub start: String,
    pub next: String,
    pub form: TaskForm,
    pub errors: FieldErrors,
}

impl TasksPage {
    /// A page of the tasks asked for.
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
        let today = tx.now().with_timezone(&me.zone).date_naive();
        let filter = query.filter(today);
        let order = match filter.statuses.iter().all(|status| status.is_over()) {
            true => Order::Changed,
            false => Order::Due,
        };
        let after: Option<TaskId> = query.after.parse().ok();
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::page(tx, me.member, &filter, order, after, limit)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let last = found.last().filter(|_| has_more).map(|last| last.id.to_string());
        let start = query.address_of("/tasks");
        Ok(Self {
            filters: Filters::of(query, "list", "/tasks"),
            groups: grouped(found, order, me.member, today),
            here: shell.path.clone(),
            shell,
            next: last
                .map(|id| query.address_with("/tasks", &[("after", &id)]))
                .unwrap_or_default(),
            start: after.map(|_| start).unwrap_or_default(),
            form,
            errors,
        })
    }
}

fn grouped(found: Vec<Listed>, order: Order, me: MemberId, today: NaiveDate) -> Vec<Group> {
    let titles: &[&'static str] = match order {
        Order::Changed => &["Done and cancelled"],
        Order::Due => &["Overdue", "Today", "Coming up", "Without a day"],
    };
    let place = |task: &Listed| match (order, task.due_on) {
        (Order::Changed, _) => 0,
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

/// One status of the board.
pub struct Column {
    pub status: &'static str,
    pub title: &'static str,
    pub total: i64,
    pub tasks: Vec<TaskLine>,
    /// Where the rest is; empty when all is here.
    pub more: String,
}

/// `/tasks/board`
#[derive(Template)]
#[template(path = "tasks/board.html")]
pub struct BoardPage {
    pub shell: Shell,
    pub filters: Filters,
    pub columns: Vec<Column>,
    /// Every status a card can be moved to, with its words.
    pub moves: Vec<(&'static str, &'static str)>,
    pub here: String,
    pub is_empty: bool,
}

impl BoardPage {
    /// The tasks asked for, by status. What is done stays for two weeks.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        query: &TasksQuery,
    ) -> Result<Self, AppError> {
        let now = tx.now();
        let today = now.with_timezone(&me.zone).date_naive();
        let mut filter = query.filter(today);
        filter.statuses = OPEN.iter().chain(&[TaskStatus::Completed]).copied().collect();
        filter.done_since = Some(now - DONE_SHOWN);
        let each = i64::try_from(COLUMN).unwrap_or(i64::MAX);
        let mut columns: Vec<Column> = filter
            .statuses
            .iter()
            .map(|status| column(*status, query))
            .collect();
        for placed in queries::parted(tx, me.member, &filter, Parts::Status, each)? {
            let status = placed.task.status.as_str();
            if let Some(column) = columns.iter_mut().find(|column| column.status == status) {
                column.total = placed.total;
                column.tasks.push(line(placed.task, me.member, today));
            }
        }
        for column in &mut columns {
            if column.tasks.len() < COLUMN {
                column.more.clear();
            }
        }
        Ok(Self {
            filters: Filters::of(query, "board", "/tasks/board"),
            is_empty: columns.iter().all(|column| column.tasks.is_empty()),
            columns,
            moves: TaskStatus::ALL
                .iter()
                .map(|status| (status.as_str(), status.label()))
                .collect(),
            here: shell.path.clone(),
            shell,
        })
    }
}

fn column(status: TaskStatus, query: &TasksQuery) -> Column {
    Column {
        status: status.as_str(),
        title: status.label(),
        total: 0,
        tasks: Vec::new(),
        more: query.address_with("/tasks", &[("status", status.as_str())]),
    }
}

/// One day of the calendar.
pub struct Day {
    /// Such as `2026-12-03`.
    pub machine: String,
    /// Such as `3`.
    pub number: u32,
    /// Such as `Thursday, 3 December`.
    pub words: String,
    pub is_today: bool,
    /// Whether it belongs to the month before or after.
    pub is_outside: bool,
    pub tasks: Vec<TaskLine>,
    /// How many do not fit.
    pub rest: i64,
    pub rest_href: String,
}

/// `/tasks/calendar`
#[derive(Template)]
#[template(path = "tasks/calendar.html")]
pub struct CalendarPage {
    pub shell: Shell,
    pub filters: Filters,
    /// Such as `December 2026`.
    pub title: String,
    /// Such as `2026-12`.
    pub month: String,
    pub before: String,
    pub after: String,
    /// The present month; empty when it is shown.
    pub present: String,
    pub days: Vec<Day>,
    pub is_empty: bool,
}

impl CalendarPage {
    /// The tasks asked for, by day, in whole weeks from Monday (ISO 8601).
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        query: &TasksQuery,
    ) -> Result<Self, AppError> {
        let today = tx.now().with_timezone(&me.zone).date_naive();
        let month = Month::shown(&query.month, today);
        let (from, to) = month.weeks();
        let mut filter = query.filter(today);
        (filter.from, filter.to, filter.without_day) = (Some(from), Some(to), false);
        let mut by_day: HashMap<NaiveDate, (Vec<TaskLine>, i64)> = HashMap::new();
        for placed in queries::parted(tx, me.member, &filter, Parts::Day, DAY)? {
            let Some(due) = placed.task.due_on else { continue };
            let day = by_day.entry(due).or_default();
            day.1 = placed.total;
            day.0.push(line(placed.task, me.member, today));
        }
        let is_empty = by_day.is_empty();
        let day = |date: NaiveDate| {
            let (tasks, total) = by_day.remove(&date).unwrap_or_default();
            let machine = date.to_string();
            Day {
                number: date.day(),
                words: date.format("%A, %-d %B").to_string(),
                is_today: date == today,
                is_outside: !month.has(date),
                rest: total - i64::try_from(tasks.len()).unwrap_or_default(),
                rest_href: query.address_with("/tasks", &[("due", &machine)]),
                tasks,
                machine,
            }
        };
        let at = |month: Month| query.address_with("/tasks/calendar", &[("month", &month.machine())]);
        Ok(Self {
            shell,
            filters: Filters::of(query, "calendar", "/tasks/calendar"),
            title: month.words(),
            month: month.machine(),
            before: at(month.before()),
            after: at(month.after()),
            present: match month.has(today) {
                true => String::new(),
                false => query.address_of("/tasks/calendar"),
            },
            days: month.days().map(day).collect(),
            is_empty,
        })
    }
}
