//! The one answer: what is open, and what keeps the rest closed. Pure.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::domains::journeys::building::model::{Atom, UnlockAnchor, UnlockKind};
use crate::domains::journeys::learning::model::LessonState;
use crate::kernel::ids::NodeKey;
use crate::kernel::time::begin_of_day;

use super::model::{Condition, Path, Standing};
use super::structure::{Lesson, Milestone, Structure};

/// What is known of a learner.
#[derive(Debug, Clone)]
pub struct Learner {
    /// Where their days begin at midnight.
    pub zone: Tz,
    /// Whether they did not leave.
    pub is_here: bool,
    pub enrolled_on: NaiveDate,
    /// Their first day, or their cohort's.
    pub starts_on: NaiveDate,
    pub paused_at: Option<DateTime<Utc>>,
    /// Whole days of pauses that are over.
    pub paused_days: i32,
    pub touched: HashMap<NodeKey, Touched>,
    /// What coaches said and did not take back.
    pub words: HashMap<NodeKey, Word>,
}

/// How far they are with a lesson.
#[derive(Debug, Clone, Copy)]
pub struct Touched {
    pub state: LessonState,
    pub score: Option<i16>,
    pub started_at: Option<DateTime<Utc>>,
    pub done_at: Option<DateTime<Utc>>,
    pub waived_at: Option<DateTime<Utc>>,
}

impl Touched {
    fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.done_at.or(self.waived_at)
    }
}

/// What a coach said about a node.
#[derive(Debug, Clone, Copy, Default)]
pub struct Word {
    pub is_unlocked: bool,
    pub is_approved: bool,
}

/// A node that counts and comes before another.
#[derive(Debug, Clone, Copy)]
struct Before {
    key: NodeKey,
    is_done: bool,
}

/// When a milestone or lesson came to its end, and what is before it.
#[derive(Debug, Clone, Copy, Default)]
struct Fact {
    is_done: bool,
    ended_at: Option<DateTime<Utc>>,
    score: Option<i16>,
    before: Option<Before>,
}

/// How every lesson of a version stands with a learner at a moment.
pub fn evaluate(structure: &Structure, learner: &Learner, now: DateTime<Utc>) -> Path {
    let asking = Asking {
        facts: facts(structure, learner),
        structure,
        learner,
        now,
    };
    let lessons = structure
        .milestones
        .iter()
        .flat_map(|milestone| asking.of_milestone(milestone));
    Path {
        lessons: lessons.collect(),
    }
}

fn facts(structure: &Structure, learner: &Learner) -> HashMap<NodeKey, Fact> {
    let mut facts = HashMap::with_capacity(learner.touched.len());
    let (mut lesson_before, mut milestone_before) = (None, None);
    for milestone in &structure.milestones {
        let of_milestone = of_milestone(milestone, learner);
        facts.insert(
            milestone.key,
            Fact {
                before: milestone_before,
                ..of_milestone
            },
        );
        if milestone.lessons.iter().any(|lesson| lesson.is_required) {
            milestone_before = Some(Before {
                key: milestone.key,
                is_done: of_milestone.is_done,
            });
        }
        for lesson in &milestone.lessons {
            let touched = learner.touched.get(&lesson.key);
            let ended_at = touched.and_then(Touched::ended_at);
            let is_waived = touched.is_some_and(|one| one.waived_at.is_some());
            let fact = Fact {
                is_done: ended_at.is_some(),
                ended_at,
                score: if is_waived {
                    Some(100)
                } else {
                    touched.and_then(|one| one.score)
                },
                before: lesson_before,
            };
            facts.insert(lesson.key, fact);
            if lesson.is_required {
                lesson_before = Some(Before {
                    key: lesson.key,
                    is_done: fact.is_done,
                });
            }
        }
    }
    facts
}

/// A milestone is done with the last lesson of it that counts; one without any is done from the beginning.
fn of_milestone(milestone: &Milestone, learner: &Learner) -> Fact {
    let mut fact = Fact {
        is_done: true,
        ..Fact::default()
    };
    for lesson in milestone.lessons.iter().filter(|lesson| lesson.is_required) {
        let ended_at = learner.touched.get(&lesson.key).and_then(Touched::ended_at);
        fact.is_done &= ended_at.is_some();
        fact.ended_at = fact.ended_at.max(ended_at);
    }
    Fact {
        ended_at: fact.ended_at.filter(|_| fact.is_done),
        ..fact
    }
}

struct Asking<'a> {
    structure: &'a Structure,
    learner: &'a Learner,
    facts: HashMap<NodeKey, Fact>,
    now: DateTime<Utc>,
}

impl Asking<'_> {
    fn of_milestone<'m>(&'m self, milestone: &'m Milestone) -> impl Iterator<Item = Standing> + 'm {
        let unmet = self.unmet(milestone.key);
        let begins_at =
            Some(begin_of_day(self.learner.starts_on, self.learner.zone)).filter(|at| *at > self.now);
        let before = self
            .fact(milestone.key)
            .before
            .filter(|before| self.structure.in_order && !before.is_done);
        let mut lesson_before: Option<Before> = None;
        milestone.lessons.iter().map(move |lesson| {
            let waits_for = lesson_before.filter(|before| milestone.in_order && !before.is_done);
            if lesson.is_required {
                lesson_before = Some(Before {
                    key: lesson.key,
                    is_done: self.fact(lesson.key).is_done,
                });
            }
            let standing = self.standing(milestone, lesson);
            self.judged(Standing {
                begins_at,
                waits_for_milestone: before.map(|before| before.key),
                waits_for_lesson: waits_for.map(|before| before.key),
                unmet_of_milestone: unmet.clone(),
                unmet: self.unmet(lesson.key),
                ..standing
            })
        })
    }

    /// What is known of a lesson before its rules are asked.
    fn standing(&self, milestone: &Milestone, lesson: &Lesson) -> Standing {
        let touched = self.learner.touched.get(&lesson.key);
        let word = |node: NodeKey| self.learner.words.get(&node).is_some_and(|word| word.is_unlocked);
        Standing {
            key: lesson.key,
            title: lesson.title.clone(),
            kind: lesson.kind,
            goal: lesson.goal,
            minutes: lesson.minutes,
            is_required: lesson.is_required,
            milestone: milestone.key,
            milestone_title: milestone.title.clone(),
            state: touched.map(|one| one.state),
            score: touched.and_then(|one| one.score),
            done_at: touched.and_then(|one| one.done_at),
            waived_at: touched.and_then(|one| one.waived_at),
            is_open: false,
            is_unlocked: word(lesson.key) || word(milestone.key),
            closes_at: None,
            begins_at: None,
            waits_for_lesson: None,
            waits_for_milestone: None,
            unmet: Vec::new(),
            unmet_of_milestone: Vec::new(),
        }
    }

    /// With whether it is open. A coach's word opens everything; what was begun closes again only where a rule lets it be open until a
    /// date.
    fn judged(&self, lesson: Standing) -> Standing {
        let touched = self.learner.touched.get(&lesson.key);
        let is_begun = touched.is_some_and(|one| one.started_at.is_some() || one.ended_at().is_some());
        let shuts =
            |clauses: &[Vec<Condition>]| clauses.iter().flatten().any(|one| one.kind == UnlockKind::Until);
        let is_shut = shuts(&lesson.unmet) || shuts(&lesson.unmet_of_milestone);
        let is_free = lesson.begins_at.is_none()
            && lesson.waits_for_lesson.is_none()
            && lesson.waits_for_milestone.is_none()
            && lesson.unmet.is_empty()
            && lesson.unmet_of_milestone.is_empty();
        let is_open = self.learner.is_here && (lesson.is_unlocked || (is_begun && !is_shut) || is_free);
        let closes = is_open && !lesson.is_unlocked && !lesson.is_done();
        let closes_at = closes.then(|| {
            let days = [self.closes_at(lesson.key), self.closes_at(lesson.milestone)];
            days.into_iter().flatten().min()
        });
        Standing {
            is_open,
            closes_at: closes_at.flatten(),
            ..lesson
        }
    }

    /// When the first clause of a node's rule stops holding by itself: one of which nothing but dates holds.
    fn closes_at(&self, node: NodeKey) -> Option<DateTime<Utc>> {
        let clauses = self.structure.rules.get(&node)?;
        let end = |clause: &Vec<Atom>| {
            let held = clause.iter().filter(|atom| self.condition(atom).1);
            // What else holds keeps it open past every date.
            let dates: Option<Vec<DateTime<Utc>>> = held
                .map(|atom| atom.at.filter(|_| atom.kind == UnlockKind::Until))
                .collect();
            dates?.into_iter().max()
        };
        clauses.iter().filter_map(end).min()
    }

    fn fact(&self, node: NodeKey) -> Fact {
        self.facts.get(&node).copied().unwrap_or_default()
    }

    /// The clauses of a node's rule that nothing fulfils.
    fn unmet(&self, node: NodeKey) -> Vec<Vec<Condition>> {
        let clauses = self.structure.rules.get(&node).map_or(&[][..], Vec::as_slice);
        let asked = clauses
            .iter()
            .map(|clause| clause.iter().map(|atom| self.condition(atom)).collect::<Vec<_>>());
        asked
            .filter(|clause| !clause.iter().any(|(_, holds)| *holds))
            .map(|clause| clause.into_iter().map(|(condition, _)| condition).collect())
            .collect()
    }

    /// A condition with what is known about it, and whether it holds. What cannot be known does not.
    fn condition(&self, atom: &Atom) -> (Condition, bool) {
        let about = atom.argument.and_then(|node| self.facts.get(&node).copied());
        let opens_at = match atom.kind {
            UnlockKind::At => atom.at,
            UnlockKind::Elapsed => self.elapsed(atom, about),
            _ => None,
        };
        let is_past = opens_at.is_some_and(|at| at <= self.now);
        let before = self.fact(atom.node).before;
        let score = about.and_then(|fact| fact.score);
        let holds = match atom.kind {
            UnlockKind::Previous => before.is_none_or(|before| before.is_done),
            UnlockKind::Done => about.is_some_and(|fact| fact.is_done),
            UnlockKind::Score => score
                .zip(atom.percent)
                .is_some_and(|(score, needed)| score >= needed),
            UnlockKind::At => is_past,
            UnlockKind::Until => atom.at.is_some_and(|at| at > self.now),
            UnlockKind::Elapsed => {
                is_past
                    && self
                        .learner
                        .paused_at
                        .is_none_or(|paused| opens_at <= Some(paused))
            }
            UnlockKind::Approval => self
                .learner
                .words
                .get(&atom.node)
                .is_some_and(|word| word.is_approved),
        };
        let condition = Condition {
            kind: atom.kind,
            argument: atom.argument,
            percent: atom.percent.unwrap_or_default(),
            score,
            days: atom.days.unwrap_or_default(),
            is_business: atom.is_business,
            anchor: atom.anchor,
            opens_at,
            until: atom.at.filter(|_| atom.kind == UnlockKind::Until),
            is_paused: atom.kind == UnlockKind::Elapsed && self.learner.paused_at.is_some(),
            before: before.map(|before| before.key),
        };
        (condition, holds)
    }

    /// The midnight at which enough days have passed. Pauses of a cohort move its days, and nothing that a learner's own doing began.
    fn elapsed(&self, atom: &Atom, about: Option<Fact>) -> Option<DateTime<Utc>> {
        let (day, paused) = match atom.anchor? {
            UnlockAnchor::Enrolled => (self.learner.enrolled_on, self.learner.paused_days),
            UnlockAnchor::CohortStart => (self.learner.starts_on, self.learner.paused_days),
            UnlockAnchor::Done => (about?.ended_at?.with_timezone(&self.learner.zone).date_naive(), 0),
        };
        let days = atom.days.unwrap_or_default();
        let day = match atom.is_business {
            true => business_day(day, days)?,
            false => day.checked_add_signed(TimeDelta::days(days.into()))?,
        };
        let day = day.checked_add_signed(TimeDelta::days(paused.into()))?;
        Some(begin_of_day(day, self.learner.zone))
    }
}

/// So many business days after a day: Saturdays and Sundays are none.
pub fn business_day(day: NaiveDate, days: i32) -> Option<NaiveDate> {
    if days <= 0 {
        return Some(day);
    }
    let (weekday, days) = (i64::from(day.weekday().number_from_monday()), i64::from(days));
    // A weekend counts as its Friday; each five days are a week.
    let weekends = (weekday.min(5) - 1 + days) / 5;
    day.checked_add_signed(TimeDelta::days(days + 2 * weekends - (weekday - 5).max(0)))
}
