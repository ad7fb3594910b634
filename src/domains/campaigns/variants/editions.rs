//! A campaign as each of its variants says it.

use serde_json::Value;

use crate::app::App;
use crate::domains::campaigns::content;
use crate::domains::campaigns::model::Campaign;
use crate::domains::campaigns::sending::{Letters, SentAs};
use crate::domains::campaigns::templates::model::Words;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;

use super::model::Variant;
use super::queries;

/// A campaign as one of its variants says it.
#[derive(Debug, Clone)]
pub struct Edition {
    /// 0 is A.
    pub number: i16,
    /// The campaign with the template, version and values of the variant.
    pub campaign: Campaign,
    /// In place of the template's subject, unless it is empty.
    pub subject: String,
}

impl Edition {
    fn first(campaign: &Campaign) -> Self {
        Self {
            number: 0,
            campaign: campaign.clone(),
            subject: String::new(),
        }
    }

    fn of(campaign: &Campaign, variant: Variant) -> Self {
        let version_id = match variant.template_id {
            // As in A, and so the version of A while none is decided.
            None => variant.version_id.or(campaign.version_id),
            Some(_) => variant.version_id,
        };
        Self {
            number: variant.number,
            subject: variant.subject,
            campaign: Campaign {
                template_id: variant.template_id.or(campaign.template_id),
                version_id,
                fill: filled(&campaign.fill, &variant.fill),
                ..campaign.clone()
            },
        }
    }
}

/// Values with those of a variant in place where it has some.
fn filled(values: &Value, own: &Value) -> Value {
    let mut filled = values.as_object().cloned().unwrap_or_default();
    for (name, value) in own.as_object().into_iter().flatten() {
        if value.as_str().is_some_and(|text| !text.trim().is_empty()) {
            filled.insert(name.clone(), value.clone());
        }
    }
    Value::Object(filled)
}

/// The subject of words with what its campaign fills in, what stands in place of the rest, and the organization's name, to be looked at.
/// What differs from person to person stays as it was written.
pub fn with_values(words: &Words, fill: &Value, organization: &str) -> String {
    let own = |name: &str| {
        let given = fill.get(name).and_then(Value::as_str);
        let given = given.filter(|value| !value.trim().is_empty());
        let declared = words.variables.iter().find(|one| one.name == name);
        given
            .or_else(|| declared.and_then(|one| one.fallback.as_deref()))
            .map(str::to_owned)
    };
    content::filled_in(&words.subject, |path| match path {
        "organization.name" => Some(organization.to_owned()),
        path => path.strip_prefix("vars.").and_then(own),
    })
}

/// A, and what is tried beside it.
///
/// # Errors
/// When the database fails.
pub fn editions(tx: &mut TenantTx<'_>, campaign: &Campaign) -> Result<Vec<Edition>, AppError> {
    let others = queries::variants(tx, campaign.id)?;
    let others = others.into_iter().map(|one| Edition::of(campaign, one));
    Ok(std::iter::once(Edition::first(campaign)).chain(others).collect())
}

/// The campaign as this variant says it.
///
/// # Errors
/// [`AppError::NotFound`] when it has no such variant.
pub fn of_variant(tx: &mut TenantTx<'_>, campaign: &Campaign, number: i16) -> Result<Edition, AppError> {
    if number == 0 {
        return Ok(Edition::first(campaign));
    }
    let found = editions(tx, campaign)?
        .into_iter()
        .find(|one| one.number == number);
    found.ok_or(AppError::NotFound)
}

/// What one variant says.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such variant; [`AppError::Conflict`] when its words do not compile any more.
pub fn letters(
    tx: &mut TenantTx<'_>,
    app: &App,
    campaign: &Campaign,
    number: i16,
) -> Result<Letters, AppError> {
    let edition = of_variant(tx, campaign, number)?;
    Letters::read_with(tx, app, &edition.campaign, &edition.subject, None)
}

/// What a campaign says in each of its variants, read once for all deliveries of a run.
pub struct Editions {
    first: Letters,
    /// B and those after it.
    others: Vec<Letters>,
}

impl Editions {
    /// Reads them.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when the words do not compile any more.
    pub fn read(
        tx: &mut TenantTx<'_>,
        app: &App,
        campaign: &Campaign,
        from: Option<&SentAs>,
    ) -> Result<Self, AppError> {
        let first = Letters::read(tx, app, campaign, from.cloned())?;
        let mut others = Vec::new();
        for edition in editions(tx, campaign)?.into_iter().skip(1) {
            others.push(Letters::read_with(
                tx,
                app,
                &edition.campaign,
                &edition.subject,
                from.cloned(),
            )?);
        }
        Ok(Self { first, others })
    }

    /// What everybody gets where nothing is tried.
    pub fn first(&self) -> &Letters {
        &self.first
    }

    /// Whether any of them says this variable.
    pub fn say(&self, path: &str) -> bool {
        std::iter::once(&self.first)
            .chain(&self.others)
            .any(|letters| letters.say(path))
    }

    /// What one variant says; A where there is no such variant.
    pub fn of(&self, variant: i16) -> &Letters {
        usize::try_from(variant)
            .ok()
            .and_then(|number| number.checked_sub(1))
            .and_then(|index| self.others.get(index))
            .unwrap_or(&self.first)
    }
}
