//! How a mail server is reached.

use std::time::Duration;

use secrecy::SecretString;

use super::trust::Trust;

/// How a mail server is reached and spoken to.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name or IP address of the server.
    pub host: String,
    /// Its port: 587 for submission, 465 for TLS from the first byte, 25 between servers.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: Security,
    /// Whose certificate is believed. Keep one and clone it: TLS sessions are resumed through it.
    pub trust: Trust,
    /// User and password, if the server wants them.
    pub credentials: Option<Credentials>,
    /// Whether they may ever travel unencrypted.
    pub plaintext_credentials: PlaintextCredentials,
    /// The name we greet with; should be the full name of this machine (RFC 5321 §4.1.1.1).
    pub helo_name: String,
    /// Longest wait for the TCP connection, and again for the TLS handshake.
    pub connect_timeout: Duration,
    /// Longest wait for the greeting and for the answer to a command. RFC 5321 §4.5.3.2: 5 minutes.
    pub command_timeout: Duration,
    /// Longest wait for the answer to the final dot. RFC 5321 §4.5.3.2.6: 10 minutes. Shorter means duplicates.
    pub data_timeout: Duration,
    /// Messages after which a connection is closed; 0 is taken as 1.
    pub messages_per_connection: u32,
}

/// How a connection is encrypted. There is no "if possible": who can suppress the offer could read the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all.
    Plain,
    /// After the STARTTLS command; without it nothing is sent (RFC 3207).
    StartTls,
    /// From the first byte (RFC 8314 §3.3).
    Tls,
}

/// User and password.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Name to sign in with.
    pub user: String,
    /// Its password.
    pub password: SecretString,
}

/// Whether user and password may travel unencrypted (RFC 4954 §4 forbids it without a configured exception).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlaintextCredentials {
    /// Never.
    #[default]
    Never,
    /// To a loopback, private or link-local address only; the address we are connected to decides, not its name.
    OnPrivateNetwork,
}

impl Settings {
    /// Settings for a server with the waiting times of RFC 5321 §4.5.3.2, no credentials and 100 messages a connection.
    pub fn new(host: impl Into<String>, port: u16, security: Security, trust: Trust) -> Self {
        Self {
            host: host.into(),
            port,
            security,
            trust,
            credentials: None,
            plaintext_credentials: PlaintextCredentials::Never,
            helo_name: "localhost".to_owned(),
            connect_timeout: Duration::from_secs(30),
            command_timeout: Duration::from_secs(300),
            data_timeout: Duration::from_secs(600),
            messages_per_connection: 100,
        }
    }
}
