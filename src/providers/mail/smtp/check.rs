//! Trying settings out without sending anything, for a settings page.

use std::net::SocketAddr;
use std::time::Duration;

use super::capabilities::Capabilities;
use super::failure::Failure;
use super::opening::{Found, open};
use super::settings::{Security, Settings};
use super::stream::Encryption;

/// Longest wait for each step of a check: somebody is looking at the page.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came out of trying settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// The address that answered.
    pub address: Option<SocketAddr>,
    /// The first line of the server.
    pub greeting: Option<String>,
    /// How the connection is encrypted.
    pub encryption: Option<Encryption>,
    /// What the server offers.
    pub capabilities: Capabilities,
    /// Whether user and password were accepted.
    pub is_signed_in: bool,
    /// What stands in the way; nothing when mail could be sent. Its text is for people.
    pub failure: Option<Failure>,
    /// What works but could be better, as whole sentences.
    pub remarks: Vec<&'static str>,
}

/// Connects, encrypts and signs in as for sending, then leaves. Sends no mail. Waits at most 10 seconds for each step.
pub async fn check(settings: &Settings) -> CheckReport {
    let settings = impatient(settings);
    let mut found = Found::default();
    let failure = match open(&settings, &mut found).await {
        Ok(mut wire) => {
            wire.outbox().extend_from_slice(b"QUIT\r\n");
            if wire.send(PATIENCE).await.is_ok() {
                // The answer decides nothing any more.
                let _ = wire.reply(PATIENCE).await;
            }
            wire.shut_down(PATIENCE).await;
            None
        }
        Err(failure) => Some(failure),
    };
    let remarks = if failure.is_none() {
        remarks(&settings, &found)
    } else {
        Vec::new()
    };
    CheckReport {
        address: found.address,
        greeting: found.greeting,
        encryption: found.encryption,
        capabilities: found.capabilities,
        is_signed_in: found.is_signed_in,
        failure,
        remarks,
    }
}

fn impatient(settings: &Settings) -> Settings {
    Settings {
        connect_timeout: settings.connect_timeout.min(PATIENCE),
        command_timeout: settings.command_timeout.min(PATIENCE),
        ..settings.clone()
    }
}

fn remarks(settings: &Settings, found: &Found) -> Vec<&'static str> {
    let mut remarks = Vec::new();
    if settings.security == Security::Plain && found.capabilities.start_tls {
        remarks.push("The connection is not encrypted, but the server offers STARTTLS.");
    } else if settings.security == Security::Plain {
        remarks.push("The connection is not encrypted.");
    }
    if settings.credentials.is_none() && !found.capabilities.sign_in.is_empty() {
        remarks.push("The server offers signing in, but no user name is set.");
    }
    if !found.capabilities.pipelining {
        remarks.push("The server takes one command at a time, so sending is slower.");
    }
    remarks
}
