//! The profile page.

use askama::Template;

use crate::domains::identity::me::Me;
use crate::domains::identity::model::{Choice, locale_choices, zone_choices};
use crate::kernel::error::{AppError, FieldErrors};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::ProfileForm;

/// `/me`
#[derive(Template)]
#[template(path = "identity/profile.html")]
pub struct ProfilePage {
    pub shell: Shell,
    pub form: ProfileForm,
    pub errors: FieldErrors,
    pub email: String,
    pub roles: String,
    pub zones: Vec<Choice>,
    pub locales: Vec<Choice>,
}

impl ProfilePage {
    pub fn new(
        tx: &mut TenantTx<'_>,
        me: &Me,
        form: ProfileForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        Ok(Self {
            shell: me.shell(tx)?,
            email: me.email().to_owned(),
            roles: me.roles.labels(),
            zones: zone_choices(&form.time_zone),
            locales: locale_choices(&form.locale),
            form,
            errors,
        })
    }
}
