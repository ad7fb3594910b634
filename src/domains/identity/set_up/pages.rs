//! The set-up page.

use askama::Template;

use crate::kernel::error::FieldErrors;
use crate::platform::web::Shell;

use super::super::model::{Choice, locale_choices, zone_choices};
use super::forms::SetUpForm;

/// `/set-up`
#[derive(Template)]
#[template(path = "identity/set_up.html")]
pub struct SetUpPage {
    pub shell: Shell,
    pub form: SetUpForm,
    pub errors: FieldErrors,
    pub zones: Vec<Choice>,
    pub locales: Vec<Choice>,
}

impl SetUpPage {
    pub fn new(shell: Shell, form: SetUpForm, errors: FieldErrors) -> Self {
        let zone = if form.time_zone.is_empty() {
            "UTC"
        } else {
            &form.time_zone
        };
        let locale = if form.locale.is_empty() {
            "en"
        } else {
            &form.locale
        };
        Self {
            shell,
            zones: zone_choices(zone),
            locales: locale_choices(locale),
            form,
            errors,
        }
    }
}
