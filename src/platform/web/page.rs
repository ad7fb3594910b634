//! Turning templates into answers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::{DynTemplate, Template};

use crate::kernel::error::AppError;

use super::{Reply, Shell};

/// An HTML answer.
///
/// # Errors
/// When the template fails; it is a defect of ours.
pub fn html(status: u16, template: &dyn DynTemplate) -> Reply {
    let body = render(template)?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header(("Vary", "HX-Request-Type, Cookie"))
        .body(body))
}

/// A template's text.
///
/// # Errors
/// When the template fails.
pub fn render(template: &dyn DynTemplate) -> Result<String, AppError> {
    template
        .dyn_render()
        .map_err(|cause| AppError::Unexpected(anyhow::anyhow!("a template failed: {cause}")))
}

/// One question and one button.
#[derive(Template)]
#[template(path = "ui/confirm_page.html")]
pub struct ConfirmPage {
    /// The frame.
    pub shell: Shell,
    /// The question.
    pub title: String,
    /// What happens.
    pub text: String,
    /// Where the answer goes.
    pub action: String,
    /// What the button says.
    pub verb: &'static str,
    /// Where "Cancel" goes.
    pub cancel: String,
}
