//! Before and after of a change, field by field, in words.

use serde_json::Value;

/// One field that has changed, or that was noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its name in words.
    pub field: String,
    /// How it was; empty when nothing was.
    pub before: String,
    /// How it is; empty when nothing is.
    pub after: String,
}

/// The fields in which two values differ, in the order of their names. Values that are no objects are one field.
pub fn between(before: Option<&Value>, after: Option<&Value>) -> Vec<Difference> {
    let mut names: Vec<&String> = [before, after]
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flat_map(|fields| fields.keys())
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return whole(before, after);
    }
    let of = |value: Option<&Value>, name: &str| {
        value
            .and_then(|value| value.get(name))
            .map(words)
            .unwrap_or_default()
    };
    let all = names.into_iter().map(|name| Difference {
        field: name.replace('_', " "),
        before: of(before, name),
        after: of(after, name),
    });
    all.filter(|difference| difference.before != difference.after)
        .collect()
}

fn whole(before: Option<&Value>, after: Option<&Value>) -> Vec<Difference> {
    let (before, after) = (
        before.map(words).unwrap_or_default(),
        after.map(words).unwrap_or_default(),
    );
    if before == after {
        return Vec::new();
    }
    vec![Difference {
        field: "value".to_owned(),
        before,
        after,
    }]
}

/// A value as people read it: lists joined by commas, yes and no, nothing for nothing.
fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(_) => value.to_string(),
    }
}
