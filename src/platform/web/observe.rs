//! A request id, a log line and a measurement for every request. The id is ours, never the client's.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use tracing::Instrument;
use uuid::Uuid;

use crate::kernel::ids::{EventId, fresh};
use crate::platform::telemetry::metrics;

/// The id of a request: in its log line, its audit rows, its events, and on error pages.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub Uuid);

impl RequestId {
    /// The id given to this request.
    pub fn of(request: &HttpRequest) -> Uuid {
        request.extensions().get::<Self>().map_or(Uuid::nil(), |id| id.0)
    }
}

/// Names, times and logs a request.
///
/// # Errors
/// Passes on what the inner service answers.
pub async fn request<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let id = fresh::<EventId>().0;
    request.extensions_mut().insert(RequestId(id));
    let span = tracing::info_span!("request", request.id = %id);
    let started = Instant::now();
    let (method, route) = (
        request.method().clone(),
        request.match_pattern().unwrap_or_else(|| "unmatched".to_owned()),
    );
    let mut outcome = next.call(request).instrument(span.clone()).await;
    let status = match &outcome {
        Ok(response) => response.status().as_u16(),
        Err(error) => error.as_response_error().status_code().as_u16(),
    };
    let elapsed = started.elapsed();
    let method = known(&method);
    metrics()
        .requests
        .with_label_values(&[method, &route, class(status)])
        .observe(elapsed.as_secs_f64());
    let milliseconds = elapsed.as_secs_f64() * 1e3;
    span.in_scope(|| {
        if status >= 500 {
            tracing::error!(
                http.method = method,
                http.route = route,
                http.status = status,
                duration_ms = milliseconds,
                "answered"
            );
        } else {
            tracing::info!(
                http.method = method,
                http.route = route,
                http.status = status,
                duration_ms = milliseconds,
                "answered"
            );
        }
    });
    if let Ok(response) = &mut outcome {
        sign(response.headers_mut(), id);
    }
    outcome
}

/// Writes a request's id onto its answer.
pub(super) fn sign(headers: &mut HeaderMap, id: Uuid) {
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}

/// The method as a label: anyone can make up another, and each would be a series of its own for ever.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

const fn class(status: u16) -> &'static str {
    match status {
        0..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}
