//! Which variant of a campaign is ahead, and whether that says anything.

use waymark::domains::campaigns::variants::best::{Cell, best};
use waymark::domains::campaigns::variants::significance::{Share, Worth, p_value, worth};

const fn share(did: i64, of: i64) -> Share {
    Share { did, of }
}

#[test]
fn it_agrees_with_what_others_compute() {
    // The first is the example in the documentation of statsmodels.stats.proportion.proportions_ztest; all were computed with
    // Python's math.erfc.
    for (one, other, expected) in [
        (share(5, 83), share(12, 99), 0.159_181_3),
        (share(30, 200), share(50, 200), 0.012_419_3),
        (share(100, 1_000), share(127, 1_000), 0.056_999_0),
        (share(100, 1_000), share(128, 1_000), 0.048_834_5),
        (share(100, 1_000), share(100, 1_000), 1.0),
    ] {
        let found = p_value(one, other).unwrap();
        assert!((found - expected).abs() < 1e-6, "{one:?} {other:?}: {found}");
        assert!(
            (p_value(other, one).unwrap() - found).abs() < 1e-12,
            "either way round"
        );
    }
}

#[test]
fn few_people_say_nothing_and_many_say_much() {
    assert_eq!(worth(share(0, 0), share(3, 10)), Worth::TooFew);
    assert_eq!(worth(share(0, 40), share(4, 40)), Worth::TooFew);
    assert_eq!(worth(share(40, 40), share(40, 40)), Worth::TooFew);
    assert_eq!(worth(share(100, 1_000), share(127, 1_000)), Worth::Chance);
    assert_eq!(worth(share(100, 1_000), share(128, 1_000)), Worth::Unlikely);
}

const fn cell(number: i16, sent: i64, clicked: i64) -> Cell {
    Cell {
        number,
        sent,
        clicked,
    }
}

#[test]
fn the_largest_part_wins_and_not_the_largest_number() {
    let (winner, because) = best(&[cell(0, 1_000, 120), cell(1, 500, 90)]);
    assert_eq!(winner, 1);
    assert!(because.contains("90 of 500"), "{because}");
    assert!(because.contains("(18.0\u{a0}%)"), "{because}");
    assert!(because.contains("unlikely to be chance"), "{because}");
}

#[test]
fn without_clicks_and_when_several_are_first_it_is_a() {
    assert_eq!(best(&[cell(0, 10, 0), cell(1, 10, 0)]).0, 0);
    let (winner, because) = best(&[cell(0, 100, 3), cell(1, 100, 9), cell(2, 200, 18)]);
    assert_eq!(winner, 0);
    assert!(because.starts_with("B and C did equally well"), "{because}");
    assert_eq!(best(&[cell(0, 0, 0), cell(1, 10, 1)]).0, 1);
    assert_eq!(best(&[]).0, 0);
}
