//! Until when a basis lasts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may fall"
)]

use std::sync::LazyLock;

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use waymark::domains::consent::rules::*;

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::built_in().unwrap());

const TORONTO: Tz = chrono_tz::America::Toronto;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn ends(basis: Basis, given_on: &str, ended_on: Option<&str>, place: Jurisdiction) -> Expiry {
    let evidence = Evidence {
        basis,
        given_on: day(given_on),
        ended_on: ended_on.map(day),
    };
    expiry(evidence, place, TORONTO, &RULES)
}

#[test]
fn an_express_yes_never_runs_out_in_canada() {
    // CASL s. 10(1).
    assert_eq!(
        ends(Basis::Express, "2010-01-01", None, Jurisdiction::Ca),
        Expiry::Never
    );
}

#[test]
fn a_purchase_lasts_two_years_to_the_end_of_the_day() {
    // CASL s. 10(10)(a): the two-year period immediately before the day of sending.
    let end = ends(Basis::Purchase, "2024-11-29", None, Jurisdiction::Ca);
    assert_eq!(end, Expiry::On(utc("2026-11-30T05:00:00Z")));
    assert!(end.is_valid_at(utc("2026-11-30T04:59:59Z")));
    assert!(!end.is_valid_at(utc("2026-11-30T05:00:00Z")));
}

#[test]
fn two_years_from_the_leap_day_end_on_the_last_of_february() {
    // CASL s. 10(10); Interpretation Act, R.S.C. 1985, c. I-21, s. 28.
    assert_eq!(
        ends(Basis::Purchase, "2024-02-29", None, Jurisdiction::Ca),
        Expiry::On(utc("2026-03-01T05:00:00Z"))
    );
}

#[test]
fn six_months_from_the_end_of_august_end_on_the_last_of_february() {
    // CASL s. 10(10)(e); Interpretation Act, R.S.C. 1985, c. I-21, s. 28.
    assert_eq!(
        ends(Basis::Inquiry, "2026-08-31", None, Jurisdiction::Ca),
        Expiry::On(utc("2027-03-01T05:00:00Z"))
    );
    assert_eq!(
        ends(Basis::Inquiry, "2027-08-31", None, Jurisdiction::Ca),
        Expiry::On(utc("2028-03-01T05:00:00Z"))
    );
}

#[test]
fn a_membership_lasts_while_it_does_and_two_years_more_in_canada() {
    // CASL s. 10(13)(c); SOR/2013-221, s. 7.
    assert_eq!(
        ends(Basis::Membership, "2010-01-01", None, Jurisdiction::Ca),
        Expiry::WhileItLasts { months_after: 24 }
    );
    assert_eq!(
        ends(
            Basis::Membership,
            "2010-01-01",
            Some("2026-06-30"),
            Jurisdiction::Ca
        ),
        Expiry::On(utc("2028-07-01T04:00:00Z"))
    );
}

#[test]
fn a_membership_ends_with_its_last_day_in_europe() {
    // GDPR Art. 9(2)(d), our strict reading.
    assert_eq!(
        ends(
            Basis::Membership,
            "2010-01-01",
            Some("2026-06-30"),
            Jurisdiction::Eu
        ),
        Expiry::On(utc("2026-07-01T04:00:00Z"))
    );
}

#[test]
fn addresses_published_or_handed_over_have_no_term_in_canada_and_no_worth_in_europe() {
    // CASL s. 10(9)(b)-(c); Directive 2002/58/EC, Art. 13(1).
    for basis in [Basis::Published, Basis::HandedOver] {
        assert_eq!(ends(basis, "2020-01-01", None, Jurisdiction::Ca), Expiry::Never);
        assert_eq!(ends(basis, "2020-01-01", None, Jurisdiction::Eu), Expiry::NoBasis);
    }
    assert!(!Expiry::NoBasis.is_valid_at(utc("2020-01-01T00:00:00Z")));
}

#[test]
fn american_relationships_are_shorter_and_the_rest_of_the_world_has_canadas_terms() {
    // 47 CFR 64.1200(f)(5): 18 months, 3 months.
    assert_eq!(
        ends(Basis::Purchase, "2026-01-31", None, Jurisdiction::Us),
        Expiry::On(utc("2027-08-01T04:00:00Z"))
    );
    assert_eq!(
        ends(Basis::Inquiry, "2026-01-31", None, Jurisdiction::Us),
        Expiry::On(utc("2026-05-01T04:00:00Z"))
    );
    assert_eq!(
        ends(Basis::Inquiry, "2026-08-31", None, Jurisdiction::Default),
        ends(Basis::Inquiry, "2026-08-31", None, Jurisdiction::Ca)
    );
}

#[test]
fn a_day_that_begins_late_begins_when_it_does() {
    // Santiago's clocks jump over midnight of 6 September 2026.
    let evidence = Evidence {
        basis: Basis::Purchase,
        given_on: day("2024-09-05"),
        ended_on: None,
    };
    let end = expiry(evidence, Jurisdiction::Ca, chrono_tz::America::Santiago, &RULES);
    assert_eq!(end, Expiry::On(utc("2026-09-06T04:00:00Z")));
}

#[test]
fn a_day_at_the_end_of_the_calendar_is_no_basis_and_no_crash() {
    let evidence = Evidence {
        basis: Basis::Purchase,
        given_on: NaiveDate::MAX,
        ended_on: None,
    };
    assert_eq!(
        expiry(evidence, Jurisdiction::Ca, TORONTO, &RULES),
        Expiry::NoBasis
    );
}

#[test]
fn warnings_come_sixty_thirty_and_seven_days_before() {
    let end = utc("2026-11-30T05:00:00Z");
    let stage = |days: i64| warning(Expiry::On(end), end - TimeDelta::days(days));
    assert_eq!(stage(61), None);
    assert_eq!(stage(60), Some(Warning::SixtyDays));
    assert_eq!(stage(31), Some(Warning::SixtyDays));
    assert_eq!(stage(30), Some(Warning::ThirtyDays));
    assert_eq!(stage(8), Some(Warning::ThirtyDays));
    assert_eq!(stage(7), Some(Warning::SevenDays));
    assert_eq!(stage(0), Some(Warning::Over));
    assert_eq!(stage(-400), Some(Warning::Over));
    assert_eq!(warning(Expiry::Never, end), None);
    assert_eq!(warning(Expiry::WhileItLasts { months_after: 24 }, end), None);
    assert_eq!(warning(Expiry::NoBasis, end), Some(Warning::Over));
}

proptest! {
    #[test]
    fn a_purchase_is_valid_on_exactly_the_days_whose_two_years_before_hold_it(
        offset in 0..3000_u64,
        later in 700..760_u64,
    ) {
        // CASL s. 10(10): "within the two-year period immediately before the day on which the message was sent".
        let bought = day("2019-01-01") + Days::new(offset);
        let sent = bought + Days::new(later);
        let Expiry::On(end) = ends(Basis::Purchase, &bought.to_string(), None, Jurisdiction::Ca) else {
            return Err(TestCaseError::fail("a purchase has an end"));
        };
        let noon = moment_at(TORONTO, sent.and_hms_opt(12, 0, 0).unwrap());
        let earliest = sent - Months::new(24);
        // On 28 February a leap day two years before is still within: there is no 29 to count from.
        let is_leap_day = bought.to_string().ends_with("02-29");
        prop_assert_eq!(noon < end, bought >= earliest && !(is_leap_day && sent > bought + Months::new(24)));
    }
}
