//! The language of the search box.

use chrono::NaiveDate;
use proptest::prelude::*;
use waymark::kernel::search_query::{Has, MAX_QUERY, MAX_TERMS, SearchQuery, Term};

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

fn word(text: &str) -> Term {
    Term::Word(text.to_owned())
}

fn phrase(text: &str) -> Term {
    Term::Phrase(text.to_owned())
}

fn parsed(typed: &str) -> SearchQuery {
    SearchQuery::parse(typed).unwrap_or_else(|error| panic!("{typed:?}: {error}"))
}

#[track_caller]
fn expect_refusal(typed: &str, term: &str, reason: &str) {
    let error = SearchQuery::parse(typed).expect_err(typed);
    assert_eq!((error.term.as_str(), error.to_string().as_str()), (term, reason));
}

#[test]
fn every_part_of_the_language_is_understood() {
    let query = parsed(
        "pay from:@ada in:night-shift in:\"Day  Shift\" before:2026-10-01 after:2026-09-01 has:link has:Images \"exact   phrase\" -draft -\"old one\"",
    );
    assert_eq!(
        query,
        SearchQuery {
            from: vec!["ada".into()],
            in_channels: vec!["night-shift".into(), "Day Shift".into()],
            before: day("2026-10-01"),
            after: day("2026-09-01"),
            has: [Has::Link, Has::Image].into(),
            wanted: vec![word("pay"), phrase("exact phrase")],
            excluded: vec![word("draft"), phrase("old one")],
        }
    );
    assert_eq!(
        query.to_string(),
        "from:@ada in:night-shift in:\"Day Shift\" before:2026-10-01 after:2026-09-01 has:link has:image pay \"exact phrase\" -draft -\"old one\""
    );
}

#[test]
fn everything_a_message_can_have_can_be_asked_for() {
    for thing in Has::ALL {
        assert_eq!(parsed(&format!("has:{thing}")).has, [thing].into());
    }
}

#[test]
fn phones_and_habits_are_forgiven() {
    assert_eq!(parsed("From:Ada").from, ["ada"]);
    assert_eq!(parsed("in:#general in:general").in_channels, ["general"]);
    assert_eq!(
        parsed("“pay rise” „jetzt“ «ici»").wanted,
        [phrase("pay rise"), phrase("jetzt"), phrase("ici")]
    );
    assert_eq!(
        parsed("before:2026-10-01 before:2026-10-01").before,
        day("2026-10-01")
    );
    assert_eq!(parsed("hello \"\" - -- hello").wanted, [word("hello")]);
    assert_eq!(parsed("a\u{202E}b\u{200F}").wanted, [word("ab")]);
}

#[test]
fn words_of_every_script_are_words() {
    assert_eq!(
        parsed("Ärger 給料 راتب cafe\u{301}").wanted,
        [word("Ärger"), word("給料"), word("راتب"), word("café")]
    );
    assert_eq!(parsed("in:\"夜勤 班\" -夜").in_channels, ["夜勤 班"]);
}

#[test]
fn a_colon_alone_makes_no_filter() {
    assert_eq!(
        parsed("10:30 https://e.org/?a=b foo:bar e-mail :").wanted,
        ["10:30", "https://e.org/?a=b", "foo:bar", "e-mail", ":"].map(word)
    );
    assert_eq!(
        parsed("foo:\"bar baz\"").wanted,
        [word("foo:"), phrase("bar baz")]
    );
    assert_eq!(parsed("\"from:@ada\"").wanted, [phrase("from:@ada")]);
}

#[test]
fn nothing_asks_for_nothing() {
    assert!(parsed(" \t\n").is_empty());
    assert!(!parsed("x").is_empty());
}

#[test]
fn refusals_name_the_term_and_what_would_be_right() {
    expect_refusal(
        "from:@ada!",
        "from:@ada!",
        "“from:@ada!” is not understood: “from:” wants a handle such as @ada, and “@ada!” is not one.",
    );
    expect_refusal(
        "hi from: @ada",
        "from:",
        "“from:” needs a handle such as @ada right after the colon, without a space.",
    );
    expect_refusal(
        "before:yesterday",
        "before:yesterday",
        "“before:yesterday” is not understood: “before:” wants a day such as 2026-10-01, and “yesterday” is not one.",
    );
    expect_refusal(
        "has:money",
        "has:money",
        "“has:money” is not understood: “has:” wants one of link, image, file, attachment, pin or reaction, and “money” is not one.",
    );
    expect_refusal(
        "a \"b c",
        "\"b c",
        "The quotation mark in “\"b c” is never closed.",
    );
    expect_refusal(
        "-in:general",
        "-in:general",
        "“-in:general” cannot be left out: only words and phrases can follow a minus, not “in:”.",
    );
    expect_refusal(
        "after:2026-10-01 after:2026-10-02",
        "after:2026-10-02",
        "“after:” can be given once; “after:2026-10-02” is a second day.",
    );
    expect_refusal(
        "after:2026-10-01 before:2026-10-02",
        "after:2026-10-01",
        "No day is after 2026-10-01 and before 2026-10-02, so “after:2026-10-01” leaves nothing to find.",
    );
    for wrong in [
        "before:2026-02-30",
        "before:2026-1-1",
        "before:+02026-01",
        "in:#",
        "in:\" \"",
        "from:@channel",
    ] {
        assert!(SearchQuery::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn one_day_between_two_is_enough() {
    assert!(SearchQuery::parse("after:2026-09-30 before:2026-10-02").is_ok());
}

#[test]
fn long_queries_are_refused_in_words() {
    let error = SearchQuery::parse(&"é".repeat(MAX_QUERY + 1)).unwrap_err();
    assert!(error.reason.ends_with("has 501."), "{error}");
    let many: Vec<String> = (0..=MAX_TERMS).map(|number| format!("w{number}")).collect();
    assert_eq!(SearchQuery::parse(&many.join(" ")).unwrap_err().term, "w32");
    assert!(SearchQuery::parse(&many[..MAX_TERMS].join(" ")).is_ok());
}

/// Parts that are right, wrong and nearly right.
fn typed() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        prop::sample::select(vec![
            "from:@ada",
            "from:",
            "From:bob-2",
            "in:general",
            "in:\"night shift\"",
            "in:##x",
            "before:2026-10-01",
            "after:2026-01-31",
            "has:pin",
            "has:links",
            "-word",
            "-\"a b\"",
            "--",
            "\"exact phrase\"",
            "\"",
            "“",
            "10:30",
            "foo:\"x\"",
            "-in:x",
            "in:é#",
            " ",
            "\u{A0}",
            "-5",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
        "[a-z:@\"# -]{0,8}",
    ];
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_canonical_form_means_the_same(typed in typed()) {
        if let Ok(query) = SearchQuery::parse(&typed) {
            let canonical = query.to_string();
            prop_assert_eq!(canonical.parse::<SearchQuery>(), Ok(query), "{}", canonical);
        }
    }

    #[test]
    fn a_refusal_quotes_its_term(typed in typed()) {
        if let Err(error) = SearchQuery::parse(&typed) {
            prop_assert!(!error.term.is_empty() && error.reason.contains(&error.term), "{:?}", error);
            prop_assert!(error.reason.ends_with('.'));
        }
    }

    #[test]
    fn terms_are_clean(typed in typed()) {
        if let Ok(query) = SearchQuery::parse(&typed) {
            for term in query.wanted.iter().chain(&query.excluded) {
                let (Term::Word(text) | Term::Phrase(text)) = term;
                prop_assert!(!text.is_empty() && !text.contains('"') && !text.contains("  "));
                prop_assert!(matches!(term, Term::Phrase(_)) || !text.contains(char::is_whitespace));
            }
        }
    }
}
