//! What a row changes, in words.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use crate::domains::people::fields::model::CustomField;
use crate::domains::people::model::Stage;

use super::queries::Row;

/// What the words are made from.
pub struct Words<'a> {
    /// Names of worksites, departments and shifts.
    pub places: HashMap<Uuid, String>,
    /// The organization's own fields.
    pub fields: &'a [CustomField],
}

impl Words<'_> {
    /// A line for every change of a row, such as `Shift: Days → Nights`.
    pub fn of(&self, row: &Row) -> Vec<String> {
        let Some(changes) = row.changes.as_object() else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        for (field, label) in [
            ("name", "Name"),
            ("email", "E-mail"),
            ("phone", "Phone"),
            ("worksite", "Worksite"),
            ("department", "Department"),
            ("shift", "Shift"),
            ("stage", "Stage"),
            ("joined_on", "Joined"),
            ("locale", "Language"),
        ] {
            if let Some([old, new]) = changes.get(field).and_then(Value::as_array).map(Vec::as_slice) {
                let named = match field {
                    "worksite" => row.worksite.as_deref(),
                    "department" => row.department.as_deref(),
                    "shift" => row.shift.as_deref(),
                    _ => None,
                };
                let new = named.map_or_else(|| self.shown(field, new), str::to_owned);
                lines.push(format!("{label}: {} → {new}", self.shown(field, old)));
            }
        }
        if let Some(tags) = changes.get("tags").and_then(Value::as_array) {
            let tags: Vec<&str> = tags.iter().filter_map(Value::as_str).collect();
            lines.push(format!("Tags: + {}", tags.join(", ")));
        }
        for (id, pair) in changes
            .get("fields")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            lines.extend(self.own_field(id, pair));
        }
        lines
    }

    fn own_field(&self, id: &str, pair: &Value) -> Option<String> {
        let field = self.fields.iter().find(|field| field.id.to_string() == id)?;
        let [old, new] = pair.as_array()?.as_slice() else {
            return None;
        };
        let shown = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| "–".to_owned(), |value| field.shown(value))
        };
        Some(format!("{}: {} → {}", field.name, shown(old), shown(new)))
    }

    fn shown(&self, field: &str, value: &Value) -> String {
        let Some(text) = value.as_str() else {
            return "–".to_owned();
        };
        match field {
            "worksite" | "department" | "shift" => text
                .parse()
                .ok()
                .and_then(|id: Uuid| self.places.get(&id).cloned())
                .unwrap_or_else(|| "–".to_owned()),
            "stage" => text
                .parse::<Stage>()
                .map_or_else(|_| text.to_owned(), |stage| stage.label().to_owned()),
            "joined_on" => text
                .parse::<NaiveDate>()
                .map_or_else(|_| text.to_owned(), |day| day.format("%-d %B %Y").to_string()),
            "locale" => if text == "fr" { "French" } else { "English" }.to_owned(),
            _ => text.to_owned(),
        }
    }
}
