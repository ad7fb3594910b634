//! What the set-up page sends.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

use super::super::model::LOCALES;
use super::super::passwords::rules;

/// As typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SetUpForm {
    pub organization: String,
    pub name: String,
    pub email: String,
    pub password: String,
    pub time_zone: String,
    pub locale: String,
}

/// As meant.
pub struct SetUp {
    pub organization: String,
    pub name: String,
    pub email: String,
    pub password: String,
    pub time_zone: String,
    pub locale: &'static str,
}

impl SetUpForm {
    pub fn parse(&self) -> Result<SetUp, FieldErrors> {
        let mut check = Check::default();
        let organization = check.line(
            "organization",
            "Name of the organization",
            &self.organization,
            1,
            120,
        );
        let name = check.line("name", "Your name", &self.name, 1, 120);
        let email = check.email("email", &self.email);
        rules::check(
            &mut check,
            "password",
            &self.password,
            &[&email, &name, &organization],
        );
        let zone = check.zone("time_zone", &self.time_zone);
        let locale = LOCALES
            .iter()
            .map(|(word, _)| *word)
            .find(|word| *word == self.locale)
            .unwrap_or("en");
        check.finish(|| SetUp {
            organization,
            name,
            email,
            password: self.password.clone(),
            time_zone: zone.name().to_owned(),
            locale,
        })
    }
}
