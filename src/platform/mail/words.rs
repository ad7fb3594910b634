//! The words of mail, from `locales/<language>/*.ftl` (Project Fluent).

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid};

fluent_templates::static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        // Mail clients show the isolation marks that Fluent puts around values as boxes.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const ENGLISH: LanguageIdentifier = langid!("en");
const FRENCH: LanguageIdentifier = langid!("fr");

/// A language mail is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locale {
    /// English; also for words nobody knows.
    English,
    /// French.
    French,
}

impl Locale {
    /// The locale of a stored word.
    pub fn of(word: &str) -> Self {
        if word == "fr" { Self::French } else { Self::English }
    }

    /// The word used in `lang` attributes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }
}

/// The text called `id`, with its values filled in.
pub fn say(locale: Locale, id: &str, values: &[(&'static str, String)]) -> String {
    let language = match locale {
        Locale::English => &ENGLISH,
        Locale::French => &FRENCH,
    };
    let values: HashMap<Cow<'static, str>, FluentValue<'_>> = values
        .iter()
        .map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(value.clone())))
        .collect();
    LOCALES.lookup_with_args(language, id, &values)
}
