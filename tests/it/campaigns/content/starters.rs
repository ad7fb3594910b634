//! The mails to begin with.

use waymark::domains::campaigns::content::{Code, STARTERS, Severity, render_parts};

use super::support::*;

#[test]
fn every_starter_compiles_without_any_problem() {
    for starter in STARTERS {
        let content = compiled(&starter.draft());
        assert!(
            content
                .warnings()
                .iter()
                .all(|problem| problem.severity == Severity::Warning)
        );
        // But that examples are not meant for readers.
        let mut others = content.warnings().to_vec();
        others.retain(|problem| problem.code != Code::StarterWords);
        assert_eq!(listed(&others), "", "{}", starter.key);
    }
}

#[test]
fn every_starter_greets_names_the_sender_and_offers_a_way_out() {
    for starter in STARTERS {
        let content = compiled(&starter.draft());
        let values = facts([
            ("vars.day", "2026-12-01"),
            ("vars.confirm_link", "https://union.test/c/1"),
        ]);
        let parts = render_parts(&content, &sender(), &person("Ada", &values), &links()).unwrap();
        assert!(!parts.subject.contains(['{', '}']) && !parts.subject.is_empty());
        for text in [&parts.text, parts.html.as_ref().unwrap()] {
            assert!(
                text.contains("friend") && text.contains("1 Main Street, Ottawa"),
                "{}",
                starter.key
            );
            assert!(text.contains("https://union.test/u/abc"), "{}", starter.key);
            assert!(!text.contains("{{"));
        }
        let html = parts.html.unwrap();
        assert!(
            html.contains("max-width:600px") && html.contains("color-scheme") && html.contains("lang=\"en\"")
        );
        assert!(
            !html.contains("fonts.googleapis"),
            "no font tells a third party who reads"
        );
    }
}

#[test]
fn a_starter_compiled_again_gives_the_same_bytes() {
    let values = facts([
        ("vars.day", "2026-12-01"),
        ("vars.confirm_link", "https://union.test/c/1"),
    ]);
    for starter in STARTERS {
        let first = mail(&compiled(&starter.draft()), &person("Ada", &values));
        assert_eq!(
            first,
            mail(&compiled(&starter.draft()), &person("Ada", &values)),
            "{}",
            starter.key
        );
    }
}

#[test]
fn the_personal_link_that_confirms_is_not_tracked() {
    let starter = STARTERS
        .iter()
        .find(|starter| starter.key == "stay_in_touch")
        .unwrap();
    let content = compiled(&starter.draft());
    assert!(content.links().is_empty());
    let values = facts([("vars.confirm_link", "https://union.test/c/1")]);
    let parts = render_parts(&content, &sender(), &person("Ada", &values), &links()).unwrap();
    assert!(parts.html.unwrap().contains("href=\"https://union.test/c/1\""));
    assert!(parts.text.contains("Yes, keep writing to me [1]"));
    assert_eq!(
        content.missing(&sender(), &person("Ada", &facts([])), &links()),
        ["vars.confirm_link"]
    );
}
