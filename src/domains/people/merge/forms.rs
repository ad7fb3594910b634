//! What browsers send about merges.

use serde::Deserialize;

use crate::kernel::ids::MemberId;

use super::model::Field;

/// Which record is to be given up for this one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OtherQuery {
    /// A handle, perhaps with `@`, or an id.
    pub other: String,
}

/// What the kept record is to say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MergeForm {
    pub other: String,
    /// Fields that are taken from the record that is given up.
    pub take: Vec<String>,
}

impl MergeForm {
    /// The other record, when the form still names one.
    pub fn other(&self) -> Option<MemberId> {
        self.other.parse().ok()
    }

    /// Whether a field is taken from the record that is given up.
    pub fn takes(&self, field: Field) -> bool {
        self.take.iter().any(|word| word == field.as_str())
    }
}
