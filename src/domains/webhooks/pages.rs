//! Webhooks as admins see them.

use std::collections::HashMap;

use askama::Template;
use chrono_tz::Tz;

use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{WebhookId, WebhookNoticeId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::WebhookForm;
use super::model::{Attempt, KINDS, Notice, NoticeState, Webhook};
use super::queries;

/// Things told that are shown of one address.
const SHOWN: i64 = 30;
/// Attempts that are read for them.
const ATTEMPTS: i64 = 300;

/// One of the list.
pub struct Line {
    pub id: WebhookId,
    pub name: String,
    pub note: String,
    pub badge: &'static str,
    pub tone: &'static str,
}

/// `/webhooks`
#[derive(Template)]
#[template(path = "webhooks/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub lines: Vec<Line>,
}

impl ListPage {
    /// Reads it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell) -> Result<Self, AppError> {
        let lines = queries::all(tx)?.into_iter().map(line).collect();
        Ok(Self { shell, lines })
    }
}

fn line(one: Webhook) -> Line {
    let (badge, tone) = state(&one);
    Line {
        id: one.id,
        note: one.url,
        name: one.name,
        badge,
        tone,
    }
}

fn state(one: &Webhook) -> (&'static str, &'static str) {
    match (one.stopped_at.is_some(), one.stopped_because.is_empty()) {
        (true, false) => ("Needs you", "danger"),
        (true, true) => ("Stopped", ""),
        (false, _) if one.failing_since.is_some() => ("Failing", "warning"),
        (false, _) => ("In use", "positive"),
    }
}

/// A kind of thing that can be told.
pub struct KindChoice {
    pub name: &'static str,
    pub tells: &'static str,
    pub chosen: bool,
}

/// How telling something went.
pub struct NoticeLine {
    pub id: WebhookNoticeId,
    pub kind: String,
    pub when: String,
    pub state: &'static str,
    pub tone: &'static str,
    /// How the last attempt went.
    pub said: String,
    pub attempts: i32,
    pub next: String,
    pub can_be_sent_again: bool,
}

/// `/webhooks/new` and `/webhooks/{webhook}`
#[derive(Template)]
#[template(path = "webhooks/form.html")]
pub struct WebhookPage {
    pub shell: Shell,
    pub id: Option<WebhookId>,
    pub title: String,
    /// A secret to show this once; empty when there is none.
    pub fresh: String,
    /// Until when the former secret signs as well.
    pub former_until: String,
    pub is_stopped: bool,
    pub trouble: String,
    pub failing_since: String,
    pub kinds: Vec<KindChoice>,
    pub notices: Vec<NoticeLine>,
    pub form: WebhookForm,
    pub errors: FieldErrors,
}

fn choices(form: &WebhookForm) -> Vec<KindChoice> {
    let choice = |kind: &super::model::Kind| KindChoice {
        name: kind.name,
        tells: kind.tells,
        chosen: form.kinds.iter().any(|one| one == kind.name),
    };
    KINDS.iter().map(choice).collect()
}

impl WebhookPage {
    /// A new one.
    pub fn new(shell: Shell, form: WebhookForm, errors: FieldErrors) -> Self {
        Self {
            shell,
            id: None,
            title: "New webhook".to_owned(),
            fresh: String::new(),
            former_until: String::new(),
            is_stopped: false,
            trouble: String::new(),
            failing_since: String::new(),
            kinds: choices(&form),
            notices: Vec::new(),
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
        zone: Tz,
        id: WebhookId,
        fresh: String,
        typed: Option<(WebhookForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let known = queries::webhook(tx, id)?;
        let now = tx.now();
        let notices = queries::newest(tx, id, SHOWN)?;
        let ids: Vec<WebhookNoticeId> = notices.iter().map(|one| one.id).collect();
        let mut last: HashMap<WebhookNoticeId, Attempt> = HashMap::new();
        for attempt in queries::attempts(tx, &ids, ATTEMPTS)? {
            last.entry(attempt.notice_id).or_insert(attempt);
        }
        let (form, errors) = typed.unwrap_or_else(|| (WebhookForm::of(&known), FieldErrors::default()));
        let former = known.former_until.filter(|until| *until > now);
        let when = |at: chrono::DateTime<chrono::Utc>| local_date_time(at, zone);
        Ok(Self {
            shell,
            id: Some(id),
            fresh,
            former_until: former.map(when).unwrap_or_default(),
            is_stopped: known.stopped_at.is_some(),
            failing_since: known
                .failing_since
                .filter(|_| known.stopped_at.is_none())
                .map(when)
                .unwrap_or_default(),
            kinds: choices(&form),
            notices: notices
                .into_iter()
                .map(|one| notice(last.get(&one.id), one, zone, known.is_told()))
                .collect(),
            title: known.name,
            trouble: known.stopped_because,
            form,
            errors,
        })
    }
}

fn notice(last: Option<&Attempt>, one: Notice, zone: Tz, can_be_sent: bool) -> NoticeLine {
    let said = last.map_or_else(String::new, |attempt| {
        let status = attempt
            .status
            .map(|status| format!("{status}, "))
            .unwrap_or_default();
        let words: String = attempt.said.chars().take(200).collect();
        let separator = if words.trim().is_empty() { "" } else { ": " };
        format!("{status}{} ms{separator}{}", attempt.took_ms, words.trim())
    });
    let next = one
        .due_at
        .filter(|_| one.state == NoticeState::Waiting && one.attempts > 0);
    NoticeLine {
        id: one.id,
        kind: one.kind,
        when: local_date_time(one.created_at, zone),
        state: one.state.label(),
        tone: one.state.tone(),
        said,
        attempts: one.attempts,
        next: next.map(|at| local_date_time(at, zone)).unwrap_or_default(),
        can_be_sent_again: can_be_sent && (one.state != NoticeState::Waiting || one.attempts > 0),
    }
}
