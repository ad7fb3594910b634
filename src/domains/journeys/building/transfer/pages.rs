//! Bringing a journey in, as builders see it.

use askama::Template;
use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::platform::web::{Choice, Shell};

use super::imports::pages::ImportLine;

/// As typed, beside the file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ImportForm {
    pub title: String,
    pub team: String,
}

/// `/journeys/import`
#[derive(Template)]
#[template(path = "journeys/import.html")]
pub struct ImportPage {
    pub shell: Shell,
    pub teams: Vec<Choice>,
    /// What was brought in before, or is on its way.
    pub imports: Vec<ImportLine>,
    /// Most bytes of an archive, as people read it.
    pub largest: String,
    pub form: ImportForm,
    pub errors: FieldErrors,
}
