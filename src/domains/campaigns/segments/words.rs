//! Conditions in plain words.

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::Leaf;

/// What a leaf is about, as the database and forms call it, and which one, where it has a name to look up.
pub fn named(leaf: &Leaf) -> Option<(&'static str, Uuid)> {
    match leaf {
        Leaf::Tag(id) => Some(("tag", id.0)),
        Leaf::Worksite(id) => Some(("worksite", id.0)),
        Leaf::Department(id) => Some(("department", id.0)),
        Leaf::Shift(id) => Some(("shift", id.0)),
        Leaf::Steward(id) => Some(("steward", id.0)),
        Leaf::Belongs(id) => Some(("belongs", id.0)),
        Leaf::Sent(id) => Some(("sent", id.0)),
        Leaf::Segment(id) => Some(("segment", id.0)),
        _ => leaf.field().map(|id| ("field", id.0)),
    }
}

/// A leaf in words; `name` is that of what it is [`named`] after, empty when that is gone.
pub fn of(leaf: &Leaf, name: &str) -> String {
    let name = if name.is_empty() {
        "something that was removed"
    } else {
        name
    };
    match leaf {
        Leaf::Stage(stage) => format!("Stage is {}", stage.label()),
        Leaf::Role(role) => format!("Has the role {}", role.label()),
        Leaf::Tag(_) => format!("Has the tag “{name}”"),
        Leaf::Worksite(_) => format!("Works at {name}"),
        Leaf::Department(_) => format!("Works in {name}"),
        Leaf::Shift(_) => format!("Works the shift {name}"),
        Leaf::FieldIs { value, .. } => format!("{name} is “{value}”"),
        Leaf::FieldHas { part, .. } => format!("{name} contains “{part}”"),
        Leaf::FieldEmpty { .. } => format!("{name} is empty"),
        Leaf::FieldBefore { day, .. } => format!("{name} is before {}", shown(*day)),
        Leaf::FieldAfter { day, .. } => format!("{name} is after {}", shown(*day)),
        Leaf::Language(word) => format!("Reads {}", language(word)),
        Leaf::JoinedBefore(day) => format!("Joined before {}", shown(*day)),
        Leaf::JoinedAfter(day) => format!("Joined after {}", shown(*day)),
        Leaf::JoinedWithin(days) => format!("Joined in the last {}", counted(*days)),
        Leaf::HasEmail => "Has an e-mail address".to_owned(),
        Leaf::HasPhone => "Has a phone number".to_owned(),
        Leaf::HasLogin => "Has a login".to_owned(),
        Leaf::ActiveWithin(days) => format!("Was active in the last {}", counted(*days)),
        Leaf::NeverActive => "Never signed in".to_owned(),
        Leaf::Steward(_) => format!("Their steward is @{name}"),
        Leaf::HasSteward => "Has a steward".to_owned(),
        Leaf::Belongs(_) => format!("Belongs to {name}"),
        Leaf::SpokenWithin(days) => format!("Was spoken with in the last {}", counted(*days)),
        Leaf::Sent(_) => format!("The campaign “{name}” was for them"),
        Leaf::Segment(_) => format!("Is in the segment “{name}”"),
    }
}

/// A language in its English name.
pub fn language(word: &str) -> &str {
    match word {
        "en" => "English",
        "fr" => "French",
        other => other,
    }
}

fn counted(days: i32) -> String {
    match days {
        1 => "day".to_owned(),
        days => format!("{days} days"),
    }
}

fn shown(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}
