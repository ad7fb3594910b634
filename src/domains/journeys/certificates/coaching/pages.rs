//! Certificates as coaches see them.

use askama::Template;
use serde::Deserialize;

use crate::domains::journeys::certificates::actions::certifying;
use crate::domains::journeys::certificates::forms::{AwardForm, RevokeForm};
use crate::domains::journeys::certificates::model::{Certificate, Standing};
use crate::domains::journeys::certificates::policy::{self, Certifying};
use crate::domains::journeys::certificates::queries;
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CertificateId, EnrolmentId, JourneyId, OrgId};
use crate::platform::db::TenantTx;
use crate::platform::web::{Shell, address};

/// Certificates on a page.
const PAGE: usize = 50;
/// Up to how many who finished earlier are counted.
const COUNTED: i64 = 500;

/// `/journeys/{journey}/award`
#[derive(Template)]
#[template(path = "journeys/certificates/award.html")]
pub struct AwardPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub form: AwardForm,
    pub errors: FieldErrors,
}

impl AwardPage {
    /// What a journey gives, as kept or as it was typed.
    ///
    /// # Errors
    /// As [`certifying`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        journey: JourneyId,
        typed: Option<(AwardForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let by = certifying(tx, journey)?;
        let kept = queries::award(tx, journey)?;
        let form = kept.map_or_else(|| AwardForm::fresh(by.title()), |award| AwardForm::of(&award));
        let (form, errors) = typed.unwrap_or_else(|| (form, FieldErrors::default()));
        Ok(Self {
            title: by.title().to_owned(),
            shell,
            journey,
            form,
            errors,
        })
    }
}

/// Where the list goes on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CertificatesQuery {
    pub before: String,
}

/// One certificate in the list.
pub struct Line {
    pub id: CertificateId,
    pub enrolment: EnrolmentId,
    pub name: String,
    pub number: String,
    pub standing: Standing,
    /// When it was issued, until when it is good, and why it was taken back.
    pub note: String,
    /// Its public address.
    pub public: String,
    pub is_revoked: bool,
    pub can_reissue: bool,
}

/// `/journeys/{journey}/certificates`
#[derive(Template)]
#[template(path = "journeys/certificates/list.html")]
pub struct CertificatesPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub is_on: bool,
    /// Whether they look after the keys as well.
    pub is_admin: bool,
    /// How many finished before the journey gave any.
    pub earlier: usize,
    pub lines: Vec<Line>,
    pub start: String,
    pub next: String,
}

impl CertificatesPage {
    /// What was issued for a journey.
    ///
    /// # Errors
    /// As [`certifying`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        journey: JourneyId,
        query: &CertificatesQuery,
    ) -> Result<Self, AppError> {
        let by = certifying(tx, journey)?;
        let before: Option<CertificateId> = query.before.parse().ok();
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::of_journey(tx, &by, before, limit)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let path = format!("/journeys/{journey}/certificates");
        let last = found.last().filter(|_| has_more).map(|last| last.id.to_string());
        let is_on = queries::award(tx, journey)?.is_some_and(|award| award.is_on);
        Ok(Self {
            next: last
                .map(|last| address(&path, &[("before", &last)]))
                .unwrap_or_default(),
            start: before.map(|_| path).unwrap_or_default(),
            earlier: match is_on {
                true => queries::without(tx, &by, COUNTED)?.len(),
                false => 0,
            },
            lines: lines(tx, me.org, found, is_on)?,
            title: by.title().to_owned(),
            is_admin: me.roles.has(Role::Admin),
            is_on,
            journey,
            shell,
        })
    }
}

fn lines(
    tx: &mut TenantTx<'_>,
    org: OrgId,
    found: Vec<Certificate>,
    is_on: bool,
) -> Result<Vec<Line>, AppError> {
    let now = tx.now();
    let mut lines = Vec::new();
    for one in found {
        let newest = match one.revoked_at {
            Some(_) => queries::of_enrolment(tx, one.enrolment_id)?,
            None => None,
        };
        lines.push(Line {
            standing: one.standing(now),
            note: note(&one),
            public: one.address("", org),
            is_revoked: one.revoked_at.is_some(),
            can_reissue: is_on && newest.is_some_and(|newest| newest.id == one.id),
            id: one.id,
            enrolment: one.enrolment_id,
            name: one.name,
            number: one.number,
        });
    }
    Ok(lines)
}

fn note(one: &Certificate) -> String {
    let issued = format!("Issued {}", one.day(one.issued_at));
    match (one.revoked_at, one.expires_at) {
        (Some(at), _) => format!("{issued} · revoked {}: {}", one.day(at), one.reason),
        (None, Some(at)) => format!("{issued} · good until {}", one.day(at)),
        (None, None) => issued,
    }
}

/// `/journeys/{journey}/certificates/{certificate}/revocation`
#[derive(Template)]
#[template(path = "journeys/certificates/revocation.html")]
pub struct RevocationPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub id: CertificateId,
    pub name: String,
    pub number: String,
    pub form: RevokeForm,
    pub errors: FieldErrors,
}

impl RevocationPage {
    /// The question before a certificate is taken back.
    ///
    /// # Errors
    /// As [`certifying`] and [`policy::may_revoke`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        (journey, id): (JourneyId, CertificateId),
        (form, errors): (RevokeForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let by: Certifying = certifying(tx, journey)?;
        let one = queries::certificate(tx, id)?;
        policy::may_revoke(&by, &one)?;
        Ok(Self {
            title: by.title().to_owned(),
            name: one.name,
            number: one.number,
            shell,
            journey,
            id,
            form,
            errors,
        })
    }
}
