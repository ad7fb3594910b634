//! How a mailbox is reached.

use std::time::Duration;

use secrecy::SecretString;

use crate::providers::mail::smtp::{Security, Trust};

/// How a mailbox is reached.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name or IP address of the server.
    pub host: String,
    /// Its port: 993 for TLS from the first byte, 143 for STARTTLS.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: Security,
    /// Whose certificate is believed.
    pub trust: Trust,
    /// Name to sign in with.
    pub user: String,
    /// Its password.
    pub password: SecretString,
    /// Longest wait for the connection, for the TLS handshake, and for each answer.
    pub patience: Duration,
}
