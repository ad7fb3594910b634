//! What the page of tokens sends.

use serde::Deserialize;

use crate::domains::identity::model::SCOPES;
use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

/// As typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TokenForm {
    pub name: String,
    pub scopes: Vec<String>,
    pub days: String,
}

/// As meant.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub name: String,
    pub scopes: Vec<String>,
    /// Days until it ends; none: never by itself.
    pub days: Option<i64>,
}

/// Lifetimes to choose from, in days; the empty word means that it does not end by itself.
pub const LIFETIMES: &[(&str, &str)] = &[
    ("30", "30 days"),
    ("90", "90 days"),
    ("365", "One year"),
    ("", "Until I revoke it"),
];

impl TokenForm {
    pub fn parse(&self) -> Result<NewToken, FieldErrors> {
        let mut check = Check::default();
        let name = check.line("name", "Name", &self.name, 1, 60);
        let known = SCOPES
            .iter()
            .map(|(scope, ..)| *scope)
            .filter(|scope| self.scopes.iter().any(|chosen| chosen == scope));
        let scopes: Vec<String> = known.map(str::to_owned).collect();
        check.refuse_when(
            scopes.is_empty(),
            "scopes",
            "Choose at least one thing the token may do.",
        );
        check.refuse_when(
            !LIFETIMES.iter().any(|(days, _)| *days == self.days),
            "days",
            "Choose how long it works from the list.",
        );
        check.finish(|| NewToken {
            name,
            scopes,
            days: self.days.parse().ok(),
        })
    }
}
