//! The one HTTP client of the senders: bounded in time and size, and never led elsewhere.

use std::error::Error as _;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use super::outcome::Outcome;

/// Bytes of an answer that are read; the longest sensible one is a list of domains or scopes.
const LONGEST_ANSWER: usize = 256 * 1024;

/// The longest pause that is taken from a header; a longer one is more likely a mistake.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(86_400);

/// How long an unused connection is kept. Load balancers close theirs after about a minute, and a request
/// that meets a connection just being closed would be in doubt without need.
const KEPT_OPEN: Duration = Duration::from_secs(30);

/// A client that every sender shares.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
}

/// How long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// To reach the other side. Shorter than `total`, so that "never sent" can be told from "no answer".
    pub connect: Duration,
    /// From the beginning of a request to the end of its answer.
    pub total: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(30),
        }
    }
}

/// No client can be built, such as on a machine without any certificate authority.
#[derive(Debug, thiserror::Error)]
#[error("No HTTP client could be prepared: {0}")]
pub struct NoClient(String);

impl Http {
    /// Finishes a client that the caller has begun (and for which it has installed rustls' ring provider).
    /// Redirects are never followed: a message, a key or a push subscription must not travel to another host.
    /// Build it when the first provider is set up, not at start: a machine without certificate authorities
    /// can run without one.
    ///
    /// # Errors
    /// [`NoClient`] when the machine has no certificate authorities or the settings contradict each other.
    pub fn new(begun: ClientBuilder, patience: Patience) -> Result<Http, NoClient> {
        // Resend refuses requests that do not say who they are from.
        let client = begun
            .user_agent(concat!("Waymark/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .pool_idle_timeout(KEPT_OPEN)
            .connect_timeout(patience.connect)
            .timeout(patience.total)
            .build()
            .map_err(|error| NoClient(innermost(&error)))?;
        Ok(Http { client })
    }

    pub(super) fn post(&self, url: Url) -> RequestBuilder {
        self.client.post(url)
    }

    pub(super) fn put(&self, url: Url) -> RequestBuilder {
        self.client.put(url)
    }

    pub(super) fn delete(&self, url: Url) -> RequestBuilder {
        self.client.delete(url)
    }

    pub(super) fn get(&self, url: Url) -> RequestBuilder {
        self.client.get(url)
    }
}

/// An answer, read as far as is bearable.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// Why there is no answer.
pub(super) enum Unanswered {
    /// Nothing of the request left this machine.
    NeverSent(String),
    /// The other side may have acted on it.
    Unknown(String),
}

/// Sends, and takes `secret` out of whatever comes back, should the other side repeat it.
pub(super) async fn send(request: RequestBuilder, secret: &SecretString) -> Result<Answer, Unanswered> {
    let response = request.send().await.map_err(unanswered)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = beginning(response).await;
    let secret = secret.expose_secret().trim();
    if !secret.is_empty() {
        body = body.replace(secret, "[secret]");
    }
    Ok(Answer {
        status,
        headers,
        body,
    })
}

/// The address of `path` below a base, which may have a path of its own.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim)
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.parse().ok()
    }

    /// The body as JSON; null when it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// `Retry-After` in either of its forms (RFC 9110, 10.2.3).
    pub(super) fn retry_after(&self, now: DateTime<Utc>) -> Option<Duration> {
        let header = self.header("retry-after")?;
        let pause = match header.parse() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) => {
                let at = DateTime::parse_from_rfc2822(header).ok()?;
                (at.to_utc() - now).to_std().unwrap_or_default()
            }
        };
        Some(pause.min(LONGEST_PAUSE))
    }
}

impl Unanswered {
    /// For a request that changes nothing twice.
    pub(super) fn repeatable(self) -> Outcome {
        match self {
            Unanswered::NeverSent(why) => Outcome::provider_waits(why, None),
            Unanswered::Unknown(why) => Outcome::message_waits(why, None),
        }
    }

    /// For a request that could be acted on twice.
    pub(super) fn once(self) -> Outcome {
        match self {
            Unanswered::NeverSent(why) => Outcome::provider_waits(why, None),
            Unanswered::Unknown(why) => Outcome::InDoubt { why },
        }
    }
}

/// The status alone is a decision, so a body that breaks off is taken as far as it came.
async fn beginning(mut response: Response) -> String {
    let mut read = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        let room = LONGEST_ANSWER.saturating_sub(read.len());
        read.extend(piece.iter().take(room));
        if read.len() >= LONGEST_ANSWER {
            break;
        }
    }
    String::from_utf8_lossy(&read).into_owned()
}

pub(super) fn unanswered(error: reqwest::Error) -> Unanswered {
    if error.is_builder() || error.is_connect() {
        return Unanswered::NeverSent(format!("Could not be reached: {}", innermost(&error)));
    }
    if error.is_timeout() {
        return Unanswered::Unknown("No answer came in time".to_owned());
    }
    Unanswered::Unknown(format!("The connection broke off: {}", innermost(&error)))
}

/// The last cause in the chain. The outer ones carry the address, which is a secret of its own for push.
fn innermost(error: &reqwest::Error) -> String {
    let Some(mut cause) = error.source() else {
        return "the request could not be built".to_owned();
    };
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
