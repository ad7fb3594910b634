//! Errors of the API: `application/problem+json` (RFC 9457).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use uuid::Uuid;

use crate::kernel::error::{AppError, FieldErrors};

use super::observe::RequestId;

/// The body of an API error.
#[derive(Serialize)]
struct Problem<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: String,
    instance: &'a str,
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<&'a FieldErrors>,
}

impl Problem<'_> {
    fn answer(&self) -> HttpResponse {
        let text = serde_json::to_string(self).unwrap_or_default();
        HttpResponse::build(StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
            .content_type("application/problem+json")
            .body(text)
    }
}

/// The answer to an error at an address, of the request with this id.
pub(super) fn of(path: &str, request: Uuid, error: &AppError) -> HttpResponse {
    let (slug, title) = name(error);
    Problem {
        r#type: format!("/help/api#problem-{slug}"),
        title,
        status: error.status(),
        detail: error.to_string(),
        instance: path.split('?').next().unwrap_or_default(),
        request_id: request.to_string(),
        errors: if let AppError::Invalid(errors) = error {
            Some(errors)
        } else {
            None
        },
    }
    .answer()
}

/// The answer to a method that an endpoint does not know (405, RFC 9110, 15.5.6).
pub fn wrong_method(request: &HttpRequest) -> HttpResponse {
    Problem {
        r#type: "/help/api#problem-wrong-method".to_owned(),
        title: "That can't be done here",
        status: 405,
        detail: "This address does not know that method. The header Allow names those it does.".to_owned(),
        instance: request.path(),
        request_id: RequestId::of(request).to_string(),
        errors: None,
    }
    .answer()
}

/// Slug and title of each kind of error; the help page for the API lists them.
pub fn name(error: &AppError) -> (&'static str, &'static str) {
    match error {
        AppError::BadRequest(_) => ("bad-request", "The request can't be read"),
        AppError::SignInRequired => ("sign-in-required", "Sign in first"),
        AppError::Denied(_) => ("denied", "You may not do that"),
        AppError::NotFound => ("not-found", "Not found"),
        AppError::Conflict(_) => ("conflict", "That can't be done now"),
        AppError::Gone => ("gone", "Access has ended"),
        AppError::TooLarge(_) => ("too-large", "Too large"),
        AppError::Invalid(_) => ("invalid", "Check the fields"),
        AppError::RateLimited { .. } => ("rate-limited", "Too many requests"),
        AppError::Unexpected(_) => ("unexpected", "Something went wrong on our side"),
        AppError::Unavailable => ("unavailable", "Waymark is away for a moment"),
    }
}
