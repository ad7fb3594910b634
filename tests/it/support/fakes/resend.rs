//! Resend on this machine.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;
use uuid::Uuid;

use super::server::{Fault, Reply, Request, Server};
use super::webhook::Webhook;

pub const KEY: &str = "re_test_123456789";
pub const SENDING_KEY: &str = "re_sending_123456789";
pub const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub const DOMAIN: &str = "example.org";

/// A running Resend.
pub struct FakeResend {
    server: Server,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Default)]
struct Inside {
    accepted: Vec<Accepted>,
    answered: HashMap<String, Answered>,
    /// Requests still taken in this window; `None` for no limit.
    left: Option<u32>,
    suspended: bool,
}

/// A mail that was taken over.
#[derive(Debug, Clone)]
pub struct Accepted {
    pub id: String,
    pub mail: Value,
}

struct Answered {
    payload: [u8; 32],
    reply: Reply,
}

impl FakeResend {
    pub async fn start() -> FakeResend {
        let inside = Arc::new(Mutex::new(Inside::default()));
        let shared = inside.clone();
        let server = Server::start(move |request| shared.lock().unwrap().act(request)).await;
        FakeResend { server, inside }
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

    /// Only so many more requests are taken before the rate limit is reached.
    pub fn take_only(&self, requests: u32) {
        self.inside.lock().unwrap().left = Some(requests);
    }

    pub fn suspend(&self) {
        self.inside.lock().unwrap().suspended = true;
    }

    /// What Resend reports about a mail, as its magic recipients decide.
    pub fn story_of(&self, mail: &Accepted, at: DateTime<Utc>) -> Vec<Webhook> {
        let to = mail.mail["to"][0].as_str().unwrap();
        let kinds: &[&str] = match to {
            to if to.contains("bounced@resend.dev") => &["email.sent", "email.bounced"],
            to if to.contains("complained@resend.dev") => {
                &["email.sent", "email.delivered", "email.complained"]
            }
            _ => &["email.sent", "email.delivered", "email.opened", "email.clicked"],
        };
        let moments = (0..).map(|second| at + TimeDelta::seconds(second));
        kinds
            .iter()
            .zip(moments)
            .map(|(kind, at)| self.report(kind, mail, at))
            .collect()
    }

    /// One report.
    pub fn report(&self, kind: &str, mail: &Accepted, at: DateTime<Utc>) -> Webhook {
        let moment = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let tags = mail.mail["tags"].as_array().unwrap();
        let tags = tags
            .iter()
            .map(|tag| (tag["name"].as_str().unwrap().to_owned(), tag["value"].clone()));
        let mut data = json!({
            "email_id": mail.id, "created_at": moment, "from": mail.mail["from"],
            "to": mail.mail["to"], "subject": mail.mail["subject"],
            "tags": Value::Object(tags.collect()),
        });
        match kind {
            "email.bounced" => {
                data["bounce"] = json!({
                    "type": "Permanent", "subType": "General", "message": "No such mailbox",
                    "diagnosticCode": ["smtp; 550 5.1.1 user unknown"],
                });
            }
            "email.clicked" => {
                data["click"] = json!({
                    "ipAddress": "192.0.2.7", "link": "https://example.org/vote",
                    "timestamp": moment, "userAgent": "Mozilla/5.0",
                });
            }
            _ => {}
        }
        let body = json!({ "type": kind, "created_at": moment, "data": data });
        sign(&body.to_string(), at)
    }
}

/// Signs as Svix does; the identifier comes from the body, so that repetitions share it.
pub fn sign(body: &str, at: DateTime<Utc>) -> Webhook {
    let id = format!("msg_{}", hex::encode(&Sha256::digest(body)[..12]));
    let key = STANDARD
        .decode(WEBHOOK_SECRET.trim_start_matches("whsec_"))
        .unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{}.{body}", at.timestamp()).as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    Webhook {
        headers: vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("svix-id".to_owned(), id),
            ("svix-timestamp".to_owned(), at.timestamp().to_string()),
            ("svix-signature".to_owned(), format!("v1a,bm8= v1,{signature}")),
        ],
        body: body.as_bytes().to_vec(),
    }
}

impl Inside {
    fn act(&mut self, request: &Request) -> Reply {
        let reply =
            self.admit(request)
                .and_then(|()| match (request.method.as_str(), request.path.as_str()) {
                    ("POST", "/emails") => self.send(request),
                    ("GET", "/domains") => Ok(domains(request)?),
                    (_, "/emails" | "/domains") => {
                        Err(error(405, "method_not_allowed", "Method is not allowed"))
                    }
                    _ => Err(error(404, "not_found", "The requested endpoint does not exist")),
                });
        let reply = reply.unwrap_or_else(|refusal| refusal);
        reply
            .with("ratelimit-limit", 5)
            .with("ratelimit-remaining", self.left.unwrap_or(4))
            .with("ratelimit-reset", 1)
    }

    fn admit(&mut self, request: &Request) -> Result<(), Reply> {
        if request.header("user-agent").is_none() {
            return Err(error(403, "invalid_permission", "A User-Agent is required"));
        }
        let Some(key) = request
            .header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
        else {
            return Err(error(
                401,
                "missing_api_key",
                "Missing API key in the authorization header",
            ));
        };
        if ![KEY, SENDING_KEY].contains(&key) {
            return Err(error(
                403,
                "invalid_api_key",
                &format!("API key {key} is invalid"),
            ));
        }
        if self.suspended {
            return Err(error(403, "suspended_api_key", "This account is suspended"));
        }
        match &mut self.left {
            Some(0) => {
                let refusal = error(429, "rate_limit_exceeded", "Too many requests");
                Err(refusal.with("retry-after", 2))
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn send(&mut self, request: &Request) -> Result<Reply, Reply> {
        let payload: [u8; 32] = Sha256::digest(&request.body).into();
        let key = request.header("idempotency-key").map(str::to_owned);
        if key.as_ref().is_some_and(|key| key.is_empty() || key.len() > 256) {
            return Err(error(
                400,
                "invalid_idempotency_key",
                "The key must have 1 to 256 characters",
            ));
        }
        if let Some(earlier) = key.as_ref().and_then(|key| self.answered.get(key)) {
            return match earlier.payload == payload {
                true => Ok(earlier.reply.clone()),
                false => Err(error(
                    409,
                    "invalid_idempotent_request",
                    "Same key, other payload",
                )),
            };
        }
        let mail = request
            .json()
            .ok_or_else(|| error(400, "validation_error", "The body is not JSON"))?;
        check(&mail)?;
        let id = Uuid::new_v4().to_string();
        let reply = Reply::json(200, &json!({ "id": id }));
        self.accepted.push(Accepted { id, mail });
        if let Some(key) = key {
            let reply = reply.clone();
            self.answered.insert(key, Answered { payload, reply });
        }
        Ok(reply)
    }
}

fn domains(request: &Request) -> Result<Reply, Reply> {
    if request.header("authorization").unwrap().ends_with(SENDING_KEY) {
        let why = "This API key is restricted to only send emails";
        return Err(error(401, "restricted_api_key", why));
    }
    let domains = json!({ "data": [{ "id": Uuid::new_v4(), "name": DOMAIN, "status": "verified" }] });
    Ok(Reply::json(200, &domains))
}

fn check(mail: &Value) -> Result<(), Reply> {
    for field in ["from", "to", "subject"] {
        if mail.get(field).is_none_or(Value::is_null) {
            let why = format!("Missing `{field}` field.");
            return Err(error(422, "missing_required_field", &why));
        }
    }
    if mail.get("html").is_none() && mail.get("text").is_none() {
        return Err(error(
            422,
            "missing_required_field",
            "Missing `html` or `text` field.",
        ));
    }
    let to = match &mail["to"] {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    if !(1..=50).contains(&to.len()) || !to.iter().all(|to| to.as_str().is_some_and(is_mailbox)) {
        return Err(error(422, "validation_error", "Invalid `to` field."));
    }
    let from = mail["from"].as_str().filter(|from| is_mailbox(from));
    let from = from.ok_or_else(|| error(422, "validation_error", "Invalid `from` field."))?;
    if !from.trim_end_matches('>').ends_with(&format!("@{DOMAIN}")) {
        return Err(error(403, "validation_error", "The domain is not verified."));
    }
    let tags = mail
        .get("tags")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let plain = |tag: &Value, part: &str| {
        let text = tag[part].as_str().unwrap_or_default();
        let fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        !text.is_empty() && text.len() <= 256 && text.chars().all(fine)
    };
    if !tags.iter().all(|tag| plain(tag, "name") && plain(tag, "value")) {
        return Err(error(
            422,
            "invalid_parameter",
            "Tags hold ASCII letters, digits, - and _.",
        ));
    }
    Ok(())
}

fn is_mailbox(text: &str) -> bool {
    let address = text
        .rsplit_once('<')
        .map_or(text, |(_, end)| end.trim_end_matches('>'));
    address
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
}

pub fn error(status: u16, name: &str, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "statusCode": status, "name": name, "message": message }),
    )
}
