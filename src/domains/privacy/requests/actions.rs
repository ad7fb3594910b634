//! Noting, gathering, deciding and releasing.

use chrono::{Months, NaiveDate, TimeDelta};
use serde_json::json;

use crate::config::Config;
use crate::domains::SUBJECT_PARTS;
use crate::domains::notes;
use crate::domains::people::record;
use crate::domains::privacy::events::{DataAskedFor, DataReleased};
use crate::domains::privacy::openings::queries::{self as openings, OpeningBasis};
use crate::domains::privacy::policy::{self, Care};
use crate::domains::tenancy::{self, Gathered};
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, SubjectRequestId};
use crate::platform::audit::Entry;
use crate::platform::crypto::{ContentKey, KeyRing};
use crate::platform::db::TenantTx;
use crate::platform::mail::{self, Letter};

use super::forms::Decision;
use super::model::{Disclosure, Request, RequestState};
use super::queries::{self, NewItem};

/// Whether the acting member may note that this person asked: whoever sees their record, and privacy officers.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else, and about oneself.
pub fn expect_hearer(tx: &mut TenantTx<'_>, person: MemberId) -> Result<(), AppError> {
    if policy::may_care(tx.actor(), person).is_ok() {
        return match tenancy::member_cards(tx, &[person])?.is_empty() {
            true => Err(AppError::NotFound),
            false => Ok(()),
        };
    }
    let person = tenancy::person(tx, person)?;
    record::seen(tx, &person).map(|_| ())
}

/// Notes that a person asked for what is kept about them, which starts the month the law gives (GDPR Art. 12(3)). While one is
/// open, answers that one.
///
/// # Errors
/// As [`expect_hearer`].
pub fn receive(
    tx: &mut TenantTx<'_>,
    config: &Config,
    person: MemberId,
    asked_on: NaiveDate,
) -> Result<SubjectRequestId, AppError> {
    expect_hearer(tx, person)?;
    if let Some(open) = queries::open_of(tx, person)? {
        return Ok(open.id);
    }
    let due_on = asked_on.checked_add_months(Months::new(1)).unwrap_or(asked_on);
    // Two who hear of it at the same moment note one request.
    let Some(request) = queries::insert(tx, person, asked_on, due_on)? else {
        let open = queries::open_of(tx, person)?.ok_or(AppError::NotFound)?;
        return Ok(open.id);
    };
    let mut officers = tenancy::with_role(tx, Role::PrivacyOfficer)?;
    officers.retain(|one| *one != person);
    let link = format!("{}/privacy/requests/{request}", config.public_url);
    for (to, locale) in tenancy::mailboxes(tx, &officers)? {
        let due = [("due", due_on.to_string())];
        let letter =
            Letter::new(to, locale, "data-asked-for", &due).action("data-asked-for-action", link.clone());
        mail::post(tx, config, &letter)?;
    }
    tx.audit(
        Entry::of("privacy.request.received", "subject_request", request)
            .after(json!({ "member": person, "asked_on": asked_on, "due_on": due_on })),
    )?;
    tx.emit(&DataAskedFor {
        request,
        member: person,
    })?;
    Ok(request)
}

/// A request in this state that the acting privacy officer works on.
fn in_state(
    tx: &mut TenantTx<'_>,
    id: SubjectRequestId,
    wanted: RequestState,
) -> Result<(Care, Request), AppError> {
    let request = queries::locked(tx, id)?;
    let care = policy::may_care(tx.actor(), request.member_id)?;
    match request.state == wanted {
        true => Ok((care, request)),
        false => Err(moved_on(&request)),
    }
}

fn moved_on(request: &Request) -> AppError {
    AppError::Conflict(format!(
        "This request moved on meanwhile: it is {} now.",
        request.state.label().to_lowercase()
    ))
}

/// Gathers everything kept about the person, of whatever level, for review by the acting privacy officer. They may read it for
/// just as long as gathering takes; each note is noted as read.
///
/// # Errors
/// [`AppError::NotFound`] and [`AppError::Denied`] as [`policy::may_care`]; [`AppError::Conflict`] when somebody took it on.
pub fn take_on(tx: &mut TenantTx<'_>, keys: &KeyRing, id: SubjectRequestId) -> Result<(), AppError> {
    let (care, request) = in_state(tx, id, RequestState::Received)?;
    let person = request.member_id;
    let until = tx.now() + TimeDelta::minutes(5);
    let reason = "Gathering what the person asked for.";
    openings::insert(tx, &care, OpeningBasis::SubjectRequest, reason, until)?;
    let mut gathered = Vec::new();
    for part in SUBJECT_PARTS {
        gathered.extend(part(tx, keys, person)?);
    }
    openings::close(tx, &care, OpeningBasis::SubjectRequest)?;
    let key = notes::key_about(tx, keys, person)?;
    let mut items = Vec::with_capacity(gathered.len());
    for one in &gathered {
        items.push(NewItem {
            sealed: sealed(&key, id, one)?,
            note: one.note,
            decision: match one.needs_review {
                true => Disclosure::Pending,
                false => Disclosure::Include,
            },
        });
    }
    let count = items.len();
    queries::keep(tx, &care, id, items)?;
    queries::set_state(tx, &care, id, RequestState::Review)?;
    tx.audit(Entry::of("privacy.request.gathered", "subject_request", id).after(json!({ "things": count })))
}

fn sealed(key: &ContentKey, id: SubjectRequestId, one: &Gathered) -> Result<Vec<u8>, AppError> {
    let plain = serde_json::to_vec(one).map_err(anyhow::Error::from)?;
    Ok(key.seal(id.0.as_bytes(), &plain)?)
}

/// What was sealed for a request.
///
/// # Errors
/// When it does not open: the person was erased, or it was tampered with.
pub fn opened(key: &ContentKey, id: SubjectRequestId, sealed: &[u8]) -> Result<Gathered, AppError> {
    let plain = key.open(id.0.as_bytes(), sealed)?;
    Ok(serde_json::from_slice(&plain).map_err(anyhow::Error::from)?)
}

/// Says what happens with one thing. The original stays as it was gathered.
///
/// # Errors
/// As [`take_on`]; [`AppError::NotFound`] when there is no such thing.
pub fn decide(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    id: SubjectRequestId,
    position: i32,
    decision: &Decision,
) -> Result<(), AppError> {
    let (_, request) = in_state(tx, id, RequestState::Review)?;
    let care = policy::may_review(tx.actor(), request.member_id, request.reviewer_id)?;
    let item = queries::item(tx, id, position)?;
    let key = notes::key_about(tx, keys, request.member_id)?;
    let redacted = match &decision.redacted {
        Some(text) => {
            let whole = opened(&key, id, &item.sealed)?;
            let part = Gathered {
                text: text.clone(),
                ..whole
            };
            Some(sealed(&key, id, &part)?)
        }
        None => None,
    };
    let words = (decision.disclosure, redacted, decision.reason.as_str());
    queries::decide(tx, &care, id, position, words)?;
    tx.audit(
        Entry::of("privacy.request.decided", "subject_request", id)
            .after(json!({ "thing": position, "decision": decision.disclosure })),
    )
}

/// Says that everything is decided, so that another privacy officer can release it.
///
/// # Errors
/// As [`take_on`]; [`AppError::Conflict`] while something is not decided.
pub fn finish(tx: &mut TenantTx<'_>, id: SubjectRequestId) -> Result<(), AppError> {
    let (_, request) = in_state(tx, id, RequestState::Review)?;
    let care = policy::may_review(tx.actor(), request.member_id, request.reviewer_id)?;
    let pending = queries::counts(tx, id)?.pending;
    if pending > 0 {
        return Err(AppError::Conflict(match pending {
            1 => "One thing is not decided yet.".to_owned(),
            many => format!("{many} things are not decided yet."),
        }));
    }
    queries::set_state(tx, &care, id, RequestState::Ready)?;
    tx.audit(Entry::of("privacy.request.reviewed", "subject_request", id))
}

/// Releases what was reviewed: the person may fetch it, and is told when mail reaches them.
///
/// # Errors
/// As [`take_on`]; [`AppError::Denied`] for the reviewer.
pub fn release(tx: &mut TenantTx<'_>, config: &Config, id: SubjectRequestId) -> Result<(), AppError> {
    let (_, request) = in_state(tx, id, RequestState::Ready)?;
    let care = policy::may_release(tx.actor(), request.member_id, request.reviewer_id)?;
    queries::set_state(tx, &care, id, RequestState::Released)?;
    let link = format!("{}/privacy/requests/{id}/copy", config.public_url);
    for (to, locale) in tenancy::mailboxes(tx, &[request.member_id])? {
        let letter =
            Letter::new(to, locale, "data-released", &[]).action("data-released-action", link.clone());
        mail::post(tx, config, &letter)?;
    }
    tx.audit(Entry::of("privacy.request.released", "subject_request", id))?;
    tx.emit(&DataReleased {
        request: id,
        member: request.member_id,
    })?;
    Ok(())
}

/// Sends what is or was reviewed back, to be gathered and looked through anew by whoever takes it on.
///
/// # Errors
/// As [`take_on`]; [`AppError::Conflict`] when it is not in review.
pub fn send_back(tx: &mut TenantTx<'_>, id: SubjectRequestId) -> Result<(), AppError> {
    let request = queries::locked(tx, id)?;
    let care = policy::may_care(tx.actor(), request.member_id)?;
    if !matches!(request.state, RequestState::Review | RequestState::Ready) {
        return Err(moved_on(&request));
    }
    queries::forget_items(tx, &care, id)?;
    queries::set_state(tx, &care, id, RequestState::Received)?;
    tx.audit(Entry::of("privacy.request.sent_back", "subject_request", id))
}

/// Notes that the person no longer wants it; what was gathered goes.
///
/// # Errors
/// [`AppError::NotFound`] and [`AppError::Denied`] as [`policy::may_care`]; [`AppError::Conflict`] when it is over.
pub fn withdraw(tx: &mut TenantTx<'_>, id: SubjectRequestId) -> Result<(), AppError> {
    let request = queries::locked(tx, id)?;
    let care = policy::may_care(tx.actor(), request.member_id)?;
    if matches!(request.state, RequestState::Released | RequestState::Withdrawn) {
        return Err(AppError::Conflict("This request is over.".to_owned()));
    }
    queries::forget_items(tx, &care, id)?;
    queries::set_state(tx, &care, id, RequestState::Withdrawn)?;
    tx.audit(Entry::of("privacy.request.withdrawn", "subject_request", id))
}
