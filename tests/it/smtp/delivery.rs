//! Delivering when the server does what it should.

use std::time::{Duration, Instant, SystemTime};

use secrecy::SecretString;

use waymark::providers::mail::smtp::{
    Body, Content, Credentials, Encoding, Envelope, Outcome, Scope, Session, Settings, Unsent, Withdrawal,
    dot_stuffed,
};

use crate::smtp::support::smtp_sink::{
    Answer, DataWithoutRecipients, Keep, Replies, Rule, SinkEncryption, SinkOptions, SmtpSink, Who,
};
use crate::smtp::support::{deliver, deliver_all, letter, settings_for, to};

async fn open(options: SinkOptions) -> (SmtpSink, Session) {
    let encryption = options.encryption;
    let sink = SmtpSink::start(options).await;
    let session = Session::open(&settings_for(&sink, encryption)).await.unwrap();
    (sink, session)
}

fn is_accepted(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Accepted { .. })
}

#[tokio::test]
async fn a_message_arrives_as_it_was_written() {
    let (sink, mut session) = open(SinkOptions::default()).await;
    let before = SystemTime::now();
    assert!(is_accepted(&deliver(&mut session, "a@b.test").await));
    sink.wait_for(1).await;
    let received = sink.received().remove(0);
    assert_eq!(received.sender, "office@union.test");
    assert_eq!(received.recipients, ["a@b.test"]);
    assert_eq!(received.message_id.as_deref(), Some("a@b.test.id"));
    assert!(before <= received.entered_data_at && received.entered_data_at <= received.arrived_at);
    let text = String::from_utf8(received.bytes.unwrap()).unwrap();
    assert!(text.ends_with("Dear member,\r\n.\r\n..dots\r\nBye\r\n"), "{text}");
    assert_eq!(received.size, text.len());
    assert_eq!((session.messages(), received.connection), (1, 0));
}

#[tokio::test]
async fn a_message_costs_one_flight() {
    let recipients: Vec<String> = (0..50).map(|number| format!("m{number}@b.test")).collect();
    let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
    for encryption in [
        SinkEncryption::None,
        SinkEncryption::StartTls,
        SinkEncryption::Tls,
    ] {
        let (sink, mut session) = open(SinkOptions {
            encryption,
            ..SinkOptions::default()
        })
        .await;
        let before = sink.counters().reads;
        assert!(
            deliver_all(&mut session, &recipients)
                .await
                .iter()
                .all(is_accepted)
        );
        let counters = sink.counters();
        // Encrypted, body and dot are two records, which may arrive apart.
        let most = if encryption == SinkEncryption::None {
            51
        } else {
            51 * 2
        };
        assert!(
            counters.reads - before <= most,
            "{} reads",
            counters.reads - before
        );
        assert_eq!(
            (counters.messages, counters.resets, counters.connections),
            (50, 0, 1)
        );
        session.quit().await;
        assert_eq!(sink.counters().quits, 1);
    }
}

#[tokio::test]
async fn without_pipelining_each_command_waits_for_its_answer() {
    let (sink, mut session) = open(SinkOptions {
        pipelining: false,
        ..SinkOptions::default()
    })
    .await;
    let before = sink.counters().reads;
    let outcomes = deliver_all(&mut session, &["a@b.test", "bounce@b.test", "c@b.test"]).await;
    assert!(is_accepted(&outcomes[0]) && is_accepted(&outcomes[2]));
    assert!(matches!(
        outcomes[1],
        Outcome::Refused {
            is_bad_address: true,
            ..
        }
    ));
    assert_eq!(sink.counters().reads - before, 4 + 2 + 5);
    assert_eq!((sink.counters().messages, sink.counters().resets), (2, 1));
}

#[tokio::test]
async fn failures_do_not_disturb_their_neighbours() {
    let all = [
        "bounce@b.test",
        "a@b.test",
        "later@b.test",
        "full@b.test",
        "b@b.test",
        "spam@b.test",
        "slow@b.test",
        "c@b.test",
    ];
    for data_without_recipients in [DataWithoutRecipients::Refused, DataWithoutRecipients::Invited] {
        for replies in [Replies::Glued, Replies::OneByOne, Replies::ByteByByte] {
            for pipelining in [true, false] {
                let options = SinkOptions {
                    data_without_recipients,
                    replies,
                    pipelining,
                    ..SinkOptions::default()
                };
                let (sink, mut session) = open(options).await;
                let outcomes = deliver_all(&mut session, &all).await;
                assert!(
                    matches!(
                        outcomes[0],
                        Outcome::Refused {
                            is_bad_address: true,
                            ..
                        }
                    ),
                    "{outcomes:?}"
                );
                assert!(
                    matches!(
                        outcomes[2],
                        Outcome::Deferred {
                            scope: Scope::Domain,
                            ..
                        }
                    ),
                    "{outcomes:?}"
                );
                assert!(
                    matches!(
                        outcomes[3],
                        Outcome::Deferred {
                            scope: Scope::Message,
                            ..
                        }
                    ),
                    "{outcomes:?}"
                );
                assert!(
                    matches!(
                        outcomes[5],
                        Outcome::Refused {
                            is_bad_address: false,
                            ..
                        }
                    ),
                    "{outcomes:?}"
                );
                assert!(
                    [1, 4, 6, 7].iter().all(|index| is_accepted(&outcomes[*index])),
                    "{outcomes:?}"
                );
                let received: Vec<String> = sink
                    .received()
                    .into_iter()
                    .flat_map(|one| one.recipients)
                    .collect();
                assert_eq!(received, ["a@b.test", "b@b.test", "slow@b.test", "c@b.test"]);
                let invited = data_without_recipients == DataWithoutRecipients::Invited && pipelining;
                let expected = if invited { (0, 3) } else { (3, 0) };
                assert_eq!((sink.counters().resets, sink.counters().lone_dots), expected);
                assert_eq!(sink.counters().connections, 1);
                session.quit().await;
            }
        }
    }
}

#[tokio::test]
async fn a_failure_costs_no_round_trip_for_the_next_message() {
    let (sink, mut session) = open(SinkOptions::default()).await;
    let before = sink.counters().reads;
    deliver_all(
        &mut session,
        &["bounce@b.test", "bounce@b.test", "bounce@b.test", "a@b.test"],
    )
    .await;
    assert_eq!(sink.counters().reads - before, 5);
}

#[tokio::test]
async fn a_domain_a_sender_and_a_data_rule_are_answered_as_told() {
    let rules = vec![
        Rule {
            who: Who::Domain("gone.test".to_owned()),
            answer: Answer::Path("550 5.1.2 No such domain".to_owned()),
        },
        Rule::for_mailbox("data", Answer::Data("451 4.3.0 Not now".to_owned())),
    ];
    let (sink, mut session) = open(SinkOptions {
        rules,
        ..SinkOptions::default()
    })
    .await;
    let outcomes = deliver_all(&mut session, &["x@gone.test", "data@b.test", "a@b.test"]).await;
    assert!(matches!(
        outcomes[0],
        Outcome::Refused {
            is_bad_address: true,
            ..
        }
    ));
    assert!(matches!(outcomes[1], Outcome::Deferred { .. }));
    assert!(is_accepted(&outcomes[2]));
    assert_eq!((sink.counters().messages, sink.counters().resets), (1, 2));
}

#[tokio::test]
async fn what_a_server_cannot_take_is_not_sent_and_not_tried() {
    let options = SinkOptions {
        beyond_ascii: false,
        size_limit: Some(100),
        ..SinkOptions::default()
    };
    let (sink, mut session) = open(options).await;
    let bytes = b"Subject: x\r\n\r\nshort\r\n";
    let body = Body::checked(bytes).unwrap();
    let unsent = |content| Envelope::new("a@union.test", "b@c.test", content).unwrap();

    let eight_bit = unsent(Content {
        encoding: Encoding::EightBit,
        size: None,
    });
    assert_eq!(
        session.deliver(&eight_bit, body, None).await,
        Outcome::NotSent {
            why: Unsent::NeedsEightBit
        }
    );
    let utf8 = to("jürgen@b.test");
    assert_eq!(
        session.deliver(&utf8, body, None).await,
        Outcome::NotSent {
            why: Unsent::NeedsUtf8
        }
    );
    let large = letter(&"x".repeat(100));
    let outcome = session
        .deliver(&to("b@c.test"), Body::checked(&large).unwrap(), None)
        .await;
    assert_eq!(
        outcome,
        Outcome::NotSent {
            why: Unsent::TooLarge { limit: 100 }
        }
    );
    assert!(session.is_usable());
    assert!(is_accepted(
        &session.deliver(&to("b@c.test"), body, Some(&utf8)).await
    ));
    assert_eq!(sink.counters().transactions, 1);
}

#[tokio::test]
async fn parameters_of_the_content_are_told_to_the_server() {
    let (sink, mut session) = open(SinkOptions::default()).await;
    let bytes = "Subject: Grüße\r\n\r\nä\r\n".as_bytes();
    let content = Content {
        size: Some(bytes.len() as u64),
        encoding: Encoding::Utf8Headers,
    };
    let envelope = Envelope::new("", "jürgen@b.test", content).unwrap();
    assert!(is_accepted(
        &session
            .deliver(&envelope, Body::checked(bytes).unwrap(), None)
            .await
    ));
    let received = sink.received().remove(0);
    assert_eq!(
        received.parameters,
        format!("SIZE={} BODY=8BITMIME SMTPUTF8", bytes.len())
    );
    assert_eq!(
        (received.sender.as_str(), received.recipients[0].as_str()),
        ("", "jürgen@b.test")
    );
}

#[tokio::test]
async fn a_session_ends_after_its_messages() {
    let sink = SmtpSink::start(SinkOptions::default()).await;
    let settings = Settings {
        messages_per_connection: 2,
        ..settings_for(&sink, SinkEncryption::None)
    };
    let mut session = Session::open(&settings).await.unwrap();
    let outcomes = deliver_all(&mut session, &["a@b.test", "b@b.test", "c@b.test"]).await;
    assert!(is_accepted(&outcomes[0]) && is_accepted(&outcomes[1]));
    assert_eq!(outcomes[2], Outcome::NotSent { why: Unsent::Closed });
    assert!(!session.is_usable());
    assert_eq!((session.messages(), sink.counters().transactions), (2, 2));
    session.quit().await;
    assert_eq!(sink.counters().quits, 1);
}

#[tokio::test]
async fn a_server_that_has_enough_defers_the_next_message_and_ends_the_session() {
    for pipelining in [true, false] {
        let (sink, mut session) = open(SinkOptions {
            farewell_after: Some(2),
            pipelining,
            ..SinkOptions::default()
        })
        .await;
        let outcomes = deliver_all(&mut session, &["a@b.test", "b@b.test", "c@b.test"]).await;
        assert!(is_accepted(&outcomes[0]) && is_accepted(&outcomes[1]));
        assert!(
            matches!(&outcomes[2], Outcome::Deferred { scope: Scope::Connection, reply } if reply.code == 421)
        );
        assert!(!session.is_usable());
        assert_eq!(sink.counters().messages, 2);
    }
}

#[tokio::test]
async fn an_announced_message_can_be_taken_back_before_its_body_is_written() {
    for encryption in [SinkEncryption::None, SinkEncryption::Tls] {
        let (sink, mut session) = open(SinkOptions {
            encryption,
            ..SinkOptions::default()
        })
        .await;
        let first = letter("first");
        let outcome = session
            .deliver(
                &to("a@b.test"),
                Body::checked(&first).unwrap(),
                Some(&to("out@b.test")),
            )
            .await;
        assert!(is_accepted(&outcome));
        assert_eq!(session.withdraw().await, Withdrawal::Closed);
        assert!(!session.is_usable());
        assert_eq!(
            deliver(&mut session, "out@b.test").await,
            Outcome::NotSent { why: Unsent::Closed }
        );
        sink.wait_until_idle().await;
        assert_eq!((sink.counters().messages, sink.counters().transactions), (1, 2));
    }
}

#[tokio::test]
async fn taking_back_what_the_server_refused_anyway_keeps_the_session() {
    for data_without_recipients in [DataWithoutRecipients::Refused, DataWithoutRecipients::Invited] {
        let (sink, mut session) = open(SinkOptions {
            data_without_recipients,
            ..SinkOptions::default()
        })
        .await;
        assert_eq!(session.withdraw().await, Withdrawal::NothingOffered);
        let first = letter("first");
        session
            .deliver(
                &to("a@b.test"),
                Body::checked(&first).unwrap(),
                Some(&to("bounce@b.test")),
            )
            .await;
        assert_eq!(session.withdraw().await, Withdrawal::KeptOpen);
        assert!(is_accepted(&deliver(&mut session, "c@b.test").await));
        assert_eq!((sink.counters().messages, sink.counters().connections), (2, 1));
    }
}

#[tokio::test]
async fn quitting_delivers_nothing_that_was_only_announced() {
    let (sink, mut session) = open(SinkOptions::default()).await;
    let first = letter("first");
    session
        .deliver(
            &to("a@b.test"),
            Body::checked(&first).unwrap(),
            Some(&to("b@b.test")),
        )
        .await;
    session.quit().await;
    sink.wait_until_idle().await;
    assert_eq!(sink.counters().messages, 1);
}

#[tokio::test]
async fn another_message_than_the_announced_one_is_not_sent_in_its_place() {
    let (sink, mut session) = open(SinkOptions::default()).await;
    let first = letter("first");
    session
        .deliver(
            &to("a@b.test"),
            Body::checked(&first).unwrap(),
            Some(&to("b@b.test")),
        )
        .await;
    assert_eq!(
        deliver(&mut session, "other@b.test").await,
        Outcome::NotSent {
            why: Unsent::AnotherWasOffered
        }
    );
    sink.wait_until_idle().await;
    assert_eq!(sink.counters().messages, 1);
}

#[tokio::test]
async fn a_large_body_arrives_whole_over_every_kind_of_connection() {
    let mut body = Vec::new();
    dot_stuffed("A line\n.dots\n\n".repeat(400_000).as_bytes(), &mut body);
    for encryption in [
        SinkEncryption::None,
        SinkEncryption::StartTls,
        SinkEncryption::Tls,
    ] {
        let (sink, mut session) = open(SinkOptions {
            encryption,
            ..SinkOptions::default()
        })
        .await;
        let checked = Body::checked(&body).unwrap();
        let outcome = session
            .deliver(&to("a@b.test"), checked, Some(&to("b@b.test")))
            .await;
        assert!(is_accepted(&outcome), "{outcome:?}");
        assert_eq!(sink.received()[0].size, body.len() - 400_000);
        assert!(is_accepted(&deliver(&mut session, "b@b.test").await));
    }
}

#[tokio::test]
async fn signing_in_and_encryption_work_together_with_pipelining() {
    let encryption = SinkEncryption::StartTls;
    let account = Some(("office".to_owned(), "right".to_owned()));
    let sink = SmtpSink::start(SinkOptions {
        encryption,
        account,
        ..SinkOptions::default()
    })
    .await;
    let credentials = Some(Credentials {
        user: "office".to_owned(),
        password: SecretString::from("right"),
    });
    let settings = Settings {
        credentials,
        ..settings_for(&sink, encryption)
    };
    let mut session = Session::open(&settings).await.unwrap();
    assert!(
        deliver_all(&mut session, &["a@b.test", "b@b.test"])
            .await
            .iter()
            .all(is_accepted)
    );
    assert_eq!(sink.counters().encrypted, 1);
}

#[tokio::test]
async fn without_signing_in_nothing_is_sent_and_the_message_is_not_blamed() {
    let account = Some(("office".to_owned(), "right".to_owned()));
    let (sink, mut session) = open(SinkOptions {
        account,
        ..SinkOptions::default()
    })
    .await;
    let outcome = deliver(&mut session, "a@b.test").await;
    assert!(matches!(&outcome, Outcome::NotSent { why: Unsent::TurnedAway(reply) } if reply.code == 530));
    assert_eq!(sink.counters().messages, 0);
}

#[tokio::test]
async fn a_pretended_round_trip_is_paid_once_a_message() {
    let round_trip = Duration::from_millis(20);
    let (_sink, mut session) = open(SinkOptions {
        round_trip,
        ..SinkOptions::default()
    })
    .await;
    let recipients = ["a@b.test", "b@b.test", "c@b.test", "d@b.test", "e@b.test"];
    let start = Instant::now();
    assert!(
        deliver_all(&mut session, &recipients)
            .await
            .iter()
            .all(is_accepted)
    );
    let flights = start.elapsed().as_secs_f64() / round_trip.as_secs_f64();
    assert!((6.0..15.0).contains(&flights), "{flights} flights");
}

#[tokio::test]
async fn the_sink_can_be_restarted_and_keeps_what_it_took() {
    let (mut sink, mut session) = open(SinkOptions {
        keep: Keep::Envelopes,
        ..SinkOptions::default()
    })
    .await;
    deliver(&mut session, "a@b.test").await;
    sink.stop().await;
    assert!(matches!(
        deliver(&mut session, "b@b.test").await,
        Outcome::NotSent { .. }
    ));
    sink.restart().await;
    let mut session = Session::open(&settings_for(&sink, SinkEncryption::None))
        .await
        .unwrap();
    deliver(&mut session, "c@b.test").await;
    let received = sink.received();
    assert_eq!(
        received
            .iter()
            .map(|one| one.recipients[0].as_str())
            .collect::<Vec<_>>(),
        ["a@b.test", "c@b.test"]
    );
    assert!(received.iter().all(|one| one.bytes.is_none()));
    sink.change(|options| options.keep = Keep::Counts);
    let mut session = Session::open(&settings_for(&sink, SinkEncryption::None))
        .await
        .unwrap();
    deliver(&mut session, "d@b.test").await;
    assert_eq!((sink.received().len(), sink.counters().messages), (2, 3));
}
