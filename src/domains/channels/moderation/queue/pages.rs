//! The queue and its cases as pages.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use crate::domains::channels::messages::model::Message;
use crate::domains::channels::messages::view::SanitisedHtml;
use crate::domains::channels::model::ChannelType;
use crate::domains::channels::moderation::model::{Case, Report};
use crate::domains::channels::moderation::reports::pages::tone;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::kernel::time::{ago, local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::{DecisionForm, Position, Tab};
use super::queries::{self, Listed};

/// A report is answered within this time; what waits longer is marked.
const PROMISED: TimeDelta = TimeDelta::hours(24);

/// The queue.
#[derive(Template)]
#[template(path = "channels/moderation/queue.html")]
pub struct QueuePage {
    /// The frame.
    pub shell: Shell,
    /// Whether this is the part that waits.
    pub is_open_tab: bool,
    /// How many wait.
    pub open_count: String,
    /// The cases.
    pub cases: Vec<CaseLine>,
    /// Address of the next page; empty when there is none.
    pub next: String,
}

/// A case in the queue.
pub struct CaseLine {
    /// Its address.
    pub href: String,
    /// Where the message is; empty for readers who are not in the channel.
    pub context: String,
    /// Name of the channel.
    pub channel: String,
    /// The message; none for readers who are not in the channel.
    pub message: Option<SanitisedHtml>,
    /// Whether it was deleted.
    pub deleted: bool,
    /// Who wrote it.
    pub author: Face,
    /// When it was written.
    pub written: String,
    /// `2 reports`.
    pub count: String,
    /// The reports.
    pub reports: Vec<ReportView>,
    /// `3 hours ago`; `decided 2 days ago`.
    pub age: String,
    /// `waiting 26 hours`; empty within the promised time.
    pub overdue: String,
    /// What was decided.
    pub decision: Option<DecisionView>,
}

/// Who someone is, in a list.
#[derive(Debug, Clone)]
pub struct Face {
    /// Their page.
    pub href: String,
    /// Name.
    pub name: String,
    /// For the avatar.
    pub initials: String,
    /// For the avatar.
    pub hue: u16,
}

/// One person's report.
pub struct ReportView {
    /// Who.
    pub by: Face,
    /// Why.
    pub reason: &'static str,
    /// In their words.
    pub note: String,
    /// When, in words.
    pub moment: String,
}

/// What was decided about a case.
pub struct DecisionView {
    /// `Message removed` …
    pub label: &'static str,
    /// Kind of badge.
    pub tone: &'static str,
    /// Who decided.
    pub by: String,
    /// When, in words.
    pub moment: String,
    /// What they said.
    pub note: String,
}

/// One case with everything about it, and the form that decides it.
#[derive(Template)]
#[template(path = "channels/moderation/case.html")]
pub struct CasePage {
    /// The frame.
    pub shell: Shell,
    /// Where to send the decision.
    pub action: String,
    /// Name of the channel.
    pub channel: String,
    /// Where the message is; empty for readers who are not in the channel.
    pub context: String,
    /// Whether reading this page was written down.
    pub from_outside: bool,
    /// What stands before the message, for readers who are not in the channel.
    pub before: Vec<MessageView>,
    /// The reported message.
    pub message: MessageView,
    /// Whether it can still be removed.
    pub can_remove: bool,
    /// Why it cannot; empty when it can.
    pub cannot_remove: &'static str,
    /// The reports.
    pub reports: Vec<ReportView>,
    /// What was decided; none while it waits.
    pub decision: Option<DecisionView>,
    /// `waiting 26 hours`; empty within the promised time.
    pub overdue: String,
    /// What was typed.
    pub form: DecisionForm,
    /// What was wrong.
    pub errors: FieldErrors,
}

/// A message on the page of a case.
pub struct MessageView {
    /// Who wrote it.
    pub author: Face,
    /// RFC 3339.
    pub time: String,
    /// When, in words.
    pub moment: String,
    /// The text.
    pub body: SanitisedHtml,
    /// Whether files hang on it.
    pub has_files: bool,
    /// Shown instead of a text that is gone.
    pub tombstone: Option<String>,
}

type Cards = HashMap<MemberId, MemberCard>;

/// Draws a page of the queue.
///
/// # Errors
/// When the database fails.
pub fn queue(
    tx: &mut TenantTx<'_>,
    me: &Member,
    shell: Shell,
    position: &Position,
    mut cases: Vec<Listed>,
) -> Result<QueuePage, AppError> {
    let size = usize::try_from(queries::PAGE).unwrap_or(usize::MAX);
    let more = cases.len() > size;
    cases.truncate(size);
    let tab = if position.tab == Tab::Open {
        "open"
    } else {
        "handled"
    };
    let last = cases.last().filter(|_| more);
    let next = last
        .map(|case| {
            format!(
                "/moderation?tab={tab}&at={}&after={}",
                case.at.timestamp_micros(),
                case.id
            )
        })
        .unwrap_or_default();
    let mut reports = queries::reports_of(tx, &cases)?;
    let people = cases.iter().map(|case| case.author).chain(
        reports
            .values()
            .flatten()
            .flat_map(|report| report.handled_by.into_iter().chain([report.reporter_id])),
    );
    let cards = tenancy::member_cards(tx, &people.collect::<Vec<_>>())?;
    let (now, open) = (tx.now(), queries::waiting(tx, me)?.open);
    let lines = cases.into_iter().map(|case| {
        let reports = reports.remove(&case.id).unwrap_or_default();
        line(me, &cards, case, &reports, now)
    });
    Ok(QueuePage {
        shell,
        is_open_tab: position.tab == Tab::Open,
        open_count: capped(open),
        cases: lines.collect(),
        next,
    })
}

fn line(me: &Member, cards: &Cards, case: Listed, reports: &[Report], now: DateTime<Utc>) -> CaseLine {
    let decided = case.handled_at.is_some();
    CaseLine {
        href: format!("/moderation/{}", case.id),
        context: if case.inside {
            format!("/channels/{}?at={}#m-{}", case.channel_id, case.seq, case.message)
        } else {
            String::new()
        },
        channel: channel_name(&case.title, case.kind),
        deleted: case.deleted_at.is_some(),
        message: (case.inside && case.deleted_at.is_none())
            .then(|| SanitisedHtml::from_storage(case.body_html)),
        author: face(cards, case.author),
        written: local_date_time(case.written_at, me.zone),
        count: if reports.len() == 1 {
            "1 report".to_owned()
        } else {
            format!("{} reports", reports.len())
        },
        reports: reports
            .iter()
            .map(|report| report_view(me, cards, report))
            .collect(),
        age: ago(case.at, now),
        overdue: if decided {
            String::new()
        } else {
            overdue(case.at, now)
        },
        decision: reports.first().and_then(|report| decision(me, cards, report)),
    }
}

/// Draws one case.
///
/// # Errors
/// When the database fails.
pub fn case(
    tx: &mut TenantTx<'_>,
    me: &Member,
    shell: Shell,
    case: &Case,
    typed: (DecisionForm, FieldErrors),
) -> Result<CasePage, AppError> {
    let proof = super::super::policy::may_handle(me, case)?;
    let from_outside = case.role.is_none();
    let before = if from_outside {
        queries::context(tx, &proof)?
    } else {
        Vec::new()
    };
    let people = case
        .reports
        .iter()
        .flat_map(|report| report.handled_by.into_iter().chain([report.reporter_id]));
    let people = people
        .chain(before.iter().map(|message| message.author_id))
        .chain([case.message.author_id]);
    let cards = tenancy::member_cards(tx, &people.collect::<Vec<_>>())?;
    let cannot_remove = match case.message.deleted_at {
        Some(_) => "It was already deleted.",
        None if case.channel.legal_hold => "The channel is under a legal hold: nothing in it can be deleted.",
        None => "",
    };
    let first = case.reports.first();
    let form = typed.0;
    Ok(CasePage {
        action: first
            .map(|report| format!("/moderation/{}", report.id))
            .unwrap_or_default(),
        channel: channel_name(&case.channel.title, case.channel.kind),
        context: if from_outside {
            String::new()
        } else {
            format!(
                "/channels/{}?at={}#m-{}",
                case.channel.id, case.message.seq, case.message.id
            )
        },
        from_outside,
        before: before
            .iter()
            .map(|message| message_view(me, &cards, message))
            .collect(),
        message: message_view(me, &cards, &case.message),
        can_remove: cannot_remove.is_empty(),
        cannot_remove,
        reports: case
            .reports
            .iter()
            .map(|report| report_view(me, &cards, report))
            .collect(),
        decision: first.and_then(|report| decision(me, &cards, report)),
        overdue: first
            .filter(|_| case.is_open())
            .map(|report| overdue(report.created_at, tx.now()))
            .unwrap_or_default(),
        form,
        errors: typed.1,
        shell,
    })
}

fn message_view(me: &Member, cards: &Cards, message: &Message) -> MessageView {
    let reason = message.removal_reason.as_deref();
    MessageView {
        author: face(cards, message.author_id),
        time: machine(message.created_at),
        moment: local_date_time(message.created_at, me.zone),
        body: SanitisedHtml::from_storage(message.body_html.clone()),
        has_files: message.has_attachment,
        tombstone: message.deleted_at.map(|_| {
            reason.map_or_else(
                || "This message was deleted.".to_owned(),
                |reason| format!("This message was removed by a moderator: {reason}"),
            )
        }),
    }
}

fn report_view(me: &Member, cards: &Cards, report: &Report) -> ReportView {
    ReportView {
        by: face(cards, report.reporter_id),
        reason: report.reason.label(),
        note: report.note.clone(),
        moment: local_date_time(report.created_at, me.zone),
    }
}

fn decision(me: &Member, cards: &Cards, report: &Report) -> Option<DecisionView> {
    let at = report.handled_at?;
    Some(DecisionView {
        label: report.outcome.label(),
        tone: tone(report.outcome),
        by: report
            .handled_by
            .map_or_else(|| "the portal".to_owned(), |by| face(cards, by).name),
        moment: local_date_time(at, me.zone),
        note: report.outcome_note.clone(),
    })
}

fn face(cards: &Cards, id: MemberId) -> Face {
    let href = format!("/people/{id}");
    match cards.get(&id) {
        Some(card) => Face {
            href,
            name: card.name.clone(),
            initials: card.initials.clone(),
            hue: card.hue,
        },
        None => Face {
            href,
            name: "Former member".to_owned(),
            initials: "–".to_owned(),
            hue: 0,
        },
    }
}

fn channel_name(title: &str, kind: ChannelType) -> String {
    if kind == ChannelType::Direct {
        "Direct conversation".to_owned()
    } else {
        title.to_owned()
    }
}

/// `waiting 26 hours` for what was promised to be answered by now.
fn overdue(since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let waiting = now - since;
    match waiting.num_hours() {
        _ if waiting <= PROMISED => String::new(),
        hours @ ..=72 => format!("waiting {hours} hours"),
        hours => format!("waiting {} days", hours / 24),
    }
}

fn capped(count: i64) -> String {
    if count == 0 {
        "0".to_owned()
    } else {
        crate::domains::channels::sidebar::capped(count)
    }
}
