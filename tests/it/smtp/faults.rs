//! Connections that break, at every point.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use waymark::providers::mail::smtp::{Body, Doubt, Outcome, Session, Settings, Unsent};

use crate::smtp::support::smtp_sink::{
    Answer, Cut, DataWithoutRecipients, Replies, Rule, SinkEncryption, SinkOptions, SmtpSink, Who,
};
use crate::smtp::support::{deliver, letter, settings_for, to};

const BEFORE_THE_BODY: [Cut; 6] = [
    Cut::BeforeMail,
    Cut::AfterMail,
    Cut::BeforeRecipient,
    Cut::AfterRecipient,
    Cut::BeforeData,
    Cut::AfterData,
];

const ENCRYPTIONS: [SinkEncryption; 2] = [SinkEncryption::None, SinkEncryption::Tls];

/// Three messages; the connection is cut in the second.
async fn three(cut: Cut, encryption: SinkEncryption, pipelining: bool) -> (SmtpSink, Vec<Outcome>, bool) {
    let cuts = BTreeMap::from([(1, cut)]);
    let sink = SmtpSink::start(SinkOptions {
        encryption,
        pipelining,
        cuts,
        ..SinkOptions::default()
    })
    .await;
    let mut session = Session::open(&settings_for(&sink, encryption)).await.unwrap();
    let outcomes =
        crate::smtp::support::deliver_all(&mut session, &["a@b.test", "b@b.test", "c@b.test"]).await;
    (sink, outcomes, session.is_usable())
}

fn taken(sink: &SmtpSink, recipient: &str) -> usize {
    let id = format!("{recipient}.id");
    sink.received()
        .iter()
        .filter(|one| one.message_id.as_deref() == Some(&id))
        .count()
}

#[tokio::test]
async fn a_cut_before_the_body_means_that_the_message_was_not_sent() {
    for cut in BEFORE_THE_BODY {
        for encryption in ENCRYPTIONS {
            for pipelining in [true, false] {
                let (sink, outcomes, is_usable) = three(cut, encryption, pipelining).await;
                assert!(
                    matches!(outcomes[0], Outcome::Accepted { .. }),
                    "{cut:?}: {outcomes:?}"
                );
                // After 354 our body may be on its way before we hear that nobody takes it.
                let may_be_in_doubt = cut == Cut::AfterData && matches!(outcomes[1], Outcome::InDoubt { .. });
                assert!(
                    matches!(outcomes[1], Outcome::NotSent { .. }) || may_be_in_doubt,
                    "{cut:?}: {outcomes:?}"
                );
                assert_eq!(outcomes[2], Outcome::NotSent { why: Unsent::Closed });
                assert!(!is_usable);
                assert_eq!(sink.counters().messages, 1);
            }
        }
    }
}

#[tokio::test]
async fn a_cut_after_the_dot_leaves_the_message_in_doubt_whether_it_was_taken_or_not() {
    for (cut, messages) in [(Cut::AfterDot, 0), (Cut::AfterAcceptance, 1)] {
        for encryption in ENCRYPTIONS {
            for pipelining in [true, false] {
                let (sink, outcomes, is_usable) = three(cut, encryption, pipelining).await;
                assert!(
                    matches!(outcomes[1], Outcome::InDoubt { why: Doubt::Lost(_) }),
                    "{cut:?}: {outcomes:?}"
                );
                assert_eq!(taken(&sink, "b@b.test"), messages);
                assert!(!is_usable);
            }
        }
    }
}

#[tokio::test]
async fn a_cut_in_a_body_too_large_for_the_network_means_not_sent() {
    for encryption in ENCRYPTIONS {
        let cuts = BTreeMap::from([(0, Cut::InBody)]);
        let sink = SmtpSink::start(SinkOptions {
            encryption,
            cuts,
            ..SinkOptions::default()
        })
        .await;
        let mut session = Session::open(&settings_for(&sink, encryption)).await.unwrap();
        let body = "All lines are alike.\r\n".repeat(2_000_000);
        let outcome = session
            .deliver(&to("a@b.test"), Body::checked(body.as_bytes()).unwrap(), None)
            .await;
        assert!(
            matches!(outcome, Outcome::NotSent { why: Unsent::Lost(_) }),
            "{outcome:?}"
        );
        assert_eq!(sink.counters().messages, 0);
    }
}

#[tokio::test]
async fn a_cut_in_a_small_body_is_in_doubt_because_the_dot_was_under_way() {
    let (sink, outcomes, _) = three(Cut::InBody, SinkEncryption::None, true).await;
    assert!(matches!(outcomes[1], Outcome::InDoubt { .. }), "{outcomes:?}");
    assert_eq!(sink.counters().messages, 1);
}

#[tokio::test]
async fn a_server_that_dies_while_a_message_is_announced_does_not_take_the_acceptance_of_the_one_before_away()
{
    for replies in [Replies::Glued, Replies::OneByOne] {
        let cuts = BTreeMap::from([(1, Cut::BeforeMail)]);
        let sink = SmtpSink::start(SinkOptions {
            replies,
            cuts,
            ..SinkOptions::default()
        })
        .await;
        let mut session = Session::open(&settings_for(&sink, SinkEncryption::None))
            .await
            .unwrap();
        let outcomes = crate::smtp::support::deliver_all(&mut session, &["a@b.test", "b@b.test"]).await;
        assert!(matches!(outcomes[0], Outcome::Accepted { .. }), "{outcomes:?}");
        assert!(matches!(outcomes[1], Outcome::NotSent { .. }), "{outcomes:?}");
    }
}

#[tokio::test]
async fn a_delivery_that_is_dropped_tells_afterwards_what_became_of_it() {
    let rules = vec![Rule::for_mailbox("slow", Answer::Slow(Duration::from_secs(60)))];
    let sink = SmtpSink::start(SinkOptions {
        rules,
        ..SinkOptions::default()
    })
    .await;
    let mut session = Session::open(&settings_for(&sink, SinkEncryption::None))
        .await
        .unwrap();
    assert_eq!(session.interrupted(), None);
    let dropped = tokio::time::timeout(Duration::from_millis(20), deliver(&mut session, "slow@b.test")).await;
    assert!(dropped.is_err());
    assert_eq!(
        session.interrupted(),
        Some(Outcome::NotSent {
            why: Unsent::Interrupted
        })
    );
    assert!(!session.is_usable());
    assert_eq!(
        deliver(&mut session, "a@b.test").await,
        Outcome::NotSent { why: Unsent::Closed }
    );

    let round_trip = Duration::from_millis(200);
    sink.change(|options| options.round_trip = round_trip);
    let mut session = Session::open(&settings_for(&sink, SinkEncryption::None))
        .await
        .unwrap();
    let dropped = tokio::time::timeout(round_trip * 3 / 2, deliver(&mut session, "a@b.test")).await;
    assert!(dropped.is_err());
    assert_eq!(
        session.interrupted(),
        Some(Outcome::InDoubt {
            why: Doubt::Interrupted
        })
    );
    session.quit().await;
    sink.wait_for(1).await;
}

/// What happens to one message of a random run.
#[derive(Debug, Clone)]
struct Turn {
    domain: &'static str,
    cut: Option<Cut>,
    is_announced: bool,
    is_withdrawn: bool,
    patience: Option<u64>,
    restarts_server: bool,
}

/// One random run.
#[derive(Debug, Clone)]
struct Run {
    encryption: SinkEncryption,
    pipelining: bool,
    replies: Replies,
    data_without_recipients: DataWithoutRecipients,
    farewell_after: Option<u64>,
    messages_per_connection: u32,
    turns: Vec<Turn>,
}

fn cuts() -> impl Strategy<Value = Cut> {
    let all = [
        BEFORE_THE_BODY.as_slice(),
        &[Cut::InBody, Cut::AfterDot, Cut::AfterAcceptance],
    ]
    .concat();
    prop::sample::select(all)
}

fn turns() -> impl Strategy<Value = Turn> {
    let domains = vec![
        "ok.test",
        "ok.test",
        "ok.test",
        "bounce.test",
        "later.test",
        "data.test",
        "spam.test",
        "bye.test",
    ];
    (
        prop::sample::select(domains),
        prop::option::weighted(0.15, cuts()),
        prop::bool::weighted(0.85),
        prop::bool::weighted(0.08),
        prop::option::weighted(0.08, 0_u64..2_000),
        prop::bool::weighted(0.04),
    )
        .prop_map(
            |(domain, cut, is_announced, is_withdrawn, patience, restarts_server)| Turn {
                domain,
                cut,
                is_announced,
                is_withdrawn,
                patience,
                restarts_server,
            },
        )
}

fn runs() -> impl Strategy<Value = Run> {
    (
        prop::sample::select(vec![
            SinkEncryption::None,
            SinkEncryption::None,
            SinkEncryption::Tls,
        ]),
        prop::bool::weighted(0.8),
        prop::sample::select(vec![Replies::Glued, Replies::OneByOne, Replies::ByteByByte]),
        prop::sample::select(vec![
            DataWithoutRecipients::Refused,
            DataWithoutRecipients::Invited,
        ]),
        prop::option::weighted(0.3, 1_u64..6),
        2_u32..20,
        prop::collection::vec(turns(), 1..24),
    )
        .prop_map(
            |(
                encryption,
                pipelining,
                replies,
                data_without_recipients,
                farewell_after,
                messages_per_connection,
                turns,
            )| Run {
                encryption,
                pipelining,
                replies,
                data_without_recipients,
                farewell_after,
                messages_per_connection,
                turns,
            },
        )
}

fn rules() -> Vec<Rule> {
    let at = |domain: &str, answer| Rule {
        who: Who::Domain(domain.to_owned()),
        answer,
    };
    vec![
        at(
            "bounce.test",
            Answer::Path("550 5.1.1 No such mailbox".to_owned()),
        ),
        at(
            "later.test",
            Answer::Path("450-4.2.0 Not\n450 4.2.0 now".to_owned()),
        ),
        at("data.test", Answer::Data("451 4.3.0 Not now".to_owned())),
        at("spam.test", Answer::Content("554 5.7.1 Spam".to_owned())),
        at("bye.test", Answer::Content("421 4.3.2 Shutting down".to_owned())),
    ]
}

/// What the client says about each message; nothing for one that was taken back.
async fn play(run: &Run, sink: &mut SmtpSink) -> Vec<Option<Outcome>> {
    let settings = Settings {
        messages_per_connection: run.messages_per_connection,
        command_timeout: Duration::from_secs(20),
        data_timeout: Duration::from_secs(20),
        ..settings_for(sink, run.encryption)
    };
    let recipients: Vec<String> = run
        .turns
        .iter()
        .enumerate()
        .map(|(index, turn)| format!("m{index}@{}", turn.domain))
        .collect();
    let mut session = Session::open(&settings).await.unwrap();
    let mut outcomes = Vec::new();
    for (index, turn) in run.turns.iter().enumerate() {
        if turn.restarts_server {
            sink.restart().await;
        }
        if turn.is_withdrawn {
            session.withdraw().await;
            outcomes.push(None);
            continue;
        }
        if !session.is_usable() {
            session = Session::open(&settings).await.unwrap();
        }
        let bytes = letter(&format!("{}.id", recipients[index]));
        let next = recipients
            .get(index + 1)
            .filter(|_| turn.is_announced)
            .map(|next| to(next));
        let envelope = to(&recipients[index]);
        let delivery = session.deliver(&envelope, Body::checked(&bytes).unwrap(), next.as_ref());
        let outcome = match turn.patience {
            None => Some(delivery.await),
            Some(wait) => tokio::time::timeout(Duration::from_micros(wait), delivery)
                .await
                .ok(),
        };
        outcomes.push(Some(
            outcome.unwrap_or_else(|| session.interrupted().expect("an interrupted delivery")),
        ));
    }
    session.quit().await;
    outcomes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_accepted_message_arrived_once_and_only_doubtful_ones_may_or_may_not_have(run in runs()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let cuts: BTreeMap<u64, Cut> = run
                .turns
                .iter()
                .enumerate()
                .filter_map(|(index, turn)| Some((index as u64, turn.cut?)))
                .collect();
            let options = SinkOptions {
                encryption: run.encryption,
                pipelining: run.pipelining,
                replies: run.replies,
                data_without_recipients: run.data_without_recipients,
                farewell_after: run.farewell_after,
                rules: rules(),
                cuts,
                ..SinkOptions::default()
            };
            let mut sink = SmtpSink::start(options).await;
            let outcomes = play(&run, &mut sink).await;
            sink.wait_until_idle().await;
            for (index, (outcome, turn)) in outcomes.iter().zip(&run.turns).enumerate() {
                let arrived = taken(&sink, &format!("m{index}@{}", turn.domain));
                match outcome {
                    Some(Outcome::Accepted { .. }) => assert_eq!(arrived, 1, "message {index}: {outcome:?}"),
                    Some(Outcome::InDoubt { .. }) => assert!(arrived <= 1, "message {index}: {outcome:?}"),
                    _ => assert_eq!(arrived, 0, "message {index}: {outcome:?}"),
                }
            }
            let arrived = sink.received();
            assert!(arrived.iter().all(|one| one.size > 20), "an empty message was delivered");
            let nothing_went_wrong = run.turns.iter().all(|turn| {
                turn.cut.is_none() && !turn.is_withdrawn && turn.patience.is_none() && !turn.restarts_server
            });
            if nothing_went_wrong {
                let doubts = outcomes.iter().flatten().filter(|one| matches!(one, Outcome::InDoubt { .. })).count();
                assert_eq!(doubts, 0, "{outcomes:?}");
            }
        });
    }
}
