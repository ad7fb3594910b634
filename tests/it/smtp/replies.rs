//! Replies as the network and odd servers bring them.

use std::time::Duration;

use proptest::prelude::*;

use waymark::providers::mail::smtp::{
    Doubt, EnhancedStatus, Failure, Outcome, Security, Session, Settings, Trust, Unsent,
};

use crate::smtp::support::script::{Act, play, say};
use crate::smtp::support::{deliver, settings_at};

const OPENING: &str = "220 odd.test\r\n";
const OFFERS: &str = "250-odd.test\r\n250 PIPELINING\r\n";

fn opening() -> Vec<Act> {
    vec![
        say(OPENING),
        Act::Await("EHLO"),
        Act::Await("\r\n"),
        say(OFFERS),
        Act::Await("DATA\r\n"),
    ]
}

fn settings(address: std::net::SocketAddr) -> Settings {
    Settings {
        data_timeout: Duration::from_millis(300),
        command_timeout: Duration::from_millis(1_000),
        ..settings_at(address, Security::Plain, Trust::public().unwrap())
    }
}

/// Delivers one message to a server that answers the announcement and the body like this.
async fn outcome_of(announced: Vec<Act>, body: Vec<Act>) -> (Outcome, bool) {
    let mut acts = opening();
    acts.extend(announced);
    acts.push(Act::Await("\r\n.\r\n"));
    acts.extend(body);
    let (address, _playing) = play(acts).await;
    let mut session = Session::open(&settings(address)).await.unwrap();
    let outcome = deliver(&mut session, "a@b.test").await;
    (outcome, session.is_usable())
}

async fn answer_to_the_dot(body: Vec<Act>) -> (Outcome, bool) {
    outcome_of(vec![say("250 ok\r\n250 ok\r\n354 go\r\n")], body).await
}

fn in_doubt(why: &Outcome) -> &Doubt {
    match why {
        Outcome::InDoubt { why } => why,
        other => panic!("not in doubt: {other:?}"),
    }
}

#[tokio::test]
async fn a_reply_of_many_lines_is_one_reply() {
    let (outcome, _) = answer_to_the_dot(vec![say(
        "250-2.0.0 Thank\r\n250-2.0.0 you\r\n250 2.0.0 queued as AB12\r\n",
    )])
    .await;
    let Outcome::Accepted { reply, queue_id } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(reply.text, "2.0.0 Thank\n2.0.0 you\n2.0.0 queued as AB12");
    assert_eq!(
        reply.enhanced,
        Some(EnhancedStatus {
            class: 2,
            subject: 0,
            detail: 0
        })
    );
    assert_eq!(queue_id.as_deref(), Some("AB12"));
}

#[tokio::test]
async fn bare_codes_bare_line_feeds_and_odd_bytes_are_understood() {
    let (outcome, _) = outcome_of(
        vec![say("250\r\n250 ok\n354\n")],
        vec![say(b"250 caf\xe9 \x07 au lait\r\n")],
    )
    .await;
    let Outcome::Accepted { reply, .. } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(reply.text, "caf");
}

#[tokio::test]
async fn a_long_line_is_cut_and_still_counts() {
    let long = format!("250 2.0.0 {}\r\n", "x".repeat(20_000));
    let (outcome, is_usable) = answer_to_the_dot(vec![say(long)]).await;
    let Outcome::Accepted { reply, .. } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(reply.text.len(), 2_048 - "250 ".len());
    assert!(is_usable);
}

#[tokio::test]
async fn a_reply_without_end_is_no_reply() {
    for endless in ["250-again\r\n".repeat(10_000), "2".repeat(100_000)] {
        let (outcome, is_usable) =
            answer_to_the_dot(vec![say(endless), Act::Pause(Duration::from_millis(50))]).await;
        assert!(matches!(in_doubt(&outcome), Doubt::Garbled(_)), "{outcome:?}");
        assert!(!is_usable);
    }
}

#[tokio::test]
async fn nonsense_after_the_dot_leaves_the_message_in_doubt() {
    for nonsense in [
        "HTTP/1.1 400 Bad Request\r\n",
        "250-a\r\n550 b\r\n",
        "099 x\r\n",
        "2500 x\r\n",
        "354 what\r\n",
        "\r\n",
    ] {
        let (outcome, is_usable) = answer_to_the_dot(vec![say(nonsense)]).await;
        assert!(
            matches!(in_doubt(&outcome), Doubt::Garbled(_)),
            "{nonsense}: {outcome:?}"
        );
        assert!(!is_usable);
    }
}

#[tokio::test]
async fn silence_after_the_dot_leaves_the_message_in_doubt() {
    let (outcome, _) = answer_to_the_dot(vec![Act::Pause(Duration::from_secs(2))]).await;
    assert_eq!(in_doubt(&outcome), &Doubt::TimedOut);
    let (outcome, _) = answer_to_the_dot(vec![say("25")]).await;
    assert!(matches!(in_doubt(&outcome), Doubt::Lost(_)));
}

#[tokio::test]
async fn silence_before_the_body_means_not_sent() {
    let (outcome, _) = outcome_of(
        vec![say("250 ok\r\n250 ok\r\n"), Act::Pause(Duration::from_secs(2))],
        vec![],
    )
    .await;
    assert_eq!(
        outcome,
        Outcome::NotSent {
            why: Unsent::TimedOut
        }
    );
}

#[tokio::test]
async fn an_answer_too_many_before_the_body_is_not_taken_for_the_answer_to_the_dot() {
    let (outcome, is_usable) =
        outcome_of(vec![say("250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n")], vec![]).await;
    assert!(
        matches!(
            outcome,
            Outcome::NotSent {
                why: Unsent::Garbled(_)
            }
        ),
        "{outcome:?}"
    );
    assert!(!is_usable);
}

#[tokio::test]
async fn a_server_out_of_step_gets_no_body() {
    for replies in [
        "250 a\r\n250 b\r\n250 c\r\n",
        "250 a\r\n354 b\r\n250 c\r\n",
        "354 a\r\n250 b\r\n354 c\r\n",
    ] {
        let (outcome, is_usable) = outcome_of(vec![say(replies)], vec![]).await;
        assert!(
            matches!(
                outcome,
                Outcome::NotSent {
                    why: Unsent::Garbled(_)
                }
            ),
            "{outcome:?}"
        );
        assert!(!is_usable);
    }
}

#[tokio::test]
async fn a_recipient_without_a_sender_gets_no_empty_message() {
    let (address, playing) = {
        let mut acts = opening();
        acts.extend([say("451 no\r\n250 ok\r\n354 go\r\n"), Act::Await("never")]);
        play(acts).await
    };
    let mut session = Session::open(&settings(address)).await.unwrap();
    let outcome = deliver(&mut session, "a@b.test").await;
    assert!(matches!(outcome, Outcome::Deferred { .. }), "{outcome:?}");
    assert!(!session.is_usable());
    drop(session);
    assert!(playing.await.unwrap().ends_with("DATA\r\n"));
}

#[tokio::test]
async fn a_server_that_wants_us_to_sign_in_says_nothing_about_the_message() {
    let replies = "530 5.7.0 Sign in\r\n503 no\r\n503 no\r\n";
    let (outcome, is_usable) = outcome_of(vec![say(replies)], vec![]).await;
    assert!(
        matches!(
            outcome,
            Outcome::NotSent {
                why: Unsent::TurnedAway(_)
            }
        ),
        "{outcome:?}"
    );
    assert!(!is_usable);
}

#[tokio::test]
async fn what_the_server_said_before_it_hung_up_explains_why_a_large_body_did_not_leave() {
    let mut acts = opening();
    acts.extend([
        say("250 ok\r\n250 ok\r\n354 go\r\n"),
        Act::Await("DEAR"),
        say("552 5.3.4 Far too large\r\n"),
    ]);
    let (address, _playing) = play(acts).await;
    let mut session = Session::open(&settings(address)).await.unwrap();
    let body = format!("DEAR\r\n{}", "All lines are alike.\r\n".repeat(1_000_000));
    let body = waymark::providers::mail::smtp::Body::checked(body.as_bytes()).unwrap();
    let outcome = session
        .deliver(&crate::smtp::support::to("a@b.test"), body, None)
        .await;
    // Linux may throw the server's words away when it cuts the connection; then the loss itself is told.
    assert!(
        matches!(
            outcome,
            Outcome::Refused { .. } | Outcome::NotSent { why: Unsent::Lost(_) }
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_connection_closed_while_idle_is_not_held_against_the_message() {
    let mut acts = opening();
    acts.extend([
        say("250 ok\r\n250 ok\r\n354 go\r\n"),
        Act::Await("\r\n.\r\n"),
        say("250 ok\r\n"),
    ]);
    acts.extend([
        Act::Pause(Duration::from_millis(20)),
        say("421 4.4.2 Idle too long\r\n"),
    ]);
    let (address, playing) = play(acts).await;
    let mut session = Session::open(&settings(address)).await.unwrap();
    assert!(matches!(
        deliver(&mut session, "a@b.test").await,
        Outcome::Accepted { .. }
    ));
    playing.await.unwrap();
    assert_eq!(
        deliver(&mut session, "a@b.test").await,
        Outcome::NotSent { why: Unsent::Closed }
    );
    assert!(!session.is_usable());
}

#[tokio::test]
async fn words_slipped_in_before_encryption_are_not_believed() {
    let acts = vec![
        say(OPENING),
        Act::Await("EHLO"),
        Act::Await("\r\n"),
        say("250-odd.test\r\n250 STARTTLS\r\n"),
        Act::Await("STARTTLS\r\n"),
        say("220 go\r\n250 AUTH PLAIN\r\n"),
    ];
    let (address, _playing) = play(acts).await;
    let settings = Settings {
        security: Security::StartTls,
        ..settings(address)
    };
    assert!(matches!(Session::open(&settings).await, Err(Failure::NotSmtp(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn replies_are_the_same_however_the_network_cuts_them(
        lines in proptest::collection::vec("[a-zA-Z0-9 .<>@-]{0,60}", 1..6),
        cuts in proptest::collection::vec(1_usize..30, 1..20),
    ) {
        let count = lines.len();
        let mut reply = String::new();
        for (index, line) in lines.iter().enumerate() {
            let sign = if index + 1 == count { ' ' } else { '-' };
            reply.push_str(&format!("250{sign}{line}\r\n"));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (outcome, _) = runtime.block_on(answer_to_the_dot(in_pieces(&reply, &cuts)));
        let Outcome::Accepted { reply, .. } = outcome else { panic!("{outcome:?}") };
        let joined = lines.iter().fold(String::new(), |joined, line| {
            if joined.is_empty() { line.clone() } else { format!("{joined}\n{line}") }
        });
        prop_assert_eq!(reply.text, joined);
    }
}

fn in_pieces(reply: &str, cuts: &[usize]) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut rest = reply.as_bytes();
    for cut in cuts.iter().cycle() {
        let (piece, after) = rest.split_at((*cut).min(rest.len()));
        acts.extend([say(piece), Act::Pause(Duration::from_micros(50))]);
        if after.is_empty() {
            return acts;
        }
        rest = after;
    }
    acts
}
