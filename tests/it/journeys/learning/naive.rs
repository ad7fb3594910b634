//! The rules of unlocking once more, as slowly and plainly as they are told: what the portal's one question is held to.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;
use uuid::Uuid;

#[derive(Debug, Clone)]
pub struct Tree {
    pub in_order: bool,
    pub milestones: Vec<Milestone>,
    pub atoms: Vec<Atom>,
}

#[derive(Debug, Clone)]
pub struct Milestone {
    pub key: Uuid,
    pub in_order: bool,
    pub lessons: Vec<Lesson>,
}

#[derive(Debug, Clone, Copy)]
pub struct Lesson {
    pub key: Uuid,
    pub is_required: bool,
}

#[derive(Debug, Clone)]
pub struct Atom {
    pub node: Uuid,
    pub clause: i16,
    pub place: i16,
    pub rule: Rule,
}

#[derive(Debug, Clone, Copy)]
pub enum Rule {
    Previous,
    Done(Uuid),
    Score(Uuid, i16),
    At(DateTime<Utc>),
    Until(DateTime<Utc>),
    Elapsed {
        since: Since,
        days: i32,
        is_business: bool,
    },
    Approval,
}

#[derive(Debug, Clone, Copy)]
pub enum Since {
    Enrolled,
    CohortStart,
    Done(Uuid),
}

#[derive(Debug, Clone, Default)]
pub struct Done {
    pub started_at: Option<DateTime<Utc>>,
    pub done_at: Option<DateTime<Utc>>,
    pub waived_at: Option<DateTime<Utc>>,
    pub score: Option<i16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Unlock(Option<DateTime<Utc>>),
    Approve,
    Revoke,
}

/// That they joined their cohort after its first day.
#[derive(Debug, Clone, Copy)]
pub struct Late {
    pub joined_on: NaiveDate,
    /// Days for which the cohort had stood still by then.
    pub paused_days: i32,
    /// Whether the cohort's dates count for them.
    pub with_cohort: bool,
}

/// What is known of a learner.
#[derive(Debug, Clone)]
pub struct Learner {
    pub has_left: bool,
    pub zone: Tz,
    pub enrolled_at: DateTime<Utc>,
    pub starts_on: NaiveDate,
    pub paused_at: Option<DateTime<Utc>>,
    pub paused_days: i32,
    pub late: Option<Late>,
    pub lessons: HashMap<Uuid, Done>,
    /// In the order in which they were said.
    pub words: Vec<(Uuid, Word)>,
}

struct Asking<'a> {
    tree: &'a Tree,
    learner: &'a Learner,
    now: DateTime<Utc>,
}

/// Which lessons are open.
pub fn open(tree: &Tree, learner: &Learner, now: DateTime<Utc>) -> HashMap<Uuid, bool> {
    let asking = Asking { tree, learner, now };
    let mut found = HashMap::new();
    for milestone in &tree.milestones {
        for lesson in &milestone.lessons {
            found.insert(lesson.key, asking.is_open(milestone, lesson.key));
        }
    }
    found
}

impl Asking<'_> {
    fn is_open(&self, milestone: &Milestone, lesson: Uuid) -> bool {
        if self.learner.has_left {
            return false;
        }
        if self.is_unlocked(lesson) || self.is_unlocked(milestone.key) {
            return true;
        }
        let nodes = [milestone.key, lesson];
        let begun =
            self.learner.lessons.get(&lesson).is_some_and(|one| {
                one.started_at.is_some() || one.done_at.is_some() || one.waived_at.is_some()
            });
        if begun {
            // Only what was open until a date closes again.
            return nodes.iter().all(|node| {
                self.unmet(*node)
                    .iter()
                    .all(|clause| !self.has_until(*node, *clause))
            });
        }
        self.begins_at() <= self.now
            && nodes.iter().all(|node| self.unmet(*node).is_empty())
            && (!self.tree.in_order || self.is_milestone_before_done(milestone.key))
            && (!milestone.in_order || self.is_lesson_before_done(&milestone.lessons, lesson))
    }

    fn begins_at(&self) -> DateTime<Utc> {
        self.midnight(self.first_day())
    }

    /// Their own, when they joined late and count from it.
    fn first_day(&self) -> NaiveDate {
        match self.learner.late {
            Some(late) if !late.with_cohort => late.joined_on,
            _ => self.learner.starts_on,
        }
    }

    /// As though they had been enrolled on the cohort's first day, when they count with it.
    fn enrolled_on(&self) -> NaiveDate {
        let local = self.learner.enrolled_at.with_timezone(&self.learner.zone);
        match self.learner.late {
            Some(late) if late.with_cohort => self.learner.starts_on,
            _ => local.date_naive(),
        }
    }

    /// Days for which their clock stood still: none of those before they came, when it is their own.
    fn paused_days(&self) -> i32 {
        match self.learner.late {
            Some(late) if !late.with_cohort => self.learner.paused_days - late.paused_days,
            _ => self.learner.paused_days,
        }
    }

    fn midnight(&self, day: NaiveDate) -> DateTime<Utc> {
        day.and_time(NaiveTime::MIN)
            .and_local_timezone(self.learner.zone)
            .earliest()
            .unwrap()
            .with_timezone(&Utc)
    }

    fn is_milestone_before_done(&self, key: Uuid) -> bool {
        let before = self.tree.milestones.iter().take_while(|one| one.key != key);
        let last = before
            .filter(|one| one.lessons.iter().any(|lesson| lesson.is_required))
            .last();
        last.is_none_or(|one| self.is_done(one.key))
    }

    fn is_lesson_before_done(&self, among: &[Lesson], key: Uuid) -> bool {
        let before = among.iter().take_while(|one| one.key != key);
        before
            .filter(|one| one.is_required)
            .last()
            .is_none_or(|one| self.is_done(one.key))
    }

    fn is_done(&self, node: Uuid) -> bool {
        if let Some(milestone) = self.tree.milestones.iter().find(|one| one.key == node) {
            return milestone
                .lessons
                .iter()
                .filter(|one| one.is_required)
                .all(|one| self.is_done(one.key));
        }
        let is_there = self
            .tree
            .milestones
            .iter()
            .any(|one| one.lessons.iter().any(|lesson| lesson.key == node));
        is_there
            && self
                .learner
                .lessons
                .get(&node)
                .is_some_and(|one| one.done_at.is_some() || one.waived_at.is_some())
    }

    fn done_at(&self, node: Uuid) -> Option<DateTime<Utc>> {
        if !self.is_done(node) {
            return None;
        }
        if let Some(milestone) = self.tree.milestones.iter().find(|one| one.key == node) {
            return milestone
                .lessons
                .iter()
                .filter(|one| one.is_required)
                .filter_map(|one| self.done_at(one.key))
                .max();
        }
        self.learner
            .lessons
            .get(&node)
            .and_then(|one| one.done_at.or(one.waived_at))
    }

    /// What was said after the last revocation.
    fn words(&self, node: Uuid) -> Vec<Word> {
        let said: Vec<Word> = self
            .learner
            .words
            .iter()
            .filter(|(about, _)| *about == node)
            .map(|(_, word)| *word)
            .collect();
        said.rsplit(|word| *word == Word::Revoke)
            .next()
            .unwrap_or_default()
            .to_vec()
    }

    fn is_unlocked(&self, node: Uuid) -> bool {
        self.words(node).iter().any(|word| match word {
            Word::Unlock(until) => until.is_none_or(|until| until > self.now),
            _ => false,
        })
    }

    fn clauses(&self, node: Uuid) -> Vec<i16> {
        let mut clauses: Vec<i16> = self
            .tree
            .atoms
            .iter()
            .filter(|atom| atom.node == node)
            .map(|atom| atom.clause)
            .collect();
        clauses.sort_unstable();
        clauses.dedup();
        clauses
    }

    fn of_clause(&self, node: Uuid, clause: i16) -> impl Iterator<Item = &Atom> {
        self.tree
            .atoms
            .iter()
            .filter(move |atom| atom.node == node && atom.clause == clause)
    }

    fn unmet(&self, node: Uuid) -> Vec<i16> {
        let clauses = self.clauses(node);
        clauses
            .into_iter()
            .filter(|clause| !self.of_clause(node, *clause).any(|atom| self.holds(atom)))
            .collect()
    }

    fn has_until(&self, node: Uuid, clause: i16) -> bool {
        self.of_clause(node, clause)
            .any(|atom| matches!(atom.rule, Rule::Until(_)))
    }

    fn holds(&self, atom: &Atom) -> bool {
        match atom.rule {
            Rule::Previous => self.is_before_done(atom.node),
            Rule::Done(node) => self.is_done(node),
            Rule::Score(lesson, percent) => self.learner.lessons.get(&lesson).is_some_and(|one| {
                one.waived_at.is_some() || one.score.is_some_and(|score| score >= percent)
            }),
            Rule::At(at) => at <= self.now,
            Rule::Until(at) => at > self.now,
            Rule::Elapsed {
                since,
                days,
                is_business,
            } => self.has_elapsed(since, days, is_business),
            Rule::Approval => self.words(atom.node).contains(&Word::Approve),
        }
    }

    /// What comes before a node in the whole journey and counts.
    fn is_before_done(&self, node: Uuid) -> bool {
        if self.tree.milestones.iter().any(|one| one.key == node) {
            return self.is_milestone_before_done(node);
        }
        let all: Vec<Lesson> = self
            .tree
            .milestones
            .iter()
            .flat_map(|one| one.lessons.clone())
            .collect();
        self.is_lesson_before_done(&all, node)
    }

    fn has_elapsed(&self, since: Since, days: i32, is_business: bool) -> bool {
        let local = |at: DateTime<Utc>| at.with_timezone(&self.learner.zone).date_naive();
        let (day, paused) = match since {
            Since::Enrolled => (Some(self.enrolled_on()), self.paused_days()),
            Since::CohortStart => (Some(self.first_day()), self.paused_days()),
            Since::Done(node) => (self.done_at(node).map(local), 0),
        };
        let Some(day) = day else { return false };
        let day = match is_business {
            true => business_day(day, days),
            false => day + Days::new(days.try_into().unwrap()),
        };
        let opens = self.midnight(day + Days::new(paused.try_into().unwrap()));
        opens <= self.now && self.learner.paused_at.is_none_or(|paused| opens <= paused)
    }
}

/// Counted day by day.
pub fn business_day(mut day: NaiveDate, mut days: i32) -> NaiveDate {
    while days > 0 {
        day = day.succ_opt().unwrap();
        if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            days -= 1;
        }
    }
    day
}
