use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;
use waymark::domains::tasks::forms::{day_in_words, length_in_words, minutes_in_words, quick_words};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn days_are_understood_as_people_write_them() {
    // A Saturday.
    let today = day("2026-11-28");
    for (words, wanted) in [
        ("today", "2026-11-28"),
        ("Tomorrow", "2026-11-29"),
        ("mon", "2026-11-30"),
        ("Saturday", "2026-12-05"),
        ("next tue", "2026-12-01"),
        ("next Sun", "2026-12-06"),
        ("next week", "2026-12-05"),
        ("in 3 days", "2026-12-01"),
        ("in 1 week", "2026-12-05"),
        ("24 Dec", "2026-12-24"),
        ("Dec 24", "2026-12-24"),
        ("3 march", "2027-03-03"),
        ("28 nov", "2026-11-28"),
        ("1 Feb 2028", "2028-02-01"),
        ("2026-12-24", "2026-12-24"),
    ] {
        assert_eq!(day_in_words(words, today), Some(day(wanted)), "{words}");
    }
    for words in [
        "",
        "soon",
        "31 feb",
        "in many days",
        "in 9999999 weeks",
        "tomorrow tomorrow",
        "24",
        "12 marshals",
        "5 ma",
        "1 jan 1899",
        "1 jan 10000",
        "+99999-01-01",
        "-0001-01-01",
    ] {
        assert_eq!(day_in_words(words, today), None, "{words}");
    }
}

#[test]
fn a_quick_task_may_end_with_its_day() {
    let today = day("2026-11-28");
    for (text, title, due) in [
        ("call Ana tomorrow", "call Ana", Some("2026-11-29")),
        ("Send the form by next Tue", "Send the form", Some("2026-12-01")),
        (
            "Visit the depot in 2 weeks",
            "Visit the depot",
            Some("2026-12-12"),
        ),
        ("Party on 24 Dec", "Party", Some("2026-12-24")),
        ("Report due 1 Feb 2028", "Report", Some("2028-02-01")),
        ("Meet 12 marshals", "Meet 12 marshals", None),
        ("tomorrow", "tomorrow", None),
        ("by tomorrow", "by", Some("2026-11-29")),
        ("  Print   the leaflets  ", "Print   the leaflets", None),
        ("", "", None),
    ] {
        assert_eq!(
            quick_words(text, today),
            (title.to_owned(), due.map(day)),
            "{text}"
        );
    }
}

#[test]
fn lengths_are_understood_as_people_write_them() {
    for (words, wanted) in [
        ("90", 90),
        ("45m", 45),
        ("45 min", 45),
        ("2h", 120),
        ("2 h", 120),
        ("1.5h", 90),
        ("1,5 h", 90),
        ("1h30", 90),
        ("1 h 30 min", 90),
        ("1:05", 65),
    ] {
        assert_eq!(minutes_in_words(words), Some(wanted), "{words}");
    }
    for words in [
        "",
        "0",
        "-5",
        "1:75",
        "soon",
        "nanh",
        "infh",
        "1h-3",
        "h",
        "99999999999",
    ] {
        assert_eq!(minutes_in_words(words), None, "{words}");
    }
}

proptest! {
    #[test]
    fn a_length_is_read_as_it_is_written(minutes in 1_i64..60_000) {
        prop_assert_eq!(minutes_in_words(&length_in_words(minutes)).map(i64::from), Some(minutes));
    }

    #[test]
    fn no_length_makes_it_panic(words in ".{0,20}") {
        let _ = minutes_in_words(&words);
    }

    #[test]
    fn a_quick_task_never_loses_what_is_to_be_done(words in "[^\\s]{1,9}( [^\\s]{1,9}){0,5}") {
        let (title, due) = quick_words(&words, day("2026-11-28"));
        prop_assert!(!title.is_empty());
        prop_assert!(words.starts_with(&title));
        prop_assert!(due.is_some() || title == words);
    }

    #[test]
    fn no_words_make_it_panic(words in ".{0,40}", offset in 0_i64..40_000) {
        let today = day("1970-01-01") + chrono::TimeDelta::days(offset);
        if let Some(found) = day_in_words(&words, today) {
            prop_assert!((1900..=9999).contains(&found.year()));
        }
    }

    #[test]
    fn a_weekday_is_within_the_next_seven_days(at in 0_usize..7, offset in 0_i64..40_000) {
        let today = day("1970-01-01") + chrono::TimeDelta::days(offset);
        let name = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][at];
        let found = day_in_words(name, today).unwrap();
        prop_assert!((1..=7).contains(&(found - today).num_days()));
        let next = day_in_words(&format!("next {name}"), today).unwrap();
        prop_assert!((1..=13).contains(&(next - today).num_days()));
    }
}
