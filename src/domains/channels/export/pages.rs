//! Pages about exports.

use askama::Template;

use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::jobs::JobState;
use crate::platform::web::Shell;

use super::actions::Export;
use super::model::{KEPT, Wanted};
use super::queries;

/// Where a person asks for their own data.
#[derive(Template)]
#[template(path = "channels/export/mine.html")]
pub struct MinePage {
    /// The frame.
    pub shell: Shell,
    /// Exports asked for before.
    pub exports: Vec<Line>,
}

/// Where an export of a channel is asked for.
#[derive(Template)]
#[template(path = "channels/export/ask.html")]
pub struct AskPage {
    /// The frame.
    pub shell: Shell,
    /// Name of the channel.
    pub channel: String,
    /// Where to go back.
    pub back: String,
    /// Where to send it.
    pub action: String,
    /// Whether the reader sees, and so exports, only a part.
    pub partial: bool,
    /// What was typed.
    pub reason: String,
    /// What was wrong.
    pub errors: FieldErrors,
}

/// How an export is doing.
#[derive(Template)]
#[template(path = "channels/export/show.html")]
pub struct ShowPage {
    /// The frame.
    pub shell: Shell,
    /// The export.
    pub export: Line,
    /// Messages written.
    pub done: i32,
    /// Messages in all; 0 while nobody knows.
    pub total: i32,
    /// `1,204 of 98,310 messages`.
    pub progress: String,
}

/// An export in a list.
pub struct Line {
    /// Its page.
    pub href: String,
    /// `Your data`, `Channel Depot north`.
    pub title: String,
    /// When it was asked for.
    pub asked: String,
    /// `Waiting`, `Ready`, `Removed` …
    pub state: &'static str,
    /// Kind of badge.
    pub tone: &'static str,
    /// Whether it is being made.
    pub running: bool,
    /// Whether stopping was asked for.
    pub stopping: bool,
    /// Whether it can be fetched.
    pub ready: bool,
    /// `1,204 messages, 3.1 MB`.
    pub size: String,
    /// Until when it can be fetched.
    pub until: String,
}

/// The exports of the acting member that they may still see, the newest first.
///
/// # Errors
/// When the database fails.
pub fn lines(tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<Line>, AppError> {
    let mut lines = Vec::new();
    for job in queries::asked_by(tx, me.member)? {
        match super::actions::mine(tx, job.id) {
            Ok(export) => lines.push(line(tx, me, &export)?),
            Err(AppError::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(lines)
}

/// Draws an export.
///
/// # Errors
/// When the database fails.
pub fn line(tx: &mut TenantTx<'_>, me: &Member, export: &Export) -> Result<Line, AppError> {
    let finished = queries::finished_at(tx, export.job.id)?;
    let in_time = finished.is_some_and(|finished| finished > tx.now() - KEPT);
    let ready = export.is_ready() && in_time;
    let (state, tone) = match export.job.state {
        JobState::Completed if ready => ("Ready", "positive"),
        JobState::Completed => ("Removed after a week", ""),
        JobState::Available | JobState::Executing => ("Being made", "accent"),
        JobState::Cancelled => ("Cancelled", ""),
        JobState::Discarded => ("Failed", "danger"),
    };
    let title = match export.wanted {
        Wanted::Member { .. } => "Your data".to_owned(),
        Wanted::Channel { channel, .. } => match queries::named(tx, &[channel])?.pop() {
            Some(named) if !named.title.is_empty() => format!("Channel {}", named.title),
            _ => "Direct conversation".to_owned(),
        },
    };
    Ok(Line {
        href: format!("/exports/{}", export.job.id),
        title,
        asked: local_date_time(export.job.created_at, me.zone),
        state,
        tone,
        running: export.is_running(),
        stopping: export.job.cancel_requested,
        ready,
        size: format!("{}, {}", messages(export.made.messages), size(export.made.bytes)),
        until: finished
            .map(|finished| local_date_time(finished + KEPT, me.zone))
            .unwrap_or_default(),
    })
}

/// Draws how an export is doing.
///
/// # Errors
/// When the database fails.
pub fn show(tx: &mut TenantTx<'_>, me: &Member, shell: Shell, export: &Export) -> Result<ShowPage, AppError> {
    let (done, total) = (export.job.progress_done, export.job.progress_total.unwrap_or(0));
    let progress = if total == 0 {
        "Waiting for its turn".to_owned()
    } else {
        format!("{done} of {}", messages(i64::from(total)))
    };
    Ok(ShowPage {
        export: line(tx, me, export)?,
        done,
        total,
        progress,
        shell,
    })
}

fn messages(count: i64) -> String {
    if count == 1 {
        "1 message".to_owned()
    } else {
        format!("{count} messages")
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
