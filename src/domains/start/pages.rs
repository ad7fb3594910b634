//! What the start page prints.

use askama::Template;
use chrono::{DateTime, Timelike, Utc};

use crate::app::Register;
use crate::domains::channels::messages;
use crate::domains::identity::Me;
use crate::domains::identity::onboarding::{self, FirstMessage, Step};
use crate::domains::tenancy::{self, Belonging};
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::cards::{Card, CardView};

/// A short way somewhere.
pub struct Shortcut {
    pub href: &'static str,
    pub icon: &'static str,
    pub label: &'static str,
    pub text: &'static str,
}

/// Who is offered a short way; nobody named means everyone.
struct Offer {
    roles: &'static [Role],
    shortcut: Shortcut,
}

const OFFERS: &[Offer] = &[
    Offer {
        roles: &[Role::Admin],
        shortcut: Shortcut {
            href: "/admin/invitations",
            icon: "user-plus",
            label: "Invite people",
            text: "By e-mail, with their roles and team.",
        },
    },
    Offer {
        roles: &[Role::Admin, Role::Communicator, Role::TeamLeader],
        shortcut: Shortcut {
            href: "/broadcasts/new",
            icon: "megaphone",
            label: "Send a broadcast",
            text: "One message to many, with who has seen it.",
        },
    },
    Offer {
        roles: &[Role::Admin, Role::Coach],
        shortcut: Shortcut {
            href: "/contexts?kind=cohort",
            icon: "users",
            label: "Cohorts",
            text: "Who learns together, and since when.",
        },
    },
    Offer {
        roles: &[Role::Admin, Role::TeamLeader],
        shortcut: Shortcut {
            href: "/contexts?kind=team",
            icon: "building-2",
            label: "Teams",
            text: "Who works where, and who leads.",
        },
    },
    Offer {
        roles: &[Role::Steward, Role::Coach],
        shortcut: Shortcut {
            href: "/my-people",
            icon: "user",
            label: "My people",
            text: "Those who need you most come first.",
        },
    },
    Offer {
        roles: &[Role::Admin, Role::Steward],
        shortcut: Shortcut {
            href: "/moderation",
            icon: "flag",
            label: "Reports",
            text: "What people reported, waiting for a decision.",
        },
    },
    Offer {
        roles: &[Role::Admin, Role::PrivacyOfficer],
        shortcut: Shortcut {
            href: "/admin/audit",
            icon: "history",
            label: "Audit log",
            text: "Who changed what, and when.",
        },
    },
    Offer {
        roles: &[],
        shortcut: Shortcut {
            href: "/people",
            icon: "users",
            label: "People",
            text: "Find somebody and write to them.",
        },
    },
    Offer {
        roles: &[],
        shortcut: Shortcut {
            href: "/search",
            icon: "search",
            label: "Search",
            text: "Everything written where you can read.",
        },
    },
    Offer {
        roles: &[],
        shortcut: Shortcut {
            href: "/help",
            icon: "circle-help",
            label: "Help",
            text: "How things work here, in plain words.",
        },
    },
];

/// Something with a count, from the navigation.
pub struct Waiting {
    pub href: &'static str,
    pub icon: &'static str,
    pub label: &'static str,
    pub shown: String,
    pub words: String,
}

/// `/`
#[derive(Template)]
#[template(path = "start/today.html")]
pub struct TodayPage {
    pub shell: Shell,
    pub greeting: String,
    pub date: String,
    pub waiting: Vec<Waiting>,
    pub steps: Vec<Step>,
    pub cards: Vec<CardView>,
    pub belongings: Vec<Belonging>,
    pub shortcuts: Vec<&'static Shortcut>,
}

impl TodayPage {
    /// What waits for a member now.
    ///
    /// # Errors
    /// When a card or a count cannot be read.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Me,
        register: &Register,
        makers: &[Card],
    ) -> Result<Self, AppError> {
        let mut cards = Vec::new();
        for make in makers {
            cards.extend(make(tx, me)?);
        }
        let message = match messages::has_written(tx, me.member)? {
            true => FirstMessage::Written,
            false => FirstMessage::NotYet,
        };
        let steps = onboarding::steps(tx, me, message)?;
        let now = tx.now();
        Ok(Self {
            steps,
            greeting: greeting(now, me),
            date: now.with_timezone(&me.zone).format("%A, %-d %B %Y").to_string(),
            waiting: waiting(&shell),
            cards,
            belongings: tenancy::contexts_of(tx, me.member)?,
            shortcuts: shortcuts(me, register),
            shell,
        })
    }
}

fn greeting(now: DateTime<Utc>, me: &Member) -> String {
    let given = me.name.split_whitespace().next().unwrap_or(&me.name);
    let words = match now.with_timezone(&me.zone).hour() {
        5..12 => "Good morning",
        12..18 => "Good afternoon",
        _ => "Good evening",
    };
    format!("{words}, {given}")
}

fn waiting(shell: &Shell) -> Vec<Waiting> {
    let counted = shell.nav.iter().filter_map(|item| {
        let (shown, words) = (item.badge.clone()?, item.badge_label.clone()?);
        Some(Waiting {
            href: item.href,
            icon: item.icon,
            label: item.label,
            shown,
            words,
        })
    });
    counted.collect()
}

/// At most six, and only to pages that this build has.
fn shortcuts(me: &Member, register: &Register) -> Vec<&'static Shortcut> {
    let open = |offer: &&Offer| offer.roles.is_empty() || me.roles.any(offer.roles);
    let exists = |href: &str| register.answers(href.split('?').next().unwrap_or(href));
    OFFERS
        .iter()
        .filter(open)
        .map(|offer| &offer.shortcut)
        .filter(|shortcut| exists(shortcut.href))
        .take(6)
        .collect()
}
