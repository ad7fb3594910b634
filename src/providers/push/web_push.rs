//! Sending a push (RFC 8030).

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use secrecy::SecretString;

use super::{PayloadError, Subscription, VapidKeys, VapidSubject, encrypt};
use crate::providers::Http;
use crate::providers::http::{self, Answer};
use crate::providers::outcome::{Outcome, Refusal, words};

/// The longest `Topic` (RFC 8030, 5.4).
const LONGEST_TOPIC: usize = 32;

/// Sends pushes for one portal.
#[derive(Debug, Clone)]
pub struct WebPush {
    http: Http,
    keys: VapidKeys,
    subject: VapidSubject,
}

/// One notification for one browser.
#[derive(Clone, PartialEq, Eq)]
pub struct PushMessage {
    /// At most [`super::LONGEST_PAYLOAD`] bytes; what it means is between the portal and its service worker.
    pub payload: Vec<u8>,
    /// How long the push service keeps it for a browser that is away; zero for now or never.
    pub ttl: Duration,
    pub urgency: Urgency,
    /// Takes the place of an undelivered push with the same topic.
    pub topic: Option<Topic>,
}

impl fmt::Debug for PushMessage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "PushMessage({} bytes, {:?})",
            self.payload.len(),
            self.urgency
        )
    }
}

/// Whether it is worth waking a device for (RFC 8030, 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// On power and Wi-Fi.
    VeryLow,
    /// On power or Wi-Fi.
    Low,
    /// On neither.
    Normal,
    /// On low battery.
    High,
}

/// A name of at most 32 characters of URL-safe base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic(String);

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushOutcome {
    /// The browser no longer wants any: delete the subscription.
    Gone,
    /// Anything else.
    Settled(Outcome),
}

impl Topic {
    /// The topic of that name; `None` when it is too long or has other characters.
    pub fn parse(name: &str) -> Option<Topic> {
        let fits = !name.is_empty() && name.len() <= LONGEST_TOPIC;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (fits && name.bytes().all(plain)).then(|| Topic(name.to_owned()))
    }
}

impl Urgency {
    fn name(self) -> &'static str {
        match self {
            Urgency::VeryLow => "very-low",
            Urgency::Low => "low",
            Urgency::Normal => "normal",
            Urgency::High => "high",
        }
    }
}

impl WebPush {
    /// A sender with the portal's keys and the address push services may write to.
    pub fn new(http: Http, keys: VapidKeys, subject: VapidSubject) -> WebPush {
        WebPush { http, keys, subject }
    }

    /// Encrypts and sends. Which hosts may be sent to was settled when the subscription was read.
    pub async fn send(&self, to: &Subscription, message: &PushMessage, now: DateTime<Utc>) -> PushOutcome {
        let request = match self.request(to, message, now) {
            Ok(request) => request,
            Err(outcome) => return PushOutcome::Settled(outcome),
        };
        // The endpoint's path is the secret here.
        let capability = SecretString::from(to.endpoint.path());
        match http::send(request, &capability).await {
            Ok(answer) => outcome(&answer, now),
            // A browser shows a push twice at worst, and a topic prevents even that.
            Err(unanswered) => PushOutcome::Settled(unanswered.repeatable()),
        }
    }

    fn request(
        &self,
        to: &Subscription,
        message: &PushMessage,
        now: DateTime<Utc>,
    ) -> Result<RequestBuilder, Outcome> {
        let body = encrypt(to, &message.payload).map_err(unencrypted)?;
        let broken = |why: String| Outcome::credentials(format!("The push could not be signed: {why}"));
        let authorization = self
            .keys
            .authorization(&to.endpoint, &self.subject, now)
            .map_err(|error| broken(error.to_string()))?;
        let mut authorization =
            HeaderValue::try_from(authorization).map_err(|error| broken(error.to_string()))?;
        authorization.set_sensitive(true);
        let mut request = self
            .http
            .post(to.endpoint.clone())
            .header("ttl", message.ttl.as_secs())
            .header("urgency", message.urgency.name())
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(AUTHORIZATION, authorization);
        if let Some(Topic(topic)) = &message.topic {
            request = request.header("topic", topic);
        }
        Ok(request.body(body))
    }
}

fn unencrypted(error: PayloadError) -> Outcome {
    match error {
        PayloadError::TooLong(_) => Outcome::refused(Refusal::Content, "too_long", error.to_string()),
        PayloadError::Failed(_) => Outcome::message_waits(error.to_string(), None),
    }
}

fn outcome(answer: &Answer, now: DateTime<Utc>) -> PushOutcome {
    let status = answer.status.as_u16();
    let said = words(&answer.body);
    let why = match said.is_empty() {
        true => format!("The push service answered {status}"),
        false => format!("The push service answered {status}: {said}"),
    };
    let asked = answer.retry_after(now);
    PushOutcome::Settled(match status {
        404 | 410 => return PushOutcome::Gone,
        200..=299 => Outcome::accepted(None),
        413 => Outcome::refused(Refusal::Content, "413", why),
        // One push service is no measure for the others. Microsoft's throttles with 406.
        406 | 408 | 429 | 500..=599 => Outcome::message_waits(why, asked),
        // With 400, 401 and 403 the keys do not fit this subscription, which was made with another pair;
        // other subscriptions may be fine. A redirect is not followed.
        _ => Outcome::refused(Refusal::Other, status.to_string(), why),
    })
}
