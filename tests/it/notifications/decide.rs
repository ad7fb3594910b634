//! Whether and when somebody is told: the rules alone.

use chrono::{DateTime, NaiveTime, TimeZone, Utc};
use waymark::domains::consent::model::{Basis, Frequency, Pauses};
use waymark::domains::consent::standing::Standing;
use waymark::domains::notifications::decide::{Facts, Reader, Verdict, decide, next_digest};
use waymark::domains::notifications::model::Reason;

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
