//! What learners do in lessons.

use serde_json::{Value, json};

use crate::domains::journeys::building;
use crate::domains::journeys::building::content::{Checklist, Content, Quiz};
use crate::domains::journeys::building::model::{LessonGoal, LessonKind, Node};
use crate::domains::journeys::learning::actions::working;
use crate::domains::journeys::learning::events::ReviewRequested;
use crate::domains::journeys::learning::model::{LessonState, SubmissionState};
use crate::domains::journeys::learning::policy::Working;
use crate::domains::journeys::learning::progress::queries::{self as progress, Row};
use crate::domains::journeys::learning::progress::watching::{self, Ranges};
use crate::domains::journeys::learning::progress::{Ending, complete, start};
use crate::domains::journeys::learning::unlocking::Standing;
use crate::domains::journeys::worksheets::answers::{self, SheetForm};
use crate::domains::journeys::worksheets::{Given, Worksheet};
use crate::kernel::error::{AppError, Denied, FieldErrors};
use crate::kernel::ids::{EnrolmentId, LessonNoteId, NodeKey};
use crate::platform::db::TenantTx;

use super::forms::{AnswersForm, Intent, NewNote, WritingForm};
use super::queries::{self, Attempt, Submission};
use super::quiz::{self, Answers};
use super::{media, writing};

/// A lesson that is open, and what it holds.
pub struct Opened {
    pub working: Working,
    pub node: Node,
    pub content: Content,
}

/// A lesson of the acting member that is open to them.
///
/// # Errors
/// As [`working`].
pub fn opened(tx: &mut TenantTx<'_>, enrolment: EnrolmentId, lesson: NodeKey) -> Result<Opened, AppError> {
    let (working, _) = working(tx, enrolment, lesson)?;
    holding(tx, working)
}

/// A lesson that may be worked on, and what it holds.
///
/// # Errors
/// When the database fails.
pub fn holding(tx: &mut TenantTx<'_>, working: Working) -> Result<Opened, AppError> {
    let node = building::queries::node(tx, working.enrolment().version_id, working.lesson().key)?;
    let content = Content::of(&node)?.ok_or(AppError::NotFound)?;
    Ok(Opened {
        working,
        node,
        content,
    })
}

/// Notes that a learner has a lesson before them; where seeing it is enough, that it is done. Whether it stands otherwise than before.
///
/// # Errors
/// When the database fails.
pub fn see(tx: &mut TenantTx<'_>, working: &Working) -> Result<bool, AppError> {
    let is_new = start(tx, working)?;
    let is_done = working.lesson().goal == LessonGoal::Viewed && complete(tx, working)?.is_new();
    Ok(is_new || is_done)
}

/// Notes that a learner says they did a lesson; what ends with it.
///
/// # Errors
/// [`AppError::Denied`] where saying so is not enough, [`AppError::Conflict`] where it is too early.
pub fn mark(tx: &mut TenantTx<'_>, enrolment: EnrolmentId, lesson: NodeKey) -> Result<Ending, AppError> {
    let (working, _) = working(tx, enrolment, lesson)?;
    match (working.lesson().goal, working.lesson().kind) {
        (LessonGoal::Marked, LessonKind::Checklist) => {
            let kept = progress::progress(tx, enrolment, lesson)?.and_then(|kept| kept.draft);
            if let Content::Checklist(list) = content(tx, &working)?
                && !is_all_ticked(&list, &ticked(kept.as_ref()))
            {
                return Err(AppError::Conflict("Tick everything off first.".to_owned()));
            }
        }
        (LessonGoal::Attended, LessonKind::Live) => {
            if let Content::Live(live) = content(tx, &working)?
                && live.starts_at.is_none_or(|at| at > tx.now())
            {
                return Err(AppError::Conflict("It has not begun yet.".to_owned()));
            }
        }
        (LessonGoal::Marked | LessonGoal::Viewed | LessonGoal::Attended, _) => {}
        _ => return Err(Denied::because("This lesson is done in another way; its page says how.").into()),
    }
    complete(tx, &working)
}

/// What a lesson holds.
fn content(tx: &mut TenantTx<'_>, working: &Working) -> Result<Content, AppError> {
    let node = building::queries::node(tx, working.enrolment().version_id, working.lesson().key)?;
    Content::of(&node)?.ok_or(AppError::NotFound)
}

/// The keys that are ticked in a draft.
pub fn ticked(draft: Option<&Value>) -> Vec<String> {
    let keys = draft.and_then(|draft| draft.get("ticked")).cloned();
    keys.and_then(|keys| serde_json::from_value(keys).ok())
        .unwrap_or_default()
}

fn is_all_ticked(list: &Checklist, ticked: &[String]) -> bool {
    list.items
        .iter()
        .all(|item| ticked.contains(&item.key.to_string()))
}

/// Keeps what is ticked off; with the last one the lesson is done, where ticking is what it takes. Whether it is.
///
/// # Errors
/// As [`working`].
pub fn tick(
    tx: &mut TenantTx<'_>,
    enrolment: EnrolmentId,
    lesson: NodeKey,
    keys: &[String],
) -> Result<bool, AppError> {
    let opened = opened(tx, enrolment, lesson)?;
    let Content::Checklist(list) = &opened.content else {
        return Err(AppError::NotFound);
    };
    let known: Vec<String> = list.items.iter().map(|item| item.key.to_string()).collect();
    let kept: Vec<&String> = known.iter().filter(|key| keys.contains(key)).collect();
    let row = Row::of(&opened.working);
    start(tx, &opened.working)?;
    progress::set_draft(tx, row, Some(&json!({ "ticked": kept })))?;
    let is_done = kept.len() == known.len() && opened.working.lesson().goal == LessonGoal::Marked;
    if is_done && complete(tx, &opened.working)?.is_new() {
        // What was ticked is shown ever after.
        progress::set_draft(tx, row, Some(&json!({ "ticked": kept })))?;
    }
    Ok(is_done)
}

/// Most characters of what is handed in.
pub const MOST_WRITTEN: usize = 50_000;

/// Whether something can be written: not while the newest version waits, and not once it is done, unless that version came back.
pub fn can_write(lesson: &Standing, newest: Option<&Submission>) -> bool {
    match newest.map(|one| one.state) {
        Some(SubmissionState::Waiting) => false,
        Some(SubmissionState::Returned) => true,
        Some(SubmissionState::Approved) | None => lesson.state != Some(LessonState::Done),
    }
}

/// Refuses what is written where nothing can be.
fn expect_writable(tx: &mut TenantTx<'_>, opened: &Opened) -> Result<(), AppError> {
    if !is_written(opened.node.kind) {
        return Err(AppError::NotFound);
    }
    let (enrolment, lesson) = (opened.working.enrolment().id, opened.working.lesson());
    let newest = queries::submissions(tx, enrolment, lesson.key)?
        .into_iter()
        .next();
    if can_write(lesson, newest.as_ref()) {
        return Ok(());
    }
    let waits = lesson.goal == LessonGoal::Approved && lesson.state != Some(LessonState::Done);
    Err(AppError::Conflict(match waits {
        true => "What you handed in before still waits for your coach.".to_owned(),
        false => "You handed this in already.".to_owned(),
    }))
}

/// Keeps what is written and not handed in; answers its mark, see [`writing::mark`].
///
/// # Errors
/// As [`working`]; [`AppError::Invalid`] when it is too long, [`AppError::Conflict`] when it was handed in meanwhile, or another window kept
/// something else than the mark of this one says.
pub fn keep_draft(
    tx: &mut TenantTx<'_>,
    enrolment: EnrolmentId,
    lesson: NodeKey,
    form: &WritingForm,
) -> Result<String, AppError> {
    let opened = opened(tx, enrolment, lesson)?;
    expect_writable(tx, &opened)?;
    let draft = match opened.content.worksheet() {
        Some(sheet) => filled_so_far(&form.sheet, sheet)?,
        None => written_so_far(&form.body)?,
    };
    // Whoever keeps a draft holds the enrolment until they are through, so of two windows the second sees what the first kept.
    start(tx, &opened.working)?;
    let mark = writing::mark(draft.as_ref());
    if let Some(seen) = &form.seen {
        let kept = progress::progress(tx, enrolment, lesson)?.and_then(|kept| kept.draft);
        let there = writing::mark(kept.as_ref());
        if there != *seen && there != mark {
            return Err(AppError::Conflict(
                "Something else was written here in another window. Copy what you need of this one, and reload the page.".to_owned(),
            ));
        }
    }
    progress::set_draft(tx, Row::of(&opened.working), draft.as_ref())?;
    Ok(mark)
}

fn written_so_far(body: &str) -> Result<Option<Value>, AppError> {
    if body.chars().count() > MOST_WRITTEN {
        return Err(AppError::field(
            "body",
            format!("At most {MOST_WRITTEN} characters fit."),
        ));
    }
    Ok((!body.trim().is_empty()).then(|| json!({ "body": body.replace('\0', "") })))
}

fn filled_so_far(form: &SheetForm, sheet: &Worksheet) -> Result<Option<Value>, AppError> {
    let given = form.kept(&sheet.fields);
    let length = |values: &Vec<String>| values.iter().map(|value| value.chars().count()).sum::<usize>();
    if given.values().map(length).sum::<usize>() > MOST_WRITTEN {
        let first = sheet.fields.iter().find(|field| given.contains_key(&field.key));
        let at = first.map(answers::name).unwrap_or_default();
        return Err(wrong(&at, format!("At most {MOST_WRITTEN} characters fit.")));
    }
    Ok((!given.is_empty()).then(|| json!({ "given": given })))
}

/// What is filled in and kept in a draft.
pub fn given(draft: Option<&Value>) -> Option<Given> {
    let given = draft?.get("given")?.clone();
    serde_json::from_value(given).ok()
}

const fn is_written(kind: Option<LessonKind>) -> bool {
    matches!(kind, Some(LessonKind::Reflection | LessonKind::Assignment))
}

/// Hands in what was written or filled in, as the next version.
///
/// # Errors
/// As [`working`]; [`AppError::Invalid`] when something is missing or too short, [`AppError::Conflict`] while an earlier version waits for
/// review.
pub fn submit(
    tx: &mut TenantTx<'_>,
    enrolment: EnrolmentId,
    lesson: NodeKey,
    form: &WritingForm,
) -> Result<(), AppError> {
    let opened = opened(tx, enrolment, lesson)?;
    expect_writable(tx, &opened)?;
    let (body, filled) = match opened.content.worksheet() {
        None => {
            let body = form.parse()?;
            expect_words(&opened.content, ("body", &body))?;
            (body, None)
        }
        Some(sheet) => {
            let filled = form.sheet.parse(&sheet.title, &sheet.fields)?;
            let first = sheet.fields.iter().find(|field| field.kind.is_written());
            if let Some(first) = first {
                expect_words(&opened.content, (&answers::name(first), &filled.written()))?;
            }
            let kept = serde_json::to_value(&filled).map_err(|cause| AppError::Unexpected(cause.into()))?;
            (filled.text(), Some(kept))
        }
    };
    start(tx, &opened.working)?;
    let Some(submission) = queries::submit(tx, &opened.working, (&body, filled.as_ref()))? else {
        return Err(AppError::Conflict(
            "What you handed in before still waits for your coach.".to_owned(),
        ));
    };
    let (row, goal) = (Row::of(&opened.working), opened.working.lesson().goal);
    progress::set_draft(tx, row, None)?;
    let learner = opened.working.enrolment();
    match goal {
        LessonGoal::Submitted => {
            complete(tx, &opened.working)?;
        }
        _ => progress::set_state(tx, row, LessonState::Submitted)?,
    }
    tx.emit(&ReviewRequested {
        enrolment,
        member: learner.member_id,
        journey: learner.journey_id,
        lesson,
        submission,
    })?;
    Ok(())
}

/// That what stands in a field is wrong.
fn wrong(field: &str, words: String) -> AppError {
    let mut errors = FieldErrors::default();
    errors.add(field, words);
    AppError::Invalid(errors)
}

/// Refuses a reflection with fewer words than it asks for.
fn expect_words(content: &Content, (field, text): (&str, &str)) -> Result<(), AppError> {
    let needs = match content {
        Content::Reflection(reflection) => reflection.at_least_words,
        _ => 0,
    };
    let has = writing::words(text);
    match has < usize::try_from(needs).unwrap_or(usize::MAX) {
        true => Err(wrong(
            field,
            format!("Write at least {needs} words; so far there are {has}."),
        )),
        false => Ok(()),
    }
}

fn quiz_of(opened: &Opened) -> Result<&Quiz, AppError> {
    match &opened.content {
        Content::Quiz(quiz) => Ok(quiz),
        _ => Err(AppError::NotFound),
    }
}

/// How many tries are left; nothing when there is no end to them.
pub fn tries_left(quiz: &Quiz, attempts: &[Attempt]) -> Option<u32> {
    let used = attempts.iter().filter(|one| one.submitted_at.is_some()).count();
    quiz.attempts
        .map(|most| most.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX)))
}

/// Begins a try at a quiz; one that is open already goes on.
///
/// # Errors
/// As [`working`]; [`AppError::Conflict`] when no try is left.
pub fn begin(tx: &mut TenantTx<'_>, enrolment: EnrolmentId, lesson: NodeKey) -> Result<(), AppError> {
    let opened = opened(tx, enrolment, lesson)?;
    let quiz = quiz_of(&opened)?;
    let attempts = queries::attempts(tx, enrolment, lesson)?;
    if attempts.iter().any(|one| one.submitted_at.is_none()) {
        return Ok(());
    }
    if tries_left(quiz, &attempts) == Some(0) {
        return Err(AppError::Conflict(
            "You have used all your tries. Ask your coach.".to_owned(),
        ));
    }
    start(tx, &opened.working)?;
    let number = attempts.first().map_or(1, |last| last.number.saturating_add(1));
    let drawn = quiz::draw(quiz, enrolment, lesson, number);
    Ok(queries::begin(tx, &opened.working, number, &json!(drawn))?)
}

/// What came of sending answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// They are kept.
    Kept,
    /// They are kept; the one that was to be checked was not answered.
    Unchecked,
    /// They were marked: the score, and what comes of it.
    Marked(i16, Marked),
}

/// What comes of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    Enough,
    NotEnough,
    /// Handing in is what it takes, or it was done before.
    Counts,
}

/// Keeps answers, checks one of them, or hands all of them in.
///
/// # Errors
/// As [`working`]; [`AppError::Conflict`] when the try is over, [`AppError::Invalid`] when it would end with a question left out that nobody
/// meant to leave out, or with something else than a number where one is asked for.
pub fn answer(
    tx: &mut TenantTx<'_>,
    enrolment: EnrolmentId,
    lesson: NodeKey,
    form: &AnswersForm,
) -> Result<Sent, AppError> {
    let opened = opened(tx, enrolment, lesson)?;
    let quiz = quiz_of(&opened)?;
    let Some(attempt) = queries::open_attempt(tx, &opened.working)? else {
        return Err(AppError::Conflict(
            "This try is over. Its result is on the lesson's page.".to_owned(),
        ));
    };
    let drawn = drawn(&attempt);
    let answers = form.merged(&drawn, answers_of(&attempt));
    let written = serde_json::to_value(&answers).map_err(|cause| AppError::Unexpected(cause.into()))?;
    start(tx, &opened.working)?;
    if !matches!(form.intent(), Intent::Submit | Intent::SubmitAnyway) {
        queries::set_answers(tx, &opened.working, attempt.number, &written, None)?;
        return Ok(match form.intent() {
            Intent::Check(key) if !answers.get(&key).is_some_and(|given| given.is_checked) => Sent::Unchecked,
            _ => Sent::Kept,
        });
    }
    quiz::complete(quiz, &drawn, &answers, form.intent() == Intent::SubmitAnyway)?;
    let score = quiz::score(quiz, &drawn, &answers);
    queries::set_answers(tx, &opened.working, attempt.number, &written, Some(score))?;
    progress::set_score(tx, Row::of(&opened.working), score)?;
    let (is_enough, lesson) = (score >= needed(&opened.node, quiz), opened.working.lesson());
    let was_done = lesson.is_done();
    let counts = lesson.goal == LessonGoal::Submitted;
    if is_enough || counts {
        complete(tx, &opened.working)?;
    }
    Ok(Sent::Marked(
        score,
        match (is_enough, counts || was_done) {
            (true, _) => Marked::Enough,
            (false, true) => Marked::Counts,
            (false, false) => Marked::NotEnough,
        },
    ))
}

/// Percent that is enough.
pub fn needed(node: &Node, quiz: &Quiz) -> i16 {
    node.goal_percent.unwrap_or_else(|| i16::from(quiz.pass_percent))
}

/// The questions of a try.
pub fn drawn(attempt: &Attempt) -> Vec<uuid::Uuid> {
    serde_json::from_value(attempt.questions.clone()).unwrap_or_default()
}

/// The answers of a try.
pub fn answers_of(attempt: &Attempt) -> Answers {
    serde_json::from_value(attempt.answers.clone()).unwrap_or_default()
}

/// Keeps what was played of a video; answers how many percent that is, and whether it is enough.
///
/// # Errors
/// As [`working`] and [`watching::watch`].
pub fn watch(
    tx: &mut TenantTx<'_>,
    enrolment: EnrolmentId,
    lesson: NodeKey,
    ranges: &str,
    second: i32,
) -> Result<(i16, bool), AppError> {
    let opened = opened(tx, enrolment, lesson)?;
    let seconds = media::seconds(tx, &opened.node)?.ok_or(AppError::NotFound)?;
    let ranges = Ranges::read(ranges, seconds)?;
    let percent = watching::watch(tx, &opened.working, &ranges, second, seconds)?;
    let lesson = opened.working.lesson();
    let is_enough = lesson.goal == LessonGoal::Watched && percent >= opened.node.goal_percent.unwrap_or(90);
    if is_enough {
        complete(tx, &opened.working)?;
    }
    Ok((percent, is_enough || lesson.is_done()))
}

/// Keeps where in a text somebody is.
///
/// # Errors
/// As [`working`].
pub fn keep_place(
    tx: &mut TenantTx<'_>,
    enrolment: EnrolmentId,
    lesson: NodeKey,
    place: &str,
) -> Result<(), AppError> {
    let (working, _) = working(tx, enrolment, lesson)?;
    let is_anchor = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let place: String = place.chars().filter(|c| is_anchor(*c)).take(120).collect();
    start(tx, &working)?;
    Ok(progress::set_place(tx, Row::of(&working), &place)?)
}

/// Writes a note of the learner's own.
///
/// # Errors
/// As [`working`]; [`AppError::Conflict`] when there are too many.
pub fn note(
    tx: &mut TenantTx<'_>,
    enrolment: EnrolmentId,
    lesson: NodeKey,
    new: &NewNote,
) -> Result<(), AppError> {
    let (working, _) = working(tx, enrolment, lesson)?;
    match queries::note(tx, &working, &new.body, new.second)? {
        true => Ok(()),
        false => Err(AppError::Conflict(
            "There are 500 notes here. Remove one first.".to_owned(),
        )),
    }
}

/// A note of the acting learner's own.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else, and once it is gone.
pub fn own_note(
    tx: &mut TenantTx<'_>,
    enrolment: EnrolmentId,
    lesson: NodeKey,
    note: LessonNoteId,
) -> Result<queries::Note, AppError> {
    working(tx, enrolment, lesson)?;
    let notes = queries::notes(tx, enrolment, lesson)?;
    let found = notes.into_iter().find(|one| one.id == note);
    found.ok_or(AppError::NotFound)
}

/// Takes a note away.
///
/// # Errors
/// As [`working`]; [`AppError::NotFound`] when it is not there.
pub fn remove_note(
    tx: &mut TenantTx<'_>,
    enrolment: EnrolmentId,
    lesson: NodeKey,
    note: LessonNoteId,
) -> Result<(), AppError> {
    let (working, _) = working(tx, enrolment, lesson)?;
    match queries::remove_note(tx, &working, note)? {
        true => Ok(()),
        false => Err(AppError::NotFound),
    }
}
