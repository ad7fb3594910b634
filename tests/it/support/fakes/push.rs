//! A push service and the browsers behind it, on this machine.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use aes_gcm::aead::Aead as _;
use aes_gcm::{Aes128Gcm, KeyInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hkdf::Hkdf;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::{PublicKey, SecretKey};
use serde_json::{Value, json};
use sha2::Sha256;

use super::server::{Fault, Reply, Request, Server};

/// A running push service with one browser.
pub struct FakePushService {
    server: Server,
    inside: Arc<Mutex<Inside>>,
}

struct Inside {
    browser: Browser,
    /// The key the subscription was made with.
    application_key: String,
    now: DateTime<Utc>,
    origin: String,
    gone: HashSet<String>,
    waiting: Vec<Received>,
}

/// What only the browser has.
#[derive(Clone)]
pub struct Browser {
    pub secret: SecretKey,
    pub auth: [u8; 16],
}

/// A push that was accepted and decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub plaintext: Vec<u8>,
    pub ttl: u64,
    pub urgency: Option<String>,
    pub topic: Option<String>,
    pub subject: String,
}

impl FakePushService {
    /// `application_key` is the portal's public key; `now` what its clock shows.
    pub async fn start(application_key: String, now: DateTime<Utc>) -> FakePushService {
        let inside = Arc::new(Mutex::new(Inside {
            browser: Browser {
                secret: SecretKey::from_slice(&[9; 32]).unwrap(),
                auth: [3; 16],
            },
            application_key,
            now,
            origin: String::new(),
            gone: HashSet::new(),
            waiting: Vec::new(),
        }));
        let shared = inside.clone();
        let server = Server::start(move |request| {
            let answered = shared.lock().unwrap().act(request);
            answered.unwrap_or_else(|refusal| refusal)
        })
        .await;
        inside.lock().unwrap().origin = server.base().origin().ascii_serialization();
        FakePushService { server, inside }
    }

    /// What the browser's JavaScript hands to the portal.
    pub fn subscription(&self) -> String {
        let browser = self.inside.lock().unwrap().browser.clone();
        let point = browser.secret.public_key().to_sec1_point(false);
        json!({
            "endpoint": format!("{}push/one", self.server.base()),
            "expirationTime": null,
            "keys": {
                "p256dh": URL_SAFE_NO_PAD.encode(point), "auth": URL_SAFE_NO_PAD.encode(browser.auth),
            },
        })
        .to_string()
    }

    pub fn next(&self, fault: Fault) {
        self.server.next(fault);
    }

    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// The owner has switched notifications off.
    pub fn forget(&self) {
        self.inside.lock().unwrap().gone.insert("/push/one".to_owned());
    }

    pub fn waiting(&self) -> Vec<Received> {
        self.inside.lock().unwrap().waiting.clone()
    }
}

impl Inside {
    fn act(&mut self, request: &Request) -> Result<Reply, Reply> {
        if self.gone.contains(&request.path) {
            return Err(Reply::new(410));
        }
        if request.method != "POST" || request.path != "/push/one" {
            return Err(Reply::new(404));
        }
        let ttl = request.header("ttl").and_then(|ttl| ttl.parse().ok());
        let ttl = ttl.ok_or_else(|| said(400, "TTL is missing"))?;
        if request.header("content-encoding") != Some("aes128gcm") {
            return Err(said(400, "Content-Encoding must be aes128gcm"));
        }
        if request.body.len() > 4096 {
            return Err(said(413, "Payload too large"));
        }
        let topic = request.header("topic").map(str::to_owned);
        if topic.as_ref().is_some_and(|topic| topic.len() > 32) {
            return Err(said(400, "Topic too long"));
        }
        let subject = self.identify(request)?;
        let plaintext =
            decrypt(&self.browser, &request.body).ok_or_else(|| said(400, "Cannot be decrypted"))?;
        if topic.is_some() {
            self.waiting.retain(|push| push.topic != topic);
        }
        self.waiting.push(Received {
            plaintext,
            ttl,
            urgency: request.header("urgency").map(str::to_owned),
            topic,
            subject,
        });
        Ok(Reply::new(201).with(
            "location",
            format!("{}/message/{}", self.origin, self.waiting.len()),
        ))
    }

    /// RFC 8292: who sends, and whether the token is for us, good, and by the key the subscription was made
    /// with.
    fn identify(&self, request: &Request) -> Result<String, Reply> {
        let header = request.header("authorization").unwrap_or_default();
        let (token, key) = header
            .strip_prefix("vapid t=")
            .and_then(|rest| rest.split_once(','))
            .and_then(|(token, key)| Some((token, key.trim().strip_prefix("k=")?)))
            .ok_or_else(|| said(401, "vapid is missing"))?;
        let claims = verified(token, key).ok_or_else(|| said(401, "The token is not signed by k"))?;
        if claims["aud"] != self.origin.as_str() {
            return Err(said(401, "The token is for another service"));
        }
        let until = DateTime::from_timestamp(claims["exp"].as_i64().unwrap_or_default(), 0).unwrap();
        if until < self.now || until > self.now + TimeDelta::hours(24) {
            return Err(said(401, "The token is too old or good for too long"));
        }
        if key != self.application_key {
            return Err(said(403, "The subscription was made with another key"));
        }
        Ok(claims["sub"].as_str().unwrap_or_default().to_owned())
    }
}

/// The claims of a token, if `key` signed it.
pub fn verified(token: &str, key: &str) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (head, claims) = signed.split_once('.')?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let head: Value = serde_json::from_slice(&decode(head)?).ok()?;
    if head != json!({ "typ": "JWT", "alg": "ES256" }) {
        return None;
    }
    let key = VerifyingKey::from_sec1_bytes(&decode(key)?).ok()?;
    let signature = Signature::from_slice(&decode(signature)?).ok()?;
    key.verify(signed.as_bytes(), &signature).ok()?;
    serde_json::from_slice(&decode(claims)?).ok()
}

/// RFC 8291 from the browser's side.
pub fn decrypt(browser: &Browser, body: &[u8]) -> Option<Vec<u8>> {
    let (salt, rest) = body.split_first_chunk::<16>()?;
    let (size, rest) = rest.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first()?;
    let (sender, sealed) = rest.split_at_checked(usize::from(*length))?;
    if u32::from_be_bytes(*size) < 18 || sealed.len() > u32::from_be_bytes(*size) as usize {
        return None;
    }
    let shared = browser
        .secret
        .diffie_hellman(&PublicKey::from_sec1_bytes(sender).ok()?);
    let own = browser.secret.public_key().to_sec1_point(false);
    let mut input = [0; 32];
    let about = [b"WebPush: info\0", own.as_bytes(), sender].concat();
    Hkdf::<Sha256>::new(Some(&browser.auth), shared.raw_secret_bytes())
        .expand(&about, &mut input)
        .ok()?;
    let keys = Hkdf::<Sha256>::new(Some(salt), &input);
    let (mut key, mut nonce) = ([0; 16], [0; 12]);
    keys.expand(b"Content-Encoding: aes128gcm\0", &mut key).ok()?;
    keys.expand(b"Content-Encoding: nonce\0", &mut nonce).ok()?;
    let opened = Aes128Gcm::new(&key.into()).decrypt(&nonce.into(), sealed).ok()?;
    // The delimiter 2, then any padding with zeros.
    let end = opened.iter().rposition(|byte| *byte != 0)?;
    (opened[end] == 2).then(|| opened[..end].to_vec())
}

fn said(status: u16, why: &str) -> Reply {
    let mut reply = Reply::new(status);
    reply.body = why.as_bytes().to_vec();
    reply
}
