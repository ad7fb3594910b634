//! Which tasks are asked for: what the address says, and what is meant by it.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Deserialize;

use crate::domains::tasks::model::TaskStatus;
use crate::kernel::time::read_day;
use crate::platform::web::address;

/// The filters, as the address has them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TasksQuery {
    /// A word of [`Whose`].
    pub whose: String,
    /// `open` (or empty), `over`, `any`, or a status.
    pub status: String,
    /// `overdue`, `today`, `week`, `none`, or a day as year-month-day.
    pub due: String,
    /// Words of the title or the reference.
    pub q: String,
    /// What older addresses say for both: `given` or `over`.
    pub tab: String,
    /// The last task of the page before.
    pub after: String,
    /// For the calendar: such as `2026-12`.
    pub month: String,
    /// For a new one: whom it is about.
    pub member: String,
    /// For a new one: not empty where it is to remind of speaking with them.
    pub keep_in_touch: String,
}

/// Whose tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whose {
    /// To be done by the acting member now: their own, and those that fall to them.
    #[default]
    Mine,
    /// What they made, for themselves and others.
    Made,
    /// About the people they look after.
    People,
    /// About the people they back up, and somebody else's to do.
    Backed,
    /// What they watch.
    Watched,
    /// Everything they see.
    All,
}

impl Whose {
    /// Each with the word in addresses and what people read.
    pub const WORDS: [(Self, &'static str, &'static str); 6] = [
        (Self::Mine, "mine", "Mine"),
        (Self::Made, "made", "Made by me"),
        (Self::People, "people", "About my people"),
        (Self::Backed, "backed", "About people I back up"),
        (Self::Watched, "watched", "Watched"),
        (Self::All, "all", "All I see"),
    ];

    /// What a word means; everything unknown means one's own.
    pub fn of(word: &str) -> Self {
        Self::WORDS
            .iter()
            .find(|(_, known, _)| *known == word)
            .map(|(whose, ..)| *whose)
            .unwrap_or_default()
    }
}

/// Words for the status that are no status, with what people read.
pub const STATES: [(&str, &str); 3] = [("open", "Open"), ("over", "Done or cancelled"), ("any", "Any")];

/// Words for the day, with what people read.
pub const DAYS: [(&str, &str); 5] = [
    ("", "Any day"),
    ("overdue", "Overdue"),
    ("today", "Today"),
    ("week", "Next 7 days"),
    ("none", "Without a day"),
];

/// Statuses in which there is something to do.
pub const OPEN: [TaskStatus; 3] = [TaskStatus::Pending, TaskStatus::InProgress, TaskStatus::Blocked];
/// Statuses in which there is nothing more to do.
const OVER: [TaskStatus; 2] = [TaskStatus::Completed, TaskStatus::Cancelled];

/// Which tasks, as meant.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    pub whose: Whose,
    pub statuses: Vec<TaskStatus>,
    /// Due on this day or later.
    pub from: Option<NaiveDate>,
    /// Due on this day or earlier.
    pub to: Option<NaiveDate>,
    /// Only those without a day.
    pub without_day: bool,
    pub words: String,
    /// Leaves out what was done before.
    pub done_since: Option<DateTime<Utc>>,
}

impl TasksQuery {
    /// The same in today's words: links that people keep go on to work.
    #[must_use]
    pub fn in_todays_words(mut self) -> Self {
        match std::mem::take(&mut self.tab).as_str() {
            "over" => "over".clone_into(&mut self.status),
            "given" => "made".clone_into(&mut self.whose),
            _ => {}
        }
        self
    }

    /// What is meant, on the day it is asked.
    pub fn filter(&self, today: NaiveDate) -> TaskFilter {
        let day = |days: u64| today.checked_add_days(Days::new(days));
        let (from, to) = match self.due.as_str() {
            "overdue" => (None, today.pred_opt()),
            "today" => (Some(today), Some(today)),
            "week" => (Some(today), day(7)),
            named => {
                let named = read_day(named);
                (named, named)
            }
        };
        TaskFilter {
            whose: Whose::of(&self.whose),
            statuses: statuses(&self.status),
            from,
            to,
            without_day: self.due == "none",
            words: self
                .q
                .chars()
                .filter(|c| !c.is_control())
                .take(80)
                .collect::<String>()
                .trim()
                .to_owned(),
            done_since: None,
        }
    }

    /// Whether anything but whose they are is asked for.
    pub fn is_narrowed(&self) -> bool {
        let is_open = matches!(self.status.as_str(), "" | "open");
        !(is_open && self.due.is_empty() && self.q.trim().is_empty())
    }

    /// The address of a view under these filters, from the start.
    pub fn address_of(&self, path: &str) -> String {
        self.address_with(path, &[])
    }

    /// The address of a view under these filters and more.
    pub fn address_with(&self, path: &str, more: &[(&str, &str)]) -> String {
        let own = [
            ("whose", self.whose.as_str()),
            ("status", &self.status),
            ("due", &self.due),
            ("q", &self.q),
        ];
        let kept = own
            .iter()
            .filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
        let all: Vec<(&str, &str)> = kept.chain(more).copied().collect();
        address(path, &all)
    }
}

fn statuses(word: &str) -> Vec<TaskStatus> {
    match word {
        "any" => TaskStatus::ALL.to_vec(),
        "over" => OVER.to_vec(),
        word => word.parse().map_or_else(|_| OPEN.to_vec(), |status| vec![status]),
    }
}
