//! Resend (<https://resend.com/docs/api-reference>).
//!
//! Every mail carries its id as the idempotency key. For 24 hours Resend answers a repeated key without
//! sending again, so an attempt without an answer may be tried again within that time.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};
use url::Url;

use super::{MESSAGE_TAG, Mail, MailProvider, flaw, mailbox};
use crate::providers::Http;
use crate::providers::http::{self, Answer};
use crate::providers::outcome::{Check, Outcome, RateLimit, Refusal, Sent, words};

/// A daily quota is a sliding one; asking once an hour finds out soon enough.
const DAILY_QUOTA_PAUSE: Duration = Duration::from_secs(3_600);
/// A monthly quota ends by a person paying or the month turning.
const MONTHLY_QUOTA_PAUSE: Duration = Duration::from_secs(6 * 3_600);

/// A Resend account.
pub struct Resend {
    http: Http,
    base: Url,
    key: SecretString,
}

impl fmt::Debug for Resend {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Resend({})", self.base)
    }
}

impl Resend {
    /// An account by its API key; `base` is `https://api.resend.com`.
    pub fn new(http: Http, base: Url, key: SecretString) -> Resend {
        Resend { http, base, key }
    }

    fn key(&self) -> &str {
        self.key.expose_secret().trim()
    }
}

#[async_trait]
impl MailProvider for Resend {
    async fn send(&self, mail: &Mail, now: DateTime<Utc>) -> Sent {
        if let Some(refusal) = flaw(mail) {
            return refusal.into();
        }
        let request = self
            .http
            .post(http::below(&self.base, "/emails"))
            .bearer_auth(self.key())
            .header("idempotency-key", mail.id.to_string())
            .json(&body(mail));
        match http::send(request, &self.key).await {
            Ok(answer) => Sent {
                rate: rate(&answer),
                outcome: outcome(&answer, now),
            },
            Err(unanswered) => unanswered.repeatable().into(),
        }
    }

    async fn check(&self, now: DateTime<Utc>) -> Check {
        let request = self
            .http
            .get(http::below(&self.base, "/domains"))
            .bearer_auth(self.key());
        let answer = match http::send(request, &self.key).await {
            Ok(answer) => answer,
            Err(unanswered) => return Check::of(unanswered.repeatable()),
        };
        // A key that may only send is not allowed to list domains, and says so: it is a good key.
        if Complaint::of(&answer).name == "restricted_api_key" {
            let note = "The key may only send, so domains could not be looked at".to_owned();
            return Check::Good { note: Some(note) };
        }
        Check::of(outcome(&answer, now))
    }
}

fn body(mail: &Mail) -> Value {
    let mut body = json!({
        "from": mailbox(&mail.from_name, &mail.from_address),
        "to": [mailbox(&mail.to_name, &mail.to_address)],
        "subject": mail.subject,
        "tags": [{ "name": MESSAGE_TAG, "value": mail.id.to_string() }],
    });
    let mut set = |name: &str, value: Value| {
        body.as_object_mut()
            .map(|body| body.insert(name.to_owned(), value))
    };
    if !mail.html.is_empty() {
        set("html", json!(mail.html));
    }
    if !mail.text.is_empty() {
        set("text", json!(mail.text));
    }
    if let Some(reply_to) = &mail.reply_to {
        set("reply_to", json!(reply_to));
    }
    if !mail.headers.is_empty() {
        let fields = mail
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)));
        set("headers", Value::Object(fields.collect::<Map<_, _>>()));
    }
    body
}

/// What an error body says: `{"statusCode", "name", "message"}`.
struct Complaint {
    name: String,
    why: String,
}

impl Complaint {
    fn of(answer: &Answer) -> Complaint {
        let body = answer.json();
        let part = |name| words(body.get(name).and_then(Value::as_str).unwrap_or_default());
        let (name, message) = (part("name"), part("message"));
        let why = match message.is_empty() {
            true => format!("Resend answered {}", answer.status.as_u16()),
            false => format!("Resend answered {}: {message}", answer.status.as_u16()),
        };
        Complaint { name, why }
    }
}

/// Names first, because one status stands for several things; then the status.
fn outcome(answer: &Answer, now: DateTime<Utc>) -> Outcome {
    if answer.status.is_success() {
        return Outcome::accepted(answer.json().get("id").and_then(Value::as_str));
    }
    let Complaint { name, why } = Complaint::of(answer);
    let asked = answer.retry_after(now);
    match name.as_str() {
        "missing_api_key" | "restricted_api_key" | "invalid_api_key" | "suspended_api_key"
        | "invalid_permission" => Outcome::credentials(why),
        // With 403 it is the sender's domain that is not verified, which no other mail will change.
        "validation_error" if answer.status == StatusCode::FORBIDDEN => Outcome::credentials(why),
        "concurrent_idempotent_requests" | "resource_locked" => Outcome::message_waits(why, asked),
        "rate_limit_exceeded" => Outcome::provider_waits(why, asked.or_else(|| window(answer))),
        "daily_quota_exceeded" => Outcome::provider_waits(why, longer(asked, DAILY_QUOTA_PAUSE)),
        "monthly_quota_exceeded" => Outcome::provider_waits(why, longer(asked, MONTHLY_QUOTA_PAUSE)),
        "service_unavailable" => Outcome::provider_waits(why, asked),
        "invalid_idempotent_request" | "invalid_idempotency_key" => {
            Outcome::refused(Refusal::Other, name, why)
        }
        "validation_error"
        | "missing_required_field"
        | "invalid_parameter"
        | "invalid_attachment"
        | "missing_required_parameter" => Outcome::refused(at_fault(&why), name, why),
        _ => by_status(answer, name, why, asked),
    }
}

fn by_status(answer: &Answer, name: String, why: String, asked: Option<Duration>) -> Outcome {
    match answer.status.as_u16() {
        401 | 403 => Outcome::credentials(why),
        // The address of the interface is wrong, or something else answers there.
        300..=399 | 404 | 405 => {
            Outcome::credentials(format!("{why}; is the address of the interface right?"))
        }
        429 | 503 => Outcome::provider_waits(why, asked.or_else(|| window(answer))),
        408 | 500..=599 => Outcome::message_waits(why, asked),
        status if name.is_empty() => Outcome::refused(Refusal::Other, status.to_string(), why),
        _ => Outcome::refused(Refusal::Other, name, why),
    }
}

/// Resend names the field in backquotes.
fn at_fault(why: &str) -> Refusal {
    match why {
        why if why.contains("`to`") => Refusal::BadAddress,
        why if why.contains("`from`") || why.contains("`reply_to`") => Refusal::Other,
        _ => Refusal::Content,
    }
}

fn longer(asked: Option<Duration>, least: Duration) -> Option<Duration> {
    Some(asked.unwrap_or_default().max(least))
}

fn window(answer: &Answer) -> Option<Duration> {
    let reset = answer.number("ratelimit-reset").map(Duration::from_secs);
    reset.map(|reset| reset.min(http::LONGEST_PAUSE))
}

/// The account's pace. The documentation names different figures, so the headers decide.
fn rate(answer: &Answer) -> Option<RateLimit> {
    Some(RateLimit {
        limit: answer.number("ratelimit-limit")?.try_into().ok()?,
        remaining: answer.number("ratelimit-remaining")?.try_into().ok()?,
        reset: window(answer)?,
    })
}
