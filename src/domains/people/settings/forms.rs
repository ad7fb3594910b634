//! What browsers send about settings.

use serde::Deserialize;

use crate::domains::people::fields::model::{FieldKind, Sensitivity};
use crate::kernel::actor::Role;
use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

/// Choices of one field.
const CHOICES: usize = 100;

/// The settings, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SettingsForm {
    pub people_per_steward: String,
    /// `one` or `five`.
    pub strong: String,
    pub exporters: Vec<String>,
}

/// The settings, as meant.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Settings {
    pub people_per_steward: i32,
    pub one_is_strong: bool,
    /// Roles that may export records besides admins.
    pub exporters: Vec<Role>,
}

/// Roles that can be let export.
pub const EXPORTERS: &[Role] = &[Role::Steward, Role::Coach, Role::PrivacyOfficer];

impl SettingsForm {
    /// The stored settings, as the form has them.
    pub fn of(settings: &Settings) -> Self {
        Self {
            people_per_steward: settings.people_per_steward.to_string(),
            strong: if settings.one_is_strong { "one" } else { "five" }.to_owned(),
            exporters: settings
                .exporters
                .iter()
                .map(|role| role.as_str().to_owned())
                .collect(),
        }
    }

    /// Reads the form.
    ///
    /// # Errors
    /// A number out of range, a word that is no choice.
    pub fn parse(&self) -> Result<Settings, FieldErrors> {
        let mut check = Check::default();
        let ratio = check.whole_number(
            "people_per_steward",
            "People per steward",
            &self.people_per_steward,
            1,
            1_000,
        );
        check.refuse_when(
            !matches!(self.strong.as_str(), "one" | "five"),
            "strong",
            "Choose which end is strong.",
        );
        let exporters: Vec<Role> = self
            .exporters
            .iter()
            .filter_map(|word| check.one_of::<Role>("exporters", "roles", word))
            .filter(|role| EXPORTERS.contains(role))
            .collect();
        check.finish(|| Settings {
            people_per_steward: i32::try_from(ratio).unwrap_or(20),
            one_is_strong: self.strong == "one",
            exporters,
        })
    }
}

/// A field of the organization's own, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct FieldForm {
    pub name: String,
    pub kind: String,
    /// One a line.
    pub choices: String,
    pub sensitivity: String,
}

/// The same, as meant.
#[derive(Debug, Clone, serde::Serialize)]
pub struct FieldWords {
    pub name: String,
    pub kind: FieldKind,
    pub choices: Vec<String>,
    pub sensitivity: Sensitivity,
}

impl FieldForm {
    /// Reads the form; the kind of an existing field stays what it is.
    ///
    /// # Errors
    /// A missing or over-long name, no kind, a choice without words to choose from.
    pub fn parse(&self, existing: Option<FieldKind>) -> Result<FieldWords, FieldErrors> {
        let mut check = Check::default();
        let name = check.line("name", "The name", &self.name, 1, 60);
        let kind = match existing {
            Some(kind) => Some(kind),
            None => check.one_of("kind", "what it holds", &self.kind),
        };
        let sensitivity = check.one_of("sensitivity", "who sees it", &self.sensitivity);
        let mut choices: Vec<String> = Vec::new();
        if kind == Some(FieldKind::Choice) {
            for line in self.choices.lines().filter(|line| !line.trim().is_empty()) {
                let choice = check.line("choices", "A choice", line, 1, 60);
                if !choices
                    .iter()
                    .any(|known| known.to_lowercase() == choice.to_lowercase())
                {
                    choices.push(choice);
                }
            }
            check.refuse_when(
                choices.is_empty(),
                "choices",
                "Write the words to choose from, one a line.",
            );
            check.refuse_when(choices.len() > CHOICES, "choices", "Write 100 choices or fewer.");
        }
        match (kind, sensitivity) {
            (Some(kind), Some(sensitivity)) => check.finish(|| FieldWords {
                name,
                kind,
                choices,
                sensitivity,
            }),
            _ => Err(check.finish(|| ()).err().unwrap_or_default()),
        }
    }
}

/// A pair that must not meet, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct BlockForm {
    pub steward: String,
    /// The other one's handle.
    pub handle: String,
    pub reason: String,
}

impl BlockForm {
    /// Reads the form: steward, handle, reason.
    ///
    /// # Errors
    /// A missing steward, handle or reason.
    pub fn parse(&self) -> Result<(crate::kernel::ids::MemberId, String, String), FieldErrors> {
        let mut check = Check::default();
        let steward = check.one_of("steward", "a steward", &self.steward);
        let handle = check.line("handle", "Who it is about", &self.handle, 1, 33);
        let reason = check.line("reason", "The reason", &self.reason, 1, 300);
        match steward {
            Some(steward) => {
                check.finish(|| (steward, handle.trim_start_matches('@').to_lowercase(), reason))
            }
            None => Err(check.finish(|| ()).err().unwrap_or_default()),
        }
    }
}

/// Which pair meets again.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct UnblockForm {
    pub steward: String,
    pub member: String,
}
