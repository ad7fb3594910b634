//! Security headers of every answer.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;

use crate::config::Config;

/// Everything from ourselves, nothing inline, no frames, no plug-ins (CSP level 3).
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     font-src 'self'; connect-src 'self'; media-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'";

/// Adds the headers unless the answer set its own. Files of our own under `/a/` need less: what only matters to a document
/// would be a fifth of what a first visit costs.
///
/// # Errors
/// Passes on what the inner service answers.
pub async fn secure<B: MessageBody + 'static>(
    config: web::Data<Config>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let file = request.path().starts_with("/a/");
    let mut response = next.call(request).await?;
    if file {
        fill(response.headers_mut(), &config, &OF_FILES);
    } else {
        add(response.headers_mut(), &config);
    }
    Ok(response)
}

/// Adds the headers to an answer that [`secure`] does not see.
pub fn add(headers: &mut HeaderMap, config: &Config) {
    fill(headers, config, &OF_PAGES);
}

const OF_PAGES: [(&str, &str); 7] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("cache-control", "private, no-cache"),
];

const OF_FILES: [(&str, &str); 4] = [
    // A picture opened by itself is a document.
    ("content-security-policy", "default-src 'none'"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "private, no-cache"),
];

fn fill(headers: &mut HeaderMap, config: &Config, wanted: &[(&'static str, &'static str)]) {
    let secure = [("strict-transport-security", "max-age=31536000; includeSubDomains")];
    let secure = secure.iter().filter(|_| config.is_https());
    for (name, value) in wanted.iter().chain(secure) {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}
