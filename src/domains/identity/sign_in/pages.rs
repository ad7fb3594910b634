//! Pages of signing in.

use askama::Template;

use crate::kernel::error::FieldErrors;
use crate::platform::web::Shell;
use crate::platform::web::shell::OrganizationChoice;

/// `/sign-in`
#[derive(Template)]
#[template(path = "identity/sign_in.html")]
pub struct SignInPage {
    pub shell: Shell,
    pub email: String,
    pub next: String,
    pub problem: String,
}

/// `/sign-in/code`
#[derive(Template)]
#[template(path = "identity/code.html")]
pub struct CodePage {
    pub shell: Shell,
    pub errors: FieldErrors,
}

/// `/organization`, for a login that is in none yet.
#[derive(Template)]
#[template(path = "identity/choose_organization.html")]
pub struct ChoosePage {
    pub shell: Shell,
    pub email: String,
    pub organizations: Vec<OrganizationChoice>,
}
