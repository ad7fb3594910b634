//! How suggestions are made, for admins.

use askama::Template;

use crate::domains::journeys::suggestions::{policy, queries};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::time::ago;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::WritingForm;

/// `/journeys/suggestions/settings`
#[derive(Template)]
#[template(path = "journeys/suggestions/settings.html")]
pub struct WritingPage {
    pub shell: Shell,
    pub form: WritingForm,
    pub errors: FieldErrors,
    pub has_key: bool,
    pub can_check: bool,
    pub checked: String,
    pub check_said: String,
}

impl WritingPage {
    /// What is set, with what was typed about it.
    ///
    /// # Errors
    /// As [`policy::may_set_up`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        typed: Option<(WritingForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        policy::may_set_up(tx.actor())?;
        let settings = queries::settings(tx)?;
        let now = tx.now();
        let (form, errors) = typed.unwrap_or_else(|| (WritingForm::of(&settings), FieldErrors::default()));
        Ok(Self {
            shell,
            has_key: settings.has_key(),
            can_check: !settings.base_url.is_empty() && !settings.model.is_empty(),
            checked: settings.checked_at.map(|at| ago(at, now)).unwrap_or_default(),
            check_said: settings.check_said,
            form,
            errors,
        })
    }
}
