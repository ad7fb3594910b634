//! Mux as admins see it: the account, and what is going on.

use askama::Template;

use crate::app::App;
use crate::domains::journeys::library::model::MediaState;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::time::{ago, local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::forms::MuxForm;
use super::model::{Audience, MuxFilm};
use super::{actions, queries};

/// Copies and reports on the page.
const SHOWN: i64 = 100;

/// `/journeys/library/video`
#[derive(Template)]
#[template(path = "journeys/library/mux.html")]
pub struct MuxPage {
    pub shell: Shell,
    pub form: MuxForm,
    pub errors: FieldErrors,
    pub audiences: Vec<Choice>,
    pub is_set_up: bool,
    pub is_in_use: bool,
    pub has_webhook_secret: bool,
    /// Where Mux is to report to; empty while nobody outside can reach the portal.
    pub webhook: String,
    pub stopped_because: String,
    pub checked: String,
    pub check_said: String,
    pub has_own_addresses: bool,
}

impl MuxPage {
    /// The account, with what was typed about it.
    ///
    /// # Errors
    /// As [`actions::may_set_up`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        app: &App,
        typed: Option<(MuxForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        actions::may_set_up(tx)?;
        let account = queries::account(tx)?;
        let (form, errors) = typed.unwrap_or_else(|| (MuxForm::of(account.as_ref()), FieldErrors::default()));
        let portal = app.config.public_url.trim_end_matches('/');
        let now = tx.now();
        let audience = |one: &Audience| Choice::new(one.as_str(), one.label(), form.audience == one.as_str());
        Ok(Self {
            shell,
            audiences: Audience::ALL.iter().map(audience).collect(),
            is_set_up: account.is_some(),
            is_in_use: account.as_ref().is_some_and(|one| one.is_in_use()),
            has_webhook_secret: match &account {
                Some(account) => account.webhook_secret(&app.keys)?.is_some(),
                None => false,
            },
            webhook: match portal {
                "" => String::new(),
                portal => format!("{portal}/hooks/{}/video/mux", tx.org()),
            },
            stopped_because: account
                .as_ref()
                .map(|one| one.stopped_because.clone())
                .unwrap_or_default(),
            checked: account
                .as_ref()
                .and_then(|one| one.checked_at)
                .map(|at| ago(at, now))
                .unwrap_or_default(),
            check_said: account
                .as_ref()
                .map(|one| one.check_said.clone())
                .unwrap_or_default(),
            has_own_addresses: !form.api.is_empty() || !form.stream.is_empty(),
            form,
            errors,
        })
    }
}

/// A copy at Mux.
pub struct CopyLine {
    pub href: String,
    pub title: String,
    pub state: &'static str,
    pub tone: &'static str,
    pub note: String,
    pub when: String,
    pub machine: String,
}

/// A report.
pub struct ReportLine {
    pub kind: String,
    pub id: String,
    pub fate: String,
    pub when: String,
    pub machine: String,
}

/// Reports of one hour that were not believed.
pub struct RefusalLine {
    pub when: String,
    pub why: String,
    pub count: i32,
}

/// `/journeys/library/video/reports`
#[derive(Template)]
#[template(path = "journeys/library/mux_reports.html")]
pub struct ReportsPage {
    pub shell: Shell,
    pub copies: Vec<CopyLine>,
    pub reports: Vec<ReportLine>,
    pub refusals: Vec<RefusalLine>,
    pub stuck: usize,
    pub failed: usize,
    pub ready: usize,
    pub has_copies: bool,
}

impl ReportsPage {
    /// What is going on.
    ///
    /// # Errors
    /// As [`actions::may_set_up`].
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, zone: chrono_tz::Tz) -> Result<Self, AppError> {
        actions::may_set_up(tx)?;
        let now = tx.now();
        let films = queries::listed(tx, SHOWN)?;
        let is_stuck =
            |film: &MuxFilm| film.state.is_under_way() && now - film.changed_at > chrono::TimeDelta::hours(1);
        let count = |fits: &dyn Fn(&MuxFilm) -> bool| films.iter().filter(|(film, ..)| fits(film)).count();
        let (stuck, failed) = (count(&is_stuck), count(&|film| film.state == MediaState::Failed));
        let ready = count(&|film| film.state == MediaState::Ready);
        let has_copies = films.iter().any(|(film, ..)| film.state != MediaState::Deleted);
        let copies = films.iter().map(|(film, asset, title)| CopyLine {
            href: format!("/journeys/library/assets/{asset}"),
            title: title.clone(),
            state: if is_stuck(film) {
                "Stuck"
            } else {
                film.state.label()
            },
            tone: match film.state {
                MediaState::Ready => "positive",
                MediaState::Failed => "danger",
                _ if is_stuck(film) => "warning",
                _ => "",
            },
            note: match film.attempts {
                ..=1 => film.failure.clone(),
                many => format!("{many} attempts. {}", film.failure),
            },
            when: ago(film.changed_at, now),
            machine: machine(film.changed_at),
        });
        Ok(Self {
            shell,
            copies: copies.collect(),
            reports: report_lines(tx, zone)?,
            refusals: refusal_lines(tx, zone)?,
            stuck,
            failed,
            ready,
            has_copies,
        })
    }
}

fn report_lines(tx: &mut TenantTx<'_>, zone: chrono_tz::Tz) -> Result<Vec<ReportLine>, AppError> {
    let line = |one: super::model::Reported| ReportLine {
        fate: match one.fate.as_str() {
            "heeded" => "Heeded",
            "late" => "Nothing new",
            "parked" => "Waits for its video",
            _ => "Its video is not known",
        }
        .to_owned(),
        when: local_date_time(one.received_at, zone),
        machine: machine(one.received_at),
        kind: one.kind,
        id: one.id,
    };
    Ok(queries::recent(tx, SHOWN)?.into_iter().map(line).collect())
}

fn refusal_lines(tx: &mut TenantTx<'_>, zone: chrono_tz::Tz) -> Result<Vec<RefusalLine>, AppError> {
    let line = |one: super::model::Refused| RefusalLine {
        when: local_date_time(one.hour, zone),
        why: one.why,
        count: one.count,
    };
    Ok(queries::refusals(tx, 24)?.into_iter().map(line).collect())
}

/// What a field for a secret says, depending on whether there is one.
pub fn kept(is_known: &bool) -> &'static str {
    match is_known {
        true => "One is kept. Leave this empty to keep it.",
        false => "It is kept sealed and never shown again.",
    }
}
