//! Pages of those who decide how long messages are kept.

use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domains::channels::model::ChannelType;
use crate::domains::channels::sidebar;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::text::grouped;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::{HoldForm, Position, RuleForm, Shown};
use super::model::{DueMonth, Kept};
use super::policy::Governing;
use super::queries;

/// One channel's rule, hold and dry run.
#[derive(Template)]
#[template(path = "channels/retention/show.html")]
pub struct RetentionPage {
    /// The frame.
    pub shell: Shell,
    /// The channel's name.
    pub name: String,
    /// Address of the rule; `/hold` below it sets the legal hold, `/hold/end` lifts it.
    pub action: String,
    /// The rule as it stands.
    pub rule: String,
    /// Since when and why nothing is deleted; none without a legal hold.
    pub hold: Option<HoldView>,
    /// What was typed as rule.
    pub form: RuleForm,
    /// What was typed as reason of the hold.
    pub hold_form: HoldForm,
    /// What was typed for the dry run.
    pub dry_run: String,
    /// What the dry run says.
    pub result: Option<DryRun>,
    /// What was wrong.
    pub errors: FieldErrors,
}

/// A legal hold.
pub struct HoldView {
    /// Since when.
    pub since: String,
    /// Why.
    pub reason: String,
}

/// What would be deleted now.
pub struct DryRun {
    /// By a rule of so many days.
    pub days: i32,
    /// `1,204 messages and 31 files (82.1 MB)`.
    pub total: String,
    /// By month.
    pub months: Vec<MonthView>,
}

/// What would be deleted of one month.
pub struct MonthView {
    /// `September 2026`.
    pub month: String,
    /// Messages.
    pub messages: String,
    /// Files.
    pub files: String,
    /// Their size.
    pub size: String,
}

impl DryRun {
    /// Draws a dry run.
    pub fn of(days: i32, due: &[DueMonth]) -> Self {
        let (messages, files) = (
            due.iter().map(|month| month.messages).sum(),
            due.iter().map(|month| month.files).sum(),
        );
        let bytes = due.iter().map(|month| month.bytes).sum();
        let total = match (messages, files) {
            (0, _) => "Nothing".to_owned(),
            (messages, 0) => counted(messages, "message"),
            (messages, files) => format!(
                "{} and {} ({})",
                counted(messages, "message"),
                counted(files, "file"),
                size(bytes)
            ),
        };
        let months = due.iter().map(|month| MonthView {
            month: month_name(&month.month),
            messages: grouped(month.messages),
            files: grouped(month.files),
            size: size(month.bytes),
        });
        Self {
            days,
            total,
            months: months.collect(),
        }
    }
}

/// Draws one channel's page.
///
/// # Errors
/// When the database fails.
pub fn show(shell: Shell, me: &Member, kept: &Kept) -> RetentionPage {
    RetentionPage {
        shell,
        name: kept.name(),
        action: format!("/channels/{}/retention", kept.id),
        rule: rule(kept),
        hold: kept.legal_hold.then(|| HoldView {
            since: kept.legal_hold_since.map_or_else(
                || "an unknown day".to_owned(),
                |since| local_date_time(since, me.zone),
            ),
            reason: kept.legal_hold_reason.clone(),
        }),
        form: RuleForm::of(kept.retention_days),
        hold_form: HoldForm::default(),
        dry_run: kept.retention_days.unwrap_or(365).to_string(),
        result: None,
        errors: FieldErrors::default(),
    }
}

/// All channels with their rules.
#[derive(Template)]
#[template(path = "channels/retention/overview.html")]
pub struct OverviewPage {
    /// The frame.
    pub shell: Shell,
    /// Which part is shown.
    pub tab: &'static str,
    /// The channels.
    pub lines: Vec<Line>,
    /// Address of the next page; empty when there is none.
    pub next: String,
}

/// A channel in the overview.
pub struct Line {
    /// Address of its rule.
    pub href: String,
    /// Name.
    pub name: String,
    /// Icon of its kind.
    pub icon: &'static str,
    /// How many people are in it.
    pub people: String,
    /// `For ever`, `90 days`.
    pub rule: String,
    /// Whether nothing may be deleted.
    pub held: bool,
    /// Whether it is archived.
    pub archived: bool,
    /// Messages that the next night deletes; `–` when none can be.
    pub due: String,
}

/// Draws the overview.
///
/// # Errors
/// When the database fails.
pub fn overview(
    tx: &mut TenantTx<'_>,
    proof: &Governing,
    shell: Shell,
    position: &Position,
) -> Result<OverviewPage, AppError> {
    let mut channels = queries::listed(tx, proof, position)?;
    let size = usize::try_from(queries::PAGE).unwrap_or(usize::MAX);
    let more = channels.len() > size;
    channels.truncate(size);
    let ids: Vec<_> = channels.iter().map(|channel| channel.id).collect();
    let due = queries::due_counts(tx, &ids)?;
    let tab = match position.show {
        Shown::Channels => "channels",
        Shown::Direct => "direct",
        Shown::Held => "held",
    };
    let next = channels.last().filter(|_| more).map(|last| {
        format!(
            "/admin/retention?show={tab}&after={}&id={}",
            utf8_percent_encode(&last.title, NON_ALPHANUMERIC),
            last.id
        )
    });
    let lines = channels.iter().map(|channel| Line {
        href: format!("/channels/{}/retention", channel.id),
        name: channel.name(),
        icon: sidebar::icon(channel.kind),
        people: grouped(i64::from(channel.member_count)),
        rule: rule(channel),
        held: channel.legal_hold,
        archived: channel.archived_at.is_some() && channel.kind != ChannelType::Direct,
        due: due
            .get(&channel.id)
            .map_or_else(|| "–".to_owned(), |count| grouped(*count)),
    });
    Ok(OverviewPage {
        shell,
        tab,
        lines: lines.collect(),
        next: next.unwrap_or_default(),
    })
}

fn rule(kept: &Kept) -> String {
    match kept.retention_days {
        None => "For ever".to_owned(),
        Some(1) => "1 day".to_owned(),
        Some(days) => format!("{} days", grouped(i64::from(days))),
    }
}

fn counted(count: i64, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{} {noun}s", grouped(count))
    }
}

fn size(bytes: i64) -> String {
    match bytes {
        0 => "–".to_owned(),
        1..1_000_000 => format!("{} kB", (bytes / 1_000).max(1)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// `2026-09` as `September 2026`.
fn month_name(month: &str) -> String {
    let first = chrono::NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d");
    first.map_or_else(|_| month.to_owned(), |day| day.format("%B %Y").to_string())
}
