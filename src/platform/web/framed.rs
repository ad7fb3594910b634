//! Mail inside a page, so that nothing in it can run, reach anybody or touch the portal.
//!
//! Mail brings its own styles, which the portal's pages never allow. So the mail is a document of its own, whose policy allows inline
//! styles and nothing else, in an origin of its own (CSP level 3, `sandbox`); the page around it allows frames from the portal itself
//! and keeps the rest of its policy. Links in the mail lead nowhere: the frame may only show the portal.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};

use super::headers;

/// Of the mail: styles and pictures that are part of it or of the portal, nothing else that is fetched, nothing that runs.
const OF_MAIL: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'";

/// The document inside the frame.
pub fn document(html: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, OF_MAIL))
        .insert_header(("Referrer-Policy", "no-referrer"))
        .insert_header(("Cache-Control", "no-store"))
        .body(html)
}

/// Lets a page show frames of the portal's own, beside what every page may do.
pub fn allow_frames(page: &mut HttpResponse) {
    let policy = format!("{}; frame-src 'self'", headers::CONTENT_SECURITY_POLICY);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        page.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
}
