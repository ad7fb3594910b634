//! Whether and when somebody is told. Pure.

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;

use crate::domains::consent::model::{Frequency, Pauses};
use crate::domains::consent::rules::{QuietHours, QuietWeek, moment_at};
use crate::domains::consent::standing::Standing;

use super::model::Reason;

/// When the mail of a day or a week comes, by the reader's clock.
const DIGESTS_AT: NaiveTime = match NaiveTime::from_hms_opt(8, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// What is known about what happened, when it is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    pub is_gone: bool,
    pub is_read: bool,
    pub is_muted: bool,
    /// Whether it waited for a digest, which is now due.
    pub was_gathered: bool,
}

/// What is known about the person, for one kind of messages.
#[derive(Debug, Clone)]
pub struct Reader {
    pub is_active: bool,
    pub has_address: bool,
    pub is_suppressed: bool,
    pub standing: Standing,
    pub frequency: Frequency,
    pub pauses: Pauses,
    pub zone: Tz,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They are told now.
    Tell,
    /// They are not told.
    Leave(Reason),
    /// It is decided then.
    Later(DateTime<Utc>),
    /// It waits for the digest of then.
    Gather(DateTime<Utc>),
}

/// Decides. What is over is over before anything else is asked; what the person said no to is never kept for later.
pub fn decide(facts: Facts, reader: &Reader, now: DateTime<Utc>) -> Verdict {
    let no = match reader.standing {
        Standing::Allowed { .. } => None,
        Standing::Withdrawn { .. } => Some(Reason::Withdrawn),
        Standing::Expired { .. } => Some(Reason::Expired),
        Standing::NoBasis => Some(Reason::NoBasis),
    };
    let reasons = [
        (facts.is_gone, Reason::Gone),
        (facts.is_read, Reason::Read),
        (!reader.is_active, Reason::Inactive),
        (facts.is_muted, Reason::Muted),
        (!reader.has_address, Reason::NoAddress),
        (reader.is_suppressed, Reason::Suppressed),
    ];
    let reason = reasons.into_iter().find(|(holds, _)| *holds);
    if let Some(reason) = reason.map(|(_, reason)| reason).or(no) {
        return Verdict::Leave(reason);
    }
    if !facts.was_gathered
        && let Some(digest) = next_digest(reader.frequency, reader.zone, now)
    {
        return Verdict::Gather(digest);
    }
    if let Some(until) = reader.pauses.paused_until.filter(|until| *until > now) {
        return Verdict::Later(until);
    }
    match end_of_quiet(reader, now) {
        Some(end) => Verdict::Later(end),
        None => Verdict::Tell,
    }
}

/// When the next digest comes; none for who is told at once.
pub fn next_digest(frequency: Frequency, zone: Tz, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today = now.with_timezone(&zone).date_naive();
    let days = (0..=8_u64).filter_map(|ahead| today.checked_add_days(Days::new(ahead)));
    days.filter(|day| match frequency {
        Frequency::RealTime => false,
        Frequency::Daily => true,
        Frequency::Weekly => day.weekday() == Weekday::Mon,
    })
    .map(|day| moment_at(zone, day.and_time(DIGESTS_AT)))
    .find(|moment| *moment > now)
}

fn end_of_quiet(reader: &Reader, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (Some(from), Some(to)) = (reader.pauses.quiet_from, reader.pauses.quiet_to) else {
        return None;
    };
    let local = now.with_timezone(&reader.zone).naive_local();
    let rest = QuietWeek::every_day(QuietHours { from, to }).rest_at(local)?;
    local
        .checked_add_signed(TimeDelta::seconds(i64::from(rest)))
        .map(|end| moment_at(reader.zone, end))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;
    use crate::domains::consent::model::Basis;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn reader() -> Reader {
        Reader {
            is_active: true,
            has_address: true,
            is_suppressed: false,
            standing: Standing::Allowed {
                basis: Basis::Membership,
                until: None,
            },
            frequency: Frequency::RealTime,
            pauses: Pauses::default(),
            zone: chrono_tz::America::Toronto,
        }
    }

    const NEWS: Facts = Facts {
        is_gone: false,
        is_read: false,
        is_muted: false,
        was_gathered: false,
    };

    #[test]
    fn who_has_not_seen_it_is_told() {
        let now = at("2026-11-30T15:00:00Z");
        assert_eq!(decide(NEWS, &reader(), now), Verdict::Tell);
        let read = Facts {
            is_read: true,
            ..NEWS
        };
        assert_eq!(decide(read, &reader(), now), Verdict::Leave(Reason::Read));
        let muted = Facts {
            is_muted: true,
            ..NEWS
        };
        assert_eq!(decide(muted, &reader(), now), Verdict::Leave(Reason::Muted));
        let gone = Facts {
            is_gone: true,
            is_read: true,
            ..NEWS
        };
        assert_eq!(decide(gone, &reader(), now), Verdict::Leave(Reason::Gone));
    }

    #[test]
    fn a_no_counts_also_for_who_wants_a_digest() {
        let now = at("2026-11-30T15:00:00Z");
        let left = Reader {
            standing: Standing::Withdrawn { at: now },
            frequency: Frequency::Daily,
            ..reader()
        };
        assert_eq!(decide(NEWS, &left, now), Verdict::Leave(Reason::Withdrawn));
        let suppressed = Reader {
            is_suppressed: true,
            ..reader()
        };
        assert_eq!(decide(NEWS, &suppressed, now), Verdict::Leave(Reason::Suppressed));
    }

    #[test]
    fn a_digest_comes_at_eight_by_the_readers_clock() {
        // A Monday, ten in the morning in Toronto.
        let now = at("2026-11-30T15:00:00Z");
        let daily = Reader {
            frequency: Frequency::Daily,
            ..reader()
        };
        let next = at("2026-12-01T13:00:00Z");
        assert_eq!(decide(NEWS, &daily, now), Verdict::Gather(next));
        let gathered = Facts {
            was_gathered: true,
            ..NEWS
        };
        assert_eq!(decide(gathered, &daily, next), Verdict::Tell);
        let weekly = next_digest(Frequency::Weekly, daily.zone, now).unwrap();
        assert_eq!(weekly, at("2026-12-07T13:00:00Z"));
        // Over the change of the clocks it stays eight o'clock.
        let spring = next_digest(Frequency::Daily, daily.zone, at("2026-03-08T05:00:00Z")).unwrap();
        assert_eq!(spring, at("2026-03-08T12:00:00Z"));
    }

    #[test]
    fn nobody_is_written_to_in_their_quiet_hours_or_while_they_take_a_break() {
        let night = at("2026-12-01T04:30:00Z");
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0);
        let sleeper = Reader {
            pauses: Pauses {
                quiet_from: time(21),
                quiet_to: time(7),
                paused_until: None,
            },
            ..reader()
        };
        assert_eq!(
            decide(NEWS, &sleeper, night),
            Verdict::Later(at("2026-12-01T12:00:00Z"))
        );
        let until = Utc.with_ymd_and_hms(2026, 12, 24, 0, 0, 0).unwrap();
        let away = Reader {
            pauses: Pauses {
                paused_until: Some(until),
                ..Pauses::default()
            },
            ..reader()
        };
        assert_eq!(decide(NEWS, &away, night), Verdict::Later(until));
    }
}
