//! Providers as admins see them.

use askama::Template;
use chrono_tz::Tz;

use crate::domains::campaigns::mailbox;
use crate::domains::campaigns::queries as campaigns;
use crate::domains::campaigns::sending;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::ProviderId;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::forms::{LimitsForm, ProviderForm};
use super::model::{Kind, Provider};
use super::queries;

/// One of the list.
pub struct Line {
    pub id: ProviderId,
    pub name: String,
    pub icon: &'static str,
    pub note: String,
    pub badge: &'static str,
    pub tone: &'static str,
}

/// `/providers`
#[derive(Template)]
#[template(path = "campaigns/providers/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub lines: Vec<Line>,
    pub has_mail: bool,
    pub has_sms: bool,
    pub kinds: Vec<(&'static str, &'static str)>,
    pub outbox: bool,
    /// The mailbox to which bounces come back, if there is one.
    pub mailbox: Option<mailbox::Line>,
    pub form: LimitsForm,
    pub errors: FieldErrors,
}

impl ListPage {
    /// Reads it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        outbox: bool,
        typed: Option<(LimitsForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let known = queries::all(tx)?;
        let limits = campaigns::limits(tx)?;
        let (form, errors) = typed.unwrap_or_else(|| (LimitsForm::of(limits), FieldErrors::default()));
        Ok(Self {
            shell,
            has_mail: known.iter().any(|one| one.kind != Kind::Twilio),
            has_sms: known.iter().any(|one| one.kind == Kind::Twilio),
            lines: known.into_iter().map(line).collect(),
            kinds: Kind::ALL
                .iter()
                .map(|kind| (kind.as_str(), kind.label()))
                .collect(),
            outbox,
            mailbox: mailbox::Line::read(tx)?,
            form,
            errors,
        })
    }
}

fn line(one: Provider) -> Line {
    let (badge, tone) = state(&one);
    Line {
        id: one.id,
        icon: if one.kind == Kind::Twilio {
            "smartphone"
        } else {
            "mail"
        },
        note: format!("{} · {}", one.kind.label(), one.from_address),
        name: one.name,
        badge,
        tone,
    }
}

fn state(one: &Provider) -> (&'static str, &'static str) {
    let fails = one.settings().is_ok_and(|settings| settings.fails_check);
    match (one.stopped_at.is_some(), one.stopped_because.is_empty()) {
        (true, false) => ("Needs you", "danger"),
        (true, true) => ("Stopped", "warning"),
        (false, _) if fails => ("Does not work yet", "danger"),
        (false, _) => ("In use", "positive"),
    }
}

/// `/providers/new` and `/providers/{provider}`
#[derive(Template)]
#[template(path = "campaigns/providers/form.html")]
pub struct ProviderPage {
    pub shell: Shell,
    pub id: Option<ProviderId>,
    pub title: String,
    pub kind: Kind,
    pub securities: Vec<Choice>,
    pub has_secret: bool,
    pub has_webhook_secret: bool,
    /// Where it is to report, and where text messages that come in are to be sent; empty for mail servers.
    pub hook: String,
    pub is_stopped: bool,
    pub trouble: String,
    pub checked: String,
    pub check_said: String,
    /// Who asked for less.
    pub slowed: Vec<Slowed>,
    pub form: ProviderForm,
    pub errors: FieldErrors,
}

impl ProviderPage {
    /// A new one.
    pub fn fresh(shell: Shell, kind: Kind, form: ProviderForm, errors: FieldErrors) -> Self {
        Self {
            shell,
            id: None,
            title: format!("New: {}", kind.label()),
            kind,
            securities: securities(&form.security),
            has_secret: false,
            has_webhook_secret: false,
            hook: String::new(),
            is_stopped: false,
            trouble: String::new(),
            checked: String::new(),
            check_said: String::new(),
            slowed: Vec::new(),
            form,
            errors,
        }
    }

    /// One that is kept.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        (zone, portal): (Tz, &str),
        id: ProviderId,
        typed: Option<(ProviderForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let known = queries::provider(tx, id)?;
        let slowed = slowed(tx, &known, zone)?;
        let (form, errors) = match typed {
            Some(typed) => typed,
            None => (ProviderForm::of(&known)?, FieldErrors::default()),
        };
        Ok(Self {
            shell,
            id: Some(id),
            title: known.name.clone(),
            kind: known.kind,
            securities: securities(&form.security),
            has_secret: known.has_secret(),
            has_webhook_secret: known.has_webhook_secret(),
            hook: match known.kind {
                Kind::Smtp => String::new(),
                _ => format!("{portal}/hooks/{}/{id}", tx.org()),
            },
            is_stopped: known.stopped_at.is_some(),
            trouble: known.stopped_because.clone(),
            checked: known
                .checked_at
                .map(|at| local_date_time(at, zone))
                .unwrap_or_default(),
            check_said: known.check_said,
            slowed,
            form,
            errors,
        })
    }
}

/// Somebody who asked for less.
pub struct Slowed {
    /// Whose mail; empty for all of it.
    pub domain: String,
    /// How much goes now, in words.
    pub pace: String,
    pub since: String,
    /// In their words.
    pub said: String,
}

fn slowed(tx: &mut TenantTx<'_>, provider: &Provider, zone: Tz) -> Result<Vec<Slowed>, AppError> {
    let now = tx.now();
    let paces = sending::paces(tx, provider.id)?;
    let slowed = paces.into_iter().filter_map(|pace| {
        let (_, since) = pace.slowed?;
        let rate = pace.rate(None, now)?;
        let pace_now = match pace.rests_until.filter(|until| *until > now) {
            Some(until) => format!("Nothing until {}", local_date_time(until, zone)),
            None => format!("About {rate:.1} messages a second"),
        };
        Some(Slowed {
            domain: pace.domain,
            pace: pace_now,
            since: local_date_time(since, zone),
            said: pace.said,
        })
    });
    Ok(slowed.collect())
}

fn securities(chosen: &str) -> Vec<Choice> {
    [
        ("starttls", "STARTTLS (port 587)"),
        ("tls", "TLS from the first byte (port 465)"),
        ("plain", "Not at all (only inside your own network)"),
    ]
    .into_iter()
    .map(|(word, label)| Choice::new(word, label, word == chosen))
    .collect()
}

/// What stands under the field of a password or key.
pub const fn secret_hint(has_secret: bool) -> &'static str {
    match has_secret {
        true => "One is kept and never shown. Write another to replace it.",
        false => "It is kept encrypted and never shown again.",
    }
}

/// What the field is called that proves reports.
pub const fn report_label(kind: Kind) -> &'static str {
    match kind {
        Kind::SendGrid => "Verification key of its reports (optional)",
        _ => "Signing secret of its reports (optional)",
    }
}

/// What stands under it.
pub const fn report_hint(is_known: bool) -> &'static str {
    match is_known {
        true => "One is kept. Write another to replace it.",
        false => "Without it no report is believed, and bounces and complaints go unheard.",
    }
}
