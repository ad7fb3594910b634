//! Twilio on this machine.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;
use url::Url;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::server::{Fault, Reply, Request, Server};
use super::webhook::Webhook;

pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
pub const AUTH_TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub const API_KEY: &str = "SK0123456789abcdef0123456789abcdef";
pub const API_SECRET: &str = "a-secret-of-an-api-key";
pub const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";
/// A number that may send.
pub const NUMBER: &str = "+15005550006";

/// A running Twilio.
pub struct FakeTwilio {
    server: Server,
    inside: Arc<Mutex<Inside>>,
}

struct Inside {
    accepted: Vec<Accepted>,
    stopped: HashSet<String>,
    status: &'static str,
}

/// A message that was taken over.
#[derive(Debug, Clone)]
pub struct Accepted {
    pub sid: String,
    pub to: String,
    pub from: Option<String>,
    pub body: String,
    pub status_callback: Option<String>,
    /// When it was.
    pub at: SystemTime,
}

impl FakeTwilio {
    pub async fn start() -> FakeTwilio {
        let inside = Arc::new(Mutex::new(Inside {
            accepted: Vec::new(),
            stopped: HashSet::new(),
            status: "active",
        }));
        let shared = inside.clone();
        let server = Server::start(move |request| {
            let answered = shared.lock().unwrap().act(request);
            answered.unwrap_or_else(|refusal| refusal)
        })
        .await;
        FakeTwilio { server, inside }
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

    pub fn suspend(&self) {
        self.inside.lock().unwrap().status = "suspended";
    }

    /// How a message fares: one callback for each status, to be sent to its callback address.
    pub fn story_of(&self, message: &Accepted, statuses: &[&str], error: Option<u32>) -> Vec<Webhook> {
        let url = message.status_callback.as_deref().unwrap();
        let last = statuses.len() - 1;
        let report = |(at, status): (usize, &&str)| {
            let mut fields = vec![
                ("SmsSid", message.sid.clone()),
                ("SmsStatus", (*status).to_owned()),
                ("MessageStatus", (*status).to_owned()),
                ("To", message.to.clone()),
                ("MessageSid", message.sid.clone()),
                ("AccountSid", ACCOUNT.to_owned()),
                ("From", message.from.clone().unwrap_or_else(|| NUMBER.to_owned())),
                ("ApiVersion", "2010-04-01".to_owned()),
                ("RawDlrDoneDate", "2611291432".to_owned()),
            ];
            if let Some(code) = error.filter(|_| at == last) {
                fields.push(("ErrorCode", code.to_string()));
            }
            let token = format!("{}-{status}", message.sid);
            call(url, &fields, &token)
        };
        statuses.iter().enumerate().map(report).collect()
    }

    /// A message from a phone. STOP, START and HELP are understood, as with Advanced Opt-Out.
    pub fn inbound(&self, url: &str, from: &str, body: &str) -> Webhook {
        let sid = sid("SM");
        let mut fields = vec![
            ("ToCountry", "CA".to_owned()),
            ("ToState", "".to_owned()),
            ("SmsMessageSid", sid.clone()),
            ("NumMedia", "0".to_owned()),
            ("SmsSid", sid.clone()),
            ("FromCity", "".to_owned()),
            ("Body", body.to_owned()),
            ("To", NUMBER.to_owned()),
            ("NumSegments", "1".to_owned()),
            ("MessageSid", sid.clone()),
            ("AccountSid", ACCOUNT.to_owned()),
            ("From", from.to_owned()),
        ];
        let word = body.trim().to_uppercase();
        if matches!(word.as_str(), "STOP" | "START" | "HELP") {
            fields.push(("OptOutType", word.clone()));
        }
        let mut inside = self.inside.lock().unwrap();
        match word.as_str() {
            "STOP" => drop(inside.stopped.insert(from.to_owned())),
            "START" => drop(inside.stopped.remove(from)),
            _ => {}
        }
        call(url, &fields, &format!("{sid}-inbound"))
    }
}

/// A signed request with a form.
pub fn call(url: &str, fields: &[(&str, String)], token: &str) -> Webhook {
    let sorted: BTreeMap<_, _> = fields.iter().map(|(name, value)| (*name, value)).collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(AUTH_TOKEN.as_bytes()).unwrap();
    mac.update(url.as_bytes());
    for (name, value) in sorted {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let mut body = Serializer::new(String::new());
    body.extend_pairs(fields);
    Webhook {
        headers: vec![
            (
                "content-type".to_owned(),
                "application/x-www-form-urlencoded".to_owned(),
            ),
            ("X-Twilio-Signature".to_owned(), signature),
            ("I-Twilio-Idempotency-Token".to_owned(), token.to_owned()),
        ],
        body: body.finish().into_bytes(),
    }
}

impl Inside {
    fn act(&mut self, request: &Request) -> Result<Reply, Reply> {
        let login = |user, secret| format!("Basic {}", STANDARD.encode(format!("{user}:{secret}")));
        let authorization = request.header("authorization").unwrap_or_default();
        if ![login(ACCOUNT, AUTH_TOKEN), login(API_KEY, API_SECRET)].contains(&authorization.to_owned()) {
            return Err(error(401, 20003, "Authenticate"));
        }
        let account = format!("/2010-04-01/Accounts/{ACCOUNT}");
        let rest = request.path.strip_prefix(&account);
        match (request.method.as_str(), rest) {
            ("GET", Some(".json")) => {
                let account = json!({ "sid": ACCOUNT, "status": self.status, "type": "Full" });
                Ok(Reply::json(200, &account))
            }
            ("POST", Some("/Messages.json")) => self.send(request),
            _ => Err(error(404, 20404, "The requested resource was not found")),
        }
    }

    fn send(&mut self, request: &Request) -> Result<Reply, Reply> {
        if request.header("content-type") != Some("application/x-www-form-urlencoded") {
            return Err(error(400, 20001, "The body is no form"));
        }
        let to = request.field("To").unwrap_or_default();
        let (from, service) = (request.field("From"), request.field("MessagingServiceSid"));
        let body = request.field("Body").unwrap_or_default();
        match (from.as_deref(), service.as_deref()) {
            (None, None) => return Err(error(400, 21603, "A 'From' phone number is required.")),
            (Some(NUMBER), None) | (None, Some(SERVICE)) => {}
            (Some("+15005550001"), _) => return Err(error(400, 21212, "The 'From' number is not valid.")),
            _ => {
                return Err(error(
                    400,
                    21606,
                    "The From phone number is not valid for your account.",
                ));
            }
        }
        if body.is_empty() {
            return Err(error(400, 21602, "Message body is required."));
        }
        if body.chars().count() > 1600 {
            return Err(error(400, 21617, "The body exceeds the 1600 character limit."));
        }
        let digits = to.strip_prefix('+').unwrap_or_default();
        let is_number = (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || to == "+15005550001" {
            return Err(error(400, 21211, "The 'To' number is not a valid phone number."));
        }
        if to == "+15005550009" {
            return Err(error(400, 21614, "'To' number is not a valid mobile number"));
        }
        if self.stopped.contains(&to) {
            return Err(error(400, 21610, "Attempt to send to unsubscribed recipient"));
        }
        let message = Accepted {
            sid: sid("SM"),
            to,
            from,
            body,
            status_callback: request.field("StatusCallback"),
            at: SystemTime::now(),
        };
        let reply = Reply::json(201, &described(&message, service));
        self.accepted.push(message);
        Ok(reply)
    }
}

fn described(message: &Accepted, service: Option<String>) -> Value {
    let uri = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{}", message.sid);
    let status = if service.is_some() { "accepted" } else { "queued" };
    json!({
        "sid": message.sid, "account_sid": ACCOUNT, "api_version": "2010-04-01", "body": message.body,
        "date_created": "Sun, 29 Nov 2026 14:32:00 +0000", "date_sent": null,
        "date_updated": "Sun, 29 Nov 2026 14:32:00 +0000", "direction": "outbound-api",
        "error_code": null, "error_message": null, "from": message.from, "to": message.to,
        "messaging_service_sid": service, "num_media": "0", "num_segments": "1", "price": null,
        "price_unit": "USD", "status": status, "uri": format!("{uri}.json"),
        "subresource_uris": { "media": format!("{uri}/Media.json") },
    })
}

fn sid(kind: &str) -> String {
    format!("{kind}{}", Uuid::new_v4().simple())
}

pub fn error(status: u16, code: u32, message: &str) -> Reply {
    let body = json!({
        "code": code, "message": message, "status": status,
        "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
    });
    Reply::json(status, &body)
}
