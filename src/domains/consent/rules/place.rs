//! Where a rule holds, over which channel, and for what kind of message.

use serde::{Deserialize, Serialize};

/// The legal area a person is reached in. `Default` stands for everywhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Jurisdiction {
    Ca,
    Us,
    Eu,
    Gb,
    Default,
}

/// The member states of the European Union and the three further states of the European Economic Area, in which the
/// GDPR holds too (EEA Joint Committee Decision 154/2018). ISO 3166-1 alpha-2.
const EUROPEAN_ECONOMIC_AREA: [&str; 30] = [
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT",
    "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO",
];

impl Jurisdiction {
    /// Every jurisdiction, the fallback last.
    pub const ALL: [Self; 5] = [Self::Ca, Self::Us, Self::Eu, Self::Gb, Self::Default];

    /// The word that files and tables have for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ca => "ca",
            Self::Us => "us",
            Self::Eu => "eu",
            Self::Gb => "gb",
            Self::Default => "default",
        }
    }

    /// The jurisdiction of a word; the fallback for words nobody knows.
    pub fn of_word(word: &str) -> Self {
        let known = Self::ALL.into_iter().find(|place| place.as_str() == word);
        known.unwrap_or(Self::Default)
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ca => "Canada",
            Self::Us => "United States",
            Self::Eu => "European Union",
            Self::Gb => "United Kingdom",
            Self::Default => "Elsewhere",
        }
    }

    /// The jurisdiction of a country by its ISO 3166-1 code of two letters, in any case.
    pub fn of_country(code: &str) -> Self {
        let code = code.trim().to_ascii_uppercase();
        match code.as_str() {
            "CA" => Self::Ca,
            "US" | "PR" | "VI" | "GU" | "MP" | "AS" => Self::Us,
            "GB" => Self::Gb,
            code if EUROPEAN_ECONOMIC_AREA.contains(&code) => Self::Eu,
            _ => Self::Default,
        }
    }
}

/// A way to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    Sms,
    Push,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::Push];
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Commercial: something is offered, benefits and affinity offers included (CASL s. 1(2)).
    Marketing,
    /// News for members with nothing for sale.
    Information,
    /// An answer to something the person did.
    Transactional,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 3] = [Self::Marketing, Self::Information, Self::Transactional];
}
