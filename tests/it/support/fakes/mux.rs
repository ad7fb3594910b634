//! Mux on this machine: uploads by pieces, assets that take their time, tokens that it checks, reports that it signs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};
use sha2::Sha256;
use url::Url;

use super::server::{Fault, Reply, Request, Server};
use super::webhook::Webhook;

pub const TOKEN_ID: &str = "44c819de-4add-4c9f-b2e9-384a0a71bede";
pub const TOKEN_SECRET: &str = "INKxCoZ+cX6l1yrR6vqzYHVaeFEcqvZShznWM0U1No8KZ7h6Jxrr";
pub const WEBHOOK_SECRET: &str = "my_mux_webhook_secret";
pub const KEY_ID: &str = "JZCQTYrHUWxQl02ZuXAh3b00a7EQ5xBCkq1Wk02D2nj3E";
/// A throw-away key, as Mux shows it: base64 of a PEM file (PKCS #1).
pub const PRIVATE_KEY: &str = include_str!("mux_keys/private.txt");
const PUBLIC_KEY: &str = include_str!("mux_keys/public.txt");
/// Pieces are multiples of this, but for the last.
const GRANULE: usize = 256 * 1024;

/// A running Mux.
pub struct FakeMux {
    server: Server,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Default)]
struct Inside {
    base: String,
    uploads: BTreeMap<String, Upload>,
    assets: BTreeMap<String, Asset>,
    /// Numbers of what was made.
    made: usize,
    suspended: bool,
}

struct Upload {
    status: &'static str,
    passthrough: String,
    bytes: Vec<u8>,
    total: Option<usize>,
    asset: Option<String>,
}

/// A film there.
#[derive(Debug, Clone)]
pub struct Asset {
    pub upload: String,
    pub passthrough: String,
    pub status: &'static str,
    pub bytes: usize,
    pub playback: Option<String>,
}

impl FakeMux {
    pub async fn start() -> FakeMux {
        let inside = Arc::new(Mutex::new(Inside::default()));
        let shared = inside.clone();
        let server = Server::start(move |request| shared.lock().unwrap().act(request)).await;
        inside.lock().unwrap().base = server.base().as_str().trim_end_matches('/').to_owned();
        FakeMux { server, inside }
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

    /// The films there, by their ids.
    pub fn assets(&self) -> Vec<(String, Asset)> {
        let inside = self.inside.lock().unwrap();
        inside
            .assets
            .iter()
            .map(|(id, asset)| (id.clone(), asset.clone()))
            .collect()
    }

    /// How many uploads were begun.
    pub fn uploads(&self) -> usize {
        self.inside.lock().unwrap().uploads.len()
    }

    pub fn suspend(&self) {
        self.inside.lock().unwrap().suspended = true;
    }

    /// Everything that is being prepared becomes this.
    pub fn finish(&self, status: &'static str) {
        for asset in self.inside.lock().unwrap().assets.values_mut() {
            if asset.status == "preparing" {
                asset.status = status;
            }
        }
    }

    /// What Mux reports about a film from its upload to its end.
    pub fn story_of(&self, id: &str, asset: &Asset, at: DateTime<Utc>) -> Vec<Webhook> {
        let playback = json!([{ "id": asset.playback, "policy": "signed" }]);
        let told = json!({ "id": id, "upload_id": asset.upload, "passthrough": asset.passthrough, "status": asset.status,
            "created_at": at.timestamp(), "playback_ids": playback, "duration": 12.5,
            "errors": { "type": "invalid_input", "messages": ["The input is not a video."] } });
        let upload = json!({ "id": asset.upload, "asset_id": id, "status": "asset_created",
            "new_asset_settings": { "passthrough": asset.passthrough } });
        let end = match asset.status {
            "errored" => "video.asset.errored",
            _ => "video.asset.ready",
        };
        vec![
            report("video.upload.asset_created", "upload", &asset.upload, &upload, at),
            report("video.asset.created", "asset", id, &told, at),
            report(end, "asset", id, &told, at),
        ]
    }

    /// The claims of a token that opens this film, when it does.
    pub fn opened(&self, address: &str, now: DateTime<Utc>) -> Result<Value, String> {
        let url = Url::parse(address).map_err(|error| error.to_string())?;
        let playback = url.path().trim_start_matches('/').trim_end_matches(".m3u8");
        let token = url
            .query()
            .and_then(|query| query.strip_prefix("token="))
            .ok_or("no token")?;
        let (said, signature) = token.rsplit_once('.').ok_or("no signature")?;
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, STANDARD.decode(PUBLIC_KEY).unwrap());
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|error| error.to_string())?;
        key.verify(said.as_bytes(), &signature)
            .map_err(|_| "a wrong signature")?;
        let (header, claims) = said.split_once('.').ok_or("no claims")?;
        let read =
            |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
        let (header, claims) = (read(header), read(claims));
        let kid = header.get("kid").or(claims.get("kid")).cloned();
        if header["alg"] != "RS256" || kid != Some(json!(KEY_ID)) {
            return Err("another key".to_owned());
        }
        if claims["sub"] != playback || claims["aud"] != "v" {
            return Err("for something else".to_owned());
        }
        match claims["exp"].as_i64() {
            Some(exp) if exp > now.timestamp() => Ok(claims),
            _ => Err("expired".to_owned()),
        }
    }
}

/// One report, signed as Mux does.
pub fn report(kind: &str, object: &str, id: &str, data: &Value, at: DateTime<Utc>) -> Webhook {
    let body = json!({
        "type": kind, "id": format!("{kind}-{id}"), "object": { "type": object, "id": id },
        "environment": { "name": "Production", "id": "abc" }, "data": data, "attempts": [], "request_id": null,
        "created_at": at.to_rfc3339_opts(SecondsFormat::Millis, true), "accessor": null, "accessor_source": null,
    });
    sign(&body.to_string(), at, WEBHOOK_SECRET)
}

/// Signs a body.
pub fn sign(body: &str, at: DateTime<Utc>, secret: &str) -> Webhook {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{}.{body}", at.timestamp()).as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    Webhook {
        headers: vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            (
                "mux-signature".to_owned(),
                format!("t={},v1={signature}", at.timestamp()),
            ),
        ],
        body: body.as_bytes().to_vec(),
    }
}

fn data(status: u16, data: &Value) -> Reply {
    Reply::json(status, &json!({ "data": data }))
}

fn error(status: u16, kind: &str, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "error": { "type": kind, "messages": [message] } }),
    )
}

impl Inside {
    fn act(&mut self, request: &Request) -> Reply {
        let path: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        if let ["put", upload] = path.as_slice() {
            return self.receive(upload, request);
        }
        if let Err(refusal) = self.admit(request) {
            return refusal;
        }
        match (request.method.as_str(), path.as_slice()) {
            ("POST", ["video", "v1", "uploads"]) => self.begin(request),
            ("GET", ["video", "v1", "uploads"]) => {
                let all: Vec<Value> = self.uploads.keys().map(|id| self.upload(id)).collect();
                data(200, &json!(all))
            }
            ("GET", ["video", "v1", "uploads", id]) if self.uploads.contains_key(*id) => {
                data(200, &self.upload(id))
            }
            ("GET", ["video", "v1", "assets"]) => data(200, &json!([])),
            ("GET", ["video", "v1", "assets", id]) if self.assets.contains_key(*id) => {
                data(200, &self.asset(id))
            }
            ("DELETE", ["video", "v1", "assets", id]) if self.assets.remove(*id).is_some() => Reply::new(204),
            ("GET", ["system", "v1", "signing-keys", KEY_ID]) => data(200, &json!({ "id": KEY_ID })),
            _ => error(
                404,
                "not_found",
                "The requested resource either doesn't exist or you don't have access to it",
            ),
        }
    }

    fn admit(&self, request: &Request) -> Result<(), Reply> {
        let wanted = format!("Basic {}", STANDARD.encode(format!("{TOKEN_ID}:{TOKEN_SECRET}")));
        match request.header("authorization") == Some(&wanted) && !self.suspended {
            true => Ok(()),
            false => Err(error(401, "unauthorized", "Unauthorized request")),
        }
    }

    fn begin(&mut self, request: &Request) -> Reply {
        let body = request.json().unwrap_or_default();
        let settings = &body["new_asset_settings"];
        let timeout = body["timeout"].as_u64().unwrap_or(3_600);
        if settings["playback_policies"] != json!(["signed"]) || !(60..=604_800).contains(&timeout) {
            return error(400, "invalid_parameters", "Unknown or invalid parameters");
        }
        self.made += 1;
        let id = format!("upload{}", self.made);
        let upload = Upload {
            status: "waiting",
            passthrough: settings["passthrough"].as_str().unwrap_or_default().to_owned(),
            bytes: Vec::new(),
            total: None,
            asset: None,
        };
        self.uploads.insert(id.clone(), upload);
        data(201, &self.upload(&id))
    }

    fn upload(&self, id: &str) -> Value {
        let upload = &self.uploads[id];
        let mut told = json!({
            "id": id, "status": upload.status, "timeout": 3_600,
            "new_asset_settings": { "passthrough": upload.passthrough, "playback_policies": ["signed"] },
        });
        match &upload.asset {
            Some(asset) => told["asset_id"] = json!(asset),
            None => told["url"] = json!(format!("{}/put/{id}", self.base)),
        }
        told
    }

    fn asset(&self, id: &str) -> Value {
        let asset = &self.assets[id];
        let playback: Vec<Value> = asset
            .playback
            .iter()
            .map(|id| json!({ "id": id, "policy": "signed" }))
            .collect();
        json!({ "id": id, "status": asset.status, "upload_id": asset.upload, "passthrough": asset.passthrough,
            "playback_ids": playback, "created_at": "1609869152" })
    }

    /// A piece, or a question where to go on (Google Cloud Storage, resumable uploads).
    fn receive(&mut self, id: &str, request: &Request) -> Reply {
        let Some(upload) = self.uploads.get_mut(id) else {
            return Reply::new(404);
        };
        let range = request.header("content-range").unwrap_or_default().to_owned();
        let Some((part, total)) = range
            .strip_prefix("bytes ")
            .and_then(|range| range.split_once('/'))
        else {
            return Reply::new(400);
        };
        let total: usize = total.parse().unwrap();
        if let Some((from, to)) = part.split_once('-') {
            let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
            let is_last = to + 1 == total;
            if from != upload.bytes.len()
                || request.body.len() != to + 1 - from
                || (!is_last && request.body.len() % GRANULE != 0)
            {
                return Reply::new(400);
            }
            upload.bytes.extend_from_slice(&request.body);
        }
        upload.total = Some(total);
        match upload.bytes.len() {
            0 => Reply::new(308),
            all if all == total => {
                self.settle(id);
                Reply::new(200)
            }
            some => Reply::new(308).with("range", format!("bytes=0-{}", some - 1)),
        }
    }

    fn settle(&mut self, id: &str) {
        let upload = self.uploads.get_mut(id).unwrap();
        if upload.asset.is_some() {
            return;
        }
        let asset = format!("asset-of-{id}");
        (upload.status, upload.asset) = ("asset_created", Some(asset.clone()));
        let made = Asset {
            upload: id.to_owned(),
            passthrough: upload.passthrough.clone(),
            status: "preparing",
            bytes: upload.bytes.len(),
            playback: Some(format!("playback-of-{id}")),
        };
        self.assets.insert(asset, made);
    }
}
