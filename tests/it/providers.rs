//! Outside services: what is sent, what their answers mean, and whether to believe their reports.

mod believing_sendgrid;
mod believing_standard;
mod believing_twilio;
mod client;
mod imap;
mod push;
mod reading;
mod resend;
mod sendgrid;
mod stories;
mod twilio;

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use waymark::providers::mail::Mail;
use waymark::providers::{Http, Patience};

/// As patient as in life: a busy machine must not fail a test.
fn http() -> Http {
    waiting(Duration::from_secs(20))
}

/// For tests of silence, which cost their whole patience.
fn impatient() -> Http {
    waiting(Duration::from_secs(1))
}

fn waiting(total: Duration) -> Http {
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    let connect = Duration::from_secs(5);
    Http::new(reqwest::Client::builder(), Patience { connect, total }).unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-29T14:32:00Z".parse().unwrap()
}

fn mail() -> Mail {
    Mail {
        id: Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001),
        from_name: "Local 12, “Steel”".to_owned(),
        from_address: "news@example.org".to_owned(),
        to_name: "Ana \"A\" Ruiz".to_owned(),
        to_address: "ana@example.net".to_owned(),
        reply_to: Some("office@example.org".to_owned()),
        subject: "Vote on Friday".to_owned(),
        html: "<p>Bring a friend.</p>".to_owned(),
        text: "Bring a friend.".to_owned(),
        headers: vec![
            (
                "List-Unsubscribe".to_owned(),
                "<https://example.org/u/1>".to_owned(),
            ),
            (
                "List-Unsubscribe-Post".to_owned(),
                "List-Unsubscribe=One-Click".to_owned(),
            ),
        ],
    }
}
