//! Trying settings out.

use std::time::Duration;

use secrecy::SecretString;

use waymark::providers::mail::smtp::{
    CertificateProblem, Credentials, Failure, PlaintextCredentials, Security, Session, Settings, Step, Trust,
    check,
};

use crate::smtp::support::script::{Act, play, say};
use crate::smtp::support::smtp_sink::{CertificateKind, SinkEncryption, SinkOptions, SmtpSink};
use crate::smtp::support::{deliver, settings_at, settings_for};

fn account() -> Option<(String, String)> {
    Some(("office".to_owned(), "right".to_owned()))
}

fn credentials(password: &str) -> Option<Credentials> {
    Some(Credentials {
        user: "office".to_owned(),
        password: SecretString::from(password),
    })
}

async fn failure_of(settings: &Settings) -> Failure {
    let report = check(settings).await;
    let failure = report.failure.expect("a failure");
    let text = failure.to_string();
    assert!(
        text.ends_with('.') && text.starts_with(|first: char| first.is_uppercase()),
        "{text}"
    );
    failure
}

#[tokio::test]
async fn good_settings_are_reported_with_what_the_server_offers_and_no_mail_is_sent() {
    for encryption in [SinkEncryption::StartTls, SinkEncryption::Tls] {
        let sink = SmtpSink::start(SinkOptions {
            encryption,
            account: account(),
            ..SinkOptions::default()
        })
        .await;
        let settings = Settings {
            credentials: credentials("right"),
            ..settings_for(&sink, encryption)
        };
        let report = check(&settings).await;
        assert_eq!(report.failure, None);
        assert_eq!(report.address, Some(sink.address()));
        assert!(report.is_signed_in);
        assert_eq!(report.encryption.unwrap().protocol, "TLS 1.3");
        assert!(report.capabilities.pipelining && report.capabilities.eight_bit && report.capabilities.utf8);
        assert_eq!(report.capabilities.largest_message, Some(50_000_000));
        assert_eq!(report.greeting.as_deref(), Some("sink.test ESMTP"));
        assert!(report.remarks.is_empty(), "{:?}", report.remarks);
        assert_eq!((sink.counters().transactions, sink.counters().quits), (0, 1));
    }
}

#[tokio::test]
async fn each_way_of_signing_in_works_and_a_wrong_password_is_told() {
    for ways in ["PLAIN", "LOGIN", "CRAM-MD5 LOGIN"] {
        let options = SinkOptions {
            encryption: SinkEncryption::Tls,
            account: account(),
            sign_in_ways: ways,
            ..SinkOptions::default()
        };
        let sink = SmtpSink::start(options).await;
        let settings = |password| Settings {
            credentials: credentials(password),
            ..settings_for(&sink, SinkEncryption::Tls)
        };
        let mut session = Session::open(&settings("right")).await.unwrap();
        deliver(&mut session, "a@b.test").await;
        assert_eq!(sink.counters().messages, 1);
        let failure = failure_of(&settings("wrong")).await;
        assert!(
            matches!(&failure, Failure::WrongPassword(reply) if reply.code == 535),
            "{failure:?}"
        );
        assert!(!failure.to_string().contains("wrong\""));
    }
}

#[tokio::test]
async fn an_unknown_way_of_signing_in_is_told() {
    let options = SinkOptions {
        encryption: SinkEncryption::Tls,
        account: account(),
        sign_in_ways: "XOAUTH2",
        ..SinkOptions::default()
    };
    let sink = SmtpSink::start(options).await;
    let settings = Settings {
        credentials: credentials("right"),
        ..settings_for(&sink, SinkEncryption::Tls)
    };
    assert_eq!(
        failure_of(&settings).await,
        Failure::SignInNotOffered {
            offered: vec!["XOAUTH2".to_owned()]
        }
    );
}

#[tokio::test]
async fn a_password_travels_unencrypted_only_where_it_was_allowed() {
    let sink = SmtpSink::start(SinkOptions {
        account: account(),
        ..SinkOptions::default()
    })
    .await;
    let settings = Settings {
        credentials: credentials("right"),
        ..settings_for(&sink, SinkEncryption::None)
    };
    assert_eq!(failure_of(&settings).await, Failure::UnsafeCredentials);
    let settings = Settings {
        plaintext_credentials: PlaintextCredentials::OnPrivateNetwork,
        ..settings
    };
    assert!(check(&settings).await.is_signed_in);
}

#[tokio::test]
async fn a_bad_certificate_is_explained() {
    let cases = [
        (CertificateKind::OtherName, CertificateProblem::OtherName),
        (CertificateKind::Expired, CertificateProblem::Expired),
        (CertificateKind::Authority, CertificateProblem::AuthorityAsServer),
    ];
    for (certificate, problem) in cases {
        let encryption = SinkEncryption::Tls;
        let sink = SmtpSink::start(SinkOptions {
            encryption,
            certificate,
            ..SinkOptions::default()
        })
        .await;
        let settings = settings_for(&sink, encryption);
        assert_eq!(failure_of(&settings).await, Failure::Certificate(problem));
    }
    let sink = SmtpSink::start(SinkOptions {
        encryption: SinkEncryption::Tls,
        ..SinkOptions::default()
    })
    .await;
    let stranger = settings_at(sink.address(), Security::Tls, Trust::public().unwrap());
    assert_eq!(
        failure_of(&stranger).await,
        Failure::Certificate(CertificateProblem::UnknownIssuer)
    );
}

#[tokio::test]
async fn encryption_that_is_not_there_is_told() {
    let sink = SmtpSink::start(SinkOptions::default()).await;
    let settings = settings_for(&sink, SinkEncryption::StartTls);
    assert_eq!(failure_of(&settings).await, Failure::StartTlsNotOffered);
    let settings = settings_for(&sink, SinkEncryption::Tls);
    assert_eq!(
        failure_of(&settings).await,
        Failure::NotTls {
            port: sink.address().port()
        }
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() {
    let mut sink = SmtpSink::start(SinkOptions::default()).await;
    sink.stop().await;
    let settings = settings_for(&sink, SinkEncryption::None);
    let failure = failure_of(&settings).await;
    assert!(
        matches!(failure, Failure::Refused { .. }) && failure.is_temporary(),
        "{failure:?}"
    );
    let nowhere = Settings {
        host: "no-such-host.invalid".to_owned(),
        ..settings
    };
    assert!(matches!(failure_of(&nowhere).await, Failure::UnknownHost { .. }));
}

#[tokio::test]
async fn a_silent_server_a_wrong_server_and_a_closed_shop_are_told() {
    let (silent, _playing) = play(vec![Act::Pause(Duration::from_secs(3))]).await;
    let settings = settings_at(silent, Security::Plain, Trust::public().unwrap());
    let settings = Settings {
        command_timeout: Duration::from_millis(100),
        ..settings
    };
    assert_eq!(failure_of(&settings).await, Failure::TimedOut(Step::Greeting));

    let (web, _playing) = play(vec![say("HTTP/1.1 400 Bad Request\r\n\r\n"), Act::Await("never")]).await;
    let settings = settings_at(web, Security::Plain, Trust::public().unwrap());
    assert!(matches!(failure_of(&settings).await, Failure::NotSmtp(_)));

    let greeting = "554 5.7.1 You are on a list";
    let sink = SmtpSink::start(SinkOptions {
        greeting,
        ..SinkOptions::default()
    })
    .await;
    let failure = failure_of(&settings_for(&sink, SinkEncryption::None)).await;
    assert!(
        matches!(&failure, Failure::TurnedAway(reply) if reply.code == 554),
        "{failure:?}"
    );
    assert!(!failure.is_temporary());
}

#[tokio::test]
async fn settings_that_cannot_be_right_are_told_without_connecting() {
    let sink = SmtpSink::start(SinkOptions::default()).await;
    let settings = Settings {
        helo_name: "a b".to_owned(),
        ..settings_for(&sink, SinkEncryption::None)
    };
    assert!(matches!(failure_of(&settings).await, Failure::Settings(_)));
    assert_eq!(sink.counters().connections, 0);
}

#[tokio::test]
async fn a_server_that_only_knows_helo_is_spoken_to_step_by_step() {
    let sink = SmtpSink::start(SinkOptions {
        knows_ehlo: false,
        ..SinkOptions::default()
    })
    .await;
    let settings = settings_for(&sink, SinkEncryption::None);
    let report = check(&settings).await;
    assert_eq!(report.failure, None);
    assert_eq!(report.remarks.len(), 2);
    let mut session = Session::open(&settings).await.unwrap();
    deliver(&mut session, "a@b.test").await;
    assert_eq!(sink.counters().messages, 1);
}
