//! The page of organization settings.

use askama::Template;
use serde::Deserialize;

use crate::domains::identity::me::Me;
use crate::domains::identity::model::{Choice, LOCALES, locale_choices, zone_choices};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::validate::Check;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::queries::{self, Settings};

/// Places whose law on messages the portal knows; the file of rules has what it says.
const PLACES: [(&str, &str); 5] = [
    ("ca", "Canada"),
    ("us", "United States"),
    ("eu", "European Union"),
    ("gb", "United Kingdom"),
    ("default", "Elsewhere"),
];

/// As typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OrganizationForm {
    pub name: String,
    pub time_zone: String,
    pub locale: String,
    pub second_factor: String,
    pub postal_address: String,
    pub contact_line: String,
    pub jurisdiction: String,
}

impl OrganizationForm {
    /// As it is now.
    pub fn now(settings: Settings, is_required: bool) -> Self {
        let second_factor = if is_required { "yes" } else { "" }.to_owned();
        Self {
            name: settings.name,
            time_zone: settings.time_zone,
            locale: settings.locale,
            second_factor,
            postal_address: settings.postal_address,
            contact_line: settings.contact_line,
            jurisdiction: settings.jurisdiction,
        }
    }

    /// Whether a second factor is asked for.
    pub fn requires(&self) -> bool {
        self.second_factor == "yes"
    }

    pub fn parse(&self) -> Result<Settings, FieldErrors> {
        let mut check = Check::default();
        let name = check.line("name", "Name", &self.name, 1, 120);
        let zone = check.zone("time_zone", &self.time_zone);
        let locale = LOCALES
            .iter()
            .map(|(word, _)| *word)
            .find(|word| *word == self.locale);
        check.refuse_when(locale.is_none(), "locale", "Choose a language from the list.");
        let postal_address = check.text("postal_address", "Postal address", &self.postal_address, 0, 300);
        let contact_line = check.line("contact_line", "How to reach you", &self.contact_line, 0, 200);
        let place = PLACES
            .iter()
            .map(|(word, _)| *word)
            .find(|word| *word == self.jurisdiction);
        check.refuse_when(place.is_none(), "jurisdiction", "Choose a place from the list.");
        check.finish(|| Settings {
            name,
            postal_address,
            contact_line,
            jurisdiction: place.unwrap_or("default").to_owned(),
            time_zone: zone.name().to_owned(),
            locale: locale.unwrap_or("en").to_owned(),
        })
    }
}

/// `/admin/organization`
#[derive(Template)]
#[template(path = "identity/organization.html")]
pub struct OrganizationPage {
    pub shell: Shell,
    pub form: OrganizationForm,
    pub errors: FieldErrors,
    pub zones: Vec<Choice>,
    pub locales: Vec<Choice>,
    pub places: Vec<Choice>,
    pub concerned: i64,
    pub has_factor: bool,
}

impl OrganizationPage {
    pub fn new(
        tx: &mut TenantTx<'_>,
        me: &Me,
        form: OrganizationForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        Ok(Self {
            shell: me.shell(tx)?,
            zones: zone_choices(&form.time_zone),
            locales: locale_choices(&form.locale),
            places: PLACES
                .iter()
                .map(|(word, label)| Choice {
                    value: (*word).to_owned(),
                    label: (*label).to_owned(),
                    chosen: form.jurisdiction == *word,
                })
                .collect(),
            concerned: queries::concerned(tx)?,
            has_factor: me.has_second_factor(),
            form,
            errors,
        })
    }
}
