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

/// Adds the headers unless the answer set its own.
///
/// # Errors
/// Passes on what the inner service answers.
pub async fn secure<B: MessageBody + 'static>(
    config: web::Data<Config>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut response = next.call(request).await?;
    add(response.headers_mut(), &config);
    Ok(response)
}

/// Adds the headers to an answer that [`secure`] does not see.
pub fn add(headers: &mut HeaderMap, config: &Config) {
    let mut add = |name: &'static str, value: &'static str| {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    add("content-security-policy", CONTENT_SECURITY_POLICY);
    add("x-content-type-options", "nosniff");
    add("referrer-policy", "same-origin");
    add("cross-origin-opener-policy", "same-origin");
    add("cross-origin-resource-policy", "same-origin");
    add(
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    add("cache-control", "private, no-cache");
    if config.is_https() {
        add("strict-transport-security", "max-age=31536000; includeSubDomains");
    }
}
