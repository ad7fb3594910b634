//! Turning templates into answers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::{DynTemplate, Template};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

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

/// One line of a select, or one radio of several.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub label: String,
    /// What it means; may be empty.
    pub hint: &'static str,
    /// Whether it is the one.
    pub chosen: bool,
}

impl Choice {
    /// A choice without a hint.
    pub fn new(value: impl Into<String>, label: impl Into<String>, chosen: bool) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            hint: "",
            chosen,
        }
    }

    /// Says what it means.
    #[must_use]
    pub fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }
}

/// The address of a list under its filters; those that are empty are left out.
pub fn address(path: &str, filters: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = filters
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    match pairs.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", pairs.join("&")),
    }
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
