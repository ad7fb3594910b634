//! What the browser sends about a template.

use serde::Deserialize;

use crate::domains::campaigns::content::{Code, Field, Kind, Problem, Severity, Variable};
use crate::domains::consent::model::TRANSACTIONAL;
use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

use super::model::{Channel, Kept, Purpose, Words};
use super::queries::Facts;

/// Variables that are read from a form: more in one message nobody fills in.
const MOST_VARIABLES: usize = 60;

/// As typed: what a new template begins with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewForm {
    pub name: String,
    /// The key of a starter, `blank` or `sms`.
    pub starter: String,
    pub purpose: String,
    pub category: String,
}

/// As typed: a whole template. Each line of the table of variables sends every one of its fields.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TemplateForm {
    /// The version that was looked at while this was typed.
    pub base: String,
    pub name: String,
    pub purpose: String,
    pub category: String,
    pub subject: String,
    pub preheader: String,
    pub source: String,
    /// `generated` or `own`.
    pub text_mode: String,
    pub text_part: String,
    pub note: String,
    /// Which button: `version`, `keep`, `count` or `plainer`.
    pub then: String,
    pub variable_name: Vec<String>,
    pub variable_kind: Vec<String>,
    /// `required` or `optional`.
    pub variable_need: Vec<String>,
    pub variable_fallback: Vec<String>,
    pub variable_label: Vec<String>,
}

/// What a template is called and for, in a check of the whole form.
fn facts(check: &mut Check, (name, purpose, category): (&str, &str, &str), known: &[String]) -> Facts {
    let name = check.line("name", "Name", name, 1, 120);
    let purpose: Option<Purpose> = check.one_of("purpose", "why it is sent", purpose);
    let is_known = known.iter().any(|key| key == category);
    check.refuse_when(!is_known, "category", "Choose a kind of message from the list.");
    let is_answer = purpose == Some(Purpose::Transactional);
    check.refuse_when(
        purpose.is_some() && !is_answer && category == TRANSACTIONAL,
        "category",
        "This kind cannot be switched off, so it is only for what answers something somebody did.",
    );
    Facts {
        name,
        purpose: purpose.unwrap_or(Purpose::Commercial),
        category: category.to_owned(),
    }
}

impl NewForm {
    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, known: &[String]) -> Result<Facts, FieldErrors> {
        let mut check = Check::default();
        let facts = facts(&mut check, (&self.name, &self.purpose, &self.category), known);
        check.finish(|| facts)
    }
}

impl TemplateForm {
    /// The form of what is kept.
    pub fn of(kept: &Kept, words: &Words) -> Self {
        let column = |read: &dyn Fn(&Variable) -> String| words.variables.iter().map(read).collect();
        Self {
            base: kept.current_version.to_string(),
            name: kept.name.clone(),
            purpose: kept.purpose.as_str().to_owned(),
            category: kept.category.clone(),
            subject: words.subject.clone(),
            preheader: words.preheader.clone(),
            source: words.source.clone(),
            text_mode: text_mode(words).to_owned(),
            text_part: words.text_part.clone().unwrap_or_default(),
            note: String::new(),
            then: String::new(),
            variable_name: column(&|one| one.name.clone()),
            variable_kind: column(&|one| one.kind.as_str().to_owned()),
            variable_need: column(&|one| need(one).to_owned()),
            variable_fallback: column(&|one| one.fallback.clone().unwrap_or_default()),
            variable_label: column(&|one| one.label.clone()),
        }
    }

    /// What a template is called and for, and the note of the version.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn facts(&self, known: &[String]) -> Result<(Facts, String), FieldErrors> {
        let mut check = Check::default();
        let facts = facts(&mut check, (&self.name, &self.purpose, &self.category), known);
        let note = check.line("note", "What changed", &self.note, 0, 200);
        check.finish(|| (facts, note))
    }

    /// The words, whatever they are: whether they compile is asked of the content engine.
    pub fn words(&self, channel: Channel) -> Words {
        let is_mail = channel == Channel::Email;
        let of_mail = |text: &str| if is_mail { clean(text) } else { String::new() };
        Words {
            subject: of_mail(&self.subject).trim().to_owned(),
            preheader: of_mail(&self.preheader).trim().to_owned(),
            source: clean(&self.source),
            text_part: (is_mail && self.text_mode == "own").then(|| clean(&self.text_part)),
            variables: self.variables(),
        }
    }

    fn variables(&self) -> Vec<Variable> {
        let at =
            |column: &[String], index: usize| column.get(index).map(|text| clean(text)).unwrap_or_default();
        let line = |(index, name): (usize, &String)| {
            let name = clean(name).trim().to_owned();
            let fallback = at(&self.variable_fallback, index);
            (!name.is_empty()).then(|| Variable {
                name,
                kind: kind_of(&at(&self.variable_kind, index)),
                required: at(&self.variable_need, index) == "required",
                fallback: (!fallback.trim().is_empty()).then_some(fallback),
                label: at(&self.variable_label, index).trim().to_owned(),
            })
        };
        self.variable_name
            .iter()
            .take(MOST_VARIABLES)
            .enumerate()
            .filter_map(line)
            .collect()
    }
}

/// Whether the text part is somebody's own.
pub fn text_mode(words: &Words) -> &'static str {
    match words.text_part {
        Some(_) => "own",
        None => "generated",
    }
}

/// Whether people without the value are held back.
pub fn need(variable: &Variable) -> &'static str {
    match variable.required {
        true => "required",
        false => "optional",
    }
}

/// What a variable holds; text unless one of the others was chosen.
fn kind_of(word: &str) -> Kind {
    match word {
        "number" => Kind::Number,
        "date" => Kind::Date,
        "url" => Kind::Url,
        _ => Kind::Text,
    }
}

/// Line ends as one character, so that nothing counts as changed that browsers changed; without NUL, which no database keeps.
fn clean(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\0', "")
}

/// The control a problem stands beside.
pub fn control_of(problem: &Problem) -> &'static str {
    match problem.place.field {
        Field::Subject => "subject",
        Field::Preheader => "preheader",
        // An empty source has no line to look at.
        Field::Source => "source",
        Field::TextPart => "text_part",
        Field::Variables => "variables",
    }
}

/// A problem in words, its line first.
pub fn in_words(problem: &Problem) -> String {
    match problem.place.line {
        Some(line) if problem.code != Code::EmptySource => format!("Line {line}: {}", problem.sentence),
        _ => problem.sentence.clone(),
    }
}

/// The errors among problems, beside their fields.
pub fn errors_of(problems: &[Problem]) -> FieldErrors {
    let mut errors = FieldErrors::default();
    for problem in problems.iter().filter(|one| one.severity == Severity::Error) {
        errors.add(control_of(problem), in_words(problem));
    }
    errors
}
