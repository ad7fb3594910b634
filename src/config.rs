//! What an operator can set: a TOML file, then environment variables over it. Every problem is reported at once, by key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::platform::telemetry::LogFormat;

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
    /// Addresses of reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Seconds that running requests get to finish on SIGTERM (at most 10).
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
    /// Show kept mail at `/outbox` to anyone on this machine. For development only.
    pub outbox_page: bool,
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
            log: Log::default(),
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: String::new(),
            pool_size: 8,
        }
    }
}

impl Default for Web {
    fn default() -> Self {
        Self {
            workers: 2,
            body_limit: 256 * 1024,
            upload_limit: 25 * 1024 * 1024,
            trusted_proxies: Vec::new(),
            drain_seconds: 8,
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

/// Environment variables and the keys they set.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("DATABASE_URL", "database.url"),
    ("WAYMARK_PUBLIC_URL", "public_url"),
    ("WAYMARK_DATA", "data"),
    ("WAYMARK_POOL_SIZE", "database.pool_size"),
    ("WAYMARK_WORKERS", "web.workers"),
    ("WAYMARK_BODY_LIMIT", "web.body_limit"),
    ("WAYMARK_UPLOAD_LIMIT", "web.upload_limit"),
    ("WAYMARK_LIMIT_STANDARD", "limits.standard"),
    ("WAYMARK_LIMIT_MEDIUM", "limits.medium"),
    ("WAYMARK_LIMIT_STRICT", "limits.strict"),
    ("WAYMARK_CANCEL_SECONDS", "broadcasts.cancel_seconds"),
    ("WAYMARK_STORAGE", "storage.provider"),
    ("WAYMARK_S3_ENDPOINT", "storage.endpoint"),
    ("WAYMARK_S3_BUCKET", "storage.bucket"),
    ("WAYMARK_S3_REGION", "storage.region"),
    ("WAYMARK_S3_ACCESS_KEY", "storage.access_key"),
    ("WAYMARK_S3_SECRET_KEY", "storage.secret_key"),
    ("WAYMARK_MAIL_FROM", "mail.from"),
    ("WAYMARK_OUTBOX_PAGE", "mail.outbox_page"),
    ("WAYMARK_LOG_FORMAT", "log.format"),
    ("WAYMARK_LOG", "log.filter"),
];

/// Reads the file when there is one, then the environment.
///
/// # Errors
/// Every problem, one a line, each naming its key and where the value came from.
pub fn load(
    file: Option<&Path>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Config, Vec<String>> {
    let mut table = read_file(file)?;
    let mut problems = Vec::new();
    for (variable, key) in ENVIRONMENT {
        if let Some(value) = environment(variable) {
            if let Err(problem) = put(&mut table, key, &value) {
                problems.push(format!("{variable} ({key}): {problem}"));
            }
        }
    }
    let config: Config = table.try_into().map_err(|cause: toml::de::Error| {
        problems.push(cause.message().to_owned());
        problems.clone()
    })?;
    config.check(&mut problems);
    if problems.is_empty() {
        Ok(config)
    } else {
        Err(problems)
    }
}

fn read_file(file: Option<&Path>) -> Result<toml::Table, Vec<String>> {
    let Some(path) = file else {
        return Ok(toml::Table::new());
    };
    let text = std::fs::read_to_string(path).map_err(|cause| vec![format!("{}: {cause}", path.display())])?;
    let table: toml::Table = text
        .parse()
        .map_err(|cause: toml::de::Error| vec![format!("{}: {cause}", path.display())])?;
    // Checked alone first, so that a problem in the file is told with its line.
    toml::from_str::<Config>(&text).map_err(|cause| vec![format!("{}: {cause}", path.display())])?;
    Ok(table)
}

/// Sets a dotted key, with the type the default has.
fn put(table: &mut toml::Table, key: &str, value: &str) -> Result<(), String> {
    let defaults = toml::Table::try_from(Config::default()).map_err(|cause| cause.to_string())?;
    let example = key
        .split('.')
        .try_fold(toml::Value::Table(defaults), |value, part| {
            value.get(part).cloned()
        })
        .ok_or("no such key")?;
    let typed = match example {
        toml::Value::Integer(_) => value
            .trim()
            .parse()
            .map(toml::Value::Integer)
            .map_err(|_| format!("\"{value}\" is not a whole number"))?,
        toml::Value::Boolean(_) => match value.trim() {
            "1" | "true" | "yes" | "on" => toml::Value::Boolean(true),
            "0" | "false" | "no" | "off" | "" => toml::Value::Boolean(false),
            _ => return Err(format!("\"{value}\" is neither true nor false")),
        },
        _ => toml::Value::String(value.to_owned()),
    };
    let (section, name) = key
        .split_once('.')
        .map_or((None, key), |(section, name)| (Some(section), name));
    let target = match section {
        Some(section) => {
            let entry = table
                .entry(section)
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            entry.as_table_mut().ok_or("its section is not a table")?
        }
        None => table,
    };
    target.insert(name.to_owned(), typed);
    Ok(())
}

impl Config {
    fn check(&self, problems: &mut Vec<String>) {
        let mut refuse = |wrong: bool, key: &str, message: &str| {
            if wrong {
                problems.push(format!("{key}: {message}"));
            }
        };
        if !self.public_url.is_empty() {
            let usable = Url::parse(&self.public_url)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
            refuse(
                !usable,
                "public_url",
                "must be a web address such as https://portal.example.org",
            );
        }
        if !self.database.url.is_empty() {
            let usable = Url::parse(&self.database.url)
                .is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql"));
            refuse(
                !usable,
                "database.url",
                "must look like postgres://owner:password@host/database",
            );
        }
        refuse(
            !(1..=200).contains(&self.database.pool_size),
            "database.pool_size",
            "must be from 1 to 200",
        );
        refuse(
            !(1..=64).contains(&self.web.workers),
            "web.workers",
            "must be from 1 to 64",
        );
        refuse(
            self.web.body_limit < 16 * 1024,
            "web.body_limit",
            "must be at least 16384 bytes",
        );
        refuse(
            self.web.drain_seconds > 10,
            "web.drain_seconds",
            "must be 10 or less",
        );
        refuse(
            self.sessions.idle_days < 1 || self.sessions.absolute_days < self.sessions.idle_days,
            "sessions",
            "idle_days must be at least 1 and not more than absolute_days",
        );
        refuse(
            self.limits.standard == 0 || self.limits.medium == 0 || self.limits.strict == 0,
            "limits",
            "every class must allow at least 1 request a minute",
        );
        refuse(
            !matches!(self.storage.provider.as_str(), "local" | "s3"),
            "storage.provider",
            "must be local or s3",
        );
        if self.storage.provider == "s3" {
            refuse(
                Url::parse(&self.storage.endpoint).is_err(),
                "storage.endpoint",
                "must be the web address of the S3 service",
            );
            refuse(self.storage.bucket.is_empty(), "storage.bucket", "is missing");
            refuse(
                self.storage.access_key.is_empty() || self.storage.secret_key.is_empty(),
                "storage.access_key",
                "and storage.secret_key are needed for s3",
            );
        }
        refuse(
            self.mail.from.parse::<lettre::message::Mailbox>().is_err(),
            "mail.from",
            "must look like Waymark <portal@example.org>",
        );
    }

    /// Whether cookies must be marked Secure: people come over https.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The configuration as TOML with secrets replaced by `(set)`.
    pub fn masked(&self) -> String {
        let mut shown = self.clone();
        if let Ok(mut url) = Url::parse(&shown.database.url)
            && url.password().is_some()
        {
            // A URL that was parsed with a password can carry another.
            let _ = url.set_password(Some("(set)"));
            shown.database.url = url.into();
        }
        for secret in [&mut shown.storage.access_key, &mut shown.storage.secret_key] {
            if !secret.is_empty() {
                "(set)".clone_into(secret);
            }
        }
        toml::to_string_pretty(&shown).unwrap_or_default()
    }
}
