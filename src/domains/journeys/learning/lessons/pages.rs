//! What the page of a lesson prints.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::app::App;
use crate::domains::journeys::building::content::Content;
use crate::domains::journeys::building::model::{LessonGoal, LessonKind};
use crate::domains::journeys::coaching::discussion;
use crate::domains::journeys::coaching::discussion::actions::Discussion;
use crate::domains::journeys::learning::actions::on_the_way;
use crate::domains::journeys::learning::policy::{Learning, may_work};
use crate::domains::journeys::learning::progress::queries as progress;
use crate::domains::journeys::learning::queries as enrolments;
use crate::domains::journeys::learning::unlocking::words::{Reader, Reason};
use crate::domains::journeys::learning::unlocking::{Path, Standing, Status};
use crate::domains::tenancy::{self, MemberCard, MemberState};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{EnrolmentId, LessonNoteId, NodeKey};
use crate::kernel::markup::{self, Part};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::actions::{self, Opened};
use super::forms::{AnswersForm, NoteForm, WritingForm};
use super::queries;
use super::work::{self, Task};
use super::writing::clock;

/// The lesson before or after.
#[derive(Debug, Clone)]
pub struct Beside {
    pub href: String,
    pub title: String,
    pub is_locked: bool,
}

/// What every page about a lesson shows around it.
#[derive(Debug, Clone)]
pub struct Frame {
    pub enrolment: EnrolmentId,
    pub journey: String,
    pub milestone: String,
    pub key: NodeKey,
    pub title: String,
    pub kind: LessonKind,
    /// `3 of 12`
    pub place: String,
    pub minutes: Option<i32>,
    pub is_required: bool,
    pub status: Status,
    /// Until when it is open, in words; empty when that has no end.
    pub open_until: String,
    pub done: i32,
    pub required: i32,
    pub percent: i32,
    pub before: Option<Beside>,
    pub after: Option<Beside>,
}

impl Frame {
    fn of(learning: &Learning, path: &Path, lesson: &Standing, reader: Reader) -> Self {
        let enrolment = learning.enrolment();
        let beside = |one: Option<&Standing>| {
            one.map(|one| Beside {
                href: reader.address(one),
                title: one.title.clone(),
                is_locked: !one.is_open,
            })
        };
        let (before, after) = path.beside(lesson.key);
        let at = path
            .lessons
            .iter()
            .position(|one| one.key == lesson.key)
            .unwrap_or_default();
        Self {
            enrolment: enrolment.id,
            journey: enrolment.title.clone(),
            milestone: lesson.milestone_title.clone(),
            key: lesson.key,
            title: lesson.title.clone(),
            kind: lesson.kind,
            place: format!("{} of {}", at + 1, path.lessons.len()),
            minutes: lesson.minutes,
            is_required: lesson.is_required,
            status: lesson.status(),
            open_until: reader.open_until(lesson).unwrap_or_default(),
            done: enrolment.done,
            required: enrolment.required,
            percent: enrolment.percent(),
            before: beside(before),
            after: beside(after),
        }
    }

    /// The address of the lesson.
    pub fn path(&self) -> String {
        format!("/learn/{}/lessons/{}", self.enrolment, self.key)
    }

    /// The kind of badge that says how far it is.
    pub const fn tone(&self) -> &'static str {
        tone(self.status)
    }
}

/// The kind of badge of a status.
pub const fn tone(status: Status) -> &'static str {
    match status {
        Status::Done | Status::Waived => "positive",
        Status::Returned => "warning",
        Status::Submitted | Status::Started => "accent",
        Status::Open | Status::Locked => "",
    }
}

/// HTML that the portal made of Markdown, and cleaned.
#[derive(Debug, Clone, Default)]
pub struct Html(pub String);

impl std::fmt::Display for Html {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// A lesson that is not open.
#[derive(Template)]
#[template(path = "journeys/learning/locked.html")]
pub struct LockedPage {
    pub shell: Shell,
    pub frame: Frame,
    pub reasons: Vec<Reason>,
    /// Whoever enrolled them and can be asked: where, and their name.
    pub coach: Option<(String, String)>,
}

/// A note.
pub struct NoteLine {
    pub id: LessonNoteId,
    pub at: String,
    pub second: i32,
    pub body: String,
    pub when: String,
}

/// What was typed and came back.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    pub writing: Option<WritingForm>,
    pub answers: Option<AnswersForm>,
    pub note: NoteForm,
    /// What was typed into the discussion.
    pub said: String,
    pub errors: FieldErrors,
}

/// `/learn/{enrolment}/lessons/{lesson}`
#[derive(Template)]
#[template(path = "journeys/learning/lesson.html")]
pub struct LessonPage {
    pub shell: Shell,
    pub frame: Frame,
    pub body: Html,
    pub parts: Vec<Part>,
    /// Where in the text they were; empty at its beginning.
    pub place: String,
    pub task: Task,
    /// What the button says that marks it as done; empty when it is done in another way, or already.
    pub mark: &'static str,
    /// How it is done, in a sentence.
    pub how: String,
    pub is_done: bool,
    pub notes: Vec<NoteLine>,
    pub note: NoteForm,
    pub discussion: Option<Discussion>,
    pub said: String,
    pub is_video: bool,
    pub errors: FieldErrors,
}

/// A lesson, open or not.
pub enum Shown {
    Open(Box<LessonPage>),
    Locked(Box<LockedPage>),
}

/// The page of a lesson as its learner sees it, and notes that they did.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else, and when there is no such lesson.
pub fn read(
    tx: &mut TenantTx<'_>,
    shell: Shell,
    (app, me): (&App, &Member),
    (enrolment, key): (EnrolmentId, NodeKey),
    typed: Typed,
) -> Result<Shown, AppError> {
    let reader = Reader {
        enrolment,
        zone: me.zone,
    };
    let (first, path) = on_the_way(tx, enrolment)?;
    let lesson = path.lesson(key).ok_or(AppError::NotFound)?;
    if !lesson.is_open {
        let reasons = reader.reasons(&path, lesson);
        let frame = Frame::of(&first, &path, lesson, reader);
        return Ok(Shown::Locked(Box::new(LockedPage {
            shell,
            frame,
            reasons,
            coach: coach(tx, me, enrolment)?,
        })));
    }
    let working = may_work(&first, &path, key, reader)?;
    // Seeing it may have done it, and opened what comes next.
    let (learning, path) = match actions::see(tx, &working)? {
        true => on_the_way(tx, enrolment)?,
        false => (first, path),
    };
    let working = may_work(&learning, &path, key, reader)?;
    let lesson = working.lesson().clone();
    let opened = actions::holding(tx, working)?;
    let frame = Frame::of(&learning, &path, &lesson, reader);
    let discussion = discussion::actions::about(tx, learning.enrolment(), key, me.zone)?;
    let page = LessonPage {
        discussion,
        ..lesson_page(tx, shell, (app, me), (frame, lesson, opened), typed)?
    };
    Ok(Shown::Open(Box::new(page)))
}

/// Whom a learner can ask about their journey: who enrolled them, while they are here.
fn coach(
    tx: &mut TenantTx<'_>,
    me: &Member,
    enrolment: EnrolmentId,
) -> Result<Option<(String, String)>, AppError> {
    let by = enrolments::enrolled_by(tx, enrolment)?;
    let card = tenancy::member_cards(tx, &[by])?.remove(&by);
    let is_there = |card: &MemberCard| card.id != me.member && card.state == MemberState::Active;
    Ok(card
        .filter(is_there)
        .map(|card| (format!("/direct/{}", card.id), card.name)))
}

fn lesson_page(
    tx: &mut TenantTx<'_>,
    shell: Shell,
    (app, me): (&App, &Member),
    (frame, lesson, opened): (Frame, Standing, Opened),
    typed: Typed,
) -> Result<LessonPage, AppError> {
    let kept = progress::progress(tx, frame.enrolment, frame.key)?;
    let document = markup::document(&opened.node.body);
    let task = work::task(tx, (app, me), &lesson, &opened, (kept.as_ref(), &typed))?;
    let is_done = lesson.is_done();
    let note = |note: queries::Note| NoteLine {
        id: note.id,
        at: note.second.map(clock).unwrap_or_default(),
        second: note.second.unwrap_or_default(),
        body: note.body,
        when: local_date_time(note.written_at, me.zone),
    };
    let notes = queries::notes(tx, frame.enrolment, frame.key)?
        .into_iter()
        .map(note)
        .collect();
    Ok(LessonPage {
        body: Html(document.html),
        parts: if document.parts.len() > 2 {
            document.parts
        } else {
            Vec::new()
        },
        place: kept.map(|kept| kept.place).unwrap_or_default(),
        mark: if is_done {
            ""
        } else {
            mark_words(lesson.goal, &task)
        },
        how: how(&lesson, &opened),
        is_done,
        notes,
        note: typed.note,
        discussion: None,
        said: typed.said,
        is_video: lesson.kind == LessonKind::Video,
        errors: typed.errors,
        task,
        frame,
        shell,
    })
}

/// What the button says that marks a lesson as done.
pub const fn mark_words(goal: LessonGoal, task: &Task) -> &'static str {
    match (goal, task) {
        // The last tick does it.
        (LessonGoal::Marked, Task::Checklist(_)) => "",
        (LessonGoal::Marked, _) => "Mark as done",
        (LessonGoal::Attended, Task::Live(live)) if live.has_begun => "I was there",
        _ => "",
    }
}

/// How a lesson is done, in words.
pub fn how(lesson: &Standing, opened: &Opened) -> String {
    let percent = opened.node.goal_percent;
    match lesson.goal {
        LessonGoal::Viewed => "Done as soon as you have opened it.".to_owned(),
        LessonGoal::Marked if lesson.kind == LessonKind::Checklist => {
            "Done when everything is ticked off.".to_owned()
        }
        LessonGoal::Marked => "Done when you say so.".to_owned(),
        LessonGoal::Watched => format!("Done when you have watched {} % of it.", percent.unwrap_or(90)),
        LessonGoal::Scored => match &opened.content {
            Content::Quiz(quiz) => format!("Done when you reach {} %.", actions::needed(&opened.node, quiz)),
            _ => "Done when you reach the score.".to_owned(),
        },
        LessonGoal::Submitted => "Done when you hand it in.".to_owned(),
        LessonGoal::Approved => "Done when your coach approves it.".to_owned(),
        LessonGoal::Attended => {
            "Done when you were there: once it has begun, you or your coach can say so here.".to_owned()
        }
    }
}
