//! A bucket on this machine: keeps objects in memory, checks every signature as AWS describes it, and answers
//! badly when told to.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use actix_web::http::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use actix_web::http::{Method, StatusCode};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use waymark::platform::storage::ByteRange;

pub const ACCESS_KEY: &str = "AKIATEST";
pub const SECRET_KEY: &str = "not/a+secret";
pub const REGION: &str = "eu-test-1";
pub const BUCKET: &str = "objects";

/// A running bucket; stops with the test.
pub struct FakeBucket {
    port: u16,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Default)]
struct Inside {
    objects: HashMap<String, Object>,
    scripted: VecDeque<u16>,
    requests: usize,
    keys: Vec<String>,
}

#[derive(Clone)]
struct Object {
    body: web::Bytes,
    mime: String,
}

impl FakeBucket {
    pub fn start() -> FakeBucket {
        let inside = Arc::new(Mutex::new(Inside::default()));
        let shared = inside.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::from(shared.clone()))
                .app_data(web::PayloadConfig::new(16 * 1024 * 1024))
                .default_service(web::to(answer))
        });
        let server = server
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .unwrap();
        let port = server.addrs().first().unwrap().port();
        actix_web::rt::spawn(server.run());
        FakeBucket { port, inside }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The next requests get these statuses and change nothing.
    pub fn answer_next<const N: usize>(&self, statuses: [u16; N]) {
        self.inside.lock().unwrap().scripted.extend(statuses);
    }

    pub fn requests(&self) -> usize {
        self.inside.lock().unwrap().requests
    }

    pub fn keys_seen(&self) -> Vec<String> {
        self.inside.lock().unwrap().keys.clone()
    }
}

async fn answer(request: HttpRequest, body: web::Bytes, inside: web::Data<Mutex<Inside>>) -> HttpResponse {
    let mut inside = inside.lock().unwrap();
    inside.requests += 1;
    if let Some(status) = inside.scripted.pop_front() {
        return refusal(status, "Scripted");
    }
    if !is_signed(&request) {
        return refusal(403, "SignatureDoesNotMatch");
    }
    let Some(key) = request.path().strip_prefix(&format!("/{BUCKET}/")) else {
        return refusal(404, "NoSuchBucket");
    };
    inside.keys.push(key.to_owned());
    match *request.method() {
        Method::PUT => store(&mut inside, &request, key, body),
        Method::GET => inside
            .objects
            .get(key)
            .map_or_else(|| refusal(404, "NoSuchKey"), |object| send(&request, object)),
        Method::DELETE => {
            inside.objects.remove(key);
            HttpResponse::NoContent().finish()
        }
        _ => refusal(405, "MethodNotAllowed"),
    }
}

fn store(inside: &mut Inside, request: &HttpRequest, key: &str, body: web::Bytes) -> HttpResponse {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    if header(CONTENT_LENGTH) != Some(body.len().to_string()) {
        return refusal(411, "MissingContentLength");
    }
    let mime = header(CONTENT_TYPE).unwrap_or_default();
    inside.objects.insert(key.to_owned(), Object { body, mime });
    HttpResponse::Ok().finish()
}

fn send(request: &HttpRequest, object: &Object) -> HttpResponse {
    let total = object.body.len() as u64;
    let Some(header) = request.headers().get(RANGE) else {
        return HttpResponse::Ok()
            .content_type(object.mime.as_str())
            .body(object.body.clone());
    };
    let Some(part) = ByteRange::parse(header.to_str().unwrap()).unwrap().within(total) else {
        return HttpResponse::RangeNotSatisfiable()
            .insert_header((CONTENT_RANGE, format!("bytes */{total}")))
            .finish();
    };
    let shown = format!("bytes {}-{}/{total}", part.start, part.end - 1);
    let (from, to) = (
        usize::try_from(part.start).unwrap(),
        usize::try_from(part.end).unwrap(),
    );
    HttpResponse::PartialContent()
        .content_type(object.mime.as_str())
        .insert_header((CONTENT_RANGE, shown))
        .body(object.body.slice(from..to))
}

fn refusal(status: u16, code: &str) -> HttpResponse {
    let document = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>");
    HttpResponse::build(StatusCode::from_u16(status).unwrap())
        .content_type("application/xml")
        .body(document)
}

/// Recomputes the signature of a presigned request, following "Authenticating Requests: Using Query Parameters"
/// of the Amazon S3 API reference.
fn is_signed(request: &HttpRequest) -> bool {
    let query: BTreeMap<&str, &str> = request
        .query_string()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let (Some(signature), Some(time)) = (query.get("X-Amz-Signature"), query.get("X-Amz-Date")) else {
        return false;
    };
    let day = time.get(..8).unwrap_or_default();
    let scope = format!("{day}/{REGION}/s3/aws4_request");
    let credential = format!("{ACCESS_KEY}/{scope}").replace('/', "%2F");
    let signed_headers = query.get("X-Amz-SignedHeaders") == Some(&"host");
    let algorithm = query.get("X-Amz-Algorithm") == Some(&"AWS4-HMAC-SHA256");
    let known = algorithm && signed_headers && query.get("X-Amz-Credential") == Some(&credential.as_str());
    known && *signature == expected_signature(request, &query, time, &scope)
}

fn expected_signature(
    request: &HttpRequest,
    query: &BTreeMap<&str, &str>,
    time: &str,
    scope: &str,
) -> String {
    let others = query.iter().filter(|(name, _)| **name != "X-Amz-Signature");
    let canonical_query = others
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&");
    let host = request.headers().get("host").unwrap().to_str().unwrap();
    let canonical = format!(
        "{}\n{}\n{canonical_query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD",
        request.method(),
        request.uri().path()
    );
    let hashed = hex::encode(Sha256::digest(canonical.as_bytes()));
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashed}");
    let first = format!("AWS4{SECRET_KEY}").into_bytes();
    let key = scope.split('/').fold(first, |key, part| keyed_hash(&key, part));
    hex::encode(keyed_hash(&key, &to_sign))
}

fn keyed_hash(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
