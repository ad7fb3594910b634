//! What browsers send about the mailbox.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;
use crate::providers::mail::smtp::Trust;

use super::model::{Facts, Mailbox};

/// The mailbox, as typed. The password is never shown again.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct MailboxForm {
    pub address: String,
    pub host: String,
    pub port: String,
    pub security: String,
    pub user: String,
    #[serde(deserialize_with = "hidden")]
    pub secret: SecretString,
    pub root: String,
}

fn hidden<'de, D: serde::Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
    String::deserialize(from).map(Into::into)
}

impl Default for MailboxForm {
    fn default() -> Self {
        Self {
            address: String::new(),
            host: String::new(),
            port: "993".to_owned(),
            security: "tls".to_owned(),
            user: String::new(),
            secret: SecretString::default(),
            root: String::new(),
        }
    }
}

impl MailboxForm {
    /// The form of what is kept.
    pub fn of(mailbox: &Mailbox) -> Self {
        Self {
            address: mailbox.address.clone(),
            host: mailbox.host.clone(),
            port: mailbox.port.to_string(),
            security: mailbox.security.clone(),
            user: mailbox.user_name.clone(),
            secret: SecretString::default(),
            root: mailbox.root.clone(),
        }
    }

    /// What was meant; `known` is the mailbox that is changed.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, known: Option<&Mailbox>) -> Result<Facts, FieldErrors> {
        let mut check = Check::default();
        let address = check.email("address", &self.address);
        let host = check.line("host", "Server", &self.host, 1, 253);
        let port = check.whole_number("port", "Port", &self.port, 1, 65_535);
        check.refuse_when(
            !["tls", "starttls", "plain"].contains(&self.security.as_str()),
            "security",
            "Choose how the connection is encrypted.",
        );
        let user = check.line("user", "User name", &self.user, 1, 254);
        let root = check.text("root", "Root certificate", &self.root, 0, 20_000);
        let is_certificate = root.is_empty() || Trust::public_and(&root).is_ok();
        check.refuse_when(!is_certificate, "root", "This is no certificate in PEM form.");
        let secret = Some(self.secret.expose_secret().trim()).filter(|secret| !secret.is_empty());
        // The password there is goes to nobody else.
        let same = known.is_some_and(|known| known.host == host && known.user_name == user);
        let missing = match known {
            Some(_) => "Write the password again: it was for another server or user name.",
            None => "The password is missing.",
        };
        check.refuse_when(secret.is_none() && !same, "secret", missing);
        check.finish(|| Facts {
            address,
            host,
            port: u16::try_from(port).unwrap_or(993),
            security: self.security.clone(),
            user,
            secret: secret.map(SecretString::from),
            root,
        })
    }
}
