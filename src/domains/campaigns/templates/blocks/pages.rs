//! The page on which mail is arranged.

use askama::Template;

use crate::domains::campaigns::content::{LEAST_CONTRAST, Severity, Theme};
use crate::domains::campaigns::images;
use crate::domains::campaigns::templates::forms::TemplateForm;
use crate::domains::campaigns::templates::model::{Kept, Words};
use crate::domains::campaigns::templates::pages::remarks as beside;
use crate::domains::campaigns::templates::pages::{
    Remark, Seen, VariableRow, categories, category_choices, purposes, rows, version_words,
};
use crate::domains::campaigns::templates::queries as templates;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::TemplateId;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::actions;
use super::checks::{self, Checked};
use super::forms::BlocksForm;
use super::layout::{Kind, Layout, Place};
use super::lines::{BlockLine, Drawing, remarks};
use super::model::Work;
use super::steps::Open;

/// What every mail can say about whoever gets it.
const VARIABLES: [(&str, &str); 5] = [
    ("{{ member.first_name }}", "First name"),
    ("{{ member.last_name }}", "Last name"),
    ("{{ member.name }}", "Whole name"),
    ("{{ organization.name }}", "Your organization"),
    ("{{ links.view_online }}", "This mail in a browser"),
];

/// Where the page is opened.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct BlocksQuery {
    /// What is open: see [`Open`].
    pub edit: String,
    /// The block that has the focus.
    pub at: String,
    /// By which button it got there.
    pub by: String,
    /// Part of the name of an image to choose.
    pub find: String,
}

/// What could not be taken, as it was typed.
pub type Typed = (BlocksForm, FieldErrors);

/// Something to insert where the cursor is.
pub struct Insert {
    pub tag: String,
    pub label: String,
}

/// A colour of the theme.
pub struct Swatch {
    pub name: &'static str,
    pub label: &'static str,
    pub value: String,
}

/// `/templates/{template}/blocks`
#[derive(Template)]
#[template(path = "campaigns/blocks/page.html")]
pub struct BlocksPage {
    pub shell: Shell,
    pub id: TemplateId,
    pub name: String,
    pub version: String,
    pub is_archived: bool,
    /// When the draft was changed last; empty when there is none.
    pub changed: String,
    pub can_discard: bool,
    /// That somebody saved a version meanwhile; empty when nobody did.
    pub overtaken: String,
    pub seen: String,
    pub open: String,
    pub lines: Vec<BlockLine>,
    pub around: Vec<Remark>,
    pub kinds: [Kind; 8],
    pub can_go_back: bool,
    pub inserts: Vec<Insert>,
    /// The colours, when they are open.
    pub swatches: Vec<Swatch>,
    pub languages: Vec<Choice>,
    pub least_contrast: f64,
    pub purposes: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub rows: Vec<VariableRow>,
    pub subject_remarks: Vec<Remark>,
    pub preheader_remarks: Vec<Remark>,
    pub text_remarks: Vec<Remark>,
    pub variable_remarks: Vec<Remark>,
    /// Why no version could be saved; empty when one could.
    pub unready: String,
    /// Why it can't be looked at; empty when it can.
    pub unseen: String,
    pub form: TemplateForm,
    pub errors: FieldErrors,
}

impl BlocksPage {
    /// What whoever acts is arranging, with what was typed.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        seen: &Seen<'_>,
        kept: &Kept,
        query: &BlocksQuery,
        typed: Option<Typed>,
    ) -> Result<Self, AppError> {
        let mut work = actions::work_of(tx, kept, Some(seen.me))?;
        let stamp = work.stamp();
        if let Some((form, _)) = &typed {
            form.fill(&mut work.layout);
            work.words = form.words();
        }
        let (form, errors) = shown(kept, &work.words, typed.as_ref());
        let purpose = form.purpose.parse().unwrap_or(kept.purpose);
        let checked = checks::check(&work.layout, &work.words, purpose, seen.config);
        let open = typed
            .as_ref()
            .map_or_else(|| Open::of(&query.edit), |(form, _)| form.opened());
        let find = typed
            .as_ref()
            .map_or_else(|| query.find.clone(), |(form, _)| form.block_find.clone());
        let mut drawing = Drawing {
            action: format!("/templates/{}/blocks", kept.id),
            layout: &work.layout,
            findings: &checked.findings,
            open,
            focus: (query.at.parse::<Place>().ok(), by(&query.by)),
            typed: typed.as_ref().map(|(form, _)| form),
            find: find.clone(),
            pictures: images::pages::offered(tx, &find)?,
            errors: &errors,
        };
        let errors = with_problems(errors.clone(), &checked, &form);
        Ok(Self {
            shell,
            id: kept.id,
            name: kept.name.clone(),
            version: version_words(kept.current_version),
            is_archived: kept.archived_at.is_some(),
            changed: changed(&work, seen.zone),
            can_discard: work.changed_at.is_some() && kept.current_version > 0,
            overtaken: overtaken(&work, kept),
            seen: stamp,
            open: open.word(),
            lines: drawing.lines(),
            around: remarks(&checked.findings, None),
            kinds: Kind::ALL,
            can_go_back: work.can_go_back(),
            inserts: inserts(&work.words),
            swatches: match open {
                Open::Theme => swatches(&work.layout.theme),
                _ => Vec::new(),
            },
            languages: languages(&work.layout),
            least_contrast: LEAST_CONTRAST,
            purposes: purposes(&form.purpose),
            categories: category_choices(categories(tx)?, &form.category),
            rows: rows(&form),
            subject_remarks: beside(&checked.around, "subject"),
            preheader_remarks: beside(&checked.around, "preheader"),
            text_remarks: beside(&checked.around, "text_part"),
            variable_remarks: beside(&checked.around, "variables"),
            unready: unready(&checked, &errors),
            unseen: checked.unseen(&checks::looked_at(&work.layout, &work.words, seen.config)),
            errors,
            form,
        })
    }

    /// The template, when it is made of blocks; nothing when it is written as source.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn template(tx: &mut TenantTx<'_>, id: TemplateId) -> Result<Option<Kept>, AppError> {
        let kept = templates::template(tx, id)?;
        Ok(kept.is_of_blocks.then_some(kept))
    }
}

fn by(word: &str) -> &'static str {
    match word {
        "up" => "up",
        "down" => "down",
        _ => "edit",
    }
}

fn shown(kept: &Kept, words: &Words, typed: Option<&Typed>) -> (TemplateForm, FieldErrors) {
    let (form, errors) = match typed {
        Some((form, errors)) => (form.template(), errors.clone()),
        None => (TemplateForm::of(kept, words), FieldErrors::default()),
    };
    let form = TemplateForm {
        base: kept.current_version.to_string(),
        ..form
    };
    (form, errors)
}

/// What is wrong with what was typed around the blocks, beside its field. A mail that was just begun is not wrong yet.
fn with_problems(mut errors: FieldErrors, checked: &Checked, form: &TemplateForm) -> FieldErrors {
    let is_begun = !form.subject.is_empty();
    let told = crate::domains::campaigns::templates::forms::errors_of(&checked.around);
    for (field, sentence) in told.iter().filter(|_| is_begun) {
        errors.add(field, sentence);
    }
    errors
}

/// Why no version can be saved: what is marked, or what nothing is said of yet in a mail that was just begun.
fn unready(checked: &Checked, marked: &FieldErrors) -> String {
    let is_marked = !marked.is_empty() || checked.findings.iter().any(|one| one.is_error);
    let first = checked.around.iter().find(|one| one.severity == Severity::Error);
    match (checked.is_wrong(), is_marked, first) {
        (false, ..) => String::new(),
        (true, false, Some(first)) => format!("{} Until then no version can be saved.", first.sentence),
        (true, ..) => "What is marked has to be mended before a version can be saved.".to_owned(),
    }
}

fn changed(work: &Work, zone: chrono_tz::Tz) -> String {
    work.changed_at
        .map(|moment| local_date_time(moment, zone))
        .unwrap_or_default()
}

fn overtaken(work: &Work, kept: &Kept) -> String {
    match work.changed_at.is_some() && work.is_overtaken(kept) {
        true => format!("Somebody saved version {} after you began.", kept.current_version),
        false => String::new(),
    }
}

fn inserts(words: &Words) -> Vec<Insert> {
    let known = VARIABLES.iter().map(|(tag, label)| Insert {
        tag: (*tag).to_owned(),
        label: (*label).to_owned(),
    });
    let declared = words.variables.iter().filter(|one| !one.name.contains('.'));
    let own = declared.map(|one| Insert {
        tag: format!("{{{{ vars.{} }}}}", one.name),
        label: match one.label.is_empty() {
            true => one.name.clone(),
            false => one.label.clone(),
        },
    });
    known.chain(own).collect()
}

fn swatches(theme: &Theme) -> Vec<Swatch> {
    let swatch = |name, label, value: &String| Swatch {
        name,
        label,
        value: value.clone(),
    };
    vec![
        swatch("theme_brand", "Brand: buttons and links", &theme.brand),
        swatch("theme_on_brand", "Words on the brand colour", &theme.on_brand),
        swatch("theme_text", "Text", &theme.text),
        swatch("theme_paper", "Behind the text", &theme.paper),
        swatch("theme_background", "Around the mail", &theme.background),
    ]
}

fn languages(layout: &Layout) -> Vec<Choice> {
    let chosen = layout.theme.language.as_str();
    [("en", "English"), ("fr", "French")]
        .into_iter()
        .map(|(value, label)| Choice::new(value, label, value == chosen))
        .collect()
}
