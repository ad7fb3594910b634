//! What replies mean for a message.

use waymark::providers::mail::smtp::{Outcome, Scope, Session};

use crate::smtp::support::smtp_sink::{Answer, Rule, SinkEncryption, SinkOptions, SmtpSink, Who};
use crate::smtp::support::{deliver, settings_for};

async fn outcome_with(answer: Answer) -> Outcome {
    let rules = vec![Rule::for_mailbox("someone", answer)];
    outcome_under(rules).await
}

async fn outcome_under(rules: Vec<Rule>) -> Outcome {
    let sink = SmtpSink::start(SinkOptions {
        rules,
        ..SinkOptions::default()
    })
    .await;
    let mut session = Session::open(&settings_for(&sink, SinkEncryption::None))
        .await
        .unwrap();
    deliver(&mut session, "someone@b.test").await
}

#[tokio::test]
async fn a_temporary_refusal_tells_what_should_slow_down() {
    let expected = [
        ("450 4.2.1 Busy", Scope::Message),
        ("450 Busy", Scope::Message),
        ("452 4.2.2 Full", Scope::Message),
        ("451 4.7.1 Slow down", Scope::Domain),
        ("451 Error", Scope::Domain),
        ("450 4.4.1 No route", Scope::Domain),
        ("452 4.3.1 Disk full", Scope::Connection),
        ("452 Disk full", Scope::Connection),
        ("452 4.5.3 Too many", Scope::Connection),
        ("454 4.7.0 Not now", Scope::Connection),
        ("421 4.7.0 Go away", Scope::Connection),
    ];
    for (reply, scope) in expected {
        let outcome = outcome_with(Answer::Path(reply.to_owned())).await;
        assert!(
            matches!(&outcome, Outcome::Deferred { scope: found, .. } if *found == scope),
            "{reply}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_refusal_of_the_sender_is_about_the_connection_and_never_about_the_address() {
    let sender = |reply: &str| Rule {
        who: Who::Sender("office@union.test".to_owned()),
        answer: Answer::Path(reply.to_owned()),
    };
    let outcome = outcome_under(vec![sender("451 4.1.8 Sender unknown")]).await;
    assert!(
        matches!(
            outcome,
            Outcome::Deferred {
                scope: Scope::Connection,
                ..
            }
        ),
        "{outcome:?}"
    );
    let outcome = outcome_under(vec![sender("550 5.1.1 Sender unknown")]).await;
    assert!(
        matches!(
            outcome,
            Outcome::Refused {
                is_bad_address: false,
                ..
            }
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn only_a_reply_about_the_address_makes_it_bad() {
    let expected = [
        ("550 5.1.1 No such user", true),
        ("550 5.1.10 Null MX", true),
        ("553 5.1.3 Bad syntax", true),
        ("554 5.1.2 No such host", true),
        ("550 5.2.1 Switched off", true),
        ("550 5.1.0 Address rejected", true),
        ("550 No such user here", true),
        ("551 User not local", true),
        ("550 5.1.8 Bad sender", false),
        ("550 5.2.2 Full", false),
        ("550 5.7.1 Spam", false),
        ("550 Blocked by policy", false),
        ("554 Refused", false),
        ("550 4.1.1 A status that does not fit its code", false),
    ];
    for (reply, is_bad) in expected {
        let outcome = outcome_with(Answer::Path(reply.to_owned())).await;
        let found = matches!(&outcome, Outcome::Refused { is_bad_address, .. } if *is_bad_address == is_bad);
        assert!(found, "{reply}: {outcome:?}");
    }
}

#[tokio::test]
async fn after_the_dot_only_a_status_makes_an_address_bad() {
    let outcome = outcome_with(Answer::Content("550 No such user here".to_owned())).await;
    assert!(
        matches!(
            outcome,
            Outcome::Refused {
                is_bad_address: false,
                ..
            }
        ),
        "{outcome:?}"
    );
    let outcome = outcome_with(Answer::Content("550 5.1.1 Gone".to_owned())).await;
    assert!(
        matches!(
            outcome,
            Outcome::Refused {
                is_bad_address: true,
                ..
            }
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn the_queue_name_is_found_as_the_usual_servers_write_it() {
    let expected = [
        ("250 2.0.0 Ok: queued as 4XyZ1234", Some("4XyZ1234")),
        ("250 OK id=1rABcd-0001Xy-2Z", Some("1rABcd-0001Xy-2Z")),
        ("250 2.0.0 4aB12 Message accepted for delivery", Some("4aB12")),
        ("250 Ok 0102018f3c-0a1b-000000", Some("0102018f3c-0a1b-000000")),
        ("250 2.0.0 Message accepted for delivery", None),
        ("250 Ok", None),
        ("250", None),
    ];
    for (reply, name) in expected {
        let outcome = outcome_with(Answer::Content(reply.to_owned())).await;
        assert!(
            matches!(&outcome, Outcome::Accepted { queue_id, .. } if queue_id.as_deref() == name),
            "{outcome:?}"
        );
    }
}
