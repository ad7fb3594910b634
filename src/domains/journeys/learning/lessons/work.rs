//! What is there to do in a lesson of each kind, as its page shows it.

use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::app::App;
use crate::domains::journeys::building::content::{Content, Item};
use crate::domains::journeys::building::model::{LessonGoal, LessonKind};
use crate::domains::journeys::learning::model::{Progress, SubmissionState};
use crate::domains::journeys::learning::progress::watching;
use crate::domains::journeys::learning::reviews::rubric::{self, Score};
use crate::domains::journeys::learning::unlocking::Standing;
use crate::domains::journeys::library::Player;
use crate::domains::journeys::worksheets::pages::{FilledView, SheetView};
use crate::domains::journeys::worksheets::{Filled, Given};
use crate::domains::notifications::notices;
use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::kernel::markup;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;

use super::actions::{self, Opened};
use super::media::{self, Media};
use super::pages::{Html, Typed};
use super::queries::{self, Submission};
use super::quiz_page::{self, QuizView};
use super::writing;

/// One thing to tick off.
pub struct TickLine {
    pub key: String,
    pub text: String,
    pub is_ticked: bool,
}

/// One version of what was handed in.
pub struct SubmissionView {
    pub number: i16,
    pub when: String,
    pub state: SubmissionState,
    pub tone: &'static str,
    pub body: Html,
    /// What was filled into a worksheet, in the place of a text.
    pub filled: Option<FilledView>,
    pub comments: Html,
    pub has_comments: bool,
    pub reviewer: String,
    pub scores: Vec<Score>,
    /// All of it in words; empty when nothing was scored.
    pub sum: String,
}

/// What a coach said to what came back.
pub struct Answered {
    pub comments: Html,
    pub reviewer: String,
}

/// What work is judged by.
pub struct CriterionLine {
    pub title: String,
    pub points: u32,
    /// What stands for how many points; nothing where points are given without.
    pub levels: Vec<(String, u32)>,
}

/// What a reflection or assignment shows.
pub struct WritingView {
    pub prompt: Html,
    pub rubric: Vec<CriterionLine>,
    /// What was said to what came back and can be changed now.
    pub returned: Option<Answered>,
    /// The mark of the draft that is shown.
    pub seen: String,
    pub at_least: u32,
    pub days_to_review: Option<u32>,
    pub body: String,
    /// What is filled in instead of one text.
    pub sheet: Option<SheetView>,
    /// Whether the text is a draft that was kept.
    pub is_kept: bool,
    pub submissions: Vec<SubmissionView>,
    pub can_write: bool,
    pub is_waiting: bool,
    pub is_reflection: bool,
}

/// What a live session shows.
pub struct LiveView {
    pub when: String,
    pub minutes: u32,
    pub place: String,
    pub url: String,
    pub has_begun: bool,
    pub is_over: bool,
}

/// What is there to do in a lesson of its kind.
pub enum Task {
    /// With a page of the library, where it is made of one.
    Text(Option<Box<Media>>),
    Media(Option<Box<Media>>, MediaProgress),
    Link {
        url: String,
        host: String,
        note: String,
    },
    Quiz(Box<QuizView>),
    Writing(Box<WritingView>),
    Checklist(Vec<TickLine>),
    Live(LiveView),
}

impl Task {
    /// What is played.
    pub fn player(&self) -> Option<&Player> {
        match self {
            Self::Media(Some(media), _) => media.player.as_ref(),
            _ => None,
        }
    }
}

/// How much of a video was played.
#[derive(Debug, Clone, Default)]
pub struct MediaProgress {
    pub percent: i16,
    pub needed: i16,
    pub second: i32,
    pub is_counted: bool,
}

/// What is there to do in a lesson.
///
/// # Errors
/// When the database fails.
pub fn task(
    tx: &mut TenantTx<'_>,
    (app, me): (&App, &Member),
    lesson: &Standing,
    opened: &Opened,
    (kept, typed): (Option<&Progress>, &Typed),
) -> Result<Task, AppError> {
    let enrolment = opened.working.enrolment().id;
    Ok(match &opened.content {
        Content::Text => Task::Text(media::of(tx, app, &opened.node, me)?.map(Box::new)),
        Content::Video | Content::File => {
            let media = media::of(tx, app, &opened.node, me)?;
            let seconds = media.as_ref().map_or(0, |media| media.seconds);
            let shown = MediaProgress {
                percent: watching::percent(kept.map_or(0, |kept| kept.seconds_watched), seconds),
                needed: opened.node.goal_percent.unwrap_or(90),
                second: kept.and_then(|kept| kept.second).unwrap_or_default(),
                is_counted: lesson.goal == LessonGoal::Watched,
            };
            Task::Media(media.map(Box::new), shown)
        }
        Content::Link(link) => Task::Link {
            host: url::Url::parse(&link.url)
                .ok()
                .and_then(|url| url.host_str().map(str::to_owned))
                .unwrap_or_default(),
            url: link.url.clone(),
            note: link.note.clone(),
        },
        Content::Quiz(quiz) => {
            let attempts = queries::attempts(tx, enrolment, lesson.key)?;
            let needed = actions::needed(&opened.node, quiz);
            Task::Quiz(Box::new(quiz_page::view(
                quiz,
                &attempts,
                (needed, me.zone),
                (typed.answers.as_ref(), &typed.errors),
            )))
        }
        Content::Reflection(_) | Content::Assignment(_) => {
            let submissions = queries::submissions(tx, enrolment, lesson.key)?;
            Task::Writing(Box::new(written(
                tx,
                me.zone,
                lesson,
                opened,
                (submissions, kept, typed),
            )?))
        }
        Content::Checklist(list) => {
            let ticked = actions::ticked(kept.and_then(|kept| kept.draft.as_ref()));
            let line = |item: &Item| TickLine {
                key: item.key.to_string(),
                text: item.text.clone(),
                is_ticked: lesson.done_at.is_some() || ticked.contains(&item.key.to_string()),
            };
            Task::Checklist(list.items.iter().map(line).collect())
        }
        Content::Live(live) => Task::Live(LiveView {
            when: live
                .starts_at
                .map(|at| format!("{} ({})", local_date_time(at, me.zone), me.zone))
                .unwrap_or_default(),
            minutes: live.minutes,
            place: live.place.clone(),
            url: live.url.clone(),
            has_begun: live.starts_at.is_some_and(|at| at <= tx.now()),
            is_over: live
                .starts_at
                .is_some_and(|at| at + TimeDelta::minutes(live.minutes.into()) <= tx.now()),
        }),
    })
}

/// What was filled in before, to be gone on with.
fn filled_before(filled: Option<&serde_json::Value>) -> Option<Given> {
    let filled: Filled = serde_json::from_value(filled?.clone()).ok()?;
    Some(filled.given)
}

fn written(
    tx: &mut TenantTx<'_>,
    zone: Tz,
    lesson: &Standing,
    opened: &Opened,
    (submissions, kept, typed): (Vec<Submission>, Option<&Progress>, &Typed),
) -> Result<WritingView, AppError> {
    // What is read here need not be told elsewhere.
    for answered in submissions.iter().take(1).filter(|one| one.reviewed_at.is_some()) {
        notices::seen(tx, opened.working.enrolment().member_id, answered.id.0)?;
    }
    let reviewers: Vec<MemberId> = submissions.iter().filter_map(|one| one.reviewed_by).collect();
    let cards = tenancy::member_cards(tx, &reviewers)?;
    let sheet = opened.content.worksheet();
    let draft = kept
        .and_then(|kept| kept.draft.as_ref()?.get("body")?.as_str())
        .map(str::to_owned);
    let given = actions::given(kept.and_then(|kept| kept.draft.as_ref()));
    let is_kept = match sheet {
        Some(_) => given.is_some(),
        None => draft.is_some(),
    };
    let returned = submissions
        .first()
        .filter(|one| one.state == SubmissionState::Returned);
    let sheet = sheet.map(|sheet| {
        let typed_now = typed.writing.as_ref().map(|form| form.sheet.kept(&sheet.fields));
        let before = || returned.and_then(|one| filled_before(one.filled.as_ref()));
        let given = typed_now.or(given).or_else(before).unwrap_or_default();
        SheetView::of(sheet, &given, &typed.errors)
    });
    let returned = returned.map(|one| one.body.clone());
    let is_waiting = submissions
        .first()
        .is_some_and(|one| one.state == SubmissionState::Waiting);
    let can_write = actions::can_write(lesson, submissions.first());
    let reviewer = |one: &Submission| {
        one.reviewed_by
            .and_then(|by| cards.get(&by).map(|card| card.name.clone()))
            .unwrap_or_default()
    };
    let version = |one: Submission| SubmissionView {
        reviewer: reviewer(&one),
        number: one.number,
        when: local_date_time(one.submitted_at, zone),
        state: one.state,
        tone: match one.state {
            SubmissionState::Waiting => "accent",
            SubmissionState::Returned => "warning",
            SubmissionState::Approved => "positive",
        },
        body: Html(markup::document(&one.body).html),
        filled: FilledView::kept(one.filled.as_ref()),
        has_comments: !one.comments.is_empty(),
        comments: Html(markup::document(&one.comments).html),
        sum: rubric::sum(&rubric::kept(one.scores.clone())),
        scores: rubric::kept(one.scores),
    };
    let (prompt, rubric, at_least, days_to_review) = match &opened.content {
        Content::Reflection(reflection) => (&reflection.prompt, Vec::new(), reflection.at_least_words, None),
        Content::Assignment(work) => {
            let criteria = work
                .rubric
                .iter()
                .map(|one| CriterionLine {
                    title: one.title.clone(),
                    points: rubric::most(one),
                    levels: one
                        .levels
                        .iter()
                        .map(|level| (level.text.clone(), level.points))
                        .collect(),
                })
                .collect();
            (&work.brief, criteria, 0, work.days_to_review)
        }
        _ => return Err(AppError::NotFound),
    };
    Ok(WritingView {
        prompt: Html(markup::document(prompt).html),
        rubric,
        at_least,
        days_to_review,
        sheet,
        is_kept: typed.writing.is_none() && is_kept,
        body: typed
            .writing
            .as_ref()
            .map(|form| form.body.clone())
            .or(draft)
            .or(returned)
            .unwrap_or_default(),
        can_write,
        seen: writing::mark(kept.and_then(|kept| kept.draft.as_ref())),
        returned: submissions
            .first()
            .filter(|one| can_write && one.state == SubmissionState::Returned && !one.comments.is_empty())
            .map(|one| Answered {
                comments: Html(markup::document(&one.comments).html),
                reviewer: reviewer(one),
            }),
        is_waiting: is_waiting && lesson.goal == LessonGoal::Approved,
        submissions: submissions.into_iter().map(version).collect(),
        is_reflection: lesson.kind == LessonKind::Reflection,
    })
}
