//! The copy a person gets: as a page to read and print, and as JSON for machines (GDPR Art. 15(3), 20).

use askama::Template;
use serde::Serialize;
use serde_json::{Value, json};

use crate::domains::notes;
use crate::domains::people::record::pages::in_words;
use crate::domains::privacy::policy;
use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::SubjectRequestId;
use crate::platform::audit::Entry;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::model::{Disclosure, Request, RequestState};
use super::{actions, queries};

/// More than anybody has.
const MOST: i64 = 100_000;

/// One thing of the copy.
#[derive(Debug, Clone, Serialize)]
pub struct CopyLine {
    /// What it is.
    pub title: String,
    /// When and by whom.
    pub lead: String,
    /// What it says; without what is others' business when it is given in part.
    pub text: String,
    /// Why they do not get all of it; empty when they do.
    pub held_back: String,
}

impl CopyLine {
    /// That something is kept, and why they do not get it.
    fn held_back(reason: String) -> Self {
        Self {
            title: "Held back".to_owned(),
            lead: String::new(),
            text: String::new(),
            held_back: reason,
        }
    }
}

/// `/privacy/requests/{request}/copy`
#[derive(Template)]
#[template(path = "privacy/copy.html")]
pub struct CopyPage {
    pub shell: Shell,
    pub id: SubjectRequestId,
    pub person: String,
    pub asked: String,
    pub lines: Vec<CopyLine>,
}

impl CopyPage {
    /// What was released, for whom it is about and for privacy officers. That it was fetched is noted.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for everybody else, and before it is released.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        keys: &KeyRing,
        id: SubjectRequestId,
    ) -> Result<Self, AppError> {
        let (request, lines) = released(tx, me, keys, id)?;
        let cards = tenancy::member_cards(tx, &[request.member_id])?;
        Ok(Self {
            shell,
            id,
            person: cards
                .get(&request.member_id)
                .map_or_else(String::new, |card| card.name.clone()),
            asked: in_words(request.asked_on),
            lines,
        })
    }
}

/// The same as JSON.
///
/// # Errors
/// As [`CopyPage::read`].
pub fn as_json(
    tx: &mut TenantTx<'_>,
    me: &Member,
    keys: &KeyRing,
    id: SubjectRequestId,
) -> Result<Value, AppError> {
    let (request, lines) = released(tx, me, keys, id)?;
    Ok(json!({
        "request": request.id,
        "member": request.member_id,
        "asked_on": request.asked_on,
        "released_at": request.released_at,
        "things": lines,
    }))
}

fn released(
    tx: &mut TenantTx<'_>,
    me: &Member,
    keys: &KeyRing,
    id: SubjectRequestId,
) -> Result<(Request, Vec<CopyLine>), AppError> {
    let request = queries::request(tx, id)?;
    let is_own = request.member_id == me.member;
    if !is_own && policy::may_care(tx.actor(), request.member_id).is_err() {
        return Err(AppError::NotFound);
    }
    if request.state != RequestState::Released {
        return Err(AppError::NotFound);
    }
    let items = queries::items(tx, id, 0, MOST)?;
    let key = notes::key_about(tx, keys, request.member_id)?;
    let mut lines = Vec::with_capacity(items.len());
    for item in items {
        lines.push(match item.decision {
            Disclosure::Withhold => CopyLine::held_back(item.reason),
            _ => {
                let shown = actions::opened(&key, id, item.redacted.as_ref().unwrap_or(&item.sealed))?;
                CopyLine {
                    lead: shown.lead(),
                    title: shown.title,
                    text: shown.text,
                    held_back: item.reason,
                }
            }
        });
    }
    tx.audit(Entry::of("privacy.request.fetched", "subject_request", id))?;
    Ok((request, lines))
}
