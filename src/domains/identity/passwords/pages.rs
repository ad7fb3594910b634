//! Pages about forgotten passwords.

use askama::Template;

use crate::kernel::error::FieldErrors;
use crate::platform::web::Shell;

/// `/forgot-password`; `sent_to` is empty until a letter was asked for.
#[derive(Template)]
#[template(path = "identity/forgot_password.html")]
pub struct ForgotPage {
    pub shell: Shell,
    pub email: String,
    pub sent_to: String,
    pub minutes: i64,
    pub errors: FieldErrors,
}

/// `/reset/{token}`
#[derive(Template)]
#[template(path = "identity/reset.html")]
pub struct ResetPage {
    pub shell: Shell,
    pub path: String,
    pub errors: FieldErrors,
}

/// A link that does not work (any more), and what to do instead.
#[derive(Template)]
#[template(path = "identity/link_ended.html")]
pub struct LinkEndedPage {
    pub shell: Shell,
    pub title: &'static str,
    pub text: &'static str,
    pub href: &'static str,
    pub label: &'static str,
}
