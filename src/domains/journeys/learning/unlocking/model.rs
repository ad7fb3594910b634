//! What is open to a learner.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::domains::journeys::building::model::{LessonGoal, LessonKind, UnlockAnchor, UnlockKind};
use crate::domains::journeys::learning::model::LessonState;
use crate::kernel::ids::{JourneyVersionId, NodeKey};

/// One lesson as it stands with one learner, in the order of the journey.
#[derive(Debug, Clone)]
pub struct Standing {
    pub key: NodeKey,
    pub title: String,
    pub kind: LessonKind,
    pub goal: LessonGoal,
    pub minutes: Option<i32>,
    pub is_required: bool,
    pub milestone: NodeKey,
    pub milestone_title: String,
    pub state: Option<LessonState>,
    pub score: Option<i16>,
    pub done_at: Option<DateTime<Utc>>,
    pub waived_at: Option<DateTime<Utc>>,
    /// Whether the learner may work on it.
    pub is_open: bool,
    /// Whether a coach's word opens it.
    pub is_unlocked: bool,
    /// When it closes by itself, while it is open and not done.
    pub closes_at: Option<DateTime<Utc>>,
    /// The learner's first day, while it is to come.
    pub begins_at: Option<DateTime<Utc>>,
    /// The lesson that comes before it in its milestone and is not done.
    pub waits_for_lesson: Option<NodeKey>,
    /// The milestone that comes before and is not done.
    pub waits_for_milestone: Option<NodeKey>,
    /// The clauses of its own rule that nothing fulfils, each with its conditions.
    pub unmet: Vec<Vec<Condition>>,
    /// Those of its milestone's.
    pub unmet_of_milestone: Vec<Vec<Condition>>,
}

/// What a lesson is to its learner, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Locked,
    Open,
    Started,
    Submitted,
    Returned,
    Done,
    Waived,
}

impl Status {
    /// The word people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Locked => "Not open yet",
            Self::Open => "Open",
            Self::Started => "Started",
            Self::Submitted => "Waiting for review",
            Self::Returned => "Returned with comments",
            Self::Done => "Done",
            Self::Waived => "Counted as done",
        }
    }
}

/// A condition that does not hold.
#[derive(Debug, Clone)]
pub struct Condition {
    pub kind: UnlockKind,
    pub argument: Option<NodeKey>,
    /// Percent that is needed.
    pub percent: i16,
    /// Percent that was reached.
    pub score: Option<i16>,
    pub days: i32,
    pub is_business: bool,
    pub anchor: Option<UnlockAnchor>,
    /// When it will hold by itself.
    pub opens_at: Option<DateTime<Utc>>,
    /// When it stopped holding.
    pub until: Option<DateTime<Utc>>,
    pub is_paused: bool,
    /// What counts and comes before the node whose condition it is.
    pub before: Option<NodeKey>,
}

impl Standing {
    /// Whether it counts as done.
    pub const fn is_done(&self) -> bool {
        self.done_at.is_some() || self.waived_at.is_some()
    }

    /// What it is to its learner.
    pub const fn status(&self) -> Status {
        match (self.state, self.is_open) {
            (Some(LessonState::Done), _) => Status::Done,
            _ if self.waived_at.is_some() => Status::Waived,
            (_, false) => Status::Locked,
            (Some(LessonState::Started), _) => Status::Started,
            (Some(LessonState::Submitted), _) => Status::Submitted,
            (Some(LessonState::Returned), _) => Status::Returned,
            (Some(LessonState::Open) | None, _) => Status::Open,
        }
    }

    /// The clauses of its milestone's rule and its own that nothing fulfils, each with its conditions.
    pub fn all_unmet(&self) -> impl Iterator<Item = &Vec<Condition>> {
        self.unmet_of_milestone.iter().chain(&self.unmet)
    }
}

/// Somebody imagined, to see what would be open to them.
#[derive(Debug, Clone)]
pub struct Persona {
    pub version: JourneyVersionId,
    /// When it is looked.
    pub at: DateTime<Utc>,
    pub zone: Tz,
    pub enrolled_on: NaiveDate,
    /// Their first day, or their cohort's.
    pub starts_on: NaiveDate,
    /// Whether a coach said yes to all that needs it.
    pub is_approved: bool,
    pub done: Vec<ImaginedDone>,
}

/// A lesson that they have done.
#[derive(Debug, Clone, Copy)]
pub struct ImaginedDone {
    pub lesson: NodeKey,
    /// Percent; nothing where there is no score.
    pub score: Option<i16>,
    pub at: DateTime<Utc>,
}

/// All lessons of a learner's version, in order.
#[derive(Debug, Clone, Default)]
pub struct Path {
    pub lessons: Vec<Standing>,
}

impl Path {
    /// One lesson.
    pub fn lesson(&self, key: NodeKey) -> Option<&Standing> {
        self.lessons.iter().find(|lesson| lesson.key == key)
    }

    /// The one before and the one after a lesson.
    pub fn beside(&self, key: NodeKey) -> (Option<&Standing>, Option<&Standing>) {
        let Some(index) = self.lessons.iter().position(|lesson| lesson.key == key) else {
            return (None, None);
        };
        let before = index.checked_sub(1).and_then(|before| self.lessons.get(before));
        (before, self.lessons.get(index + 1))
    }

    /// Where the learner goes on: where they were, when that is not done; else the first lesson that counts and is open and not done;
    /// else any that is.
    pub fn next(&self, last: Option<NodeKey>) -> Option<&Standing> {
        let is_next = |lesson: &&Standing| {
            lesson.is_open && !lesson.is_done() && lesson.state != Some(LessonState::Submitted)
        };
        let last = last
            .and_then(|key| self.lesson(key))
            .filter(|lesson| is_next(lesson));
        last.or_else(|| {
            self.lessons
                .iter()
                .find(|lesson| lesson.is_required && is_next(lesson))
        })
        .or_else(|| self.lessons.iter().find(is_next))
    }

    /// The first lesson that is not done in a milestone or that is a lesson: what to do about a node that has to be done first.
    pub fn to_do_for(&self, node: NodeKey) -> Option<&Standing> {
        let of_it = |lesson: &&Standing| lesson.milestone == node && lesson.is_required && !lesson.is_done();
        self.lesson(node).or_else(|| self.lessons.iter().find(of_it))
    }

    /// The next moment at which something opens by itself, or is asked anew: of all days that lessons wait for, the first to come.
    pub fn opens_next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = self
            .lessons
            .iter()
            .filter(|lesson| !lesson.is_open)
            .flat_map(|lesson| {
                let of_rules = lesson.all_unmet().flatten().filter_map(|one| one.opens_at);
                of_rules.chain(lesson.begins_at)
            });
        days.filter(|at| *at > now).min()
    }

    /// What a node is called.
    pub fn title(&self, node: NodeKey) -> Option<&str> {
        let lesson = self.lesson(node).map(|lesson| lesson.title.as_str());
        lesson.or_else(|| {
            let of_it = self.lessons.iter().find(|lesson| lesson.milestone == node);
            of_it.map(|lesson| lesson.milestone_title.as_str())
        })
    }
}
