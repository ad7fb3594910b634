//! The mailbox as admins see it.

use askama::Template;
use chrono_tz::Tz;

use crate::domains::campaigns::providers;
use crate::domains::campaigns::providers::model::Kind;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::ProviderId;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::forms::MailboxForm;
use super::model::{Mailbox, Taken};
use super::queries;

/// The mailbox in the list of providers.
pub struct Line {
    pub address: String,
    pub badge: &'static str,
    pub tone: &'static str,
}

impl Line {
    /// Reads it; nothing when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(tx: &mut TenantTx<'_>) -> Result<Option<Self>, AppError> {
        let mailbox = queries::mailbox(tx)?;
        Ok(mailbox.map(|mailbox| {
            let (badge, tone) = state(&mailbox);
            Self {
                address: mailbox.address,
                badge,
                tone,
            }
        }))
    }
}

fn state(mailbox: &Mailbox) -> (&'static str, &'static str) {
    match (mailbox.paused_at.is_some(), mailbox.trouble.is_empty()) {
        (true, _) => ("Paused", "warning"),
        (false, false) => ("Needs you", "danger"),
        (false, true) => ("Read", "positive"),
    }
}

/// `/providers/mailbox`
#[derive(Template)]
#[template(path = "campaigns/providers/mailbox.html")]
pub struct MailboxPage {
    pub shell: Shell,
    pub is_kept: bool,
    pub is_paused: bool,
    pub badge: &'static str,
    pub tone: &'static str,
    pub trouble: String,
    pub read: String,
    /// What was taken in, and how many.
    pub taken: Vec<(&'static str, i64)>,
    /// Mail servers whose failures go elsewhere.
    pub elsewhere: Vec<Elsewhere>,
    pub securities: Vec<Choice>,
    pub form: MailboxForm,
    pub errors: FieldErrors,
}

impl MailboxPage {
    /// Reads it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: Tz,
        typed: Option<(MailboxForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let known = queries::mailbox(tx)?;
        let (badge, tone) = known.as_ref().map_or(("Not set", ""), state);
        let kept = || known.as_ref().map(MailboxForm::of).unwrap_or_default();
        let (form, errors) = typed.unwrap_or_else(|| (kept(), FieldErrors::default()));
        let elsewhere = match &known {
            Some(known) => elsewhere(tx, &known.address)?,
            None => Vec::new(),
        };
        let read_at = known.as_ref().and_then(|known| known.read_at);
        Ok(Self {
            shell,
            is_kept: known.is_some(),
            is_paused: known.as_ref().is_some_and(|known| known.paused_at.is_some()),
            badge,
            tone,
            read: read_at.map_or_else(|| "Not yet".to_owned(), |at| local_date_time(at, zone)),
            trouble: known.map(|known| known.trouble).unwrap_or_default(),
            taken: taken(tx)?,
            elsewhere,
            securities: securities(&form.security),
            form,
            errors,
        })
    }
}

/// A mail server whose failures go to another address than the mailbox's.
pub struct Elsewhere {
    pub id: ProviderId,
    pub name: String,
    pub address: String,
}

fn elsewhere(tx: &mut TenantTx<'_>, mailbox: &str) -> Result<Vec<Elsewhere>, AppError> {
    let mut found = Vec::new();
    for one in providers::queries::all(tx)? {
        let return_path = one.settings()?.return_path;
        let address = match return_path.as_str() {
            "" => one.from_address,
            _ => return_path,
        };
        if one.kind == Kind::Smtp && !address.eq_ignore_ascii_case(mailbox) {
            found.push(Elsewhere {
                id: one.id,
                name: one.name,
                address,
            });
        }
    }
    Ok(found)
}

fn taken(tx: &mut TenantTx<'_>) -> Result<Vec<(&'static str, i64)>, AppError> {
    let counts = queries::counts(tx)?;
    let count = |kind: Taken| {
        let found = counts.iter().find(|(known, _)| known == kind.as_str());
        found.map_or(0, |(_, count)| *count)
    };
    Ok(Taken::ALL
        .into_iter()
        .map(|kind| (kind.label(), count(kind)))
        .collect())
}

fn securities(chosen: &str) -> Vec<Choice> {
    [
        ("tls", "TLS from the first byte (port 993)"),
        ("starttls", "STARTTLS (port 143)"),
        ("plain", "Not at all (only inside your own network)"),
    ]
    .into_iter()
    .map(|(word, label)| Choice::new(word, label, word == chosen))
    .collect()
}
