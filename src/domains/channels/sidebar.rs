//! The channel list beside every conversation, with what is unread in each.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::kernel::error::AppError;
use crate::kernel::ids::ChannelId;
use crate::platform::db::TenantTx;
use crate::platform::web::shell;

use super::model::{ChannelType, NotifyLevel};
use super::reading::queries::{self, ListedChannel};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct Line {
    /// Address of the channel.
    pub href: String,
    /// Name people read.
    pub name: String,
    /// Icon of its kind; empty when an avatar is shown.
    pub icon: &'static str,
    /// Initials of the other person in a direct conversation.
    pub initials: String,
    /// Colour of the avatar.
    pub hue: u16,
    /// Whether it is open now.
    pub current: bool,
    /// Unread count, capped at "99+"; empty when none or muted.
    pub unread: String,
    /// Mentions waiting; empty when none.
    pub mentions: String,
    /// Unread though muted: a grey dot.
    pub quiet_dot: bool,
    /// Whether the line is shown strong.
    pub strong: bool,
}

/// A heading with its lines.
#[derive(Debug, Clone)]
pub struct Group {
    /// `Teams`, `Direct` …
    pub title: &'static str,
    /// The lines.
    pub lines: Vec<Line>,
}

/// The list as pages show it.
#[derive(Template)]
#[template(path = "channels/_side.html")]
pub struct List<'a> {
    groups: &'a [Group],
}

impl HtmlSafe for List<'_> {}

/// See [`List`].
pub fn list(groups: &[Group]) -> List<'_> {
    List { groups }
}

/// The acting member's channels, grouped, the most recently active first.
///
/// # Errors
/// When the list cannot be read.
pub fn groups(tx: &mut TenantTx<'_>, current: Option<ChannelId>) -> Result<Vec<Group>, AppError> {
    let listed = queries::my_channels(tx)?;
    let now = tx.now();
    let titles = [
        ("Teams", ChannelType::Team),
        ("Cohorts", ChannelType::Cohort),
        ("Challenges", ChannelType::Challenge),
        ("Sponsors", ChannelType::Sponsor),
        ("Direct", ChannelType::Direct),
    ];
    let groups = titles.map(|(title, kind)| Group {
        title,
        lines: listed
            .iter()
            .filter(|channel| channel.kind == kind)
            .map(|channel| line(channel, current, now))
            .collect(),
    });
    Ok(groups
        .into_iter()
        .filter(|group| !group.lines.is_empty())
        .collect())
}

fn line(channel: &ListedChannel, current: Option<ChannelId>, now: chrono::DateTime<chrono::Utc>) -> Line {
    let quiet = channel.is_quiet(now);
    // "Nothing": not even a name makes a number.
    let silent = channel.notify == NotifyLevel::None;
    let direct = channel.kind == ChannelType::Direct;
    Line {
        href: format!("/channels/{}", channel.id),
        name: channel.name.clone(),
        icon: if direct && channel.others > 1 {
            "users"
        } else {
            icon(channel.kind)
        },
        initials: if direct && channel.others == 1 {
            shell::initials(&channel.name)
        } else {
            String::new()
        },
        hue: channel.other_id.map_or(0, |other| shell::hue(other.0)),
        current: current == Some(channel.id),
        unread: if quiet {
            String::new()
        } else {
            capped(channel.unread)
        },
        mentions: if silent {
            String::new()
        } else {
            capped(channel.mentions)
        },
        quiet_dot: quiet && channel.unread > 0,
        strong: (!silent && channel.mentions > 0) || (!quiet && channel.unread > 0),
    }
}

/// The icon of a kind of channel.
pub const fn icon(kind: ChannelType) -> &'static str {
    match kind {
        ChannelType::Team => "hash",
        ChannelType::Cohort => "graduation-cap",
        ChannelType::Challenge => "trophy",
        ChannelType::Sponsor => "handshake",
        ChannelType::Direct => "message-circle",
    }
}

/// `0` is silence, more than 99 is "99+".
pub fn capped(count: i64) -> String {
    match count {
        ..=0 => String::new(),
        1..=99 => count.to_string(),
        _ => "99+".to_owned(),
    }
}
