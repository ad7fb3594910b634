//! The file of rules: complete, cited, and saying what the laws say.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may fall"
)]

use chrono::NaiveTime;
use waymark::domains::consent::rules::*;

fn rules() -> Rules {
    Rules::built_in().unwrap()
}

#[test]
fn every_row_has_a_citation_and_was_checked_no_later_than_the_version() {
    let rules = rules();
    assert_eq!(rules.version.to_string(), "2026-11-29");
    assert!(rules.sources().count() > 120);
    for source in rules.sources() {
        assert!(!source.citation.trim().is_empty());
        assert!(source.checked_on <= rules.version, "{}", source.citation);
        let is_ours = source.citation.starts_with("Policy");
        assert!(
            !is_ours || source.standing == Standing::Policy || source.standing == Standing::Secondary,
            "{}",
            source.citation
        );
    }
}

#[test]
fn every_key_of_every_row_is_one_that_is_read() {
    let file: toml::Table =
        toml::from_str(include_str!("../../../src/domains/consent/rules/rules.toml")).unwrap();
    let known = [
        "jurisdiction",
        "region",
        "channel",
        "purpose",
        "basis",
        "lasts",
        "months",
        "counted_from",
        "any_of",
        "allowed",
        "fields",
        "needs",
        "hours",
        "business_days",
        "days",
        "meaning",
        "language",
        "strength",
        "words",
        "phrases",
        "use",
        "begins",
        "text",
        "citation",
        "checked_on",
        "standing",
        "note",
    ];
    for rows in file.values().filter_map(|value| value.as_array()) {
        for row in rows {
            for key in row.as_table().unwrap().keys() {
                assert!(known.contains(&key.as_str()), "{key}");
            }
        }
    }
}

#[test]
fn no_question_is_answered_by_two_rows() {
    let rules = rules();
    let is_distinct = |mut keys: Vec<String>| {
        let all = keys.len();
        keys.sort();
        keys.dedup();
        keys.len() == all
    };
    assert!(is_distinct(
        rules
            .basis
            .iter()
            .map(|row| format!("{:?}{:?}", row.jurisdiction, row.basis))
            .collect()
    ));
    assert!(is_distinct(
        rules
            .reach
            .iter()
            .map(|row| format!("{:?}{:?}{:?}", row.jurisdiction, row.channel, row.purpose))
            .collect()
    ));
    assert!(is_distinct(
        rules
            .hours
            .iter()
            .map(|row| format!("{:?}{:?}{:?}", row.jurisdiction, row.region, row.channel))
            .collect()
    ));
    assert!(is_distinct(
        rules
            .footer
            .iter()
            .map(|row| format!("{:?}{:?}", row.jurisdiction, row.channel))
            .collect()
    ));
    assert!(is_distinct(
        rules
            .answer
            .iter()
            .map(|row| format!("{:?}{}", row.meaning, row.language))
            .collect()
    ));
}

#[test]
fn every_jurisdiction_answers_every_question() {
    let rules = rules();
    for place in Jurisdiction::ALL {
        for basis in Basis::ALL {
            assert!(rules.basis(basis, place).is_some());
        }
        for channel in Channel::ALL {
            assert!(rules.footer(place, channel).is_some());
            assert!(!rules.deadlines(place, channel).is_empty());
            for purpose in Purpose::ALL {
                assert!(rules.reach(place, channel, purpose).is_some());
            }
        }
        assert!(rules.first_message(place).is_some());
        assert!(!rules.quiet_by_law(place, None, Channel::Sms).is_never());
        assert!(!rules.quiet_by_law(place, None, Channel::Sms).is_always());
        assert!(rules.quiet_by_law(place, None, Channel::Email).is_never());
    }
}

#[test]
fn a_file_without_a_default_row_or_a_citation_is_refused() {
    let text = include_str!("../../../src/domains/consent/rules/rules.toml");
    let without = text.replacen(
        "jurisdiction = \"default\"\nbasis = \"express\"",
        "jurisdiction = \"gb\"\nbasis = \"express\"",
        1,
    );
    assert!(Rules::read(&without).unwrap_err().to_string().contains("Express"));
    let silent = text.replacen(
        "citation = \"CASL, S.C. 2010, c. 23, s. 10(1)\"",
        "citation = \"\"",
        1,
    );
    assert!(
        Rules::read(&silent)
            .unwrap_err()
            .to_string()
            .contains("no citation")
    );
    assert!(Rules::read(&format!("surprise = 1\n{text}")).is_err());
    assert!(Rules::read("").is_err());
}

#[test]
fn a_text_that_markets_needs_an_express_yes_everywhere() {
    // 47 CFR 64.1200(a)(2), (f)(9); Directive 2002/58/EC, Art. 13(1); CASL with our stricter policy.
    let rules = rules();
    for place in Jurisdiction::ALL {
        for basis in Basis::ALL {
            let may = rules.may_reach(place, Channel::Sms, Purpose::Marketing, basis);
            assert_eq!(may, basis == Basis::Express, "{place:?} {basis:?}");
        }
    }
}

#[test]
fn mail_that_markets_may_rest_on_implied_consent_in_canada_but_not_in_europe() {
    // CASL s. 10(9)-(13); Directive 2002/58/EC, Art. 13(1)-(2).
    let rules = rules();
    let may = |place, basis| rules.may_reach(place, Channel::Email, Purpose::Marketing, basis);
    assert!(may(Jurisdiction::Ca, Basis::Membership));
    assert!(may(Jurisdiction::Ca, Basis::Published));
    assert!(!may(Jurisdiction::Ca, Basis::LegitimateInterest));
    assert!(!may(Jurisdiction::Eu, Basis::Membership));
    assert!(!may(Jurisdiction::Eu, Basis::HandedOver));
    assert!(may(Jurisdiction::Eu, Basis::Purchase));
}

#[test]
fn a_basis_that_the_place_does_not_know_is_none_for_anything() {
    let rules = rules();
    for purpose in Purpose::ALL {
        assert!(!rules.may_reach(
            Jurisdiction::Ca,
            Channel::Email,
            purpose,
            Basis::LegitimateInterest
        ));
        assert!(!rules.may_reach(Jurisdiction::Eu, Channel::Email, purpose, Basis::Inquiry));
    }
}

#[test]
fn withdrawals_count_at_once_and_the_laws_limits_are_known() {
    // CASL s. 11(3): 10 business days; Gmail, answer 15263077: 48 hours; 47 CFR 64.1200(a)(10): 10 business days.
    let rules = rules();
    let limits = |place, channel| -> Vec<Limit> {
        rules
            .deadlines(place, channel)
            .iter()
            .map(|row| row.limit)
            .collect()
    };
    assert_eq!(
        limits(Jurisdiction::Ca, Channel::Email),
        [Limit::Hours(0), Limit::Hours(48), Limit::BusinessDays(10)]
    );
    assert_eq!(
        limits(Jurisdiction::Us, Channel::Sms),
        [Limit::Hours(0), Limit::BusinessDays(10)]
    );
    assert_eq!(
        limits(Jurisdiction::Eu, Channel::Email),
        [Limit::Hours(0), Limit::Hours(48)]
    );
}

#[test]
fn ten_business_days_end_with_the_last_of_them() {
    // CASL s. 11(3). Asked on Friday 27 November 2026, 23:30 in Toronto: Friday 11 December is the tenth.
    let asked = "2026-11-28T04:30:00Z".parse().unwrap();
    let ends = |limit: Limit| limit.ends_at(asked, chrono_tz::America::Toronto).to_rfc3339();
    assert_eq!(ends(Limit::BusinessDays(10)), "2026-12-12T05:00:00+00:00");
    assert_eq!(ends(Limit::BusinessDays(1)), "2026-12-01T05:00:00+00:00");
    assert_eq!(ends(Limit::Hours(48)), "2026-11-30T04:30:00+00:00");
}

#[test]
fn the_way_out_works_longer_than_every_law_asks() {
    // CASL s. 11(2): 60 days; CAN-SPAM, 15 U.S.C. 7704(a)(3)(A)(ii): 30 days; ours: 13 months.
    let rules = rules();
    assert_eq!(rules.token_days(), 396);
    assert!(
        rules
            .token
            .iter()
            .any(|row| row.jurisdiction == Jurisdiction::Ca && row.days == 60)
    );
}

#[test]
fn a_canadian_mail_names_sender_address_contact_and_way_out() {
    // CASL s. 6(2); SOR/2012-36, s. 2.
    let rules = rules();
    let fields = &rules.footer(Jurisdiction::Ca, Channel::Email).unwrap().fields;
    for field in [
        FooterField::OrganizationName,
        FooterField::OnBehalfOf,
        FooterField::PostalAddress,
        FooterField::Contact,
        FooterField::Unsubscribe,
    ] {
        assert!(fields.contains(&field));
    }
    let first = &rules.first_message(Jurisdiction::Us).unwrap().needs;
    assert!(
        first.contains(&FirstMessageItem::StopInstruction)
            && first.contains(&FirstMessageItem::HelpInstruction)
    );
}

#[test]
fn the_hours_of_texts_are_those_of_country_and_state_together() {
    let rules = rules();
    // The open hours of a day in minutes since midnight, watched minute by minute; 7 December 2026 is a Monday.
    let open = |place, region: Option<&str>, day: u32| {
        let quiet = rules.quiet_by_law(place, region, Channel::Sms);
        let date = chrono::NaiveDate::from_ymd_opt(2026, 12, 7 + day).unwrap();
        let minutes: Vec<u32> = (0..1440)
            .filter(|minute| {
                let time = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap();
                quiet.rest_at(date.and_time(time)).is_none()
            })
            .collect();
        (
            minutes.first().map(|from| from / 60),
            minutes.last().map(|to| (to + 1) / 60),
        )
    };
    let us = Jurisdiction::Us;
    assert_eq!(open(us, None, 0), (Some(8), Some(21)), "47 CFR 64.1200(c)(1)");
    assert_eq!(
        open(us, Some("fl"), 0),
        (Some(8), Some(20)),
        "Fla. Stat. 501.616(6)(a)"
    );
    assert_eq!(
        open(us, Some("OK"), 6),
        (Some(8), Some(20)),
        "Okla. Stat. tit. 15, 775C.4"
    );
    assert_eq!(
        open(us, Some("CT"), 0),
        (Some(9), Some(20)),
        "Conn. Gen. Stat. 42-288a"
    );
    assert_eq!(open(us, Some("TX"), 5), (Some(9), Some(21)), "SB 140, Saturdays");
    assert_eq!(open(us, Some("TX"), 6), (Some(12), Some(21)), "SB 140, Sundays");
    assert_eq!(
        open(us, Some("RI"), 0),
        (Some(9), Some(18)),
        "R.I. Gen. Laws 5-61-3.6, weekdays"
    );
    assert_eq!(
        open(us, Some("RI"), 5),
        (Some(10), Some(17)),
        "R.I. Gen. Laws 5-61-3.6, weekends"
    );
    assert_eq!(
        open(us, Some("LA"), 6),
        (None, None),
        "La. R.S. 45:844.31, Sundays"
    );
    assert_eq!(open(us, Some("NY"), 0), (Some(8), Some(21)), "no row of its own");
    assert_eq!(
        open(Jurisdiction::Eu, Some("FR"), 6),
        (None, None),
        "AF2M charter, Sundays"
    );
    assert_eq!(open(Jurisdiction::Default, None, 0), (Some(8), Some(21)));
}

#[test]
fn countries_find_their_jurisdiction() {
    for (code, place) in [
        ("ca", Jurisdiction::Ca),
        ("FR", Jurisdiction::Eu),
        ("NO", Jurisdiction::Eu),
        ("GB", Jurisdiction::Gb),
        ("PR", Jurisdiction::Us),
        ("CH", Jurisdiction::Default),
        ("", Jurisdiction::Default),
    ] {
        assert_eq!(Jurisdiction::of_country(code), place, "{code}");
    }
}

#[test]
fn answers_come_in_the_persons_language_and_fit_one_part() {
    // CTIA handbook: the answer names the programme.
    let rules = rules();
    let (organization, contact) = ("Syndicat des travailleuses", "1-800-555-0142");
    for meaning in [Meaning::Stop, Meaning::Start, Meaning::Help] {
        for language in ["en", "fr-CA", "es", "de"] {
            let text = rules.answer(meaning, language, organization, contact).unwrap();
            assert!(text.starts_with(organization) && !text.contains('{'), "{text}");
            assert_eq!(waymark::kernel::sms::measure(&text).segments, 1, "{text}");
        }
    }
    assert!(
        rules
            .answer(Meaning::Stop, "fr_CA", "X", "")
            .unwrap()
            .contains("DEBUT")
    );
    assert!(
        rules
            .answer(Meaning::Help, "en", "{contact}", "c")
            .unwrap()
            .starts_with("{contact}: contact c")
    );
}
