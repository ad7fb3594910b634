//! What an operator can set: a TOML file, then environment variables over it. Every problem is reported at once, by key.

mod check;
mod source;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::platform::telemetry::LogFormat;

pub use source::{load, unknown_variables};

/// The whole configuration, defaults filled in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where people reach the portal, such as `https://portal.example.org`. Links in mail and Secure cookies follow it.
    pub public_url: String,
    /// Folder for the embedded database, uploads and secrets.
    pub data: PathBuf,
    /// The database.
    pub database: Database,
    /// The web server.
    pub web: Web,
    /// Sign-in and sessions.
    pub sessions: Sessions,
    /// Requests allowed in a minute.
    pub limits: Limits,
    /// Broadcast throttles.
    pub broadcasts: Broadcasts,
    /// Where uploads are kept.
    pub storage: Storage,
    /// Outgoing mail.
    pub mail: Mail,
    /// Messages that were sent.
    pub messages: Messages,
    /// Push to browsers.
    pub push: Push,
    /// Language models that draft suggestions.
    pub writing: Writing,
    /// Logs.
    pub log: Log,
}

/// `[database]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// URL of the owner's login. Empty: an embedded PostgreSQL in the data folder.
    pub url: String,
    /// Most connections this process opens for tenants' work.
    pub pool_size: u32,
}

/// `[web]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Web {
    /// Web worker threads.
    pub workers: usize,
    /// Largest form or JSON body in bytes.
    pub body_limit: usize,
    /// Largest upload in bytes.
    pub upload_limit: usize,
    /// Largest video or recording of the library of journeys in bytes; it comes in pieces.
    pub media_limit: usize,
    /// Largest journey with what it shows that is brought in, in bytes.
    pub archive_limit: usize,
    /// Addresses of reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Seconds that running requests get to finish on SIGTERM (at most 7: all of a stop takes 10).
    pub drain_seconds: u64,
}

/// `[sessions]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// Days without a visit until a session ends.
    pub idle_days: i64,
    /// Days until a session ends whatever happens.
    pub absolute_days: i64,
    /// Hours an invitation can be accepted.
    pub invitation_hours: i64,
    /// Minutes a password reset link works.
    pub reset_minutes: i64,
    /// Failed sign-ins per account in 15 minutes before it is told to wait.
    pub attempts_per_account: i64,
    /// Failed sign-ins per address in 15 minutes.
    pub attempts_per_address: i64,
}

/// `[limits]`: requests in a minute per person (or address, before sign-in).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Reading.
    pub standard: u32,
    /// Writing.
    pub medium: u32,
    /// Rare and heavy.
    pub strict: u32,
}

/// `[broadcasts]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Broadcasts {
    /// Seconds in which a broadcast can be taken back.
    pub cancel_seconds: i64,
    /// Broadcasts in an hour per person, by role.
    pub hourly: BTreeMap<String, i64>,
    /// Broadcasts in 24 hours per person, by role.
    pub daily: BTreeMap<String, i64>,
}

/// `[storage]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// `local` or `s3`.
    pub provider: String,
    /// S3: endpoint URL.
    pub endpoint: String,
    /// S3: bucket.
    pub bucket: String,
    /// S3: region.
    pub region: String,
    /// S3: access key.
    pub access_key: String,
    /// S3: secret key.
    pub secret_key: String,
    /// S3: put the bucket into the path and not into the host name.
    pub path_style: bool,
}

/// `[mail]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// Sender of mail, such as `Waymark <portal@example.org>`.
    pub from: String,
    /// The mail server that the portal's own letters leave through when their organization has no provider, such as
    /// `smtps://user:password@mail.example.org`. Empty: they are kept in the outbox.
    pub server: String,
    /// Show kept mail at `/outbox` to anyone on this machine. For development only.
    pub outbox_page: bool,
}

/// `[messages]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Messages {
    /// For how many months it is kept what became of each message; 0 for good. Counts are kept for good.
    pub log_months: u32,
}

/// `[writing]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Writing {
    /// Addresses of language models inside the network of this portal, such as `http://10.0.0.5:11434`. Others are reached only when they
    /// are public, whatever an admin types.
    pub addresses: Vec<String>,
}

/// `[push]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Push {
    /// Push services that are trusted besides those of the browser makers: a host name, or `*.` and a name for all below it. The number
    /// `127.0.0.1` lets pushes go to this machine, without https as well: for tests.
    pub hosts: Vec<String>,
}

/// `[log]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `json` or `text`.
    pub format: LogFormat,
    /// What to log, such as `info,waymark=debug`.
    pub filter: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: String::new(),
            data: PathBuf::from("./data"),
            database: Database::default(),
            web: Web::default(),
            sessions: Sessions::default(),
            limits: Limits::default(),
            broadcasts: Broadcasts::default(),
            storage: Storage::default(),
            mail: Mail::default(),
            messages: Messages::default(),
            push: Push::default(),
            writing: Writing::default(),
            log: Log::default(),
        }
    }
}

impl Default for Messages {
    /// Seven years, as long as books are kept.
    fn default() -> Self {
        Self { log_months: 84 }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: String::new(),
            pool_size: 6,
        }
    }
}

impl Default for Web {
    fn default() -> Self {
        Self {
            workers: 2,
            body_limit: 256 * 1024,
            upload_limit: 25 * 1024 * 1024,
            media_limit: 2 * 1024 * 1024 * 1024,
            archive_limit: 8 * 1024 * 1024 * 1024,
            trusted_proxies: Vec::new(),
            drain_seconds: 7,
        }
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            idle_days: 14,
            absolute_days: 90,
            invitation_hours: 168,
            reset_minutes: 60,
            attempts_per_account: 10,
            attempts_per_address: 50,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            standard: 600,
            medium: 120,
            strict: 20,
        }
    }
}

impl Default for Broadcasts {
    fn default() -> Self {
        let by_role = |pairs: &[(&str, i64)]| {
            pairs
                .iter()
                .map(|(role, count)| ((*role).to_owned(), *count))
                .collect()
        };
        Self {
            cancel_seconds: 60,
            hourly: by_role(&[("team_leader", 3), ("communicator", 6), ("admin", 6)]),
            daily: by_role(&[("team_leader", 5), ("communicator", 20), ("admin", 20)]),
        }
    }
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            provider: "local".to_owned(),
            endpoint: String::new(),
            bucket: String::new(),
            region: "us-east-1".to_owned(),
            access_key: String::new(),
            secret_key: String::new(),
            path_style: true,
        }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            from: "Waymark <waymark@localhost.localdomain>".to_owned(),
            server: String::new(),
            outbox_page: false,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            filter: "info".to_owned(),
        }
    }
}

impl Config {
    /// Whether cookies must be marked Secure: people come over https.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The configuration as TOML with secrets replaced by `(set)`.
    pub fn masked(&self) -> String {
        let mut shown = self.clone();
        shown.database.url = masked_url(&shown.database.url);
        shown.mail.server = masked_url(&shown.mail.server);
        for secret in [&mut shown.storage.access_key, &mut shown.storage.secret_key] {
            if !secret.is_empty() {
                "(set)".clone_into(secret);
            }
        }
        toml::to_string_pretty(&shown).unwrap_or_default()
    }
}

/// A database URL with its password hidden, before the host or among the parameters (`password`, `sslpassword`). What
/// cannot be read as a URL is hidden whole.
fn masked_url(url: &str) -> String {
    let Ok(mut shown) = Url::parse(url) else {
        return if url.is_empty() { "" } else { "(set)" }.to_owned();
    };
    if shown.password().is_some() {
        // A URL that was parsed with a password can carry another.
        let _ = shown.set_password(Some("(set)"));
    }
    let hidden: Vec<(String, String)> = shown
        .query_pairs()
        .map(|(key, value)| match key.ends_with("password") {
            true => (key.into_owned(), "(set)".to_owned()),
            false => (key.into_owned(), value.into_owned()),
        })
        .collect();
    if hidden.iter().any(|(key, _)| key.ends_with("password")) {
        shown.query_pairs_mut().clear().extend_pairs(hidden);
    }
    String::from(shown).replace("%28set%29", "(set)")
}
