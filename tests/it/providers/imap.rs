//! Servers that a mailbox's address may lead to, and that are none, or mean harm.

use std::time::Duration;

use waymark::providers::mail::imap::{Failure, Session, Settings};
use waymark::providers::mail::smtp::{Security, Trust};

use crate::smtp::support::script::{Act, play, say};

async fn open(security: Security, acts: Vec<Act>) -> (Result<Session, Failure>, String) {
    let (address, playing) = play(acts).await;
    let settings = Settings {
        host: address.ip().to_string(),
        port: address.port(),
        security,
        trust: Trust::public().unwrap(),
        user: "me".to_owned(),
        password: "secret".to_owned().into(),
        patience: Duration::from_secs(5),
    };
    let opened = Session::open(&settings).await;
    let failed = opened.is_err();
    if failed {
        return (opened, playing.await.unwrap());
    }
    (opened, String::new())
}

async fn failure(security: Security, acts: Vec<Act>) -> Failure {
    match open(security, acts).await {
        (Err(failure), _) => failure,
        (Ok(_), _) => panic!("it opened"),
    }
}

/// Everything up to an open session.
fn signed_in() -> Vec<Act> {
    vec![
        say("* OK ready\r\n"),
        Act::Await("w1 CAPABILITY\r\n"),
        say("* CAPABILITY IMAP4rev1\r\nw1 OK done\r\n"),
        Act::Await("w2 LOGIN \"me\" \"secret\"\r\n"),
        say("w2 OK welcome\r\n"),
    ]
}

#[tokio::test]
async fn what_speaks_something_else_is_not_repeated_and_hears_no_password() {
    for words in [
        "SSH-2.0-OpenSSH_9.9\r\n",
        "220 mail.internal ESMTP\r\n",
        "* PREAUTH come in\r\n",
    ] {
        let (opened, heard) = open(Security::Plain, vec![say(words)]).await;
        let failure = opened.err().unwrap();
        assert_eq!(failure, Failure::NotImap, "{words}");
        assert!(!failure.to_string().contains(words.trim()));
        assert!(!heard.contains("secret"));
    }
    let closing = failure(
        Security::Plain,
        vec![say("* BYE [ALERT] Too many connections.\r\n")],
    )
    .await;
    assert_eq!(
        closing.to_string(),
        "The server answered no while we waited for its greeting: Too many connections."
    );
}

#[tokio::test]
async fn encryption_that_is_asked_for_is_not_talked_away() {
    let none = vec![
        say("* OK ready\r\n"),
        Act::Await("w1 CAPABILITY\r\n"),
        say("* CAPABILITY IMAP4rev1\r\nw1 OK done\r\n"),
    ];
    assert_eq!(
        failure(Security::StartTls, none).await,
        Failure::StartTlsNotOffered
    );
    // Words behind the answer would be taken for those of the encrypted server.
    let injected = vec![
        say("* OK ready\r\n"),
        Act::Await("w1 CAPABILITY\r\n"),
        say("* CAPABILITY IMAP4rev1 STARTTLS\r\nw1 OK done\r\n"),
        Act::Await("w2 STARTTLS\r\n"),
        say("w2 OK go on\r\n* CAPABILITY IMAP4rev1\r\n"),
    ];
    assert_eq!(failure(Security::StartTls, injected).await, Failure::NotImap);
}

#[tokio::test]
async fn a_server_sends_no_more_than_was_asked_for() {
    let mut acts = signed_in();
    acts.extend([
        Act::Await("w3 UID FETCH 5"),
        say("* 1 FETCH (UID 5 BODY[]<0> {999999999}\r\n"),
        Act::Await("never"),
    ]);
    let mut session = open(Security::Plain, acts).await.0.ok().unwrap();
    assert_eq!(session.message(5).await, Err(Failure::TooMuch));

    let mut acts = signed_in();
    acts.extend([
        Act::Await("w3 UID SEARCH UID 8:*\r\n"),
        // Unasked news, an empty list, and the last message, which always belongs to `n:*`.
        say("* 3 EXISTS\r\n* SEARCH\r\n* SEARCH 7 9 x 8\r\nw3 OK done\r\n"),
        Act::Await("w4 UID FETCH 9"),
        say("w4 OK it is gone\r\n"),
    ]);
    let mut session = open(Security::Plain, acts).await.0.ok().unwrap();
    assert_eq!(session.above(7).await, Ok(vec![8, 9]));
    assert_eq!(session.message(9).await, Ok(None));
}
