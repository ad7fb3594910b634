//! Reading fields of JSON whose shape others decide.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::BadEvent;

/// A JSON object and the name of what it is, for sentences.
#[derive(Clone, Copy)]
pub(super) struct Fields<'v> {
    pub(super) value: &'v Value,
    pub(super) name: &'static str,
}

impl<'v> Fields<'v> {
    pub(super) fn at(self, pointer: &str) -> Option<&'v Value> {
        self.value.pointer(pointer).filter(|value| !value.is_null())
    }

    /// A text; `None` when it is missing, empty or something else.
    pub(super) fn text(self, pointer: &str) -> Option<&'v str> {
        self.at(pointer)?.as_str().filter(|text| !text.is_empty())
    }

    pub(super) fn owned(self, pointer: &str) -> Option<String> {
        self.text(pointer).map(str::to_owned)
    }

    /// A text that has to be there.
    pub(super) fn required(self, pointer: &str) -> Result<&'v str, BadEvent> {
        self.text(pointer).ok_or_else(|| self.lacks("text", pointer))
    }

    /// A moment written as RFC 3339, or with a space and a short offset as Postgres writes it.
    pub(super) fn moment(self, pointer: &str) -> Result<DateTime<Utc>, BadEvent> {
        let text = self.required(pointer)?;
        let written = DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"));
        written
            .map(|at| at.to_utc())
            .map_err(|_| self.lacks("moment", pointer))
    }

    pub(super) fn lacks(self, kind: &str, pointer: &str) -> BadEvent {
        let place = pointer.trim_start_matches('/').replace('/', ".");
        BadEvent(format!("The {} has no {kind} in “{place}”", self.name))
    }
}

/// Parses a body.
pub(super) fn json(body: &[u8], name: &str) -> Result<Value, BadEvent> {
    serde_json::from_slice(body).map_err(|_| BadEvent(format!("The {name} is not JSON")))
}
