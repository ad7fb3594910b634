//! What stands beside the form on the page of a task: steps, talk, files, time, watchers, history.

use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, TaskItemId, TimeEntryId};
use crate::platform::db::TenantTx;
use crate::platform::files::described;

use super::comments::pages::{Part, Talk};
use super::days::length_in_words;
use super::files::queries::{self as file_queries, TaskFile};
use super::history::{self, ChangeLine};
use super::model::Task;
use super::routes::page_of;
use super::{checklist, time, watching};

/// Time entries shown; the sum counts all.
const ENTRIES: i64 = 20;

/// A step as it is shown.
pub struct ItemLine {
    pub id: TaskItemId,
    pub title: String,
    pub is_done: bool,
}

/// A file as it is shown.
pub struct FileLine {
    pub href: String,
    /// Where its thumbnail is; empty for what is no picture.
    pub thumb: String,
    pub name: String,
    /// `PDF, 412 kB`.
    pub note: String,
    /// Who added it.
    pub by: String,
}

/// Time as it is shown.
pub struct TimeLine {
    pub id: TimeEntryId,
    pub who: String,
    pub day: String,
    pub length: String,
    pub note: String,
    pub is_own: bool,
}

/// All of it.
pub struct Parts {
    pub items: Vec<ItemLine>,
    /// Such as `2 of 5`; empty without steps.
    pub progress: String,
    pub talk: Talk,
    pub files: Vec<FileLine>,
    pub entries: Vec<TimeLine>,
    /// Such as `3 h of 4 h`; empty when there is neither.
    pub spent: String,
    pub is_over_estimate: bool,
    pub watchers: Vec<String>,
    pub watches: bool,
    pub changes: Vec<ChangeLine>,
}

impl Parts {
    /// What belongs to a task the acting member sees.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(tx: &mut TenantTx<'_>, me: &Member, task: &Task, part: Part) -> Result<Self, AppError> {
        let items: Vec<ItemLine> = checklist::queries::of_task(tx, task.id)?
            .into_iter()
            .map(|item| ItemLine {
                id: item.id,
                title: item.title,
                is_done: item.done_at.is_some(),
            })
            .collect();
        let done = items.iter().filter(|item| item.is_done).count();
        let minutes = time::queries::total(tx, task.id)?;
        let watchers = watching::queries::of_task(tx, task)?;
        Ok(Self {
            progress: match items.len() {
                0 => String::new(),
                all => format!("{done} of {all}"),
            },
            items,
            talk: Talk::read(tx, me, task.id, part)?,
            files: files(tx, task)?,
            entries: entries(tx, me, task)?,
            spent: spent(minutes, task.estimate_minutes),
            is_over_estimate: task
                .estimate_minutes
                .is_some_and(|estimate| minutes > i64::from(estimate)),
            watches: watchers.iter().any(|watcher| watcher.id == me.member),
            watchers: watchers.into_iter().map(|watcher| watcher.name).collect(),
            changes: history::newest(tx, me, task.id)?,
        })
    }
}

fn spent(minutes: i64, estimate: Option<i32>) -> String {
    match (minutes, estimate) {
        (0, None) => String::new(),
        (minutes, None) => length_in_words(minutes),
        (minutes, Some(estimate)) => {
            format!(
                "{} of {}",
                length_in_words(minutes),
                length_in_words(estimate.into())
            )
        }
    }
}

fn entries(tx: &mut TenantTx<'_>, me: &Member, task: &Task) -> Result<Vec<TimeLine>, AppError> {
    let found = time::queries::latest(tx, task.id, ENTRIES)?;
    let people: Vec<MemberId> = found.iter().map(|entry| entry.member_id).collect();
    let cards = tenancy::member_cards(tx, &people)?;
    let line = |entry: time::queries::Entry| TimeLine {
        id: entry.id,
        who: cards
            .get(&entry.member_id)
            .map(|card| card.name.clone())
            .unwrap_or_default(),
        day: entry.worked_on.format("%-d %b %Y").to_string(),
        length: length_in_words(entry.minutes.into()),
        note: entry.note,
        is_own: entry.member_id == me.member,
    };
    Ok(found.into_iter().map(line).collect())
}

fn files(tx: &mut TenantTx<'_>, task: &Task) -> Result<Vec<FileLine>, AppError> {
    let found = file_queries::of_task(tx, task.id)?;
    let people: Vec<MemberId> = found.iter().map(|file| file.uploaded_by).collect();
    let cards = tenancy::member_cards(tx, &people)?;
    let line = |file: TaskFile| {
        let href = format!("{}/files/{}", page_of(task.id), file.id);
        FileLine {
            thumb: match file.thumb_key {
                Some(_) => format!("{href}?size=small"),
                None => String::new(),
            },
            href,
            note: described(&file.name, file.size_bytes),
            by: cards
                .get(&file.uploaded_by)
                .map(|card| card.name.clone())
                .unwrap_or_default(),
            name: file.name,
        }
    };
    Ok(found.into_iter().map(line).collect())
}
