//! Whether somebody may be written to, and why. Pure.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::domains::people::model::Stage;

use super::fold::{Decisions, about};
use super::model::{Basis, Channel, TRANSACTIONAL};
use super::rules::{self, Evidence, Expiry, Jurisdiction, Rules};

/// The rules in force, read once. That the file can be read is shown by a test; should it ever not be, nothing but what was said in
/// words without an end counts.
static RULES: LazyLock<Option<Rules>> = LazyLock::new(|| Rules::built_in().ok());

/// Whether one category may be sent to somebody over one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Allowed {
        /// Why.
        basis: Basis,
        /// Until when, when that is known.
        until: Option<DateTime<Utc>>,
    },
    /// They said no.
    Withdrawn {
        /// When.
        at: DateTime<Utc>,
    },
    /// They said yes, and that has run out.
    Expired {
        /// When.
        at: DateTime<Utc>,
    },
    /// They never said yes, and nothing stands for it.
    NoBasis,
}

impl Standing {
    /// Whether it may be sent.
    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::Allowed { .. })
    }
}

/// What a record says about somebody's relation to the organization.
#[derive(Debug, Clone, Copy)]
pub struct Relation {
    /// Lead, member or former member.
    pub stage: Stage,
    /// When they left.
    pub left_at: Option<DateTime<Utc>>,
    /// That the record names their consent as the ground on which it is kept, and since when.
    pub agreed_on: Option<NaiveDate>,
    /// The organization's zone, in which days begin.
    pub zone: Tz,
    /// Whose law counts.
    pub place: Jurisdiction,
}

impl Relation {
    /// What stands for a consent that nobody gave in words. Text messages and push never go without words: programmed texts need prior
    /// express consent (47 CFR 64.1200(a)(2)), and push is switched on by the person on the device.
    fn implied(&self, channel: Channel) -> Option<(Basis, Option<DateTime<Utc>>)> {
        if matches!(channel, Channel::Sms | Channel::Push) {
            return None;
        }
        if self.agreed_on.is_some() {
            return Some((Basis::Express, None));
        }
        let (given_on, ended_on) = match (self.stage, self.left_at) {
            (Stage::Member, None) => (NaiveDate::MIN, None),
            (Stage::Member | Stage::Former, Some(left)) => {
                let day = left.with_timezone(&self.zone).date_naive();
                (day, Some(day))
            }
            (Stage::Former, None) | (Stage::Lead, _) => return None,
        };
        match lasting(Basis::Membership, given_on, ended_on, self.place, self.zone) {
            Expiry::Never | Expiry::WhileItLasts { .. } => Some((Basis::Membership, None)),
            Expiry::On(end) => Some((Basis::Membership, Some(end))),
            Expiry::NoBasis => None,
        }
    }
}

/// Until when a basis lasts by the law of a place, by the file of rules.
fn lasting(
    basis: Basis,
    given_on: NaiveDate,
    ended_on: Option<NaiveDate>,
    place: Jurisdiction,
    zone: Tz,
) -> Expiry {
    let basis = match basis {
        Basis::Express => rules::Basis::Express,
        Basis::Membership => rules::Basis::Membership,
        Basis::Purchase => rules::Basis::Purchase,
        Basis::Inquiry => rules::Basis::Inquiry,
        Basis::Published => rules::Basis::Published,
        Basis::Contract => rules::Basis::Contract,
        Basis::LegitimateInterest => rules::Basis::LegitimateInterest,
        Basis::Vital => rules::Basis::VitalInterest,
    };
    let evidence = Evidence {
        basis,
        given_on,
        ended_on,
    };
    RULES.as_ref().map_or(Expiry::NoBasis, |rules| {
        rules::expiry(evidence, place, zone, rules)
    })
}

/// The rules in force; none when their file cannot be read.
pub fn rules() -> Option<&'static Rules> {
    RULES.as_ref()
}

/// The hours in which the law of a place wants quiet on a channel, wherever in the place somebody is; none when the rules say nothing.
pub fn quiet_by_law(place: Jurisdiction, channel: rules::Channel) -> Option<rules::QuietWeek> {
    RULES
        .as_ref()
        .map(|rules| rules.quiet_by_law(place, None, channel))
}

/// Whether being a member is a ground to write to somebody, by the law of a place.
pub fn membership_counts(place: Jurisdiction, zone: Tz, now: DateTime<Utc>) -> bool {
    match lasting(Basis::Membership, NaiveDate::MIN, None, place, zone) {
        Expiry::Never | Expiry::WhileItLasts { .. } => true,
        Expiry::On(end) => end > now,
        Expiry::NoBasis => false,
    }
}

/// Until when a basis of this day counts.
///
/// # Errors
/// A sentence when the law of the place does not know this basis.
pub fn expiry(
    basis: Basis,
    day: NaiveDate,
    place: Jurisdiction,
    zone: Tz,
) -> Result<Option<DateTime<Utc>>, String> {
    match lasting(basis, day, None, place, zone) {
        Expiry::Never | Expiry::WhileItLasts { .. } => Ok(None),
        Expiry::On(end) => Ok(Some(end)),
        Expiry::NoBasis => Err(format!(
            "{} is no reason to write to somebody under the rules for {}.",
            basis.label(),
            place.label()
        )),
    }
}

/// Whether `category` may be sent over `channel` at `now`. What was said in words counts before what the record implies; what was
/// withdrawn stays so, whatever the record implies; what has run out falls back to it.
pub fn standing(
    decisions: &Decisions,
    relation: &Relation,
    channel: Channel,
    category: &str,
    now: DateTime<Utc>,
) -> Standing {
    if category == TRANSACTIONAL {
        return Standing::Allowed {
            basis: Basis::Contract,
            until: None,
        };
    }
    let implied = relation
        .implied(channel)
        .filter(|(_, until)| until.is_none_or(|until| until > now))
        .map(|(basis, until)| Standing::Allowed { basis, until });
    match about(decisions, channel, category) {
        None => implied.unwrap_or(Standing::NoBasis),
        Some(said) if !said.is_allowed => Standing::Withdrawn { at: said.decided_at },
        Some(said) => match said.expires_at {
            Some(at) if at <= now => implied.unwrap_or(Standing::Expired { at }),
            until => Standing::Allowed {
                basis: said.basis.unwrap_or(Basis::Express),
                until,
            },
        },
    }
}
