//! What identity speaks of: sessions, invitations, tokens; and the choices people have about language and time.

use crate::typed_id;

typed_id!(
    /// A signed-in browser.
    SessionId
);
typed_id!(
    /// An invitation.
    InvitationId
);
typed_id!(
    /// A personal API token.
    TokenId
);

/// Languages: the word stored and the name people read.
pub const LOCALES: &[(&str, &str)] = &[("en", "English"), ("fr", "Français")];

/// Scopes of personal API tokens, and what each allows.
pub const SCOPES: &[(&str, &str, &str)] = &[
    (
        "channels:read",
        "Read channels",
        "Channels, messages and unread counts you can see.",
    ),
    (
        "channels:write",
        "Write in channels",
        "Post messages as you and mark them as read.",
    ),
    (
        "broadcasts:write",
        "Send broadcasts",
        "Only where you may send broadcasts yourself.",
    ),
    ("push:write", "Register devices", "Push tokens of your phones."),
    (
        "tasks:read",
        "Read tasks",
        "Tasks and comments you can see, those about people you look after too.",
    ),
    (
        "tasks:write",
        "Change tasks",
        "Make, change and finish tasks and comment on them as you.",
    ),
    (
        "learning:read",
        "Read your journeys",
        "What you learn, how far you are, and why lessons are closed.",
    ),
    (
        "learning:write",
        "Finish lessons",
        "Mark lessons as done as you, where saying so is what it takes.",
    ),
    (
        "journeys:read",
        "Read journeys",
        "Journeys you build, with their drafts.",
    ),
    (
        "journeys:write",
        "Build journeys",
        "Begin, change and publish journeys as you.",
    ),
    (
        "notes:read",
        "Read notes",
        "Notes you may read; that notes of cases and officers were read is noted, with your name.",
    ),
    (
        "notes:write",
        "Write notes",
        "Notes as you, about people you look after.",
    ),
    (
        "people:read",
        "Read records",
        "Records of the people you look after, and who looks after them.",
    ),
    (
        "people:write",
        "Change records",
        "Where people work; for admins also who looks after whom.",
    ),
    (
        "messaging:read",
        "Read what you get",
        "What may be sent to you, over which channel, and why.",
    ),
    (
        "messaging:write",
        "Change what you get",
        "Allow and stop messages to you.",
    ),
    (
        "messaging:send",
        "Send single messages",
        "Receipts, confirmations and codes to one person each, for communicators and admins.",
    ),
    (
        "consent:read",
        "Read what others get",
        "For who looks after consent: what may be sent to somebody, and why.",
    ),
    (
        "consent:write",
        "Note what others said",
        "For who looks after consent: note agreements and withdrawals of others.",
    ),
    (
        "campaigns:read",
        "Read campaigns",
        "For communicators: campaigns, templates and what became of them.",
    ),
    (
        "campaigns:write",
        "Make and send campaigns",
        "For communicators: make, change, send off and stop campaigns, and add templates.",
    ),
];

/// One entry of a list to choose from.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Whether it is the present one.
    pub chosen: bool,
}

/// Time zones by place (IANA names), with `current` marked; kept when it is one we no longer list.
pub fn zone_choices(current: &str) -> Vec<Choice> {
    const REGIONS: &[&str] = &[
        "Africa/",
        "America/",
        "Antarctica/",
        "Arctic/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    ];
    let places = chrono_tz::TZ_VARIANTS
        .iter()
        .map(|zone| zone.name())
        .filter(|name| REGIONS.iter().any(|region| name.starts_with(region)));
    let mut names: Vec<&str> = std::iter::once("UTC").chain(places).collect();
    if !current.is_empty() && !names.contains(&current) {
        names.insert(0, current);
    }
    names
        .into_iter()
        .map(|name| Choice {
            value: name.to_owned(),
            label: name.replace('_', " "),
            chosen: name == current,
        })
        .collect()
}

/// The languages, with `current` marked.
pub fn locale_choices(current: &str) -> Vec<Choice> {
    LOCALES
        .iter()
        .map(|(word, label)| Choice {
            value: (*word).to_owned(),
            label: (*label).to_owned(),
            chosen: *word == current,
        })
        .collect()
}

/// Handles that mean everyone in a channel, so that no person can be called so.
pub const RESERVED_HANDLES: &[&str] = &["channel", "here", "all", "everyone"];
