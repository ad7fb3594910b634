//! Pages about reports, for those who made them and those they are about.

use askama::Template;

use crate::domains::channels::messages::view::Row;
use crate::domains::channels::model::Channel;
use crate::domains::channels::moderation::model::{Report, ReportOutcome, ReportReason};
use crate::kernel::error::FieldErrors;
use crate::kernel::markup;
use crate::kernel::time::{local_date_time, machine};
use crate::platform::web::Shell;

use super::forms::ReportForm;
use super::queries::Notice;

/// The page that asks why.
#[derive(Template)]
#[template(path = "channels/moderation/report.html")]
pub struct ReportPage {
    /// The frame.
    pub shell: Shell,
    /// Where to go back.
    pub back: String,
    /// Where to send it.
    pub action: String,
    /// The message.
    pub row: Row,
    /// What was typed.
    pub form: ReportForm,
    /// What was wrong.
    pub errors: FieldErrors,
    /// The reasons.
    pub reasons: &'static [ReportReason],
    /// What came of the report this person has made before.
    pub before: Option<ReportLine>,
}

/// One of the reader's reports.
pub struct ReportLine {
    /// Name of the channel.
    pub channel: String,
    /// Why they reported it.
    pub reason: &'static str,
    /// In their words.
    pub note: String,
    /// RFC 3339.
    pub time: String,
    /// When, in words.
    pub moment: String,
    /// `Open`, `Message removed` …
    pub outcome: &'static str,
    /// Kind of badge.
    pub tone: &'static str,
    /// What it means.
    pub words: String,
}

impl ReportLine {
    /// Draws a report for the person who made it.
    pub fn of(report: &Report, channel: &Channel, zone: chrono_tz::Tz) -> Self {
        let note = &report.outcome_note;
        let words = match report.outcome {
            ReportOutcome::Open => "Nobody has decided yet. Reports are looked at within a day.".to_owned(),
            ReportOutcome::Removed => format!("The message was removed: {note}"),
            ReportOutcome::Warned => "The message stays. Its author was warned.".to_owned(),
            ReportOutcome::Dismissed if note.is_empty() => {
                "Someone looked at it and left the message as it is.".to_owned()
            }
            ReportOutcome::Dismissed => format!("The message stays as it is: {note}"),
        };
        Self {
            channel: name_of(channel),
            reason: report.reason.label(),
            note: report.note.clone(),
            time: machine(report.created_at),
            moment: local_date_time(report.created_at, zone),
            outcome: report.outcome.label(),
            tone: tone(report.outcome),
            words,
        }
    }
}

/// Kind of badge of an outcome.
pub const fn tone(outcome: ReportOutcome) -> &'static str {
    match outcome {
        ReportOutcome::Open => "warning",
        ReportOutcome::Removed => "danger",
        ReportOutcome::Warned => "accent",
        ReportOutcome::Dismissed => "",
    }
}

/// A channel's title; direct conversations have none.
pub fn name_of(channel: &Channel) -> String {
    if channel.title.is_empty() {
        "a direct conversation".to_owned()
    } else {
        channel.title.clone()
    }
}

/// The reader's reports.
#[derive(Template)]
#[template(path = "channels/moderation/mine.html")]
pub struct MinePage {
    /// The frame.
    pub shell: Shell,
    /// The reports, the newest first.
    pub lines: Vec<ReportLine>,
    /// Address of older ones; empty when there are none.
    pub older: String,
}

/// One decision about a message of the reader.
pub struct NoticeLine {
    /// Name of the channel.
    pub channel: String,
    /// Where the message is; empty when it cannot be shown.
    pub href: String,
    /// Beginning of the message; empty once removed.
    pub text: String,
    /// `Author warned`, `Message removed`.
    pub title: &'static str,
    /// What the moderator wrote.
    pub note: String,
    /// RFC 3339.
    pub time: String,
    /// When, in words.
    pub moment: String,
    /// Whether the reader has not confirmed it yet.
    pub new: bool,
}

impl NoticeLine {
    /// Draws a notice for the author of the message.
    pub fn of(notice: Notice, zone: chrono_tz::Tz) -> Self {
        let at = notice.handled_at.unwrap_or_default();
        Self {
            channel: if notice.title.is_empty() {
                "A direct conversation".to_owned()
            } else {
                notice.title
            },
            href: format!("/channels/{}?at={}", notice.channel, notice.seq),
            text: markup::excerpt(&notice.text, 240),
            title: if notice.outcome == ReportOutcome::Removed {
                "A message of yours was removed"
            } else {
                "You were warned about a message"
            },
            note: notice.note,
            time: machine(at),
            moment: local_date_time(at, zone),
            new: notice.seen_at.is_none(),
        }
    }
}

/// Decisions about the reader's messages.
#[derive(Template)]
#[template(path = "channels/moderation/notices.html")]
pub struct NoticesPage {
    /// The frame.
    pub shell: Shell,
    /// The decisions, the newest first.
    pub lines: Vec<NoticeLine>,
    /// Whether some are new.
    pub any_new: bool,
}
