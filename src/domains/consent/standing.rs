//! Whether somebody may be written to, and why. Pure.

use chrono::{DateTime, Months, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;

use crate::domains::people::model::Stage;

use super::fold::{Decisions, about};
use super::model::{Basis, Channel, TRANSACTIONAL};

/// For how long an ended membership still is a basis: two years (CASL s. 10(10)(c) with 10(13); S.C. 2010, c. 23).
const AFTER_MEMBERSHIP: Months = Months::new(24);

/// For how long a purchase, or a contract that ended, is a basis: two years (CASL s. 10(10)(a), (b)).
const AFTER_PURCHASE: Months = Months::new(24);
/// For how long an inquiry or application is a basis: six months (CASL s. 10(10)(e)).
const AFTER_INQUIRY: Months = Months::new(6);

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
        match (self.stage, self.left_at) {
            (Stage::Member, None) => Some((Basis::Membership, None)),
            (Stage::Member | Stage::Former, Some(left)) => {
                Some((Basis::Membership, Some(after_membership(left, self.zone))))
            }
            (Stage::Former, None) | (Stage::Lead, _) => None,
        }
    }
}

/// The end of the day, in the organization's zone, on which an ended membership stops being a basis.
pub fn after_membership(left: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    end_of(left.with_timezone(&zone).date_naive() + AFTER_MEMBERSHIP, zone)
}

/// Until when a basis of this day counts; none for those without an end. Calendar months: from 31 August, six months are 28 February.
pub fn expiry(basis: Basis, day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let months = match basis {
        Basis::Purchase => AFTER_PURCHASE,
        Basis::Inquiry => AFTER_INQUIRY,
        Basis::Express
        | Basis::Membership
        | Basis::Published
        | Basis::Contract
        | Basis::LegitimateInterest
        | Basis::Vital => return None,
    };
    Some(end_of(day + months, zone))
}

/// The end of a day in a zone.
fn end_of(last_day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let next = last_day.succ_opt().unwrap_or(last_day);
    let midnight = next.and_time(chrono::NaiveTime::MIN);
    zone.from_local_datetime(&midnight)
        .earliest()
        .map_or_else(|| midnight.and_utc(), |moment| moment.with_timezone(&Utc))
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
