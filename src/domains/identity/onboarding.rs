//! The first steps of a newcomer, for the start page. What is done is computed; only what was dismissed is stored.

use super::me::Me;
use super::{invitations, queries};
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;

/// One thing to do first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its word, as stored when dismissed and as sent by the form that dismisses it (`POST /onboarding/{word}/dismissal`).
    pub word: &'static str,
    /// What people read.
    pub title: &'static str,
    /// Whether it is done.
    pub done: bool,
    /// Where it is done.
    pub href: &'static str,
}

/// Steps that can be dismissed.
pub const WORDS: &[&str] = &["profile", "second-factor", "message", "invitations"];

/// What the start page knows of steps that other modules see done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstMessage {
    /// The member has written a message.
    Written,
    /// Not yet.
    NotYet,
}

/// The steps of a member, without those dismissed. Empty when everything is done: then there is nothing to show.
///
/// # Errors
/// When the database fails.
pub fn steps(tx: &mut TenantTx<'_>, me: &Me, message: FirstMessage) -> Result<Vec<Step>, AppError> {
    let dismissed = queries::dismissed_steps(tx)?;
    let mut steps = vec![
        Step {
            word: "profile",
            title: "Say who you are",
            done: queries::has_headline(tx)?,
            href: "/me",
        },
        Step {
            word: "second-factor",
            title: "Protect your account with a second factor",
            done: me.has_second_factor(),
            href: "/me/security",
        },
        Step {
            word: "message",
            title: "Write your first message",
            done: message == FirstMessage::Written,
            href: "/channels",
        },
    ];
    if me.roles.has(Role::Admin) {
        steps.push(Step {
            word: "invitations",
            title: "Invite your people",
            done: invitations::has_any(tx)?,
            href: "/admin/invitations",
        });
    }
    steps.retain(|step| !dismissed.iter().any(|word| word == step.word));
    if steps.iter().all(|step| step.done) {
        steps.clear();
    }
    Ok(steps)
}
