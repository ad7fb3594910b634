//! What happened to a task, as those who see it read it. The audit log keeps what an organization must be able to prove; this keeps
//! what people want to know, words and all.

pub mod queries;

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, TaskId};
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;

use super::days::length_in_words;
use super::forms::TaskWords;
use super::model::Task;
use super::repeating::Repeat;
use queries::Change;

/// Changes shown on the page of a task.
const SHOWN: i64 = 30;

macro_rules! what {
    ($($variant:ident = $word:literal : $meaning:literal),+ $(,)?) => {
        /// What happened to a task, by the words the table knows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum What { $(#[doc = $meaning] $variant),+ }

        impl What {
            /// The word in the table.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What a word of the table means.
            pub fn of(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

what! {
    Created = "created": "It was made.",
    Title = "title": "Its title was changed.",
    Details = "details": "Its details were changed; which is not kept.",
    Status = "status": "It was moved.",
    Due = "due": "Its day was changed.",
    Priority = "priority": "How much it presses was changed.",
    Assignee = "assignee": "It was passed on; before and after are ids.",
    Reference = "reference": "Its case or grievance was changed.",
    Estimate = "estimate": "How long it takes was changed.",
    Repeat = "repeat": "How it repeats was changed.",
    ItemAdded = "item_added": "A step was added.",
    ItemDone = "item_done": "A step was ticked.",
    ItemOpen = "item_open": "The tick of a step was taken away.",
    ItemRemoved = "item_removed": "A step was removed.",
    Spoken = "spoken": "Somebody spoke with the person, which did the follow-up.",
    Anew = "anew": "Somebody spoke with the person, so it is due later; before and after are days.",
    FileAdded = "file_added": "A file was added.",
    FileRemoved = "file_removed": "A file was removed.",
}

/// Notes what a task's new words change.
///
/// # Errors
/// When the database fails.
pub fn note_edit(
    tx: &mut TenantTx<'_>,
    task: &Task,
    words: &TaskWords,
    assignee: MemberId,
) -> Result<(), AppError> {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let length = |minutes: Option<i32>| {
        minutes
            .map(|minutes| length_in_words(minutes.into()))
            .unwrap_or_default()
    };
    let rhythm = |repeat: Option<Repeat>, from_contact: bool| {
        let words = repeat.map(|repeat| repeat.in_words()).unwrap_or_default();
        match from_contact {
            true => format!("{words} after a conversation"),
            false => words,
        }
    };
    let status = |label: &str, reason: &str| match reason {
        "" => label.to_owned(),
        reason => format!("{label}: {reason}"),
    };
    let told = [
        (What::Title, task.title.clone(), words.title.clone()),
        (
            What::Status,
            status(task.status.label(), &task.blocked_reason),
            status(words.status.label(), &words.blocked_reason),
        ),
        (What::Due, day(task.due_on), day(words.due_on)),
        (
            What::Priority,
            task.priority.label().to_owned(),
            words.priority.label().to_owned(),
        ),
        (What::Assignee, task.assignee_id.to_string(), assignee.to_string()),
        (What::Reference, task.reference.clone(), words.reference.clone()),
        (
            What::Estimate,
            length(task.estimate_minutes),
            length(words.estimate),
        ),
        (
            What::Repeat,
            rhythm(task.repeat(), task.counts_from_contact),
            rhythm(words.repeat, words.from_contact),
        ),
    ];
    for (what, before, after) in told {
        if before != after {
            queries::add(tx, task.id, &Change { what, before, after })?;
        }
    }
    if task.details != words.details {
        note(tx, task.id, What::Details, "")?;
    }
    Ok(())
}

/// Notes one thing that happened.
///
/// # Errors
/// When the database fails.
pub fn note(tx: &mut TenantTx<'_>, task: TaskId, what: What, after: &str) -> Result<(), AppError> {
    let change = Change {
        what,
        before: String::new(),
        after: after.to_owned(),
    };
    Ok(queries::add(tx, task, &change)?)
}

/// Notes that a conversation made a task due on another day.
///
/// # Errors
/// When the database fails.
pub fn note_anew(
    tx: &mut TenantTx<'_>,
    task: TaskId,
    before: NaiveDate,
    after: NaiveDate,
) -> Result<(), AppError> {
    let change = Change {
        what: What::Anew,
        before: before.to_string(),
        after: after.to_string(),
    };
    Ok(queries::add(tx, task, &change)?)
}

/// One change as it is shown.
pub struct ChangeLine {
    pub by: String,
    /// What they did, after their name.
    pub text: String,
    pub machine: String,
    pub shown: String,
}

/// The newest changes of a task.
///
/// # Errors
/// When the database fails.
pub fn newest(tx: &mut TenantTx<'_>, me: &Member, task: TaskId) -> Result<Vec<ChangeLine>, AppError> {
    let rows = queries::newest(tx, task, SHOWN)?;
    let named = rows
        .iter()
        .filter(|row| What::of(&row.what) == Some(What::Assignee))
        .flat_map(|row| {
            [row.before.parse().ok(), row.after.parse().ok()]
                .into_iter()
                .flatten()
        });
    let people: Vec<MemberId> = rows.iter().filter_map(|row| row.made_by).chain(named).collect();
    let cards = tenancy::member_cards(tx, &people)?;
    let line = |row: queries::ChangeRow| ChangeLine {
        by: row
            .made_by
            .and_then(|by| cards.get(&by))
            .map_or_else(|| "Waymark".to_owned(), |card| card.name.clone()),
        text: in_words(&row, &cards),
        machine: machine(row.made_at),
        shown: local_date_time(row.made_at, me.zone),
    };
    Ok(rows.into_iter().map(line).collect())
}

fn in_words(row: &queries::ChangeRow, cards: &HashMap<MemberId, MemberCard>) -> String {
    let name = |id: &str| {
        let known = id.parse().ok().and_then(|id: MemberId| cards.get(&id));
        known.map_or_else(|| "somebody".to_owned(), |card| card.name.clone())
    };
    let (before, after) = (row.before.as_str(), row.after.as_str());
    let changed = |thing: &str| match (before, after) {
        ("", after) => format!("set {thing} to {after}"),
        (before, "") => format!("took away {thing}: {before}"),
        (before, after) => format!("changed {thing} from {before} to {after}"),
    };
    match What::of(&row.what) {
        Some(What::Created) => "made this task".to_owned(),
        Some(What::Title) => changed("the title"),
        Some(What::Details) => "changed the details".to_owned(),
        Some(What::Status) => format!("moved it from {before} to {after}"),
        Some(What::Due) => changed("the day"),
        Some(What::Priority) => changed("the priority"),
        Some(What::Assignee) => format!("passed it from {} to {}", name(before), name(after)),
        Some(What::Reference) => changed("the reference"),
        Some(What::Estimate) => changed("the estimate"),
        Some(What::Repeat) => changed("how it repeats"),
        Some(What::ItemAdded) => format!("added the step {after}"),
        Some(What::ItemDone) => format!("ticked {after}"),
        Some(What::ItemOpen) => format!("unticked {after}"),
        Some(What::ItemRemoved) => format!("removed the step {after}"),
        Some(What::Anew) => format!("spoke with the person: due on {after} instead of {before}"),
        Some(What::FileAdded) => format!("added the file {after}"),
        Some(What::FileRemoved) => format!("removed the file {after}"),
        Some(What::Spoken) => "spoke with the person: the follow-up is done".to_owned(),
        None => "changed it".to_owned(),
    }
}
