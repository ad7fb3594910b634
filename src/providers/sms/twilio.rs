//! Twilio (<https://www.twilio.com/docs/messaging/api/message-resource>).
//!
//! Messages have no idempotency key. Whatever leaves open whether a message went out is in doubt, and a text
//! message in doubt is not sent again by itself: a second one costs money and trust.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;
use url::form_urlencoded::Serializer;

use super::{MESSAGE_PARAMETER, Sms};
use crate::providers::Http;
use crate::providers::http::{self, Answer};
use crate::providers::outcome::{Check, Misconfigured, Outcome, Refusal, Sent, words};

/// The longest `Body` that Twilio takes, in characters (error 21617).
const LONGEST_BODY: usize = 1_600;

/// 21611 says that more than ten hours of messages wait at the sender; some minutes make no difference.
const FULL_QUEUE_PAUSE: Duration = Duration::from_secs(15 * 60);

/// A Twilio account.
pub struct Twilio {
    http: Http,
    account: TwilioAccount,
}

/// Who sends, as whom, and where reports go.
#[derive(Clone)]
pub struct TwilioAccount {
    /// `https://api.twilio.com`.
    pub base: Url,
    /// `AC` and 32 hex digits.
    pub account_sid: String,
    pub login: TwilioLogin,
    pub sender: TwilioSender,
    /// Where status reports are sent; [`MESSAGE_PARAMETER`] is added. What Twilio calls is the signed
    /// address.
    pub status_callback: Option<Url>,
}

/// How to get in.
#[derive(Clone)]
pub enum TwilioLogin {
    /// With the account's auth token.
    AuthToken(SecretString),
    /// With an API key, `SK` and 32 hex digits.
    ApiKey { sid: String, secret: SecretString },
}

/// What recipients see as the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TwilioSender {
    /// A phone number, short code or name.
    From(String),
    /// A messaging service, `MG` and 32 hex digits, which picks a number.
    MessagingService(String),
}

impl fmt::Debug for Twilio {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Twilio({}, {})", self.account.base, self.account.account_sid)
    }
}

impl Twilio {
    /// Prepares an account; nothing is sent yet.
    ///
    /// # Errors
    /// [`Misconfigured`] when the account's identifier cannot be one.
    pub fn new(http: Http, account: TwilioAccount) -> Result<Twilio, Misconfigured> {
        let digits = account.account_sid.strip_prefix("AC").unwrap_or_default();
        // It becomes part of a path.
        if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Misconfigured(
                "A Twilio account is named by AC and 32 digits from 0 to 9 and a to f".to_owned(),
            ));
        }
        Ok(Twilio { http, account })
    }

    /// Hands one message over.
    pub async fn send(&self, sms: &Sms, now: DateTime<Utc>) -> Sent {
        if sms.body.is_empty() {
            return Outcome::refused(Refusal::Content, "21602", "The message is empty").into();
        }
        if sms.body.chars().count() > LONGEST_BODY {
            return Outcome::refused(
                Refusal::Content,
                "21617",
                "The message is longer than 1,600 characters",
            )
            .into();
        }
        let url = http::below(&self.account.base, &format!("{}/Messages.json", self.path()));
        let request = self
            .signed_in(self.http.post(url))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(self.form(sms));
        match http::send(request, self.secret()).await {
            Ok(answer) => outcome(&answer, now).into(),
            Err(unanswered) => unanswered.once().into(),
        }
    }

    /// Asks whether the account lets us in and is active, without sending.
    pub async fn check(&self, now: DateTime<Utc>) -> Check {
        let url = http::below(&self.account.base, &format!("{}.json", self.path()));
        let request = self
            .signed_in(self.http.get(url))
            .header("accept", "application/json");
        let answer = match http::send(request, self.secret()).await {
            Ok(answer) => answer,
            Err(unanswered) => return Check::of(unanswered.repeatable()),
        };
        let body = answer.json();
        match body.get("status").and_then(Value::as_str) {
            Some("active") if answer.status.is_success() => Check::Good { note: None },
            Some(status) if answer.status.is_success() => Check::Wrong {
                why: format!("The Twilio account is {}", words(status)),
            },
            _ => Check::of(outcome(&answer, now)),
        }
    }

    fn path(&self) -> String {
        format!("/2010-04-01/Accounts/{}", self.account.account_sid)
    }

    fn signed_in(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let user = match &self.account.login {
            TwilioLogin::AuthToken(_) => &self.account.account_sid,
            TwilioLogin::ApiKey { sid, .. } => sid,
        };
        request.basic_auth(user, Some(self.secret().expose_secret().trim()))
    }

    fn secret(&self) -> &SecretString {
        match &self.account.login {
            TwilioLogin::AuthToken(secret) | TwilioLogin::ApiKey { secret, .. } => secret,
        }
    }

    fn form(&self, sms: &Sms) -> String {
        let mut form = Serializer::new(String::new());
        form.append_pair("To", &sms.to).append_pair("Body", &sms.body);
        match &self.account.sender {
            TwilioSender::From(from) => form.append_pair("From", from),
            TwilioSender::MessagingService(sid) => form.append_pair("MessagingServiceSid", sid),
        };
        if let Some(callback) = &self.account.status_callback {
            let mut callback = callback.clone();
            callback
                .query_pairs_mut()
                .append_pair(MESSAGE_PARAMETER, &sms.id.to_string());
            form.append_pair("StatusCallback", callback.as_str());
        }
        form.finish()
    }
}

fn outcome(answer: &Answer, now: DateTime<Utc>) -> Outcome {
    let body = answer.json();
    if answer.status.is_success() {
        return Outcome::accepted(body.get("sid").and_then(Value::as_str));
    }
    let status = answer.status.as_u16();
    let code = body.get("code").and_then(Value::as_u64).unwrap_or_default();
    let message = words(body.get("message").and_then(Value::as_str).unwrap_or_default());
    let why = match message.is_empty() {
        true => format!("Twilio answered {status}"),
        false => format!("Twilio answered {status}: {message}"),
    };
    by_code(code, why.clone()).unwrap_or_else(|| by_status(status, code, why, answer.retry_after(now)))
}

/// Codes of <https://www.twilio.com/docs/api/errors> that mean the same whatever the status is.
fn by_code(code: u64, why: String) -> Option<Outcome> {
    let refused = |kind| Some(Outcome::refused(kind, code.to_string(), why.clone()));
    match code {
        // Not a number, cannot be routed to, not a mobile.
        21211 | 21612 | 21614 => refused(Refusal::BadAddress),
        21610 => refused(Refusal::OptedOut),
        // No body, body too long.
        21602 | 21617 => refused(Refusal::Content),
        // A region that is switched off, a number that a trial account has not verified.
        21408 | 21608 => refused(Refusal::Other),
        21611 => Some(Outcome::provider_waits(why, Some(FULL_QUEUE_PAUSE))),
        // Wrong login, no such account; a sender that is missing, is not ours or cannot send text messages.
        // Every other message would fare the same.
        20003 | 20404 | 21212 | 21603 | 21606 | 21659 | 21701 => Some(Outcome::credentials(why)),
        _ => None,
    }
}

/// 429 was never acted on and is safe to repeat; a 5xx may have been.
fn by_status(status: u16, code: u64, why: String, asked: Option<Duration>) -> Outcome {
    match status {
        429 => Outcome::provider_waits(why, asked),
        401 | 403 => Outcome::credentials(why),
        300..=399 | 404 | 405 => {
            Outcome::credentials(format!("{why}; is the address of the interface right?"))
        }
        408 | 500..=599 => Outcome::InDoubt { why },
        _ if code == 0 => Outcome::refused(Refusal::Other, status.to_string(), why),
        _ => Outcome::refused(Refusal::Other, code.to_string(), why),
    }
}
