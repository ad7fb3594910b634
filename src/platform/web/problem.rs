//! Errors of the API: `application/problem+json` (RFC 9457).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use crate::kernel::error::{AppError, FieldErrors};

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

/// Slug and title of each kind of error; the help page for the API lists them.
pub fn name(error: &AppError) -> (&'static str, &'static str) {
    match error {
        AppError::BadRequest(_) => ("bad-request", "The request can't be read"),
        AppError::SignInRequired => ("sign-in-required", "Sign in first"),
        AppError::Denied(_) => ("denied", "You may not do that"),
        AppError::NotFound => ("not-found", "Not found"),
        AppError::WrongMethod { .. } => ("wrong-method", "That can't be done here"),
        AppError::Conflict(_) => ("conflict", "That can't be done now"),
        AppError::Gone => ("gone", "Access has ended"),
        AppError::TooLarge(_) => ("too-large", "Too large"),
        AppError::Invalid(_) => ("invalid", "Check the fields"),
        AppError::RateLimited { .. } => ("rate-limited", "Too many requests"),
        AppError::Unexpected(_) => ("unexpected", "Something went wrong on our side"),
        AppError::Unavailable => ("unavailable", "Waymark is away for a moment"),
    }
}
