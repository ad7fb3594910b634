//! What a device takes along, and the page that stands in.

use askama::Template;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::domains::journeys::building;
use crate::domains::journeys::building::content::Content;
use crate::domains::journeys::building::model::{LessonGoal, LessonKind, Node};
use crate::domains::journeys::learning::actions::on_the_way;
use crate::domains::journeys::learning::lessons::actions::Opened;
use crate::domains::journeys::learning::lessons::pages::{Typed, how, mark_words};
use crate::domains::journeys::learning::lessons::work::{self, Task};
use crate::domains::journeys::learning::policy::{Learning, may_work};
use crate::domains::journeys::learning::progress::queries as progress;
use crate::domains::journeys::learning::unlocking::words::{Reader, Reason};
use crate::domains::journeys::learning::unlocking::{Path, Standing};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, MemberId};
use crate::kernel::markup;
use crate::platform::db::TenantTx;
use crate::platform::web::assets;
use crate::platform::web::page::render;

/// Kinds that are whole without a network.
const KEPT: [LessonKind; 3] = [LessonKind::Text, LessonKind::Checklist, LessonKind::Reflection];

/// What the worker does; which files it keeps is written before it.
const WORKER: &str = include_str!("../../../../../static/journeys/offline/worker.js");

/// What the page needs without a network, besides itself.
const FILES: [&str; 6] = [
    "css/app.css",
    "css/journeys.css",
    "js/study.js",
    "js/study-page.js",
    "icons/sprite.svg",
    "favicon.svg",
];

/// `/learn/offline`: the same for everybody, and nothing about anybody.
#[derive(Template)]
#[template(path = "journeys/learning/offline.html")]
pub struct OfflinePage;

impl OfflinePage {
    /// The page.
    ///
    /// # Errors
    /// When the template fails.
    pub fn text() -> Result<String, AppError> {
        render(&Self)
    }
}

/// What tells one text from another, in few characters.
pub fn digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    hex::encode(digest.get(..8).unwrap_or_default())
}

/// The worker's script, with the version of what it keeps.
///
/// # Errors
/// When the template of the page fails.
pub fn worker() -> Result<String, AppError> {
    let files: Vec<&str> = FILES.iter().map(|file| assets::url(file)).collect();
    let version = digest(&OfflinePage::text()?);
    let kept = json!({ "version": version, "page": "/learn/offline", "files": files, "study": assets::url("js/study.js") });
    Ok(format!("const KEPT = {kept};\n{WORKER}"))
}

/// A journey as a device keeps it.
#[derive(Serialize)]
pub struct Kept {
    pub member: MemberId,
    pub journey: String,
    pub lessons: Vec<KeptLesson>,
}

/// A lesson as a device keeps it; those that are closed, or no use without a network, by name only.
#[derive(Serialize, Default)]
pub struct KeptLesson {
    pub key: String,
    pub milestone: String,
    pub title: String,
    pub kind_words: &'static str,
    /// How far it is, in words.
    pub status: &'static str,
    pub is_done: bool,
    /// Why it is closed, as it was when it was taken along.
    pub reasons: Vec<KeptReason>,
    pub is_kept: bool,
    /// Whether having it before one's eyes is enough.
    pub is_viewed: bool,
    /// How it is done, in words.
    pub how: String,
    /// What the button says that marks it as done; empty where it is done in another way.
    pub mark: &'static str,
    pub html: String,
    pub items: Vec<KeptItem>,
    /// What to think and write about, as HTML; empty where nothing is written.
    pub prompt: String,
    pub at_least: u32,
    /// What is written so far.
    pub body: String,
    pub can_write: bool,
}

/// One thing that keeps a lesson closed.
#[derive(Serialize)]
pub struct KeptReason {
    /// What has to be; of several one is enough.
    pub any_of: Vec<String>,
    /// Whether it has to be as well as what stands before it, where that could be read otherwise.
    pub is_more: bool,
}

impl From<Reason> for KeptReason {
    fn from(reason: Reason) -> Self {
        Self {
            any_of: reason.any_of.into_iter().map(|line| line.text).collect(),
            is_more: reason.is_more,
        }
    }
}

/// One thing to tick off.
#[derive(Serialize)]
pub struct KeptItem {
    pub key: String,
    pub text: String,
    pub is_ticked: bool,
}

impl Kept {
    /// What the acting member takes along of a journey.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for everybody else.
    pub fn read(tx: &mut TenantTx<'_>, app: &App, me: &Member, id: EnrolmentId) -> Result<Self, AppError> {
        let (learning, path) = on_the_way(tx, id)?;
        let nodes = building::nodes(tx, learning.enrolment().version_id)?;
        let mut lessons = Vec::new();
        for lesson in &path.lessons {
            let node = nodes.iter().find(|node| node.key == lesson.key);
            lessons.push(kept(tx, (app, me), (&learning, &path, lesson), node)?);
        }
        Ok(Self {
            member: me.member,
            journey: learning.enrolment().title.clone(),
            lessons,
        })
    }
}

fn kept(
    tx: &mut TenantTx<'_>,
    (app, me): (&App, &Member),
    (learning, path, lesson): (&Learning, &Path, &Standing),
    node: Option<&Node>,
) -> Result<KeptLesson, AppError> {
    let enrolment = learning.enrolment().id;
    let reader = Reader {
        enrolment,
        zone: me.zone,
    };
    let reasons = match lesson.is_done() {
        true => Vec::new(),
        false => reader.reasons(path, lesson),
    };
    let named = KeptLesson {
        key: lesson.key.to_string(),
        milestone: lesson.milestone_title.clone(),
        title: lesson.title.clone(),
        kind_words: lesson.kind.label(),
        status: lesson.status().label(),
        is_done: lesson.is_done(),
        reasons: reasons.into_iter().map(KeptReason::from).collect(),
        ..KeptLesson::default()
    };
    let content = match node {
        Some(node) if lesson.is_open && KEPT.contains(&lesson.kind) => Content::of(node)?,
        _ => None,
    };
    // The page that stands in has one field to write in, and none for each field of a worksheet.
    let content = content.filter(|content| content.worksheet().is_none());
    let (Some(node), Some(content)) = (node, content) else {
        return Ok(named);
    };
    let opened = Opened {
        working: may_work(learning, path, lesson.key, reader)?,
        node: node.clone(),
        content,
    };
    let progress = progress::progress(tx, enrolment, lesson.key)?;
    let task = work::task(
        tx,
        (app, me),
        lesson,
        &opened,
        (progress.as_ref(), &Typed::default()),
    )?;
    let whole = KeptLesson {
        is_kept: true,
        is_viewed: lesson.goal == LessonGoal::Viewed,
        how: how(lesson, &opened),
        mark: mark_words(lesson.goal, &task),
        html: markup::document(&node.body).html,
        ..named
    };
    Ok(with_task(whole, task))
}

fn with_task(lesson: KeptLesson, task: Task) -> KeptLesson {
    match task {
        Task::Text(Some(page)) => KeptLesson {
            html: format!("{}{}", lesson.html, page.html),
            ..lesson
        },
        Task::Checklist(items) => KeptLesson {
            items: items
                .into_iter()
                .map(|item| KeptItem {
                    key: item.key,
                    text: item.text,
                    is_ticked: item.is_ticked,
                })
                .collect(),
            ..lesson
        },
        Task::Writing(writing) => KeptLesson {
            prompt: writing.prompt.to_string(),
            at_least: writing.at_least,
            body: writing.body,
            can_write: writing.can_write,
            ..lesson
        },
        _ => lesson,
    }
}
