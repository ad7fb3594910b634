//! SendGrid (<https://www.twilio.com/docs/sendgrid/api-reference>).
//!
//! There is no idempotency key: an attempt without an answer is in doubt.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::header::ACCEPT;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};
use url::Url;

use super::{MESSAGE_TAG, Mail, MailProvider, flaw};
use crate::providers::Http;
use crate::providers::http::{self, Answer};
use crate::providers::outcome::{Check, Outcome, RateLimit, Refusal, Sent, words};

/// How long to leave an account alone whose credits are used up.
const CREDITS_PAUSE: Duration = Duration::from_secs(3_600);

/// A SendGrid account.
pub struct SendGrid {
    http: Http,
    base: Url,
    key: SecretString,
}

impl fmt::Debug for SendGrid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SendGrid({})", self.base)
    }
}

impl SendGrid {
    /// An account by its API key; `base` is `https://api.sendgrid.com`, or `https://api.eu.sendgrid.com` for
    /// accounts in the EU.
    pub fn new(http: Http, base: Url, key: SecretString) -> SendGrid {
        SendGrid { http, base, key }
    }

    fn key(&self) -> &str {
        self.key.expose_secret().trim()
    }
}

#[async_trait]
impl MailProvider for SendGrid {
    async fn send(&self, mail: &Mail, now: DateTime<Utc>) -> Sent {
        if let Some(refusal) = flaw(mail) {
            return refusal.into();
        }
        let request = self
            .http
            .post(http::below(&self.base, "/v3/mail/send"))
            .bearer_auth(self.key())
            .header(ACCEPT, "application/json")
            .json(&body(mail));
        match http::send(request, &self.key).await {
            Ok(answer) => Sent {
                rate: rate(&answer, now),
                outcome: outcome(&answer, now),
            },
            Err(unanswered) => unanswered.once().into(),
        }
    }

    async fn check(&self, now: DateTime<Utc>) -> Check {
        let request = self
            .http
            .get(http::below(&self.base, "/v3/scopes"))
            .bearer_auth(self.key())
            .header(ACCEPT, "application/json");
        let answer = match http::send(request, &self.key).await {
            Ok(answer) => answer,
            Err(unanswered) => return Check::of(unanswered.repeatable()),
        };
        if answer.status.is_success() && !may_send(&answer) {
            let why = "The key is good but may not send mail (scope mail.send)".to_owned();
            return Check::Wrong { why };
        }
        Check::of(outcome(&answer, now))
    }
}

fn may_send(answer: &Answer) -> bool {
    let body = answer.json();
    let scopes = body.get("scopes").and_then(Value::as_array);
    scopes.is_some_and(|scopes| scopes.iter().any(|scope| scope == "mail.send"))
}

fn body(mail: &Mail) -> Value {
    let mut body = json!({
        "personalizations": [{
            "to": [mailbox(&mail.to_name, &mail.to_address)],
            "custom_args": { MESSAGE_TAG: mail.id.to_string() },
        }],
        "from": mailbox(&mail.from_name, &mail.from_address),
        "subject": mail.subject,
        "content": content(mail),
    });
    let mut set = |name: &str, value: Value| {
        body.as_object_mut()
            .map(|body| body.insert(name.to_owned(), value))
    };
    if let Some(reply_to) = &mail.reply_to {
        set("reply_to", json!({ "email": reply_to }));
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

/// Text must come before HTML, and neither may be empty.
fn content(mail: &Mail) -> Vec<Value> {
    [("text/plain", &mail.text), ("text/html", &mail.html)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(kind, value)| json!({ "type": kind, "value": value }))
        .collect()
}

fn mailbox(name: &str, address: &str) -> Value {
    match name.trim() {
        "" => json!({ "email": address }),
        name => json!({ "email": address, "name": name }),
    }
}

/// What an error body says first: `{"errors": [{"message", "field", "help"}]}`.
struct Complaint {
    message: String,
    field: String,
}

impl Complaint {
    fn of(answer: &Answer) -> Complaint {
        let body = answer.json();
        let part = |name| {
            let text = body
                .pointer("/errors/0")
                .and_then(|error| error.get(name)?.as_str());
            words(text.unwrap_or_default())
        };
        Complaint {
            message: part("message"),
            field: part("field"),
        }
    }
}

fn outcome(answer: &Answer, now: DateTime<Utc>) -> Outcome {
    if answer.status.is_success() {
        return Outcome::accepted(answer.header("x-message-id"));
    }
    let status = answer.status.as_u16();
    let Complaint { message, field } = Complaint::of(answer);
    let why = match message.is_empty() {
        true => format!("SendGrid answered {status}"),
        false => format!("SendGrid answered {status}: {message}"),
    };
    let asked = answer.retry_after(now);
    match status {
        // Used-up credits come as 401, too, and pass by themselves.
        401 if message.contains("credits exceeded") => Outcome::provider_waits(why, Some(CREDITS_PAUSE)),
        401 | 403 => Outcome::credentials(why),
        300..=399 | 404 | 405 => {
            Outcome::credentials(format!("{why}; is the address of the interface right?"))
        }
        429 => Outcome::provider_waits(why, asked.or_else(|| window(answer, now))),
        503 => Outcome::provider_waits(why, asked),
        408 | 500..=599 => Outcome::message_waits(why, asked),
        400 => Outcome::refused(at_fault(&field), code(field, status), why),
        413 => Outcome::refused(Refusal::Content, "413", why),
        _ => Outcome::refused(Refusal::Other, status.to_string(), why),
    }
}

fn at_fault(field: &str) -> Refusal {
    match field {
        field if field.starts_with("personalizations") && field.contains(".to") => Refusal::BadAddress,
        field if field.starts_with("from") || field.starts_with("reply_to") || field.is_empty() => {
            Refusal::Other
        }
        _ => Refusal::Content,
    }
}

/// SendGrid has no codes, so the field that is wrong serves as one.
fn code(field: String, status: u16) -> String {
    match field.is_empty() {
        true => status.to_string(),
        false => field,
    }
}

/// Until the moment in `X-RateLimit-Reset`, which counts seconds since 1970.
fn window(answer: &Answer, now: DateTime<Utc>) -> Option<Duration> {
    let reset = i64::try_from(answer.number("x-ratelimit-reset")?).ok()?;
    let left = reset.saturating_sub(now.timestamp()).clamp(0, 3_600);
    u64::try_from(left).ok().map(Duration::from_secs)
}

fn rate(answer: &Answer, now: DateTime<Utc>) -> Option<RateLimit> {
    Some(RateLimit {
        limit: answer.number("x-ratelimit-limit")?.try_into().ok()?,
        remaining: answer.number("x-ratelimit-remaining")?.try_into().ok()?,
        reset: window(answer, now)?,
    })
}
