//! An HTTP client that behaves as a browser does, except that it shows every redirect.
//!
//! It keeps cookies, says where a request comes from (`Origin`, `Sec-Fetch-*`, `Referer`) and asks
//! for HTML. Another [`Client`] is another browser: nothing is shared between two of them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::page::Page;

/// Longer than any answer may take, shorter than the patience of the test runner.
const TIMEOUT: Duration = Duration::from_secs(30);

/// One browser's worth of cookies at one portal. Clones share the cookies.
#[derive(Clone)]
pub struct Client {
    base: Url,
    jar: Arc<Jar>,
    browser: reqwest::Client,
    program: reqwest::Client,
}

/// How a page's own script fetches a fragment: what htmx 4 puts on its requests.
pub const PARTIAL: [(&str, &str); 5] = [
    ("HX-Request", "true"),
    ("HX-Request-Type", "partial"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Sec-Fetch-Mode", "cors"),
    ("Sec-Fetch-Dest", "empty"),
];

/// How a browser loads a document.
const NAVIGATION: [(&str, &str); 5] = [
    ("Sec-Fetch-Site", "same-origin"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-User", "?1"),
    ("Upgrade-Insecure-Requests", "1"),
];

impl Client {
    /// A browser that was never here before.
    pub fn new(base_url: &str) -> Self {
        install_crypto();
        let jar = Arc::new(Jar::default());
        Self {
            base: Url::parse(base_url).expect("the base URL is one"),
            browser: plain().cookie_provider(jar.clone()).build().unwrap(),
            program: plain().build().unwrap(),
            jar,
        }
    }

    /// The portal's address.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// A path or full URL as a full URL.
    pub fn url(&self, path: &str) -> Url {
        self.base.join(path).expect("the path makes a URL")
    }

    /// Another browser at the same portal.
    pub fn stranger(&self) -> Self {
        Self::new(self.base.as_str())
    }

    /// Opens a page as by a link. Redirects are answers like any other: see [`Page::follow`].
    pub async fn get(&self, path: &str) -> Page {
        self.send(self.navigation(Method::GET, path)).await
    }

    /// Fetches a fragment as htmx does.
    pub async fn get_partial(&self, path: &str) -> Page {
        self.send(self.partial(Method::GET, path)).await
    }

    /// Posts fields as a form of a same-origin page would, without looking at any page first.
    /// A portal that asks for a CSRF token refuses this; see [`Page::form`] for the real thing.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.navigation(Method::POST, path);
        self.send(
            request
                .header("Content-Type", URL_ENCODED)
                .body(url_encoded(fields)),
        )
        .await
    }

    /// The bytes of a file that is to be saved.
    pub async fn download(&self, path: &str) -> Vec<u8> {
        let response = self.navigation(Method::GET, path).send().await;
        let response = response.expect("the portal answers");
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.bytes().await.expect("the file arrives whole").to_vec()
    }

    /// [`Client::get`] of a portal that may be away: no answer at all is an answer, too.
    ///
    /// # Errors
    /// When nobody answers, or the answer breaks off.
    pub async fn try_get(&self, path: &str) -> reqwest::Result<Page> {
        self.try_send(self.navigation(Method::GET, path)).await
    }

    /// [`Client::post`] to a portal that may be away.
    ///
    /// # Errors
    /// As [`Client::try_get`].
    pub async fn try_post(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Result<Page> {
        let request = self.navigation(Method::POST, path);
        let body = url_encoded(fields);
        self.try_send(request.header("Content-Type", URL_ENCODED).body(body))
            .await
    }

    async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Page> {
        Page::try_read(request.send().await?).await
    }

    /// Begins a JSON call.
    pub fn api(&self, method: Method, path: &str) -> ApiRequest {
        ApiRequest {
            client: self.clone(),
            method,
            url: self.url(path),
            headers: vec![("Accept".to_owned(), "application/json".to_owned())],
            body: None,
        }
    }

    /// Sends exactly this, with the cookies but with no header that was not asked for:
    /// the way to a wrong token, a foreign origin, broken UTF-8, a body that is too long.
    pub async fn raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Page {
        let request = self
            .browser
            .request(method, self.url(path))
            .headers(header_map(headers));
        self.send(request.body(body.into())).await
    }

    /// The value of a cookie that would be sent to the portal.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let found = self.cookies().into_iter().find(|(cookie, _)| cookie == name);
        found.map(|(_, value)| value)
    }

    /// Every cookie that would be sent to the portal.
    pub fn cookies(&self) -> Vec<(String, String)> {
        let header = self.jar.cookies(&self.base);
        let text = header.as_ref().and_then(|header| header.to_str().ok());
        text.unwrap_or_default()
            .split("; ")
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Plants a cookie, in the syntax of `Set-Cookie`.
    pub fn set_cookie(&self, cookie: &str) {
        self.jar.add_cookie_str(cookie, &self.base);
    }

    pub(super) fn navigation(&self, method: Method, url: &str) -> RequestBuilder {
        self.request(method, url, &NAVIGATION)
    }

    pub(super) fn partial(&self, method: Method, url: &str) -> RequestBuilder {
        self.request(method, url, &PARTIAL)
    }

    pub(super) async fn send(&self, request: RequestBuilder) -> Page {
        let response = request.send().await;
        let response = response.unwrap_or_else(|error| panic!("no answer: {error:?}"));
        Page::read(response).await
    }

    fn request(&self, method: Method, url: &str, headers: &[(&str, &str)]) -> RequestBuilder {
        let request = self
            .browser
            .request(method.clone(), self.url(url))
            .headers(header_map(headers))
            .header("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
            .header("Accept-Language", "en");
        // A browser names the origin of what changes something, and of nothing it merely opens.
        match method {
            Method::GET | Method::HEAD => request,
            _ => request.header("Origin", self.base.origin().ascii_serialization()),
        }
    }
}

/// A JSON call in the making.
pub struct ApiRequest {
    client: Client,
    method: Method,
    url: Url,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

impl ApiRequest {
    /// Signs with a personal token. The call then carries no cookies, as a program's would not.
    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// The body, as JSON.
    pub fn json(mut self, body: impl Serialize) -> Self {
        self.body = Some(serde_json::to_string(&body).expect("the body can be JSON"));
        self.header("Content-Type", "application/json")
    }

    /// The body, whatever it is.
    pub fn body(mut self, content_type: &str, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self.header("Content-Type", content_type)
    }

    /// Asks that a repetition with this key be answered and not done again.
    pub fn idempotency_key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    /// Any other header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends the call.
    pub async fn send(self) -> ApiAnswer {
        let signed = self.headers.iter().any(|(name, _)| name == "Authorization");
        let sender = match signed {
            true => &self.client.program,
            false => &self.client.browser,
        };
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let mut request = sender
            .request(self.method, self.url)
            .headers(header_map(&headers));
        if let Some(body) = self.body {
            request = request.body(body);
        }
        let response = request.send().await;
        ApiAnswer::read(response.unwrap_or_else(|error| panic!("no answer: {error:?}"))).await
    }
}

/// What a JSON call was answered.
#[derive(Debug, Clone)]
pub struct ApiAnswer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// The body, or `Null` when it was empty or not JSON.
    pub json: Value,
    /// The body as it came.
    pub text: String,
}

impl ApiAnswer {
    async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("the answer can be read");
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self {
            status,
            headers,
            json,
            text,
        }
    }

    /// Panics unless the status is this one.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        let is = self.status.as_u16();
        assert_eq!(is, status, "the API answered {is}: {}", self.text);
        self
    }

    /// Panics unless the call succeeded.
    #[track_caller]
    pub fn expect_ok(self) -> Self {
        assert!(
            self.status.is_success(),
            "the API answered {}: {}",
            self.status,
            self.text
        );
        self
    }

    /// Panics unless the call was refused as RFC 9457 says, with a `type` that ends like this.
    #[track_caller]
    pub fn expect_problem(self, status: u16, type_suffix: &str) -> Self {
        let answer = self.expect_status(status);
        let content = answer
            .headers
            .get("content-type")
            .and_then(|value| value.to_str().ok());
        assert_eq!(content, Some("application/problem+json"), "{}", answer.text);
        assert_eq!(
            answer.json["status"], status,
            "the body's own status: {}",
            answer.text
        );
        let kind = answer.json["type"].as_str().unwrap_or_default();
        assert!(
            kind.ends_with(type_suffix),
            "the problem is of type {kind:?}: {}",
            answer.text
        );
        answer
    }

    /// The value at a JSON pointer (RFC 6901), for instance `/items/0/id`.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> &Value {
        let found = self.json.pointer(pointer);
        found.unwrap_or_else(|| panic!("nothing at {pointer} in {}", self.text))
    }
}

pub(super) const URL_ENCODED: &str = "application/x-www-form-urlencoded";

pub(super) fn url_encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// The TLS library wants a cryptography provider even for clients that only speak HTTP.
pub(super) fn install_crypto() {
    // An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn plain() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        // A connection kept for later may be one that the server is just closing.
        .pool_max_idle_per_host(0)
        .timeout(TIMEOUT)
        // The portal closes connections after five idle seconds; a browser would try again, this client does not race.
        .pool_idle_timeout(Duration::from_secs(1))
        .no_proxy()
        // Nothing here speaks TLS, and reading the certificates of the system takes longer than most tests.
        .tls_certs_only([])
        .user_agent("Mozilla/5.0 (test) Waymark")
}

fn header_map(headers: &[(&str, &str)]) -> HeaderMap {
    let pairs = headers.iter().map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        (
            name,
            HeaderValue::from_bytes(value.as_bytes()).expect("a header's value"),
        )
    });
    pairs.collect()
}
