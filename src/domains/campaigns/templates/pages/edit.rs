//! A template that is written as source.

use askama::Template;

use crate::config::Config;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, TemplateId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::super::actions;
use super::super::forms::{TemplateForm, errors_of};
use super::super::model::{Channel, Kept, Words};
use super::super::preview::{self, Case, Scene};
use super::super::queries;
use super::fields::{
    Remark, VariableRow, categories, category_choices, purposes, remarks, rows, version_words,
};
use super::meter::MeterView;
use super::versions::name_of;

/// `/templates/{template}`
#[derive(Template)]
#[template(path = "campaigns/template.html")]
pub struct EditPage {
    pub shell: Shell,
    pub id: TemplateId,
    pub name: String,
    pub channel: &'static str,
    pub is_mail: bool,
    pub version: String,
    pub is_archived: bool,
    /// Who kept unfinished words and when; empty when none are kept.
    pub unfinished: String,
    pub can_discard: bool,
    pub purposes: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub rows: Vec<VariableRow>,
    pub subject_remarks: Vec<Remark>,
    pub preheader_remarks: Vec<Remark>,
    pub source_remarks: Vec<Remark>,
    pub text_remarks: Vec<Remark>,
    pub variable_remarks: Vec<Remark>,
    /// The text part as it is made from the mail, when it compiles.
    pub generated: String,
    pub meter: Option<MeterView>,
    pub form: TemplateForm,
    pub errors: FieldErrors,
}

/// What a page about one template is read with.
pub struct Seen<'a> {
    pub config: &'a Config,
    pub zone: chrono_tz::Tz,
    pub me: MemberId,
}

impl EditPage {
    /// A template with what was typed, or with the words that are worked on.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        seen: &Seen<'_>,
        id: TemplateId,
        typed: Option<(TemplateForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let kept = queries::template(tx, id)?;
        let (form, mut errors) = match typed {
            Some((form, errors)) => (form, errors),
            None => {
                let words = actions::words_at_work(tx, &kept, seen.config)?;
                (TemplateForm::of(&kept, &words), FieldErrors::default())
            }
        };
        let form = TemplateForm {
            base: kept.current_version.to_string(),
            ..form
        };
        let words = form.words(kept.channel);
        let purpose = form.purpose.parse().unwrap_or(kept.purpose);
        let outcome = actions::compiled(&words, kept.channel, purpose, seen.config);
        let is_new = words == Words::default();
        let problems = match &outcome {
            Ok(compiled) => compiled.warnings().to_vec(),
            Err(_) if is_new && errors.is_empty() => Vec::new(),
            Err(problems) => problems.clone(),
        };
        for (field, sentence) in errors_of(&problems).iter() {
            errors.add(field, sentence);
        }
        let rendered = match &outcome {
            Ok(compiled) => {
                let (sender, _) = preview::sender(tx, seen.config)?;
                let scene = Scene::of(tx, seen.me, Case::Real, &words)?;
                preview::parts(compiled, &sender, &scene, seen.config).ok()
            }
            Err(_) => None,
        };
        let text = rendered.map(|parts| parts.text);
        let is_mail = kept.channel == Channel::Email;
        let meter = (!is_mail).then(|| MeterView::of(text.as_deref().unwrap_or(&words.source)));
        Ok(Self {
            shell,
            id,
            name: kept.name.clone(),
            channel: kept.channel.label(),
            is_mail,
            version: version_words(kept.current_version),
            is_archived: kept.archived_at.is_some(),
            unfinished: unfinished(tx, &kept, seen.zone)?,
            can_discard: kept.current_version > 0,
            purposes: purposes(&form.purpose),
            categories: category_choices(categories(tx)?, &form.category),
            rows: rows(&form),
            subject_remarks: remarks(&problems, "subject"),
            preheader_remarks: remarks(&problems, "preheader"),
            source_remarks: remarks(&problems, "source"),
            text_remarks: remarks(&problems, "text_part"),
            variable_remarks: remarks(&problems, "variables"),
            generated: text.unwrap_or_default(),
            meter,
            form,
            errors,
        })
    }
}

fn unfinished(tx: &mut TenantTx<'_>, kept: &Kept, zone: chrono_tz::Tz) -> Result<String, AppError> {
    let Some(unfinished) = queries::unfinished(tx, kept.id)? else {
        return Ok(String::new());
    };
    let by = name_of(tx, unfinished.kept_by)?;
    let when = local_date_time(unfinished.kept_at, zone);
    Ok(match by.as_str() {
        "" => format!("Kept {when}."),
        by => format!("Kept {when} by {by}."),
    })
}
