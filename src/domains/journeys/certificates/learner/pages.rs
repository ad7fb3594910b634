//! A certificate as its holder sees it.

use askama::Template;

use crate::domains::journeys::certificates::model::{Certificate, Standing};
use crate::domains::journeys::certificates::words::Words;
use crate::domains::journeys::certificates::{paper, queries};
use crate::domains::journeys::learning::actions::learning;
use crate::domains::journeys::learning::model::EnrolmentState;
use crate::domains::notifications::notices;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::EnrolmentId;
use crate::platform::db::TenantTx;
use crate::platform::mail::Locale;
use crate::platform::web::Shell;

/// `/learn/{enrolment}/certificate`
#[derive(Template)]
#[template(path = "journeys/certificates/own.html")]
pub struct OwnPage {
    pub shell: Shell,
    pub enrolment: EnrolmentId,
    pub journey: String,
    pub one: Option<Certificate>,
    pub standing: Standing,
    /// The language of the certificate.
    pub words: Words,
    pub issued: String,
    /// When it was revoked, as the portal says days.
    pub revoked: String,
    /// Until when it is good, or since when it no longer is; empty when it is for good.
    pub until: String,
    /// Its address for outsiders.
    pub public: String,
    /// What cannot be written on paper with the fonts at hand.
    pub unwritten: Vec<&'static str>,
}

impl OwnPage {
    /// The certificate of the acting member, or that it is on its way.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for everybody else, and where there is none to come.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        enrolment: EnrolmentId,
        portal: &str,
    ) -> Result<Self, AppError> {
        let learning = learning(tx, enrolment)?;
        let one = queries::of_enrolment(tx, enrolment)?;
        if one.is_none() && prospect(tx, enrolment)?.is_none() {
            return Err(AppError::NotFound);
        }
        let now = tx.now();
        let standing = one.as_ref().map_or(Standing::Valid, |one| one.standing(now));
        if let Some(one) = &one {
            notices::seen(tx, me.member, one.id.0)?;
        }
        let words = one.as_ref().map_or(Words(Locale::English), Certificate::words);
        let told = |say: &dyn Fn(&Certificate) -> String| one.as_ref().map(say).unwrap_or_default();
        Ok(Self {
            issued: told(&|one| words.day(one, one.issued_at)),
            revoked: told(&|one| one.revoked_at.map(|at| one.day(at)).unwrap_or_default()),
            until: told(&|one| words.until(one, standing)),
            words,
            public: one
                .as_ref()
                .map(|one| one.address(portal, me.org))
                .unwrap_or_default(),
            unwritten: one.as_ref().map(paper::unwritten).unwrap_or_default(),
            journey: learning.enrolment().title.clone(),
            enrolment,
            standing,
            one,
            shell,
        })
    }
}

/// What a finished way says about its certificate; nothing when there is none and none will come.
///
/// # Errors
/// When the database fails.
pub fn prospect(tx: &mut TenantTx<'_>, id: EnrolmentId) -> Result<Option<String>, AppError> {
    if let Some(one) = queries::of_enrolment(tx, id)? {
        return Ok(Some(one.title));
    }
    let learning = learning(tx, id)?;
    let enrolment = learning.enrolment();
    if enrolment.state != EnrolmentState::Completed {
        return Ok(None);
    }
    let award = queries::award(tx, enrolment.journey_id)?;
    // Who finished before there were any waits for a coach, and is promised nothing.
    let is_new = enrolment
        .completed_at
        .is_some_and(|at| tx.now() - at < chrono::TimeDelta::minutes(10));
    Ok(award
        .filter(|award| award.is_on && is_new)
        .map(|award| award.title))
}
