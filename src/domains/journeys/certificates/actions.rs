//! Issuing certificates and taking them back.

use chrono::Datelike as _;
use serde_json::json;
use uuid::Uuid;

use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::model::Enrolment;
use crate::domains::journeys::learning::queries::enrolment;
use crate::domains::notifications::model::Kind;
use crate::domains::notifications::notices::{self, Notice};
use crate::domains::{people, tenancy};
use crate::kernel::error::AppError;
use crate::kernel::ids::{CertificateId, JourneyId};
use crate::platform::audit::Entry;
use crate::platform::crypto::{self, KeyRing};
use crate::platform::db::TenantTx;
use crate::platform::mail::Locale;

use super::events::{AwardChanged, CertificateIssued, CertificateRevoked};
use super::model::{Award, Certificate, number};
use super::policy::{self, Certifying, Earned, KeepingKeys, Revoking};
use super::queries::{self, Facts};
use super::signing;

/// Certificates that are given at once at most to those who finished before there were any.
const AT_ONCE: i64 = 500;

/// The proof that whoever acts decides about the certificates of a journey.
///
/// # Errors
/// As [`coaching`] and [`policy::may_certify`].
pub fn certifying(tx: &mut TenantTx<'_>, journey: JourneyId) -> Result<Certifying, AppError> {
    let coaching = coaching(tx, journey)?;
    Ok(policy::may_certify(tx.actor(), &coaching)?)
}

/// Decides what a journey gives. The first time, the organization gets a key to sign with.
///
/// # Errors
/// When the database fails, or there is no randomness.
pub fn decide(tx: &mut TenantTx<'_>, keys: &KeyRing, by: &Certifying, award: &Award) -> Result<(), AppError> {
    if award.is_on && queries::key(tx)?.is_none() {
        let fresh = signing::fresh(keys)?;
        queries::add_key(tx, &KeepingKeys::of_first(by), &fresh, 0)?;
    }
    let before = queries::award(tx, by.journey())?;
    queries::set_award(tx, by, award)?;
    let told = |award: &Award| json!({ "is_on": award.is_on, "title": award.title, "months": award.months });
    let entry = Entry::of("journeys.award.changed", "journey", by.journey()).after(told(award));
    tx.audit(match &before {
        Some(before) => entry.before(told(before)),
        None => entry,
    })?;
    tx.emit(&AwardChanged {
        journey: by.journey(),
    })
    .map(|_| ())
}

/// Gives a learner what their journey gives; nothing when it gives nothing, they have not finished, or were given it before. Only a coach
/// issues again what was taken back.
///
/// # Errors
/// When the database fails.
pub fn issue(tx: &mut TenantTx<'_>, enrolment: &Enrolment) -> Result<Option<CertificateId>, AppError> {
    let Some(award) = queries::award(tx, enrolment.journey_id)? else {
        return Ok(None);
    };
    match policy::earned(enrolment, &award) {
        Some(earned) if queries::of_enrolment(tx, enrolment.id)?.is_none() => write(tx, &earned),
        _ => Ok(None),
    }
}

fn write(tx: &mut TenantTx<'_>, earned: &Earned<'_>) -> Result<Option<CertificateId>, AppError> {
    let (enrolment, now) = (earned.enrolment(), tx.now());
    let cards = tenancy::member_cards(tx, &[enrolment.member_id])?;
    let Some(card) = cards.get(&enrolment.member_id) else {
        return Ok(None);
    };
    let public_id = unguessable()?;
    let facts = Facts {
        public_id,
        number: number(public_id, now.year()),
        name: card.name.clone(),
        organization: queries::organization_name(tx)?,
        expires_at: earned.award().until(now),
        locale: Locale::of(&people::reach(tx, enrolment.member_id)?.locale),
    };
    let Some(certificate) = queries::insert(tx, earned, &facts)? else {
        return Ok(None);
    };
    let (enrolment, member, journey) = (enrolment.id, enrolment.member_id, enrolment.journey_id);
    let about = json!({ "enrolment": enrolment, "journey": journey, "number": facts.number });
    tx.audit(Entry::of("journeys.certificate.issued", "certificate", certificate).after(about))?;
    tx.emit(&CertificateIssued {
        certificate,
        enrolment,
        member,
        journey,
    })?;
    notices::leave(
        tx,
        &Notice {
            member,
            kind: Kind::Certificate,
            about: certificate.0,
            title: earned.award().words(facts.locale).0.to_owned(),
            path: format!("/learn/{enrolment}/certificate"),
        },
    )?;
    Ok(Some(certificate))
}

/// A version 4 UUID of the operating system's randomness.
fn unguessable() -> Result<Uuid, AppError> {
    let bytes = crypto::random::<16>().map_err(AppError::Unexpected)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

/// Gives it to those who finished before the journey gave any; how many got one.
///
/// # Errors
/// [`AppError::Conflict`] while the journey gives none.
pub fn issue_earlier(tx: &mut TenantTx<'_>, by: &Certifying) -> Result<usize, AppError> {
    expect_on(tx, by)?;
    let mut issued = 0;
    for id in queries::without(tx, by, AT_ONCE)? {
        let enrolment = enrolment(tx, id)?;
        issued += usize::from(issue(tx, &enrolment)?.is_some());
    }
    Ok(issued)
}

fn expect_on(tx: &mut TenantTx<'_>, by: &Certifying) -> Result<Award, AppError> {
    let award = queries::award(tx, by.journey())?.filter(|award| award.is_on);
    award.ok_or_else(|| {
        AppError::Conflict("This journey gives no certificates. Turn them on first.".to_owned())
    })
}

/// Takes a certificate back.
///
/// # Errors
/// [`AppError::Conflict`] when somebody was faster.
pub fn revoke(tx: &mut TenantTx<'_>, revoking: &Revoking<'_>, reason: &str) -> Result<(), AppError> {
    if !queries::revoke(tx, revoking, reason)? {
        return Err(AppError::Conflict("It was revoked before.".to_owned()));
    }
    let one = revoking.certificate();
    let member = enrolment(tx, one.enrolment_id)?.member_id;
    notices::take_back(tx, member, one.id.0)?;
    let about = json!({ "number": one.number, "reason": reason });
    tx.audit(Entry::of("journeys.certificate.revoked", "certificate", one.id).after(about))?;
    tx.emit(&CertificateRevoked {
        certificate: one.id,
        enrolment: one.enrolment_id,
        member,
        journey: one.journey_id,
    })
    .map(|_| ())
}

/// Issues once more what was taken back, with the words and the name of today.
///
/// # Errors
/// [`AppError::Conflict`] when it counts, the journey gives none, or the learner has not finished it.
pub fn reissue(
    tx: &mut TenantTx<'_>,
    by: &Certifying,
    former: &Certificate,
) -> Result<CertificateId, AppError> {
    policy::of_this(by, former)?;
    let award = expect_on(tx, by)?;
    let enrolment = enrolment(tx, former.enrolment_id)?;
    let earned = policy::earned(&enrolment, &award).ok_or_else(|| {
        AppError::Conflict("They have not finished the journey as it is for them now.".to_owned())
    })?;
    write(tx, &earned)?.ok_or_else(|| AppError::Conflict("They have one that counts.".to_owned()))
}
