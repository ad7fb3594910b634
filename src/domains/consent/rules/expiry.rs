//! Until when a basis lasts.

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Basis, Counted, Jurisdiction, Lasting, Rules, moment_at};

/// What a basis rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    pub basis: Basis,
    /// The day of the purchase, the inquiry, the joining, the yes; by the organization's calendar.
    pub given_on: NaiveDate,
    /// The day the membership or contract ended, when it has.
    pub ended_on: Option<NaiveDate>,
}

/// Until when a basis lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Until it is withdrawn.
    Never,
    /// From this moment on it is over: the midnight that ends the last valid day.
    On(DateTime<Utc>),
    /// While the membership or contract lasts, and this many months after.
    WhileItLasts { months_after: u32 },
    /// It never was one: the place does not know this basis.
    NoBasis,
}

impl Expiry {
    /// Whether somebody may still be written to on this basis at a moment.
    pub fn is_valid_at(self, moment: DateTime<Utc>) -> bool {
        match self {
            Self::Never | Self::WhileItLasts { .. } => true,
            Self::On(end) => moment < end,
            Self::NoBasis => false,
        }
    }
}

/// Until when a basis lasts in a jurisdiction. Periods are calendar months: one whose last month lacks the day ends on
/// that month's last day (Interpretation Act, R.S.C. 1985, c. I-21, s. 28), and the whole last day counts, by the
/// clock of the organization's `zone`, as the law looks back from the day of sending (CASL s. 10(10)).
pub fn expiry(evidence: Evidence, jurisdiction: Jurisdiction, zone: Tz, rules: &Rules) -> Expiry {
    let Some(rule) = rules.basis(evidence.basis, jurisdiction) else {
        return Expiry::NoBasis;
    };
    match rule.lasting {
        Lasting::UntilWithdrawn => Expiry::Never,
        Lasting::NoBasis => Expiry::NoBasis,
        Lasting::Months {
            months,
            counted_from: Counted::Evidence,
        } => after(evidence.given_on, months, zone),
        Lasting::Months {
            months,
            counted_from: Counted::End,
        } => match evidence.ended_on {
            Some(end) => after(end, months, zone),
            None => Expiry::WhileItLasts { months_after: months },
        },
    }
}

/// How near the end of a basis is; each is a time to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Warning {
    SixtyDays,
    ThirtyDays,
    SevenDays,
    Over,
}

/// The stage that `expiry` has reached at a moment, none while more than 60 days are left or when there is no end.
/// A day is 24 hours here.
pub fn warning(expiry: Expiry, now: DateTime<Utc>) -> Option<Warning> {
    let left = match expiry {
        Expiry::Never | Expiry::WhileItLasts { .. } => return None,
        Expiry::NoBasis => return Some(Warning::Over),
        Expiry::On(end) => end - now,
    };
    match left {
        left if left <= TimeDelta::zero() => Some(Warning::Over),
        left if left <= TimeDelta::days(7) => Some(Warning::SevenDays),
        left if left <= TimeDelta::days(30) => Some(Warning::ThirtyDays),
        left if left <= TimeDelta::days(60) => Some(Warning::SixtyDays),
        _ => None,
    }
}

/// A day beyond the calendar can only be a slip of the pen; what has no last day is no basis.
fn after(day: NaiveDate, months: u32, zone: Tz) -> Expiry {
    day.checked_add_months(Months::new(months))
        .and_then(|last| last.checked_add_days(Days::new(1)))
        .and_then(|next| next.and_hms_opt(0, 0, 0))
        .map_or(Expiry::NoBasis, |midnight| Expiry::On(moment_at(zone, midnight)))
}
