//! The page of security settings, and the codes that are shown once.

use askama::Template;

use crate::kernel::error::FieldErrors;
use crate::platform::web::Shell;

use super::qr::Drawing;

/// `/me/security`
#[derive(Template)]
#[template(path = "identity/security.html")]
pub struct SecurityPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub email: String,
    pub must_enrol: bool,
    pub is_required: bool,
    pub factor: FactorView,
}

/// What the page shows about the factor.
pub enum FactorView {
    Off,
    SettingUp { drawing: Drawing, key: String },
    On { codes_left: i64 },
}

/// `/me/security/codes`
#[derive(Template)]
#[template(path = "identity/recovery_codes.html")]
pub struct CodesPage {
    pub shell: Shell,
    pub codes: Vec<String>,
}
