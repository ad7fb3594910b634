//! What the pages about settings print.

use askama::Template;

use crate::domains::people::fields::model::{CustomField, FieldKind, Sensitivity};
use crate::domains::people::fields::queries as fields;
use crate::domains::people::stewards::queries as stewards;
use crate::domains::tenancy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{FieldId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::actions;
use super::forms::{BlockForm, EXPORTERS, FieldForm, SettingsForm};
use super::queries;

/// Pairs on the page.
const PAIRS: i64 = 500;

/// One of the organization's own fields.
pub struct FieldLine {
    pub id: FieldId,
    pub name: String,
    pub what: String,
    pub is_sensitive: bool,
}

/// `/admin/people`
#[derive(Template)]
#[template(path = "people/settings/show.html")]
pub struct SettingsPage {
    pub shell: Shell,
    pub form: SettingsForm,
    pub exporters: Vec<Choice>,
    pub fields: Vec<FieldLine>,
    pub blocks: usize,
    pub errors: FieldErrors,
}

impl SettingsPage {
    /// The settings: with what was typed when the form comes back.
    ///
    /// # Errors
    /// [`AppError::Denied`] for others than admins.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        typed: Option<SettingsForm>,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        actions::expect_arranger(tx)?;
        let form = match typed {
            Some(typed) => typed,
            None => SettingsForm::of(&queries::settings(tx)?),
        };
        Ok(Self {
            shell,
            exporters: EXPORTERS
                .iter()
                .map(|role| {
                    let is_chosen = form.exporters.iter().any(|word| word == role.as_str());
                    Choice::new(role.as_str(), role.label(), is_chosen)
                })
                .collect(),
            form,
            fields: fields::fields(tx)?.into_iter().map(field_line).collect(),
            blocks: queries::blocks(tx, PAIRS)?.len(),
            errors,
        })
    }
}

fn field_line(field: CustomField) -> FieldLine {
    FieldLine {
        id: field.id,
        what: match field.kind {
            FieldKind::Choice => format!("{}: {}", field.kind.label(), field.choices.join(", ")),
            kind => kind.label().to_owned(),
        },
        is_sensitive: field.sensitivity == Sensitivity::Sensitive,
        name: field.name,
    }
}

/// `/admin/people/fields/new` and `/admin/people/fields/{field}`
#[derive(Template)]
#[template(path = "people/settings/field.html")]
pub struct FieldPage {
    pub shell: Shell,
    pub title: String,
    pub action: String,
    /// Where it is removed; empty for a new one.
    pub removal: String,
    pub kinds: Vec<Choice>,
    /// The kind of an existing field, which stays; empty for a new one.
    pub kind: &'static str,
    pub has_choices: bool,
    pub sensitivities: Vec<Choice>,
    pub form: FieldForm,
    pub errors: FieldErrors,
}

impl FieldPage {
    /// The form of a new field, or of an existing one.
    ///
    /// # Errors
    /// As [`actions::own_field`]; [`AppError::Denied`] for others than admins.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        id: Option<FieldId>,
        typed: Option<FieldForm>,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let stored = id.map(|id| actions::own_field(tx, id)).transpose()?;
        actions::expect_arranger(tx)?;
        let form = typed.unwrap_or_else(|| match &stored {
            Some(field) => FieldForm {
                name: field.name.clone(),
                kind: field.kind.as_str().to_owned(),
                choices: field.choices.join("\n"),
                sensitivity: field.sensitivity.as_str().to_owned(),
            },
            None => FieldForm {
                sensitivity: Sensitivity::Normal.as_str().to_owned(),
                ..FieldForm::default()
            },
        });
        let place = id.map(|id| format!("/admin/people/fields/{id}"));
        Ok(Self {
            shell,
            title: stored
                .as_ref()
                .map_or_else(|| "New field".to_owned(), |field| format!("Edit {}", field.name)),
            action: place.clone().unwrap_or_else(|| "/admin/people/fields".to_owned()),
            removal: place.map(|place| format!("{place}/removal")).unwrap_or_default(),
            kinds: FieldKind::ALL
                .iter()
                .map(|kind| Choice::new(kind.as_str(), kind.label(), form.kind == kind.as_str()))
                .collect(),
            kind: stored.as_ref().map_or("", |field| field.kind.label()),
            has_choices: stored
                .as_ref()
                .is_none_or(|field| field.kind == FieldKind::Choice),
            sensitivities: Sensitivity::ALL
                .iter()
                .map(|one| Choice::new(one.as_str(), one.label(), form.sensitivity == one.as_str()))
                .collect(),
            form,
            errors,
        })
    }
}

/// One pair that must not meet.
pub struct BlockLine {
    pub steward: MemberId,
    pub steward_name: String,
    pub member: MemberId,
    pub member_name: String,
    pub reason: String,
}

/// `/admin/people/blocks`
#[derive(Template)]
#[template(path = "people/settings/blocks.html")]
pub struct BlocksPage {
    pub shell: Shell,
    pub blocks: Vec<BlockLine>,
    pub candidates: Vec<stewards::Candidate>,
    pub form: BlockForm,
    pub errors: FieldErrors,
}

impl BlocksPage {
    /// The pairs and the form for another.
    ///
    /// # Errors
    /// [`AppError::Denied`] for others than admins.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        form: BlockForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        actions::expect_arranger(tx)?;
        let blocks = queries::blocks(tx, PAIRS)?;
        let people: Vec<_> = blocks
            .iter()
            .flat_map(|block| [block.steward, block.member])
            .collect();
        let cards = tenancy::member_cards(tx, &people)?;
        let name = |id: MemberId| cards.get(&id).map(|card| card.name.clone()).unwrap_or_default();
        Ok(Self {
            shell,
            blocks: blocks
                .into_iter()
                .map(|block| BlockLine {
                    steward_name: name(block.steward),
                    member_name: name(block.member),
                    steward: block.steward,
                    member: block.member,
                    reason: block.reason,
                })
                .collect(),
            candidates: stewards::candidates(tx)?,
            form,
            errors,
        })
    }
}
