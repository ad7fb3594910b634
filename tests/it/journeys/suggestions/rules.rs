//! From facts to words. Pure.

use chrono::{TimeDelta, Utc};
use proptest::prelude::*;
use waymark::domains::journeys::learning::overview::queries::Facts;
use waymark::domains::journeys::suggestions::model::Reason;
use waymark::domains::journeys::suggestions::rules::{self, Cited};
use waymark::domains::journeys::suggestions::writing::{with_name, without_name};
use waymark::kernel::ids::fresh;
use waymark::providers::writing::{LONGEST_DRAFT, checked};

fn facts() -> Facts {
    // A little longer ago than the days, so that it does not matter how long a test takes.
    let now = Utc::now() - TimeDelta::minutes(1);
    Facts {
        id: fresh(),
        member_id: fresh(),
        done: 2,
        required: 9,
        last_at: Some(now - TimeDelta::days(12)),
        quiet_since: now - TimeDelta::days(12),
        is_paused: false,
        waiting_since: None,
        returned: None,
        failed: None,
        attempts: 0,
        expected: None,
    }
}

#[test]
fn facts_are_told_so_that_a_coach_can_check_them() {
    let all = Facts {
        failed: Some("Check".to_owned()),
        attempts: 2,
        expected: Some(5),
        ..facts()
    };
    let now = Utc::now();
    assert_eq!(
        rules::sentences(&all, now),
        [
            "2 of 9 lessons done.",
            "Quiz “Check” tried twice and not passed.",
            "3 lessons behind the pace of the cohort.",
            "Last did something 12 days ago.",
        ]
    );
    assert_eq!(
        rules::reasons(&all, now),
        [Reason::Failed, Reason::Behind, Reason::Stalled]
    );
    // What waits for the coach is no reason to write to the learner, nor is a pause.
    let waiting = Facts {
        waiting_since: Some(now - TimeDelta::days(9)),
        is_paused: true,
        ..facts()
    };
    assert!(rules::reasons(&waiting, now).is_empty());
}

#[test]
fn the_message_speaks_to_somebody_about_something_and_names_its_source() {
    let cited = Cited {
        source: "Coming back, The smallest next step".to_owned(),
        words: "Ten minutes are enough.".to_owned(),
    };
    let said = rules::message(&facts(), Reason::Stalled, ("Rosa", "First steps"), Some(&cited));
    assert!(
        said.starts_with("Hi Rosa, it has been a while since your last lesson in “First steps”."),
        "{said}"
    );
    assert!(
        said.ends_with("from Coming back, The smallest next step:\n> Ten minutes are enough."),
        "{said}"
    );
    for reason in Reason::ALL {
        let said = rules::message(&facts(), *reason, ("Rosa", "First steps"), None);
        assert!(said.chars().count() <= 3_000);
        assert!(!said.contains("http"));
    }
}

#[test]
fn names_stay_here_and_come_back() {
    let hidden = without_name(
        "Hi Rosa, Rosa Parker-Lee, Rosalind and parkers. Ask Parker-Lee.",
        "Rosa Parker-Lee",
    );
    assert_eq!(
        hidden,
        "Hi [LEARNER], [LEARNER], Rosalind and parkers. Ask [LEARNER]."
    );
    assert_eq!(with_name("Hi [LEARNER]!", "Rosa Parker-Lee"), "Hi Rosa!");
}

#[test]
fn only_a_plain_message_is_a_draft() {
    let known = ["[LEARNER]".to_owned()];
    let good = "Hi [LEARNER], would ten minutes this week work?";
    assert_eq!(checked(&format!("  {good}\r\n"), &known).unwrap(), good);
    for bad in [
        "Hi",
        "Hi [LEARNER], open https://evil.example now please",
        "Hi [LEARNER], look at www.evil.example please",
        "Hi [LEARNER], press [here](javascript:alert) please",
        "Hi [LEARNER], yours sincerely, [COACH NAME]",
        "Hi [LEARNER], this is not closed: [",
        "Hi [LEARNER], something hidden \u{7} is in here",
        &"long ".repeat(LONGEST_DRAFT),
    ] {
        assert!(checked(bad, &known).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_name_leaves_the_portal(first in "[A-Z][a-z]{2,9}", last in "[A-Z][a-z]{2,9}", words in "([a-z]{1,8} ){0,20}") {
        let name = format!("{first} {last}");
        let hidden = without_name(&format!("{first} {words} {name}, {last}. {words}"), &name);
        for part in [&first, &last] {
            let found = hidden.split(|c: char| !c.is_alphanumeric()).any(|word| word == part.as_str() && part != "LEARNER");
            prop_assert!(!found, "{hidden}");
        }
    }
}
