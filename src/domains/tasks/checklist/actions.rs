//! What is done with steps.

use serde_json::json;

use crate::domains::tasks::events::TaskChanged;
use crate::domains::tasks::history::{self, What};
use crate::domains::tasks::model::Task;
use crate::domains::tasks::{policy, queries as tasks};
use crate::kernel::error::AppError;
use crate::kernel::ids::{TaskId, TaskItemId};
use crate::kernel::validate::Check;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::queries::{self, Item};

/// What a button does with a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Ticks it.
    Tick,
    /// Takes the tick away.
    Untick,
    /// Moves it before the one above.
    Up,
    /// Moves it behind the one below.
    Down,
}

impl std::str::FromStr for Step {
    type Err = ();
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "tick" => Ok(Self::Tick),
            "untick" => Ok(Self::Untick),
            "up" => Ok(Self::Up),
            "down" => Ok(Self::Down),
            _ => Err(()),
        }
    }
}

/// Adds a step at the end.
///
/// # Errors
/// [`AppError::NotFound`] for who does not see the task, [`AppError::Invalid`] for a step without words, or one too many.
pub fn add(tx: &mut TenantTx<'_>, id: TaskId, typed: &str) -> Result<(), AppError> {
    let task = tasks::held(tx, id)?;
    let adding = policy::may_add(tx.actor(), &task)?;
    let mut check = Check::default();
    let title = check.line("item", "The step", typed, 1, 200);
    let items = queries::of_task(tx, id)?;
    check.refuse_when(
        items.len() >= queries::MOST,
        "item",
        "That is as many steps as one task can have.",
    );
    check.finish(|| ())?;
    let last = items.last().map_or(0, |item| item.position);
    queries::add(tx, &adding, last + 1, &title)?;
    tell(tx, &task, What::ItemAdded, &title)
}

/// Does one thing with a step. Twice is as good as once, save for moving it.
///
/// # Errors
/// [`AppError::NotFound`] for who does not see the task, or a step that is gone.
pub fn change(tx: &mut TenantTx<'_>, id: TaskId, item: TaskItemId, step: Step) -> Result<(), AppError> {
    // Whoever changes steps of the same task at the same time waits, and then sees the order that is there.
    let task = tasks::held(tx, id)?;
    let changing = policy::may_change(tx.actor(), &task)?;
    let items = queries::of_task(tx, id)?;
    let at = items
        .iter()
        .position(|one| one.id == item)
        .ok_or(AppError::NotFound)?;
    let here = items.get(at).ok_or(AppError::NotFound)?;
    match (step, here.done_at) {
        (Step::Tick, None) => {
            let now = tx.now();
            queries::tick(tx, &changing, item, Some(now))?;
            tell(tx, &task, What::ItemDone, &here.title)
        }
        (Step::Untick, Some(_)) => {
            queries::tick(tx, &changing, item, None)?;
            tell(tx, &task, What::ItemOpen, &here.title)
        }
        (Step::Up, _) => swap(tx, &changing, &items, at.checked_sub(1), at),
        (Step::Down, _) => swap(tx, &changing, &items, Some(at), at + 1),
        _ => Ok(()),
    }
}

/// Writes the order anew with two neighbours exchanged; nothing where there is no neighbour.
fn swap(
    tx: &mut TenantTx<'_>,
    changing: &policy::Changing<'_>,
    items: &[Item],
    upper: Option<usize>,
    lower: usize,
) -> Result<(), AppError> {
    let mut order: Vec<TaskItemId> = items.iter().map(|item| item.id).collect();
    let Some(upper) = upper.filter(|_| lower < order.len()) else {
        return Ok(());
    };
    order.swap(upper, lower);
    for (position, id) in (1_i32..).zip(order) {
        queries::place(tx, changing, id, position)?;
    }
    Ok(())
}

/// Removes a step.
///
/// # Errors
/// As [`change`].
pub fn remove(tx: &mut TenantTx<'_>, id: TaskId, item: TaskItemId) -> Result<(), AppError> {
    let task = tasks::held(tx, id)?;
    let found = found(tx, id, item)?;
    let changing = policy::may_change(tx.actor(), &task)?;
    queries::remove(tx, &changing, item)?;
    tell(tx, &task, What::ItemRemoved, &found.title)
}

/// A step of a task the acting member sees.
///
/// # Errors
/// As [`change`].
pub fn found(tx: &mut TenantTx<'_>, id: TaskId, item: TaskItemId) -> Result<Item, AppError> {
    let items = queries::of_task(tx, id)?;
    let found = items.into_iter().find(|one| one.id == item);
    found.ok_or(AppError::NotFound)
}

fn tell(tx: &mut TenantTx<'_>, task: &Task, what: What, title: &str) -> Result<(), AppError> {
    history::note(tx, task.id, what, title)?;
    tx.audit(Entry::of("tasks.checklist.changed", "task", task.id).after(json!({ "what": what.as_str() })))?;
    tx.emit(&TaskChanged {
        task: task.id,
        assignee: task.assignee_id,
    })?;
    Ok(())
}
