//! Opening and closing.

use chrono::TimeDelta;
use serde_json::json;

use crate::config::Config;
use crate::domains::notes;
use crate::domains::privacy::events::{NotesOpened, OpeningClosed};
use crate::domains::privacy::policy;
use crate::domains::tenancy;
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, OpeningId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::mail::{self, Letter};

use super::queries::{self, OpeningBasis};

/// How long an opening lasts.
const LASTS: TimeDelta = TimeDelta::minutes(60);

/// Whether the acting member may open what is written about this person: asked before a form is read.
///
/// # Errors
/// As [`policy::may_care`]; [`AppError::NotFound`] when there is nobody.
pub fn expect_opener(tx: &mut TenantTx<'_>, person: MemberId) -> Result<policy::Care, AppError> {
    if tenancy::member_cards(tx, &[person])?.is_empty() {
        return Err(AppError::NotFound);
    }
    policy::may_care(tx.actor(), person)
}

/// Opens everything written about a person to the acting privacy officer for an hour. Who wrote any of it that is not read in
/// the daily round, and every other privacy officer, is told by mail, without a name.
///
/// # Errors
/// As [`expect_opener`]; [`AppError::Conflict`] while they have somebody else's notes open.
pub fn open(
    tx: &mut TenantTx<'_>,
    config: &Config,
    person: MemberId,
    reason: &str,
) -> Result<OpeningId, AppError> {
    let care = expect_opener(tx, person)?;
    queries::lock(tx, &care)?;
    if let Some(open) = queries::open_of(tx, care.officer())? {
        if open.member_id == person {
            return Ok(open.id);
        }
        return Err(AppError::Conflict(
            "You have another person's notes open. Close those first: one person at a time.".to_owned(),
        ));
    }
    let until = tx.now() + LASTS;
    let opening = queries::insert(tx, &care, OpeningBasis::BreakGlass, reason, until)?;
    let mut concerned = notes::authors_about(tx, person)?;
    concerned.extend(tenancy::with_role(tx, Role::PrivacyOfficer)?);
    concerned.sort_unstable();
    concerned.dedup();
    // Whom it is about hears of it when they ask for their data, not by a letter that would warn them of an inquiry.
    concerned.retain(|one| *one != care.officer() && *one != person);
    let link = format!("{}/privacy/openings/{opening}", config.public_url);
    for (to, locale) in tenancy::mailboxes(tx, &concerned)? {
        let letter = Letter::new(to, locale, "notes-opened", &[]).action("notes-opened-action", link.clone());
        mail::post(tx, config, &letter)?;
    }
    tx.audit(
        Entry::of("privacy.notes.opened", "opening", opening)
            .after(json!({ "member": person, "until": until, "told": concerned.len() })),
    )?;
    tx.emit(&NotesOpened {
        opening,
        member: person,
    })?;
    Ok(opening)
}

/// Closes what the acting member opened, before its time is over.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs.
pub fn close(tx: &mut TenantTx<'_>, id: OpeningId) -> Result<(), AppError> {
    let opening = queries::opening(tx, id)?;
    let care = policy::may_care(tx.actor(), opening.member_id)?;
    if care.officer() != opening.officer_id {
        return Err(AppError::NotFound);
    }
    for opening in queries::close(tx, &care, opening.basis)? {
        tx.audit(Entry::of("privacy.opening.closed", "opening", opening))?;
        tx.emit(&OpeningClosed { opening })?;
    }
    Ok(())
}
