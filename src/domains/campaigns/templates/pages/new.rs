//! What a template can begin with.

use askama::Template;

use crate::domains::campaigns::content::STARTERS;
use crate::kernel::error::{AppError, FieldErrors};
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::super::forms::NewForm;
use super::fields::{categories, category_choices, purposes};

/// One mail to begin with.
pub struct StarterCard {
    pub key: &'static str,
    pub name: &'static str,
    pub chosen: bool,
}

/// `/templates/new`
#[derive(Template)]
#[template(path = "campaigns/new_template.html")]
pub struct NewPage {
    pub shell: Shell,
    pub starters: Vec<StarterCard>,
    pub purposes: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub form: NewForm,
    pub errors: FieldErrors,
}

impl NewPage {
    /// What a template can begin with.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        (form, errors): (NewForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let card = |key, name| StarterCard {
            key,
            name,
            chosen: form.starter == key,
        };
        Ok(Self {
            shell,
            starters: STARTERS.iter().map(|one| card(one.key, one.name)).collect(),
            purposes: purposes(&form.purpose),
            categories: category_choices(categories(tx)?, &form.category),
            form,
            errors,
        })
    }
}
