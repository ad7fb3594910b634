//! The page on which a quiz or a worksheet is written, and what shows it to be read.

use askama::Template;

use crate::domains::journeys::asking::model::{Question, QuestionKind};
use crate::domains::journeys::asking::pages::{self as asking, QuestionLine};
use crate::domains::journeys::library::model::AssetKind;
use crate::domains::journeys::library::queries::assets;
use crate::domains::journeys::worksheets::pages::{self as worksheets, FieldLine};
use crate::domains::journeys::worksheets::{Field, FieldKind};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::AssetId;
use crate::kernel::time::local_clock;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::Parts;
use super::actions::written;
use super::forms::PartsForm;

/// That what is typed is kept: what a script hears.
#[derive(Template)]
#[template(path = "journeys/lesson/_kept.html")]
pub struct Kept {
    pub seen: String,
    pub when: String,
}

impl Kept {
    /// Kept at this moment.
    pub fn at(seen: String, when: chrono::DateTime<chrono::Utc>, zone: chrono_tz::Tz) -> Self {
        Self {
            seen,
            when: local_clock(when, zone),
        }
    }
}

/// That what is typed is not kept, and why: what a script hears.
#[derive(Template)]
#[template(path = "journeys/library/_told.html")]
pub struct Told {
    pub is_overtaken: bool,
    pub href: String,
    pub errors: FieldErrors,
}

/// What could not be taken, as it was typed.
pub struct Typed {
    pub form: PartsForm,
    pub errors: FieldErrors,
    /// Whether somebody else wrote meanwhile.
    pub is_overtaken: bool,
}

/// `/journeys/library/assets/{asset}/parts`
#[derive(Template)]
#[template(path = "journeys/library/parts.html")]
pub struct PartsPage {
    pub shell: Shell,
    pub id: AssetId,
    pub kind: AssetKind,
    pub title: String,
    pub href: String,
    pub seen: String,
    pub gaps: Vec<String>,
    /// The number the next version will have.
    pub next: i32,
    pub is_draft: bool,
    pub is_overtaken: bool,
    pub questions: Vec<QuestionLine>,
    pub question_kinds: [QuestionKind; 4],
    pub fields: Vec<FieldLine>,
    pub field_kinds: [FieldKind; 7],
    pub errors: FieldErrors,
}

impl PartsPage {
    /// What is being written of an asset, with what was typed.
    ///
    /// # Errors
    /// As [`written`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        (id, at): (AssetId, &str),
        typed: Option<Typed>,
    ) -> Result<Self, AppError> {
        let there = written(tx, id)?;
        let next = match there.is_fresh(tx)? {
            true => 1,
            false => assets::newest(tx, id)? + 1,
        };
        let (form, errors, is_overtaken, seen) = match typed {
            Some(typed) => (
                typed.form.clone(),
                typed.errors,
                typed.is_overtaken,
                typed.form.seen,
            ),
            None => (
                PartsForm::of(&there.parts),
                FieldErrors::default(),
                false,
                there.parts.stamp()?,
            ),
        };
        Ok(Self {
            href: format!("/journeys/library/assets/{id}"),
            kind: there.asset.kind,
            title: there.asset.title.clone(),
            gaps: there.parts.gaps(),
            next,
            is_draft: there.is_draft,
            questions: asking::lines(&form.questions, at),
            question_kinds: QuestionKind::ALL,
            fields: worksheets::lines(&form.fields, at),
            field_kinds: FieldKind::ALL,
            shell,
            id,
            seen,
            is_overtaken,
            errors,
        })
    }

    /// Only that it is not kept, and why.
    pub fn told(&self) -> Told {
        Told {
            is_overtaken: self.is_overtaken,
            href: format!("{}/parts", self.href),
            errors: self.errors.clone(),
        }
    }
}

/// A question to be read, with what is right.
pub struct QuestionRead {
    pub prompt: String,
    pub points: u32,
    pub kind: QuestionKind,
    /// Each option, and whether it is right.
    pub options: Vec<(String, bool)>,
    /// What counts as right, where there are no options.
    pub answer: String,
    pub feedback: String,
}

/// A field to be read.
pub struct FieldRead {
    pub kind: FieldKind,
    pub label: String,
    pub help: String,
    pub is_required: bool,
    pub options: Vec<String>,
}

/// A quiz or a worksheet to be read.
#[derive(Default)]
pub struct PartsRead {
    pub questions: Vec<QuestionRead>,
    pub fields: Vec<FieldRead>,
}

impl PartsRead {
    /// What these say.
    pub fn of(parts: &Parts) -> Self {
        match parts {
            Parts::Quiz { questions } => Self::of_questions(questions),
            Parts::Worksheet { fields } => Self::of_fields(fields),
        }
    }

    /// What these questions ask.
    pub fn of_questions(questions: &[Question]) -> Self {
        Self {
            questions: questions.iter().map(question).collect(),
            ..Self::default()
        }
    }

    /// What these fields ask.
    pub fn of_fields(fields: &[Field]) -> Self {
        let read = |field: &Field| FieldRead {
            kind: field.kind,
            label: field.label.clone(),
            help: field.help.clone(),
            is_required: field.required,
            options: field.filled().map(|one| one.text.clone()).collect(),
        };
        Self {
            fields: fields.iter().map(read).collect(),
            ..Self::default()
        }
    }

    /// Whether there is nothing to be read.
    pub fn is_empty(&self) -> bool {
        self.questions.is_empty() && self.fields.is_empty()
    }
}

fn question(one: &Question) -> QuestionRead {
    let answer = match (one.kind, one.answer.number) {
        (QuestionKind::Number, Some(number)) if one.answer.tolerance > 0.0 => {
            format!("{number}, or up to {} off", one.answer.tolerance)
        }
        (QuestionKind::Number, Some(number)) => number.to_string(),
        (QuestionKind::Short, _) => one.answer.accepted.join(" or "),
        _ => String::new(),
    };
    QuestionRead {
        prompt: one.prompt.clone(),
        points: one.points,
        kind: one.kind,
        options: one
            .options
            .iter()
            .filter(|option| !option.text.trim().is_empty())
            .map(|option| (option.text.clone(), option.right))
            .collect(),
        answer,
        feedback: one.feedback.clone(),
    }
}
