//! When a message may go out, against a clock that is watched minute by minute.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may fall"
)]

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;
use waymark::domains::campaigns::timing::*;
use waymark::domains::consent::rules::{Channel, Jurisdiction, QuietHours, QuietWeek, Rules, moment_at};

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn local(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn hours(from: &str, to: &str) -> QuietHours {
    QuietHours {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
    }
}

fn layer(source: LayerSource, quiet: QuietWeek) -> Layer {
    Layer {
        source,
        clocks: Clocks::OfThePerson,
        quiet,
    }
}

fn at(moment: &str) -> Due {
    Due::At {
        moment: utc(moment),
        held: None,
    }
}

fn held(until: &str, by: LayerSource) -> Due {
    Due::At {
        moment: utc(until),
        held: Some(Hold {
            by,
            until: utc(until),
        }),
    }
}

const TORONTO: Tz = chrono_tz::America::Toronto;

#[test]
fn without_quiet_hours_a_message_goes_when_it_is_wanted_or_now() {
    let due = |wanted| {
        due_at(
            Wanted::AtInstant(utc(wanted)),
            Whereabouts::Unknown,
            TORONTO,
            &[],
            None,
            utc("2026-11-29T12:00:00Z"),
        )
    };
    assert_eq!(due("2026-11-29T15:00:00Z"), at("2026-11-29T15:00:00Z"));
    assert_eq!(due("2026-11-29T11:00:00Z"), at("2026-11-29T12:00:00Z"));
}

#[test]
fn the_layer_that_lets_go_last_is_named() {
    let law = layer(LayerSource::Law, QuietWeek::every_day(hours("21:00", "08:00")));
    let person = layer(LayerSource::Person, QuietWeek::every_day(hours("22:00", "09:30")));
    let due = due_at(
        Wanted::AtLocalTime(local("2026-06-01T23:00:00")),
        Whereabouts::In(TORONTO),
        chrono_tz::UTC,
        &[law, person],
        None,
        utc("2026-06-01T00:00:00Z"),
    );
    assert_eq!(due, held("2026-06-02T13:30:00Z", LayerSource::Person));
}

#[test]
fn texas_is_quiet_on_sunday_morning_and_florida_at_eight_in_the_evening() {
    // Tex. Bus. & Com. Code 302 (SB 140): Sundays 12-21; Fla. Stat. 501.616(6)(a): 8-20.
    let rules = Rules::built_in().unwrap();
    let codes = AreaCodes::built_in().unwrap();
    let due = |number: &str, wanted: &str| {
        let area = codes.area_of_number(number).unwrap();
        let quiet = rules.quiet_by_law(
            Jurisdiction::of_country(&area.country),
            Some(&area.region),
            Channel::Sms,
        );
        due_at(
            Wanted::AtInstant(utc(wanted)),
            Whereabouts::OneOf(&area.zones),
            TORONTO,
            &[layer(LayerSource::Law, quiet)],
            None,
            utc("2026-01-01T00:00:00Z"),
        )
    };
    // Sunday 6 December 2026, 10:00 in Dallas: noon there is 18:00 UTC.
    assert_eq!(
        due("+12145550142", "2026-12-06T16:00:00Z"),
        held("2026-12-06T18:00:00Z", LayerSource::Law)
    );
    assert_eq!(
        due("+12145550142", "2026-12-07T16:00:00Z"),
        at("2026-12-07T16:00:00Z")
    );
    // Miami, 20:30: eight the next morning is 13:00 UTC.
    assert_eq!(
        due("+13055550142", "2026-12-08T01:30:00Z"),
        held("2026-12-08T13:00:00Z", LayerSource::Law)
    );
    // El Paso county is on Mountain time and its code serves Central too: nine o'clock in both.
    assert_eq!(
        due("+14325550142", "2026-12-07T15:00:00Z"),
        held("2026-12-07T16:00:00Z", LayerSource::Law)
    );
}

#[test]
fn too_late_is_not_at_all() {
    let law = [layer(
        LayerSource::Law,
        QuietWeek::every_day(hours("21:00", "08:00")),
    )];
    let due = |wanted, most| {
        due_at(
            Wanted::AtInstant(utc(wanted)),
            Whereabouts::In(chrono_tz::UTC),
            TORONTO,
            &law,
            Some(TimeDelta::hours(most)),
            utc("2026-11-29T12:00:00Z"),
        )
    };
    assert_eq!(due("2026-11-29T09:00:00Z", 2), Due::TooLate { held: None });
    assert_eq!(due("2026-11-29T09:00:00Z", 3), at("2026-11-29T12:00:00Z"));
    assert!(matches!(
        due("2026-11-29T22:00:00Z", 9),
        Due::TooLate { held: Some(_) }
    ));
    assert_eq!(
        due("2026-11-29T22:00:00Z", 10),
        held("2026-11-30T08:00:00Z", LayerSource::Law)
    );
}

#[test]
fn layers_that_leave_no_moment_are_reported() {
    let law = layer(LayerSource::Law, QuietWeek::every_day(hours("20:00", "08:00")));
    let campaign = layer(
        LayerSource::Campaign,
        QuietWeek::every_day(hours("08:00", "20:00")),
    );
    let due = due_at(
        Wanted::AtInstant(utc("2026-11-29T12:00:00Z")),
        Whereabouts::In(TORONTO),
        TORONTO,
        &[law.clone(), campaign],
        None,
        utc("2026-11-29T12:00:00Z"),
    );
    assert!(matches!(due, Due::NoWindow { .. }));
    let always = layer(LayerSource::Person, QuietWeek::every_day(hours("00:00", "00:00")));
    assert!(always.quiet.is_always());
    assert!(law.quiet.union(&always.quiet).is_always());
}

#[test]
fn zones_far_apart_are_all_respected() {
    // Guam's morning and New York's evening never meet between 9 and 17, but do between 8 and 21.
    let zones = [chrono_tz::Pacific::Guam, chrono_tz::America::New_York];
    let due = |from, to| {
        due_at(
            Wanted::AtInstant(utc("2026-01-05T00:00:00Z")),
            Whereabouts::OneOf(&zones),
            TORONTO,
            &[layer(LayerSource::Law, QuietWeek::every_day(hours(from, to)))],
            None,
            utc("2026-01-05T00:00:00Z"),
        )
    };
    assert_eq!(due("17:00", "09:00"), Due::NoWindow { by: LayerSource::Law });
    assert_eq!(due("21:00", "08:00"), at("2026-01-05T00:00:00Z"));
}

#[test]
fn a_local_time_that_is_jumped_over_is_the_first_moment_after_and_one_that_comes_twice_its_first() {
    // Toronto jumps from 02:00 to 03:00 on 8 March 2026 and shows 01:30 twice on 1 November.
    assert_eq!(
        moment_at(TORONTO, local("2026-03-08T02:30:00")),
        utc("2026-03-08T07:00:00Z")
    );
    assert_eq!(
        moment_at(TORONTO, local("2026-11-01T01:30:00")),
        utc("2026-11-01T05:30:00Z")
    );
    // Lord Howe turns by half an hour: 02:00 becomes 02:30 on 4 October 2026.
    assert_eq!(
        moment_at(chrono_tz::Australia::Lord_Howe, local("2026-10-04T02:10:00")),
        utc("2026-10-03T15:30:00Z")
    );
    // Kathmandu +5:45, Chatham +12:45, Kiritimati +14.
    assert_eq!(
        moment_at(chrono_tz::Asia::Kathmandu, local("2026-06-01T09:00:00")),
        utc("2026-06-01T03:15:00Z")
    );
    assert_eq!(
        moment_at(chrono_tz::Pacific::Chatham, local("2026-06-01T09:00:00")),
        utc("2026-05-31T20:15:00Z")
    );
    assert_eq!(
        moment_at(chrono_tz::Pacific::Kiritimati, local("2026-06-01T09:00:00")),
        utc("2026-05-31T19:00:00Z")
    );
    // Samoa left 30 December 2011 out.
    assert_eq!(
        moment_at(chrono_tz::Pacific::Apia, local("2011-12-30T12:00:00")),
        utc("2011-12-30T10:00:00Z")
    );
}

#[test]
fn fractions_of_a_second_do_not_outlast_the_quiet() {
    let law = [layer(
        LayerSource::Law,
        QuietWeek::every_day(hours("21:00", "08:00")),
    )];
    let now = utc("2026-11-29T07:59:59.999Z");
    let due = due_at(
        Wanted::AtInstant(now),
        Whereabouts::In(chrono_tz::UTC),
        TORONTO,
        &law,
        None,
        now,
    );
    assert_eq!(due, held("2026-11-29T08:00:00Z", LayerSource::Law));
}

// --- The oracle: every minute, one after the other ---

const ZONES: [Tz; 10] = [
    TORONTO,
    chrono_tz::America::St_Johns,
    chrono_tz::America::Phoenix,
    chrono_tz::Europe::London,
    chrono_tz::Australia::Lord_Howe,
    chrono_tz::Asia::Kathmandu,
    chrono_tz::Pacific::Chatham,
    chrono_tz::Pacific::Kiritimati,
    chrono_tz::Africa::Casablanca,
    chrono_tz::America::Santiago,
];

/// Moments at which some of the zones turn their clocks, 2024 to 2027.
const TURNS: [&str; 14] = [
    "2024-03-10T07:00:00Z",
    "2024-11-03T06:00:00Z",
    "2024-04-06T15:00:00Z",
    "2025-03-30T01:00:00Z",
    "2025-10-26T01:00:00Z",
    "2025-04-05T14:00:00Z",
    "2025-10-04T15:30:00Z",
    "2026-03-08T05:30:00Z",
    "2026-11-01T04:30:00Z",
    "2026-09-26T14:00:00Z",
    "2026-02-15T02:00:00Z",
    "2026-03-22T02:00:00Z",
    "2027-04-03T14:00:00Z",
    "2027-09-05T04:00:00Z",
];

type Pairs = Vec<(Weekday, QuietHours)>;

fn is_in(pairs: &Pairs, local: NaiveDateTime) -> bool {
    let (day, time) = (local.weekday(), local.time());
    pairs.iter().any(|(begins, hours)| match hours.from < hours.to {
        true => day == *begins && hours.from <= time && time < hours.to,
        false => (day == *begins && time >= hours.from) || (day == begins.succ() && time < hours.to),
    })
}

#[derive(Debug, Clone)]
struct Asked {
    pairs: Pairs,
    clocks: Clocks,
    are_open_hours: bool,
}

impl Asked {
    fn layer(&self) -> Layer {
        let pairs = self.pairs.iter().copied();
        Layer {
            source: LayerSource::Person,
            clocks: self.clocks,
            quiet: if self.are_open_hours {
                QuietWeek::outside(pairs)
            } else {
                QuietWeek::inside(pairs)
            },
        }
    }

    fn is_quiet(&self, local: NaiveDateTime) -> bool {
        is_in(&self.pairs, local) != self.are_open_hours
    }
}

fn watched(start: DateTime<Utc>, zones: &[Tz], home: Tz, asked: &[Asked]) -> Option<DateTime<Utc>> {
    let is_quiet = |moment: DateTime<Utc>| {
        asked.iter().any(|asked| {
            let home = [home];
            let zones = if asked.clocks == Clocks::OfThePerson {
                zones
            } else {
                &home
            };
            zones
                .iter()
                .any(|zone| asked.is_quiet(moment.with_timezone(zone).naive_local()))
        })
    };
    (0..=SEARCHED.num_minutes())
        .map(|minutes| start + TimeDelta::minutes(minutes))
        .find(|moment| !is_quiet(*moment))
}

fn a_time() -> impl Strategy<Value = NaiveTime> {
    // Near the hours at which clocks turn, too.
    prop_oneof![0..1440_u32, 0..240_u32]
        .prop_map(|minute| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap())
}

fn some_asked() -> impl Strategy<Value = Asked> {
    let day = (0..7_u8).prop_map(|day| Weekday::try_from(day).unwrap());
    let pair = (day, a_time(), a_time()).prop_map(|(day, from, to)| (day, QuietHours { from, to }));
    let nightly = (a_time(), a_time()).prop_map(|(from, to)| -> Pairs {
        let days = (0..7_u8).map(|day| Weekday::try_from(day).unwrap());
        days.map(|day| (day, QuietHours { from, to })).collect()
    });
    let pairs = prop_oneof![prop::collection::vec(pair, 1..6), nightly];
    (pairs, any::<bool>(), any::<bool>()).prop_map(|(pairs, at_home, are_open_hours)| Asked {
        pairs,
        clocks: if at_home {
            Clocks::OfTheOrganization
        } else {
            Clocks::OfThePerson
        },
        are_open_hours,
    })
}

fn a_moment() -> impl Strategy<Value = DateTime<Utc>> {
    (prop::sample::select(&TURNS[..]), -2 * 1440..2 * 1440_i64)
        .prop_map(|(turn, minutes)| utc(turn) + TimeDelta::minutes(minutes))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_due_moment_is_the_first_that_watching_every_minute_finds(
        start in a_moment(),
        zones in prop::collection::vec(prop::sample::select(&ZONES[..]), 1..3),
        home in prop::sample::select(&ZONES[..]),
        asked in prop::collection::vec(some_asked(), 1..4),
    ) {
        let layers: Vec<Layer> = asked.iter().map(Asked::layer).collect();
        let due = due_at(Wanted::AtInstant(start), Whereabouts::OneOf(&zones), home, &layers, None, start);
        match (due, watched(start, &zones, home, &asked)) {
            (Due::At { moment, held }, found) => {
                prop_assert_eq!(Some(moment), found);
                prop_assert_eq!(held.is_some(), moment > start);
            }
            (Due::NoWindow { .. }, found) => prop_assert!(found.is_none_or(|found| found - start >= SEARCHED)),
            (Due::TooLate { .. }, _) => prop_assert!(false, "no lateness was asked for"),
        }
    }

    #[test]
    fn a_local_time_is_the_first_minute_at_which_the_wall_clock_has_come_to_it(
        near in a_moment(),
        zone in prop::sample::select(&ZONES[..]),
    ) {
        let local = near.with_timezone(&zone).naive_local() + TimeDelta::minutes(i64::from(near.minute()));
        let start = local.and_utc() - TimeDelta::hours(16);
        let found = (0..40 * 60)
            .map(|minutes| start + TimeDelta::minutes(minutes))
            .find(|moment| moment.with_timezone(&zone).naive_local() >= local);
        prop_assert_eq!(Some(moment_at(zone, local)), found);
    }

    #[test]
    fn no_layers_no_hold(days in 0..2000_i64, zone in prop::sample::select(&ZONES[..])) {
        let day = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + TimeDelta::days(days);
        let wanted = day.and_hms_opt(2, 30, 0).unwrap();
        let due = due_at(Wanted::AtLocalTime(wanted), Whereabouts::In(zone), TORONTO, &[], None, utc("2020-01-01T00:00:00Z"));
        prop_assert_eq!(due, Due::At { moment: moment_at(zone, wanted), held: None });
    }
}
