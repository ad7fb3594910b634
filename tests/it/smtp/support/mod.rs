//! Servers to test against.

pub mod script;
pub mod smtp_sink;

use std::time::Duration;

use smtp_sink::{SinkEncryption, SmtpSink};
use waymark::providers::mail::smtp::{
    Body, Content, Envelope, Outcome, Security, Session, Settings, Trust, dot_stuffed,
};

/// Settings that fit a sink, with waits that suit a test.
pub fn settings_for(sink: &SmtpSink, encryption: SinkEncryption) -> Settings {
    let security = match encryption {
        SinkEncryption::None => Security::Plain,
        SinkEncryption::StartTls => Security::StartTls,
        SinkEncryption::Tls => Security::Tls,
    };
    settings_at(
        sink.address(),
        security,
        Trust::public_and(sink.root_certificate()).unwrap(),
    )
}

/// Settings for a server on this machine, with waits that suit a test.
pub fn settings_at(address: std::net::SocketAddr, security: Security, trust: Trust) -> Settings {
    Settings {
        connect_timeout: Duration::from_secs(5),
        command_timeout: Duration::from_secs(5),
        data_timeout: Duration::from_secs(5),
        ..Settings::new(address.ip().to_string(), address.port(), security, trust)
    }
}

/// A small message with this Message-ID, ready to travel.
pub fn letter(id: &str) -> Vec<u8> {
    let message =
        format!("From: a@union.test\nMessage-ID: <{id}>\nSubject: Hello\n\nDear member,\n.\n..dots\nBye\n");
    let mut stuffed = Vec::new();
    dot_stuffed(message.as_bytes(), &mut stuffed);
    stuffed
}

/// An envelope to this recipient.
pub fn to(recipient: &str) -> Envelope<'_> {
    Envelope::new("office@union.test", recipient, Content::default()).unwrap()
}

/// Delivers one message without announcing another.
pub async fn deliver(session: &mut Session, recipient: &str) -> Outcome {
    let letter = letter(&format!("{recipient}.id"));
    session
        .deliver(&to(recipient), Body::checked(&letter).unwrap(), None)
        .await
}

/// Delivers to all, each announced behind the one before, on one session.
pub async fn deliver_all(session: &mut Session, recipients: &[&str]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (index, recipient) in recipients.iter().enumerate() {
        let letter = letter(&format!("{recipient}.id"));
        let next = recipients.get(index + 1).map(|next| to(next));
        outcomes.push(
            session
                .deliver(&to(recipient), Body::checked(&letter).unwrap(), next.as_ref())
                .await,
        );
    }
    outcomes
}
