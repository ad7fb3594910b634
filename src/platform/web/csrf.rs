//! Cross-site request forgery: an unsafe request must come from our own pages (Fetch Metadata, else Origin) and carry the
//! token of this browser, in the form field `_csrf` or the header `X-CSRF-Token`.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::config::Config;
use crate::kernel::error::{AppError, Denied};
use crate::platform::crypto::{self, KeyRing};

/// Cookie that a browser's token is bound to.
const COOKIE: &str = "waymark_visit";
/// Header scripts put the token into.
pub const HEADER: &str = "X-CSRF-Token";

/// The browser's binding, put into the request by [`bind`].
#[derive(Debug, Clone)]
struct Binding(String);

/// Gives every browser a binding and refuses unsafe requests that another site sent.
///
/// # Errors
/// Passes on what the inner service answers; refusals are answers.
pub async fn bind<B: MessageBody + 'static>(
    config: web::Data<Config>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if is_unsafe(request.method())
        && !has_bearer(request.request())
        && !is_from_us(request.request(), &config)
    {
        let refusal = AppError::Denied(Denied::because(
            "That request came from another website, so Waymark did nothing.",
        ));
        return Ok(request.error_response(refusal));
    }
    let known = binding(request.request());
    let fresh = known.is_none();
    let binding = match known {
        Some(binding) => binding,
        None => hex::encode(crypto::random::<16>().map_err(AppError::Unexpected)?),
    };
    request.extensions_mut().insert(Binding(binding.clone()));
    let mut response = next.call(request).await?.map_into_boxed_body();
    let is_page = response
        .headers()
        .get("content-type")
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if fresh && is_page {
        let cookie = Cookie::build(COOKIE, binding)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(config.is_https());
        response.response_mut().add_cookie(&cookie.permanent().finish())?;
    }
    Ok(response)
}

/// What a request's browser is known by; none before its first page.
pub fn binding(request: &HttpRequest) -> Option<String> {
    let cookie = request.cookie(COOKIE)?;
    Some(cookie.value().to_owned()).filter(|value| value.len() == 32)
}

/// The token that forms of this browser carry.
pub fn token(request: &HttpRequest) -> String {
    let binding = request
        .extensions()
        .get::<Binding>()
        .map(|binding| binding.0.clone())
        .unwrap_or_default();
    let signed = request
        .app_data::<web::Data<KeyRing>>()
        .map(|keys| keys.sign("csrf", binding.as_bytes()));
    signed
        .map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
        .unwrap_or_default()
}

/// Compares a token that was sent.
///
/// # Errors
/// [`AppError::Denied`] in words that tell what to do.
pub fn verify(request: &HttpRequest, sent: &str) -> Result<(), AppError> {
    let expected = token(request);
    if !expected.is_empty() && crypto::same(expected.as_bytes(), sent.as_bytes()) {
        return Ok(());
    }
    let reason = "This form is out of date, so nothing was changed. Go back, reload the page and send it again; copy what you typed first.";
    Err(Denied::because(reason).into())
}

/// Compares the token in the header.
///
/// # Errors
/// As [`verify`].
pub fn verify_header(request: &HttpRequest) -> Result<(), AppError> {
    let sent = request
        .headers()
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    verify(request, sent)
}

/// Whether a script of our own pages sent this, for requests that cannot carry a token because they were written long before: the
/// browser names our own origin, says `same-origin` when it speaks Fetch Metadata, and sends a type that no form can send and that
/// another site's script may not send without being asked first (Fetch standard, CORS-safelisted request-header).
///
/// # Errors
/// [`AppError::Denied`].
pub fn verify_origin(request: &HttpRequest) -> Result<(), AppError> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let config = request.app_data::<web::Data<Config>>();
    let named = header(ORIGIN.as_str()).is_some_and(|origin| {
        config.is_some_and(|config| is_own(origin, header(HOST.as_str()).unwrap_or_default(), config))
    });
    let metadata = header("Sec-Fetch-Site").is_none_or(|site| site == "same-origin");
    let is_json = header(CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with("application/json"));
    if named && metadata && is_json {
        return Ok(());
    }
    Err(Denied::because("Only the portal's own pages send this.").into())
}

fn is_own(origin: &str, host: &str, config: &Config) -> bool {
    origin == config.public_url.trim_end_matches('/')
        || origin.split_once("://").is_some_and(|(_, rest)| rest == host)
}

fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// A bearer token is never sent by a browser on its own, so it needs no such protection.
fn has_bearer(request: &HttpRequest) -> bool {
    request
        .headers()
        .get("authorization")
        .is_some_and(|value| value.as_bytes().starts_with(b"Bearer "))
}

/// Fetch Metadata (W3C) when the browser sends it, else the Origin header against the host people use.
fn is_from_us(request: &HttpRequest, config: &Config) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match header("Sec-Fetch-Site") {
        Some("same-origin" | "none") => true,
        Some(_) => false,
        None => match header(ORIGIN.as_str()) {
            None => true,
            Some(origin) => is_own(origin, header(HOST.as_str()).unwrap_or_default(), config),
        },
    }
}
