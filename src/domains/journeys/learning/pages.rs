//! What a learner sees of their journeys.

use askama::Template;

use crate::domains::journeys::building::model::LessonKind;
use crate::domains::journeys::building::tree::duration;
use crate::domains::journeys::certificates;
use crate::domains::journeys::coaching::nudges;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, NodeKey};
use crate::kernel::markup;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::actions::on_the_way;
use super::lessons::pages::{Html, tone};
use super::model::{Enrolment, EnrolmentState};
use super::queries;
use super::unlocking::structure::{self, Structure};
use super::unlocking::words::{Reader, Reason, tell_apart};
use super::unlocking::{self, Path, Standing, Status};

/// One journey of the learner's.
pub struct JourneyLine {
    pub id: EnrolmentId,
    pub title: String,
    pub done: i32,
    pub required: i32,
    pub percent: i32,
    pub is_finished: bool,
    /// Where they go on: address and title; empty when there is nothing to do.
    pub next: Option<(String, String)>,
    /// Of what kind that is, and about how long it takes.
    pub next_note: String,
    /// Work that came back with comments: address and title of its lesson.
    pub returned: Vec<(String, String)>,
    /// When they finished, or were there last.
    pub when: String,
}

impl JourneyLine {
    fn of(tx: &mut TenantTx<'_>, me: &Member, enrolment: Enrolment) -> Result<Self, AppError> {
        let path = unlocking::path(tx, enrolment.id)?;
        let reader = Reader {
            enrolment: enrolment.id,
            zone: me.zone,
        };
        let next = path.next(enrolment.last_lesson);
        let is_finished = enrolment.state == EnrolmentState::Completed;
        let moment = |at| local_date_time(at, me.zone);
        let came_back = path
            .lessons
            .iter()
            .filter(|lesson| lesson.status() == Status::Returned);
        Ok(Self {
            returned: came_back
                .map(|lesson| (reader.address(lesson), lesson.title.clone()))
                .collect(),
            id: enrolment.id,
            percent: enrolment.percent(),
            done: enrolment.done,
            required: enrolment.required,
            is_finished,
            next_note: next.map(note).unwrap_or_default(),
            next: next.map(|next| (reader.address(next), next.title.clone())),
            when: match (enrolment.completed_at, enrolment.last_at) {
                (Some(at), _) => format!("Finished on {}", moment(at)),
                (None, Some(at)) => format!("Last here on {}", moment(at)),
                (None, None) => "Not started yet".to_owned(),
            },
            title: enrolment.title,
        })
    }
}

fn note(lesson: &Standing) -> String {
    match lesson.minutes {
        Some(minutes) => format!("{} · about {}", lesson.kind.label(), duration(i64::from(minutes))),
        None => lesson.kind.label().to_owned(),
    }
}

/// `/learn`
#[derive(Template)]
#[template(path = "journeys/learning/index.html")]
pub struct LearnPage {
    pub shell: Shell,
    pub active: Vec<JourneyLine>,
    pub finished: Vec<JourneyLine>,
}

impl LearnPage {
    /// What the acting member learns and learned.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, me: &Member) -> Result<Self, AppError> {
        let mut lines = Vec::new();
        for enrolment in queries::of_member(tx, me.member)? {
            lines.push(JourneyLine::of(tx, me, enrolment)?);
        }
        let (finished, active) = lines.into_iter().partition(|line| line.is_finished);
        Ok(Self {
            shell,
            active,
            finished,
        })
    }
}

/// One lesson on the way.
pub struct LessonLine {
    pub key: NodeKey,
    pub href: String,
    pub title: String,
    pub kind: LessonKind,
    pub note: String,
    pub is_required: bool,
    pub status: Status,
    pub tone: &'static str,
    pub is_locked: bool,
    pub is_done: bool,
    /// Whether it is the one to go on with.
    pub is_next: bool,
    pub reasons: Vec<Reason>,
}

/// A milestone with its lessons.
pub struct MilestoneView {
    pub key: NodeKey,
    pub number: usize,
    pub title: String,
    /// What it is for, where whoever built it said so.
    pub words: Html,
    pub done: usize,
    pub required: usize,
    /// What every lesson of it waits for, when none is open: said once.
    pub reasons: Vec<Reason>,
    pub lessons: Vec<LessonLine>,
}

impl MilestoneView {
    /// Whether everything that counts is done.
    pub fn is_done(&self) -> bool {
        self.required > 0 && self.done == self.required
    }

    /// Says at its head what all of its lessons wait for, instead of at each of them.
    fn say_once(&mut self) {
        let [first, rest @ ..] = self.lessons.as_slice() else {
            return;
        };
        if rest.is_empty() {
            return;
        }
        let holds = |reasons: &[Reason], asked: &Reason| reasons.iter().any(|one| one.any_of == asked.any_of);
        let is_common = |reason: &&Reason| rest.iter().all(|lesson| holds(&lesson.reasons, reason));
        let common: Vec<Reason> = first.reasons.iter().filter(is_common).cloned().collect();
        for lesson in &mut self.lessons {
            lesson.reasons.retain(|reason| !holds(&common, reason));
            tell_apart(&mut lesson.reasons);
        }
        self.reasons = common;
        tell_apart(&mut self.reasons);
    }

    /// Whether it is where the learner is, or they can begin it.
    pub fn is_open(&self) -> bool {
        self.lessons
            .iter()
            .any(|lesson| !lesson.is_locked && !lesson.is_done)
    }
}

/// All milestones of a way, as their learner or a coach reads it, with what each is for.
pub fn milestones(
    path: &Path,
    said: &Structure,
    reader: Reader,
    next: Option<NodeKey>,
) -> Vec<MilestoneView> {
    let words = |key: NodeKey| {
        let found = said.milestones.iter().find(|one| one.key == key);
        Html(found.map_or_else(String::new, |one| markup::document(&one.body).html))
    };
    let mut found: Vec<MilestoneView> = Vec::new();
    for lesson in &path.lessons {
        if found.last().is_none_or(|last| last.key != lesson.milestone) {
            found.push(MilestoneView {
                key: lesson.milestone,
                number: found.len() + 1,
                title: lesson.milestone_title.clone(),
                words: words(lesson.milestone),
                done: 0,
                required: 0,
                reasons: Vec::new(),
                lessons: Vec::new(),
            });
        }
        let Some(milestone) = found.last_mut() else {
            continue;
        };
        milestone.required += usize::from(lesson.is_required);
        milestone.done += usize::from(lesson.is_required && lesson.is_done());
        milestone.lessons.push(LessonLine {
            key: lesson.key,
            href: reader.address(lesson),
            title: lesson.title.clone(),
            kind: lesson.kind,
            note: match reader.open_until(lesson) {
                Some(until) => format!("{} · {until}", note(lesson)),
                None => note(lesson),
            },
            is_required: lesson.is_required,
            status: lesson.status(),
            tone: tone(lesson.status()),
            is_locked: lesson.status() == Status::Locked,
            is_done: lesson.is_done(),
            is_next: next == Some(lesson.key),
            reasons: match lesson.is_done() {
                true => Vec::new(),
                false => reader.reasons(path, lesson),
            },
        });
    }
    found.iter_mut().for_each(MilestoneView::say_once);
    found
}

/// `/learn/{enrolment}`
#[derive(Template)]
#[template(path = "journeys/learning/path.html")]
pub struct PathPage {
    pub shell: Shell,
    pub id: EnrolmentId,
    pub title: String,
    pub summary: Html,
    pub done: i32,
    pub required: i32,
    pub percent: i32,
    pub finished: String,
    /// What their certificate is called, when there is one or one is on its way.
    pub award: Option<String>,
    pub next: Option<(String, String)>,
    pub next_note: String,
    /// Why there is nothing to go on with, when there is not.
    pub waits: Vec<Reason>,
    pub milestones: Vec<MilestoneView>,
    /// Whether coaches may write to them about it; nothing to choose once it is finished.
    pub is_active: bool,
    /// Until when they want no messages about it; empty when they do.
    pub quiet_until: String,
}

impl PathPage {
    /// A journey of the acting member's.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for everybody else.
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, me: &Member, id: EnrolmentId) -> Result<Self, AppError> {
        let (learning, path) = on_the_way(tx, id)?;
        let enrolment = learning.enrolment();
        let reader = Reader {
            enrolment: id,
            zone: me.zone,
        };
        let next = path.next(enrolment.last_lesson);
        let first_closed = path
            .lessons
            .iter()
            .find(|lesson| !lesson.is_open && !lesson.is_done());
        let is_finished = enrolment.state == EnrolmentState::Completed;
        Ok(Self {
            id,
            is_active: !is_finished,
            quiet_until: match nudges::queries::snoozed(tx, id)? {
                Some(until) if until > tx.now() => local_date_time(until, me.zone),
                _ => String::new(),
            },
            done: enrolment.done,
            required: enrolment.required,
            percent: enrolment.percent(),
            summary: Html(markup::document(&enrolment.summary).html),
            finished: match enrolment.completed_at.filter(|_| is_finished) {
                Some(at) => local_date_time(at, me.zone),
                None => String::new(),
            },
            award: certificates::prospect(tx, id)?,
            next_note: next.map(note).unwrap_or_default(),
            waits: match (next, first_closed) {
                (None, Some(closed)) if !is_finished => reader.reasons(&path, closed),
                _ => Vec::new(),
            },
            milestones: milestones(
                &path,
                &*structure::of_version(tx, enrolment.version_id)?,
                reader,
                next.map(|next| next.key),
            ),
            next: next.map(|next| (reader.address(next), next.title.clone())),
            title: enrolment.title.clone(),
            shell,
        })
    }
}
