//! Why a lesson is not open, in words: what is missing, what to do about it, and when it opens. Pure.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domains::journeys::building::model::{UnlockAnchor, UnlockKind};
use crate::kernel::ids::{EnrolmentId, NodeKey};
use crate::kernel::time::local_date_time;

use super::model::{Condition, Path, Standing};

/// One thing that keeps a lesson closed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reason {
    /// What has to be; of several lines one is enough.
    pub any_of: Vec<Line>,
    /// Whether it has to be as well as what stands before it, where that could be read otherwise.
    pub is_more: bool,
}

/// One way to fulfil it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    /// Where something can be done about it; empty when one can only wait.
    pub href: String,
    /// What is done there.
    pub action: String,
}

/// For whom it is written.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    pub enrolment: EnrolmentId,
    pub zone: Tz,
}

impl Reader {
    /// Where a lesson of theirs is.
    pub fn address(&self, lesson: &Standing) -> String {
        format!("/learn/{}/lessons/{}", self.enrolment, lesson.key)
    }

    fn moment(&self, at: DateTime<Utc>) -> String {
        local_date_time(at, self.zone)
    }

    /// Until when a lesson is open; nothing when that has no end.
    pub fn open_until(&self, lesson: &Standing) -> Option<String> {
        let at = lesson.closes_at?;
        Some(format!("open until {}", self.moment(at)))
    }

    /// Why a lesson is not open; nothing when it is.
    pub fn reasons(&self, path: &Path, lesson: &Standing) -> Vec<Reason> {
        if lesson.is_open {
            return Vec::new();
        }
        let mut reasons = Vec::new();
        if let Some(at) = lesson.begins_at {
            reasons.push(only(wait(format!("Your journey begins on {}.", self.moment(at)))));
        }
        if let Some(milestone) = lesson.waits_for_milestone {
            let text = format!(
                "Finish “{}” first.",
                path.title(milestone).unwrap_or("the milestone before")
            );
            reasons.push(only(self.to_do(path, path.to_do_for(milestone), text)));
        }
        if let Some(before) = lesson.waits_for_lesson {
            reasons.push(only(self.first(path, before)));
        }
        reasons.extend(lesson.all_unmet().map(|clause| {
            Reason {
                any_of: clause
                    .iter()
                    .map(|condition| self.line(path, condition))
                    .collect(),
                is_more: false,
            }
        }));
        if reasons.is_empty() {
            reasons.push(only(wait(
                "It can't be opened just now. Ask your coach.".to_owned(),
            )));
        }
        tell_apart(&mut reasons);
        reasons
    }

    fn line(&self, path: &Path, condition: &Condition) -> Line {
        match condition.kind {
            UnlockKind::Previous => condition.before.map_or_else(gone, |node| self.first(path, node)),
            UnlockKind::Done => condition
                .argument
                .map_or_else(gone, |node| self.first(path, node)),
            UnlockKind::Score => self.score(path, condition),
            UnlockKind::At => wait(self.opens(condition)),
            UnlockKind::Elapsed => self.elapsed(path, condition),
            UnlockKind::Until => wait(match condition.until {
                Some(at) => format!("It was open until {}.", self.moment(at)),
                None => "It is no longer open.".to_owned(),
            }),
            UnlockKind::Approval => {
                wait("Your coach opens it for you. Ask them when you are ready.".to_owned())
            }
        }
    }

    fn opens(&self, condition: &Condition) -> String {
        match condition.opens_at {
            Some(at) => format!("It opens on {}.", self.moment(at)),
            None => "Its day is not known yet.".to_owned(),
        }
    }

    fn score(&self, path: &Path, condition: &Condition) -> Line {
        let Some(quiz) = condition.argument.and_then(|node| path.lesson(node)) else {
            return gone();
        };
        let needed = condition.percent;
        let so_far = match condition.score {
            Some(score) => format!("Your best is {score} %."),
            None => "You have not tried it yet.".to_owned(),
        };
        self.to_do(
            path,
            Some(quiz),
            format!("Reach {needed} % in “{}”. {so_far}", quiz.title),
        )
    }

    fn elapsed(&self, path: &Path, condition: &Condition) -> Line {
        if condition.is_paused {
            return wait("Your cohort is paused. It opens when the cohort goes on.".to_owned());
        }
        if condition.opens_at.is_some() {
            return wait(self.opens(condition));
        }
        let days = condition.days;
        let unit = match (condition.is_business, days) {
            (true, 1) => "business day",
            (true, _) => "business days",
            (false, 1) => "day",
            (false, _) => "days",
        };
        let about = condition.argument;
        match (condition.anchor, about, about.and_then(|node| path.title(node))) {
            (Some(UnlockAnchor::Done), Some(node), Some(title)) => self.to_do(
                path,
                path.to_do_for(node),
                format!("It opens {days} {unit} after you finish “{title}”."),
            ),
            (Some(UnlockAnchor::CohortStart), ..) => {
                wait(format!("It opens {days} {unit} after your cohort began."))
            }
            _ => wait(format!("It opens {days} {unit} after you began.")),
        }
    }

    fn first(&self, path: &Path, node: NodeKey) -> Line {
        match path.title(node) {
            Some(title) => self.to_do(path, path.to_do_for(node), format!("Finish “{title}” first.")),
            None => gone(),
        }
    }

    /// Something to do in a lesson; when that is not open either, in the one that is next.
    fn to_do(&self, path: &Path, lesson: Option<&Standing>, text: String) -> Line {
        let Some(lesson) = lesson else { return wait(text) };
        match (lesson.is_open, path.next(None)) {
            (true, _) => Line {
                href: self.address(lesson),
                action: format!("Go to “{}”", lesson.title),
                text,
            },
            (false, Some(next)) => Line {
                href: self.address(next),
                action: format!("Next for you: “{}”", next.title),
                text,
            },
            (false, None) => wait(text),
        }
    }
}

fn only(line: Line) -> Reason {
    Reason {
        any_of: vec![line],
        is_more: false,
    }
}

/// Where one of several is enough, it has to be said what is needed besides.
pub fn tell_apart(reasons: &mut [Reason]) {
    let has_choice = reasons.iter().any(|reason| reason.any_of.len() > 1);
    for (place, reason) in reasons.iter_mut().enumerate() {
        reason.is_more = has_choice && place > 0;
    }
}

fn wait(text: String) -> Line {
    Line {
        text,
        ..Line::default()
    }
}

/// What a rule is about is not there; that is closed, and somebody should hear of it.
fn gone() -> Line {
    wait("It waits for something that is no longer part of this journey. Tell your coach.".to_owned())
}

/// Every reason in one paragraph.
pub fn in_one(reasons: &[Reason]) -> String {
    let one = |reason: &Reason| {
        let lines: Vec<&str> = reason.any_of.iter().map(|line| line.text.as_str()).collect();
        lines.join(" Or: ")
    };
    reasons.iter().map(one).collect::<Vec<_>>().join(" ")
}
