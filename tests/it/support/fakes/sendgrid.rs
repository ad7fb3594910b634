//! SendGrid on this machine.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use p256::SecretKey;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;
use uuid::Uuid;

use super::server::{Fault, Reply, Request, Server};
use super::webhook::Webhook;

pub const KEY: &str = "SG.test.123456789";

/// A running SendGrid.
pub struct FakeSendGrid {
    server: Server,
    inside: Arc<Mutex<Inside>>,
}

struct Inside {
    accepted: Vec<Accepted>,
    scopes: Vec<&'static str>,
    left: Option<u32>,
    reset: DateTime<Utc>,
}

/// A mail that was taken over.
#[derive(Debug, Clone)]
pub struct Accepted {
    pub message_id: String,
    pub mail: Value,
}

impl FakeSendGrid {
    /// `reset` is when the window of its rate limit ends.
    pub async fn start(reset: DateTime<Utc>) -> FakeSendGrid {
        let inside = Arc::new(Mutex::new(Inside {
            accepted: Vec::new(),
            scopes: vec!["mail.send", "alerts.read"],
            left: None,
            reset,
        }));
        let shared = inside.clone();
        let server = Server::start(move |request| shared.lock().unwrap().act(request)).await;
        FakeSendGrid { server, inside }
    }

    pub fn base(&self) -> Url {
        self.server.base()
    }

    pub fn next(&self, fault: Fault) {
        self.server.next(fault);
    }

    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    pub fn accepted(&self) -> Vec<Accepted> {
        self.inside.lock().unwrap().accepted.clone()
    }

    pub fn take_only(&self, requests: u32) {
        self.inside.lock().unwrap().left = Some(requests);
    }

    /// The key may no longer send.
    pub fn forbid_sending(&self) {
        self.inside.lock().unwrap().scopes = vec!["alerts.read"];
    }

    /// What SendGrid shows as the verification key.
    pub fn verification_key() -> String {
        // RFC 5480: an elliptic curve's key, on P-256, as a string of 66 bytes of which none is unused.
        let spki = hex::decode("3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap();
        let point = signing_key().public_key().to_sec1_point(false);
        STANDARD.encode([spki.as_slice(), point.as_bytes()].concat())
    }

    /// An event about a mail, with what belongs to its kind.
    pub fn event(&self, kind: &str, about: &Accepted, at: DateTime<Utc>, extra: Value) -> Value {
        let to = &about.mail["personalizations"][0];
        let mut event = json!({
            "event": kind, "email": to["to"][0]["email"], "timestamp": at.timestamp(),
            "smtp-id": "<fake@ismtpd.example>",
            "sg_message_id": format!("{}.recvd-5f54b5d587-wcz2c-1-64-0.0", about.message_id),
        });
        let id = Sha256::digest(format!("{kind}/{}/{at}", about.message_id));
        event["sg_event_id"] = json!(hex::encode(&id[..16]));
        for more in [&to["custom_args"], &extra] {
            for (name, value) in more.as_object().into_iter().flatten() {
                event[name] = value.clone();
            }
        }
        event
    }

    /// A signed report of several events, written as SendGrid writes it.
    pub fn report(&self, events: &[Value], at: DateTime<Utc>) -> Webhook {
        let events: Vec<String> = events.iter().map(Value::to_string).collect();
        let body = format!("[{}]\r\n", events.join(",\r\n"));
        let timestamp = at.timestamp().to_string();
        let signed = [timestamp.as_bytes(), body.as_bytes()].concat();
        let signature: DerSignature = SigningKey::from(signing_key()).sign(&signed);
        Webhook {
            headers: vec![
                ("content-type".to_owned(), "application/json".to_owned()),
                (
                    "X-Twilio-Email-Event-Webhook-Signature".to_owned(),
                    STANDARD.encode(signature.as_bytes()),
                ),
                ("X-Twilio-Email-Event-Webhook-Timestamp".to_owned(), timestamp),
            ],
            body: body.into_bytes(),
        }
    }
}

fn signing_key() -> SecretKey {
    SecretKey::from_slice(&[7; 32]).unwrap()
}

impl Inside {
    fn act(&mut self, request: &Request) -> Reply {
        let reply =
            self.admit(request)
                .and_then(|()| match (request.method.as_str(), request.path.as_str()) {
                    ("POST", "/v3/mail/send") => self.send(request),
                    ("GET", "/v3/scopes") => Ok(Reply::json(200, &json!({ "scopes": self.scopes }))),
                    (_, "/v3/mail/send" | "/v3/scopes") => Err(error(405, "method not allowed", None)),
                    _ => Err(error(404, "not found", None)),
                });
        let reply = reply.unwrap_or_else(|refusal| refusal);
        reply
            .with("x-ratelimit-limit", 600)
            .with("x-ratelimit-remaining", self.left.unwrap_or(599))
            .with("x-ratelimit-reset", self.reset.timestamp())
    }

    fn admit(&mut self, request: &Request) -> Result<(), Reply> {
        if request.header("authorization") != Some(&format!("Bearer {KEY}")) {
            let why = "The provided authorization grant is invalid, expired, or revoked";
            return Err(error(401, why, None));
        }
        if request.header("accept") != Some("application/json") {
            return Err(error(406, "Accept must be application/json", None));
        }
        match &mut self.left {
            Some(0) => Err(error(429, "too many requests", None)),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn send(&mut self, request: &Request) -> Result<Reply, Reply> {
        if !self.scopes.contains(&"mail.send") {
            return Err(error(403, "access forbidden", None));
        }
        if request.body.len() > 30 * 1024 * 1024 {
            return Err(error(413, "The message is too large", None));
        }
        let mail = request.json().ok_or_else(|| error(400, "Bad Request", None))?;
        check(&mail)?;
        let message_id = hex::encode(&Uuid::new_v4().as_bytes()[..11]);
        let reply = Reply::new(202).with("x-message-id", &message_id);
        self.accepted.push(Accepted { message_id, mail });
        Ok(reply)
    }
}

fn check(mail: &Value) -> Result<(), Reply> {
    let bad = |field: &str, why: &str| Err(error(400, why, Some(field)));
    let groups = mail["personalizations"].as_array().cloned().unwrap_or_default();
    if !(1..=1000).contains(&groups.len()) {
        return bad(
            "personalizations",
            "The personalizations field is required and must have at least one.",
        );
    }
    let mut seen = HashSet::new();
    for (at, group) in groups.iter().enumerate() {
        let to = group["to"].as_array().cloned().unwrap_or_default();
        if to.is_empty() {
            return bad(&format!("personalizations.{at}.to"), "The to array is required.");
        }
        for key in ["to", "cc", "bcc"] {
            for (nth, one) in group[key].as_array().into_iter().flatten().enumerate() {
                let address = one["email"].as_str().unwrap_or_default().to_lowercase();
                let field = format!("personalizations.{at}.{key}.{nth}.email");
                if !is_address(&address) {
                    return bad(&field, "Does not contain a valid address.");
                }
                if !seen.insert(address) {
                    return bad("personalizations", "Each email address should be unique.");
                }
            }
        }
        let named = group["custom_args"].as_object().into_iter().flatten();
        if named.into_iter().any(|(_, value)| !value.is_string()) {
            return bad("personalizations.custom_args", "Custom args must be strings.");
        }
    }
    if seen.len() > 1000 {
        let why = "There is a limit of 1000 total recipients (to + cc + bcc) per request.";
        return bad("personalizations", why);
    }
    if !mail["from"]["email"].as_str().is_some_and(is_address) {
        return bad("from.email", "The from email does not contain a valid address.");
    }
    if mail["subject"].as_str().unwrap_or_default().is_empty() {
        return bad("subject", "The subject is required.");
    }
    let content = mail["content"].as_array().cloned().unwrap_or_default();
    if content.is_empty()
        || content
            .iter()
            .any(|part| part["value"].as_str().unwrap_or_default().is_empty())
    {
        return bad(
            "content",
            "The content value must be a string at least one character in length.",
        );
    }
    let text = content.iter().position(|part| part["type"] == "text/plain");
    if text.is_some_and(|at| at != 0) {
        return bad("content", "If present, text/plain must be the first content.");
    }
    if mail["categories"].as_array().is_some_and(|all| all.len() > 10) {
        return bad("categories", "There is a limit of 10 categories.");
    }
    Ok(())
}

fn is_address(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
}

pub fn error(status: u16, message: &str, field: Option<&str>) -> Reply {
    let error = json!({ "message": message, "field": field, "help": null });
    Reply::json(status, &json!({ "errors": [error] }))
}
