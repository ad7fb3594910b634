//! What the profile page sends.

use serde::{Deserialize, Serialize};

use crate::domains::identity::model::{LOCALES, RESERVED_HANDLES};
use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

/// As typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    pub display_name: String,
    pub handle: String,
    pub headline: String,
    pub locale: String,
    pub time_zone: String,
}

/// As meant, and as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// The name others see.
    pub display_name: String,
    /// What others mention them by.
    pub handle: String,
    /// What they do, in a line.
    pub headline: String,
    /// `en` or `fr`.
    pub locale: String,
    /// IANA time zone.
    pub time_zone: String,
}

impl From<Profile> for ProfileForm {
    fn from(profile: Profile) -> Self {
        let Profile {
            display_name,
            handle,
            headline,
            locale,
            time_zone,
        } = profile;
        Self {
            display_name,
            handle,
            headline,
            locale,
            time_zone,
        }
    }
}

impl ProfileForm {
    pub fn parse(&self) -> Result<Profile, FieldErrors> {
        let mut check = Check::default();
        let display_name = check.line("display_name", "Name", &self.display_name, 1, 120);
        let handle = check
            .line(
                "handle",
                "Handle",
                self.handle.trim().trim_start_matches('@'),
                2,
                32,
            )
            .to_lowercase();
        let mut signs = handle.chars();
        let well_begun = signs
            .next()
            .is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let well_formed =
            signs.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'));
        check.refuse_when(
            !(well_begun && well_formed),
            "handle",
            "A handle has letters a–z, digits, and . _ - after the first sign.",
        );
        check.refuse_when(
            RESERVED_HANDLES.contains(&handle.as_str()),
            "handle",
            "That handle means everyone in a channel. Choose another.",
        );
        let headline = check.line("headline", "What you do", &self.headline, 0, 120);
        let locale = LOCALES
            .iter()
            .map(|(word, _)| *word)
            .find(|word| *word == self.locale);
        check.refuse_when(locale.is_none(), "locale", "Choose a language from the list.");
        let zone = check.zone("time_zone", &self.time_zone);
        let locale = locale.unwrap_or("en").to_owned();
        check.finish(|| Profile {
            display_name,
            handle,
            headline,
            locale,
            time_zone: zone.name().to_owned(),
        })
    }
}
