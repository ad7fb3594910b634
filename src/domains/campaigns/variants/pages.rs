//! The page on which variants are written.

use askama::Template;

use crate::domains::campaigns::model::Campaign;
use crate::domains::campaigns::templates::model::{Channel, Kept, Words};
use crate::domains::campaigns::wizard::pages::{FillField, Frame, draft};
use crate::domains::campaigns::{content, templates};
use crate::domains::consent;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::CampaignId;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::actions::is_of_a_kind;
use super::editions::with_values;
use super::forms::{Block, VariantsForm};
use super::model::{MOST, letter};
use super::queries;

/// Templates offered.
const OFFERED: i64 = 500;
/// A value longer than this gets a field of several lines.
const ONE_LINE: usize = 40;

/// The fields of one variant beside A.
pub struct BlockFields {
    pub number: i16,
    pub letter: &'static str,
    pub templates: Vec<Choice>,
    pub template_error: String,
    pub subject: String,
    pub subject_error: String,
    /// What it is when it is left empty.
    pub subject_hint: String,
    pub fields: Vec<FillField>,
}

/// `/campaigns/{campaign}/variants`
#[derive(Template)]
#[template(path = "campaigns/variants/edit.html")]
pub struct VariantsPage {
    pub shell: Shell,
    pub frame: Frame,
    pub is_mail: bool,
    /// Whether A has a template, beside which others can be tried.
    pub has_template: bool,
    /// Whether clicks are counted, and so can decide.
    pub is_tracked: bool,
    pub may_add: bool,
    pub blocks: Vec<BlockFields>,
    pub form: VariantsForm,
    pub errors: FieldErrors,
}

impl VariantsPage {
    /// What is kept, with another that says nothing yet when `adds`; or what was typed.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; when it is no draft any more.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        id: CampaignId,
        adds: &str,
        typed: Option<(VariantsForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let campaign = draft(tx, id)?;
        let (mut form, errors) = match typed {
            Some(typed) => typed,
            None => {
                let (test, variants) = (queries::test(tx, id)?, queries::variants(tx, id)?);
                let mut form = VariantsForm::of(&campaign, test.as_ref(), &variants);
                if adds == "yes" && !variants.is_empty() {
                    form.add();
                }
                (form, FieldErrors::default())
            }
        };
        form.revision = campaign.revision.to_string();
        let first = match campaign.template_id {
            Some(template) => Some(templates::queries::template(tx, template)?),
            None => None,
        };
        let blocks = match &first {
            Some(first) => blocks(tx, &campaign, first, &form, &errors)?,
            None => Vec::new(),
        };
        Ok(Self {
            shell,
            frame: Frame::of(&campaign, "content"),
            is_mail: campaign.channel == Channel::Email,
            has_template: first.is_some(),
            is_tracked: campaign.is_tracked,
            may_add: blocks.len() < usize::try_from(MOST).unwrap_or_default(),
            blocks,
            form,
            errors,
        })
    }
}

fn blocks(
    tx: &mut TenantTx<'_>,
    campaign: &Campaign,
    first: &Kept,
    form: &VariantsForm,
    errors: &FieldErrors,
) -> Result<Vec<BlockFields>, AppError> {
    let all = templates::queries::page(tx, false, None, OFFERED)?;
    let offered: Vec<&Kept> = all
        .iter()
        .filter(|one| one.id != first.id && is_of_a_kind(one, first))
        .collect();
    let organization = consent::asker(tx)?.name;
    let mut blocks = Vec::new();
    for (number, block) in &form.blocks {
        let chosen = offered
            .iter()
            .copied()
            .find(|one| one.id.to_string() == block.template)
            .unwrap_or(first);
        let words = match chosen.current_version {
            0 => Words::default(),
            current => Words::read(templates::queries::version(tx, chosen.id, current)?.draft)?,
        };
        let fields = words.variables.iter().filter(|one| !one.name.contains('.'));
        let as_in_a = std::iter::once(Choice::new("", "As in A", chosen.id == first.id));
        let others = offered.iter().map(|one| {
            let label = format!("{} (version {})", one.name, one.current_version);
            Choice::new(one.id.to_string(), label, one.id == chosen.id)
        });
        blocks.push(BlockFields {
            number: *number,
            letter: letter(*number),
            templates: as_in_a.chain(others).collect(),
            template_error: errors.of(&format!("template-{number}")).to_owned(),
            subject: block.subject.clone(),
            subject_error: errors.of(&format!("subject-{number}")).to_owned(),
            fields: fields
                .map(|one| field(campaign, (*number, block), one, errors))
                .collect(),
            subject_hint: subject_hint(&with_values(&words, &campaign.fill, &organization)),
        });
    }
    Ok(blocks)
}

fn subject_hint(usual: &str) -> String {
    match usual.chars().any(char::is_alphanumeric) {
        true => format!("“{usual}” when empty."),
        false => "As in A when empty.".to_owned(),
    }
}

fn field(
    campaign: &Campaign,
    (number, block): (i16, &Block),
    one: &content::Variable,
    errors: &FieldErrors,
) -> FillField {
    let name = format!("fill-{number}-{}", one.name);
    let of_a = campaign.fill.get(&one.name).and_then(|value| value.as_str());
    let of_a = of_a.unwrap_or_default().trim();
    let is_long = |text: &str| text.chars().count() > ONE_LINE;
    FillField {
        label: match one.label.is_empty() {
            true => one.name.clone(),
            false => one.label.clone(),
        },
        value: block.fill.get(&one.name).cloned().unwrap_or_default(),
        hint: match (of_a.is_empty(), is_long(of_a)) {
            (true, _) => String::new(),
            (false, false) => format!("“{of_a}” as in A when empty."),
            (false, true) => "As in A when empty.".to_owned(),
        },
        optional: "yes",
        is_long: one.kind == content::Kind::Text && one.fallback.as_deref().is_none_or(is_long),
        error: errors.of(&name).to_owned(),
        name,
    }
}
