//! A tree as lines of a form, one below the other, each as deep as its group: what browsers can send without a script.

use crate::domains::people::fields::model::{CustomField, FieldKind};
use crate::domains::people::model::Stage;
use crate::kernel::actor::Role;
use crate::platform::web::Choice;

use super::model::{Condition, Leaf, MOST_LEVELS};
use super::words;

/// What a group is called where a condition says what it is about.
pub const GROUP: &str = "group";
/// Before the id of a field.
pub const FIELD: &str = "field-";
/// Before a word that means the opposite.
pub const NOT: &str = "not-";
/// How deep a line may be below the outermost group.
const DEEPEST: usize = MOST_LEVELS - 1;
/// Lines a form may have: sixty conditions and their groups.
const MOST_LINES: usize = 120;

/// One line, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// How deep it is: the outermost group is 0.
    pub level: usize,
    /// What it is about, or [`GROUP`]; empty for a new one.
    pub about: String,
    /// How it is asked; of a group, how its lines are joined.
    pub op: String,
    /// With what.
    pub value: String,
}

impl Line {
    /// A group joined by a word.
    pub fn group(level: usize, op: &str) -> Self {
        Self {
            level,
            about: GROUP.to_owned(),
            op: op.to_owned(),
            value: String::new(),
        }
    }

    /// A line that says nothing yet.
    pub fn blank(level: usize) -> Self {
        Self {
            level,
            ..Self::default()
        }
    }

    /// Whether it is a group.
    pub fn is_group(&self) -> bool {
        self.about == GROUP
    }

    /// Whether another group fits into it.
    pub fn takes_groups(&self) -> bool {
        self.is_group() && self.level + 1 < DEEPEST
    }
}

/// The lines of a new segment.
pub fn fresh() -> Vec<Line> {
    vec![Line::group(0, "all"), Line::blank(1)]
}

/// Lines as they can be: one group around all, each line inside the one before it or beside.
pub fn straightened(mut lines: Vec<Line>) -> Vec<Line> {
    lines.truncate(MOST_LINES);
    if !lines.first().is_some_and(Line::is_group) {
        lines.insert(0, Line::group(0, "all"));
    }
    let mut most = 0;
    for line in &mut lines {
        let least = usize::from(most > 0);
        line.level = line.level.clamp(least, most.max(least));
        if line.is_group() && line.level >= DEEPEST {
            line.level = DEEPEST - 1;
        }
        most = line.level + usize::from(line.is_group());
    }
    lines
}

/// What a button of the form does with its lines: `add-row-2`, `add-group-0`, `remove-3`.
pub fn pressed(mut lines: Vec<Line>, button: &str) -> Vec<Line> {
    let Some((what, index)) = button.rsplit_once('-') else {
        return lines;
    };
    let Some((index, line)) = index
        .parse::<usize>()
        .ok()
        .and_then(|index| Some((index, lines.get(index)?.clone())))
    else {
        return lines;
    };
    let end = end_of(&lines, index);
    match what {
        "add-row" if line.is_group() => lines.insert(end, Line::blank(line.level + 1)),
        "add-group" if line.takes_groups() => {
            let added = [Line::group(line.level + 1, "any"), Line::blank(line.level + 2)];
            lines.splice(end..end, added);
        }
        "remove" if index > 0 => {
            lines.drain(index..end);
        }
        _ => {}
    }
    lines
}

/// Behind the last line inside of this one.
fn end_of(lines: &[Line], index: usize) -> usize {
    let level = lines.get(index).map_or(0, |line| line.level);
    let inside = lines.iter().skip(index + 1).take_while(|line| line.level > level);
    index + 1 + inside.count()
}

/// A tree as lines; `names` are what its leaves are named after, from first to last.
pub fn of(condition: &Condition, names: Vec<String>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut names = names.into_iter();
    if !matches!(grouped(condition), Some((_, _))) {
        lines.push(Line::group(0, "all"));
        add(&mut lines, condition, 1, &mut names);
    } else {
        add(&mut lines, condition, 0, &mut names);
    }
    lines
}

fn grouped(condition: &Condition) -> Option<(&'static str, &[Condition])> {
    match condition {
        Condition::All(of) => Some(("all", of)),
        Condition::Any(of) => Some(("any", of)),
        Condition::Not(of) => match &**of {
            Condition::All(of) => Some(("not-all", of)),
            Condition::Any(of) => Some(("not-any", of)),
            _ => None,
        },
        Condition::Leaf(_) => None,
    }
}

fn add(lines: &mut Vec<Line>, condition: &Condition, level: usize, names: &mut impl Iterator<Item = String>) {
    if let Some((op, of)) = grouped(condition) {
        lines.push(Line::group(level, op));
        for one in of {
            add(lines, one, level + 1, names);
        }
        return;
    }
    let (prefix, leaf) = match condition {
        Condition::Not(of) => (NOT, &**of),
        other => ("", other),
    };
    if let Condition::Leaf(leaf) = leaf {
        let (about, op, value) = written(leaf, names.next().unwrap_or_default());
        lines.push(Line {
            level,
            about,
            op: format!("{prefix}{op}"),
            value,
        });
    }
}

/// A leaf as it is typed.
fn written(leaf: &Leaf, name: String) -> (String, &'static str, String) {
    let (about, op, value) = match leaf {
        Leaf::Stage(stage) => ("stage", "is", stage.as_str().to_owned()),
        Leaf::Role(role) => ("role", "is", role.as_str().to_owned()),
        Leaf::Tag(_) => ("tag", "is", name),
        Leaf::Worksite(_) => ("worksite", "is", name),
        Leaf::Department(_) => ("department", "is", name),
        Leaf::Shift(shift) => ("shift", "is", shift.to_string()),
        Leaf::Language(word) => ("language", "is", word.clone()),
        Leaf::JoinedBefore(day) => ("joined_on", "before", day.to_string()),
        Leaf::JoinedAfter(day) => ("joined_on", "after", day.to_string()),
        Leaf::JoinedWithin(days) => ("joined", "is", days.to_string()),
        Leaf::HasEmail => ("reach", "is", "email".to_owned()),
        Leaf::HasPhone => ("reach", "is", "phone".to_owned()),
        Leaf::HasLogin => ("login", "is", String::new()),
        Leaf::ActiveWithin(days) => ("active", "is", days.to_string()),
        Leaf::NeverActive => ("never", "is", String::new()),
        Leaf::Steward(_) => ("steward", "is", name),
        Leaf::HasSteward => ("any_steward", "is", String::new()),
        Leaf::Belongs(_) => ("belongs", "is", name),
        Leaf::SpokenWithin(days) => ("spoken", "is", days.to_string()),
        Leaf::Sent(_) => ("sent", "is", name),
        Leaf::Segment(_) => ("segment", "is", name),
        Leaf::FieldIs { field, value } => return (format!("{FIELD}{field}"), "is", value.clone()),
        Leaf::FieldHas { field, part } => return (format!("{FIELD}{field}"), "has", part.clone()),
        Leaf::FieldEmpty { field } => return (format!("{FIELD}{field}"), "empty", String::new()),
        Leaf::FieldBefore { field, day } => return (format!("{FIELD}{field}"), "before", day.to_string()),
        Leaf::FieldAfter { field, day } => return (format!("{FIELD}{field}"), "after", day.to_string()),
    };
    (about.to_owned(), op, value)
}

/// With what a condition is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// With nothing more.
    Nothing,
    /// A name of this kind, some of which are offered.
    Name(&'static str),
    /// A line of text.
    Text,
    /// A number of days.
    Days,
    /// A day.
    Day,
    /// One of some words.
    Choice,
}

/// How one kind of condition is asked.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    /// The word in forms.
    pub about: &'static str,
    /// What people read.
    pub label: &'static str,
    /// Words and what people read for them; the first is the usual one.
    pub ops: &'static [(&'static str, &'static str)],
    /// With what.
    pub control: Control,
}

const IS: &[(&str, &str)] = &[("is", "is"), ("not-is", "is not")];
const HAS: &[(&str, &str)] = &[("is", "has"), ("not-is", "has not")];
const IN: &[(&str, &str)] = &[("is", "is in"), ("not-is", "is not in")];
const WITHIN: &[(&str, &str)] = &[("is", "in the last … days"), ("not-is", "not in the last … days")];
const WAS_FOR: &[(&str, &str)] = &[("is", "was for them"), ("not-is", "was not for them")];
const YES: &[(&str, &str)] = &[("is", "yes"), ("not-is", "no")];
const ON: &[(&str, &str)] = &[
    ("before", "before"),
    ("after", "after"),
    ("not-before", "not before"),
    ("not-after", "not after"),
];
const WORDS: &[(&str, &str)] = &[
    ("is", "is"),
    ("not-is", "is not"),
    ("has", "contains"),
    ("not-has", "does not contain"),
    ("empty", "is empty"),
    ("not-empty", "is not empty"),
];
const EXACT: &[(&str, &str)] = &[
    ("is", "is"),
    ("not-is", "is not"),
    ("empty", "is empty"),
    ("not-empty", "is not empty"),
];
const DAYS: &[(&str, &str)] = &[
    ("is", "is"),
    ("not-is", "is not"),
    ("before", "is before"),
    ("after", "is after"),
    ("not-before", "is not before"),
    ("not-after", "is not after"),
    ("empty", "is empty"),
    ("not-empty", "is not empty"),
];

/// Every kind of condition but those on fields of the organization's own.
pub const ASKINGS: &[Asking] = &[
    asking("stage", "Stage", IS, Control::Choice),
    asking("role", "Role", HAS, Control::Choice),
    asking("tag", "Tag", HAS, Control::Name("tag")),
    asking("worksite", "Worksite", IS, Control::Name("worksite")),
    asking("department", "Department", IS, Control::Name("department")),
    asking("shift", "Shift", IS, Control::Choice),
    asking("belongs", "Team or group", IN, Control::Name("belongs")),
    asking("language", "Language", IS, Control::Choice),
    asking("joined_on", "Day of joining", ON, Control::Day),
    asking("joined", "Joined", WITHIN, Control::Days),
    asking("reach", "Way to reach them", HAS, Control::Choice),
    asking("login", "Has a login", YES, Control::Nothing),
    asking("active", "Active in the portal", WITHIN, Control::Days),
    asking("never", "Never signed in", YES, Control::Nothing),
    asking("steward", "Steward", IS, Control::Name("steward")),
    asking("any_steward", "Has a steward", YES, Control::Nothing),
    asking("spoken", "Spoken with", WITHIN, Control::Days),
    asking("sent", "Campaign", WAS_FOR, Control::Name("sent")),
    asking("segment", "Other segment", IN, Control::Name("segment")),
];

const fn asking(
    about: &'static str,
    label: &'static str,
    ops: &'static [(&'static str, &'static str)],
    control: Control,
) -> Asking {
    Asking {
        about,
        label,
        ops,
        control,
    }
}

/// How a kind of condition is asked; of a field, as its kind is. `None` for a word that is none.
pub fn asking_of(about: &str, fields: &[CustomField]) -> Option<Asking> {
    if let Some(field) = field_of(about, fields) {
        let (ops, control) = match field.kind {
            FieldKind::Text => (WORDS, Control::Text),
            FieldKind::Number => (EXACT, Control::Text),
            FieldKind::Day => (DAYS, Control::Day),
            FieldKind::Choice | FieldKind::YesNo => (EXACT, Control::Choice),
        };
        return Some(asking(FIELD, "", ops, control));
    }
    ASKINGS.iter().find(|one| one.about == about).copied()
}

/// The field a line is about.
pub fn field_of<'a>(about: &str, fields: &'a [CustomField]) -> Option<&'a CustomField> {
    let id = about.strip_prefix(FIELD)?.parse().ok()?;
    fields.iter().find(|field| field.id == id)
}

/// The words to choose from for a condition, with the one that is chosen.
pub fn choices(
    about: &str,
    value: &str,
    fields: &[CustomField],
    shifts: &[(crate::kernel::ids::ShiftId, String)],
) -> Vec<Choice> {
    let choice = |word: &str, label: &str| Choice::new(word, label, word == value);
    match about {
        "stage" => Stage::ALL
            .iter()
            .map(|one| choice(one.as_str(), one.label()))
            .collect(),
        "role" => Role::ALL
            .iter()
            .map(|one| choice(one.as_str(), one.label()))
            .collect(),
        "language" => ["en", "fr"]
            .map(|word| choice(word, words::language(word)))
            .to_vec(),
        "reach" => vec![
            choice("email", "an e-mail address"),
            choice("phone", "a phone number"),
        ],
        "shift" => shifts
            .iter()
            .map(|(id, name)| choice(&id.to_string(), name))
            .collect(),
        about => match field_of(about, fields) {
            Some(field) if field.kind == FieldKind::YesNo => {
                vec![choice("yes", "Yes"), choice("no", "No")]
            }
            Some(field) => field.choices.iter().map(|word| choice(word, word)).collect(),
            None => Vec::new(),
        },
    }
}
