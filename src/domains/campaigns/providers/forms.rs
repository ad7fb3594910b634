//! What browsers send about providers.

use std::collections::BTreeMap;
use std::net::IpAddr;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::domains::campaigns::queries::Limits;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::validate::Check;
use crate::platform::crypto::KeyRing;

use super::model::{self, Kind, Provider, Settings};
use super::queries::Facts;

/// A provider, as typed. The secret is never shown again.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ProviderForm {
    pub kind: String,
    pub name: String,
    pub host: String,
    pub port: String,
    pub security: String,
    pub user: String,
    pub root: String,
    pub return_path: String,
    #[serde(deserialize_with = "hidden")]
    pub secret: SecretString,
    #[serde(deserialize_with = "hidden")]
    pub webhook_secret: SecretString,
    pub from_name: String,
    pub from_address: String,
    pub connections: String,
    pub per_second: String,
    /// A domain and a number on each line.
    pub domains: String,
    pub rank: String,
}

/// A secret as it is kept; none when nothing was typed.
fn kept(keys: &KeyRing, secret: &str) -> Result<Option<Vec<u8>>, AppError> {
    match secret {
        "" => Ok(None),
        secret => model::sealed(keys, secret).map(Some),
    }
}

fn hidden<'de, D: serde::Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
    String::deserialize(from).map(Into::into)
}

impl ProviderForm {
    /// The form for a new provider of a kind.
    pub fn fresh(kind: Kind) -> Self {
        Self {
            kind: kind.as_str().to_owned(),
            name: kind.label().to_owned(),
            port: "587".to_owned(),
            security: "starttls".to_owned(),
            connections: "10".to_owned(),
            rank: "0".to_owned(),
            ..Self::default()
        }
    }

    /// The form of what is kept.
    ///
    /// # Errors
    /// When what is kept cannot be read.
    pub fn of(provider: &Provider) -> Result<Self, AppError> {
        let settings = provider.settings()?;
        Ok(Self {
            kind: provider.kind.as_str().to_owned(),
            name: provider.name.clone(),
            host: settings.host,
            port: settings.port.to_string(),
            security: settings.security,
            user: settings.user,
            root: settings.root,
            return_path: settings.return_path,
            secret: SecretString::default(),
            webhook_secret: SecretString::default(),
            from_name: provider.from_name.clone(),
            from_address: provider.from_address.clone(),
            connections: provider.connections.to_string(),
            per_second: provider
                .per_second
                .map(|pace| pace.to_string())
                .unwrap_or_default(),
            domains: lines(&settings.domains),
            rank: provider.rank.to_string(),
        })
    }

    /// What was meant; `known` is the provider that is changed.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with every problem at once.
    pub fn parse(&self, keys: &KeyRing, known: Option<&Provider>) -> Result<Facts, AppError> {
        let mut check = Check::default();
        let kind = match known {
            Some(known) => known.kind,
            None => check
                .one_of("kind", "what it is", &self.kind)
                .unwrap_or(Kind::Smtp),
        };
        let name = check.line("name", "Name", &self.name, 1, 80);
        let mut settings = match known {
            Some(known) => known.settings()?,
            None => Settings::default(),
        };
        let secret = self.secret.expose_secret().trim().to_owned();
        let has_secret = !secret.is_empty() || known.is_some_and(Provider::has_secret);
        match kind {
            Kind::Smtp => self.read_mail_server(&mut check, &mut settings, has_secret),
            Kind::Resend | Kind::SendGrid => {
                check.refuse_when(!has_secret, "secret", "The API key is missing.");
            }
            Kind::Twilio => {
                settings.user = check.line("user", "Account SID", &self.user, 34, 34);
                let is_sid = settings
                    .user
                    .strip_prefix("AC")
                    .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
                check.refuse_when(
                    !settings.user.is_empty() && !is_sid,
                    "user",
                    "It begins with AC and has 32 digits from 0 to 9 and a to f.",
                );
                check.refuse_when(!has_secret, "secret", "The auth token is missing.");
            }
        }
        let from_address = match kind {
            Kind::Twilio => sender(&mut check, &self.from_address),
            _ => check.email_called("from_address", "“Sent from”", &self.from_address),
        };
        let from_name = check.line("from_name", "Sender’s name", &self.from_name, 0, 80);
        if kind == Kind::Smtp {
            settings.return_path = match self.return_path.trim() {
                "" => String::new(),
                address => check.email_called("return_path", "“Failures go to”", address),
            };
        }
        let connections = check.whole_number("connections", "Connections at once", &self.connections, 1, 50);
        let per_second = match self.per_second.trim() {
            "" => None,
            pace => {
                let label = "Messages a second at most";
                i32::try_from(check.whole_number("per_second", label, pace, 1, 100_000)).ok()
            }
        };
        if kind != Kind::Twilio {
            settings.domains = paces(&mut check, &self.domains);
        }
        let rank = check.whole_number("rank", "Order", &self.rank, 0, 100);
        // What is changed is tried anew.
        settings.fails_check = false;
        let facts = Facts {
            kind,
            name,
            settings: serde_json::to_value(&settings).map_err(|cause| AppError::Unexpected(cause.into()))?,
            secret: kept(keys, &secret)?,
            webhook_secret: kept(keys, self.webhook_secret.expose_secret().trim())?,
            from_name,
            from_address,
            connections: i16::try_from(connections).unwrap_or(10),
            per_second,
            rank: i16::try_from(rank).unwrap_or_default(),
        };
        Ok(check.finish(|| facts)?)
    }

    fn read_mail_server(&self, check: &mut Check, settings: &mut Settings, has_secret: bool) {
        settings.host = check.line("host", "Server", &self.host, 1, 253);
        check.refuse_when(
            !settings.host.is_empty() && !is_host(&settings.host),
            "host",
            "Write the name of a server such as smtp.example.org, or its address such as 192.0.2.25.",
        );
        settings.port =
            u16::try_from(check.whole_number("port", "Port", &self.port, 1, 65_535)).unwrap_or(587);
        check.refuse_when(
            !["starttls", "tls", "plain"].contains(&self.security.as_str()),
            "security",
            "Choose how the connection is encrypted.",
        );
        settings.security.clone_from(&self.security);
        settings.user = check.line("user", "User name", &self.user, 0, 254);
        check.refuse_when(
            !settings.user.is_empty() && !has_secret,
            "secret",
            "The password is missing.",
        );
        settings.root = check.text("root", "Root certificate of your own", &self.root, 0, 20_000);
        let is_certificate = settings.root.is_empty()
            || crate::providers::mail::smtp::Trust::public_and(&settings.root).is_ok();
        check.refuse_when(!is_certificate, "root", "This is no certificate in PEM form.");
    }
}

/// Whether this can be the name of a host (RFC 1123, 2.1, and the underscores of containers) or is an address.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let ends_in_digits = host
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    host.parse::<IpAddr>().is_ok() || (!ends_in_digits && host.split('.').all(is_label))
}

/// Domains and their limits as they are typed.
fn lines(domains: &BTreeMap<String, u32>) -> String {
    let lines: Vec<String> = domains
        .iter()
        .map(|(domain, pace)| format!("{domain} {pace}"))
        .collect();
    lines.join("\n")
}

/// Limits of domains that a provider has at most.
const MOST_DOMAINS: usize = 200;

/// A domain and a number on each line.
fn paces(check: &mut Check, raw: &str) -> BTreeMap<String, u32> {
    let typed = raw.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut domains = BTreeMap::new();
    for line in typed {
        match pace(line) {
            Some((domain, pace)) => drop(domains.insert(domain, pace)),
            None => check.refuse_when(
                true,
                "domains",
                &format!(
                    "“{}” is no domain with a number from 1 to 100,000 behind it.",
                    line.chars().take(60).collect::<String>()
                ),
            ),
        }
    }
    check.refuse_when(
        domains.len() > MOST_DOMAINS,
        "domains",
        &format!("At most {MOST_DOMAINS} domains have a limit of their own."),
    );
    domains
}

fn pace(line: &str) -> Option<(String, u32)> {
    let (domain, pace) = line.rsplit_once([' ', '\t', '=', ':'])?;
    let domain = domain.trim_end_matches([' ', '\t', '=', ':']).to_lowercase();
    let is_domain = domain.len() <= 253
        && domain.contains('.')
        && domain
            .split('.')
            .all(|label| (1..=63).contains(&label.len()) && label.chars().all(is_of_label));
    let pace = pace.parse().ok().filter(|pace| (1..=100_000).contains(pace))?;
    is_domain.then_some((domain, pace))
}

/// A letter of any script (RFC 5890), a digit or a hyphen.
fn is_of_label(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '-'
}

/// A number, a short name, or a messaging service.
fn sender(check: &mut Check, raw: &str) -> String {
    let sender = check.line("from_address", "Sender", raw, 1, 34);
    let is_number = sender.strip_prefix('+').is_some_and(|digits| {
        (6..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let is_service = sender.starts_with("MG") && sender.len() == 34;
    let is_name = sender.len() <= 11
        && sender
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == ' ');
    check.refuse_when(
        !(sender.is_empty() || is_number || is_service || is_name),
        "from_address",
        "Write a number such as +16135550142, a messaging service (MG…), or a name of at most 11 letters and digits.",
    );
    sender
}

/// What an organization allows itself, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LimitsForm {
    pub approve_above: String,
    pub cap_messages: String,
    pub cap_days: String,
}

impl LimitsForm {
    /// The form of what is kept.
    pub fn of(limits: Limits) -> Self {
        Self {
            approve_above: limits
                .approve_above
                .map(|above| above.to_string())
                .unwrap_or_default(),
            cap_messages: limits
                .cap_messages
                .map(|most| most.to_string())
                .unwrap_or_default(),
            cap_days: limits.cap_days.to_string(),
        }
    }

    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self) -> Result<Limits, FieldErrors> {
        let mut check = Check::default();
        let approve_above = match self.approve_above.trim() {
            "" => None,
            above => i32::try_from(check.whole_number(
                "approve_above",
                "The number of people",
                above,
                0,
                10_000_000,
            ))
            .ok(),
        };
        let cap_messages = match self.cap_messages.trim() {
            "" => None,
            most => {
                i16::try_from(check.whole_number("cap_messages", "The number of campaigns", most, 1, 100))
                    .ok()
            }
        };
        let cap_days =
            i16::try_from(check.whole_number("cap_days", "The number of days", &self.cap_days, 1, 60))
                .unwrap_or(7);
        check.finish(|| Limits {
            approve_above,
            cap_messages,
            cap_days,
        })
    }
}
