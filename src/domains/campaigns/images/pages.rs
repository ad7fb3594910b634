//! The library as people see it.

use std::collections::BTreeSet;

use askama::Template;

use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CampaignImageId, OrgId, TemplateId};
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::{Shell, address};

use super::forms::{ImageForm, LibraryQuery};
use super::model::{Image, Use};
use super::queries;

/// Images on a page.
const PAGE: i64 = 24;
/// Images that the block editor offers at once.
const OFFERED: i64 = 12;

/// One image of the list.
pub struct Card {
    pub id: CampaignImageId,
    /// Its path on the portal.
    pub path: String,
    pub name: String,
    pub alt: String,
    pub measures: String,
    /// Where it is used; empty where it is not.
    pub used: String,
}

impl Card {
    fn of(image: &Image, org: OrgId, uses: &[Use]) -> Self {
        Self {
            id: image.id,
            path: image.path(org),
            name: image.name.clone(),
            alt: image.alt.clone(),
            measures: image.measures(),
            used: used(image.id, uses),
        }
    }
}

fn used(image: CampaignImageId, uses: &[Use]) -> String {
    let templates: BTreeSet<TemplateId> = uses
        .iter()
        .filter(|one| one.image == image)
        .map(|one| one.template)
        .collect();
    match templates.len() {
        0 => String::new(),
        1 => "Used in 1 template".to_owned(),
        many => format!("Used in {many} templates"),
    }
}

/// The newest images for the block editor, those whose name has `search` in it.
///
/// # Errors
/// When the database fails.
pub fn offered(tx: &mut TenantTx<'_>, search: &str) -> Result<Vec<Card>, AppError> {
    let found = queries::page(tx, search.trim(), None, OFFERED)?;
    let org = tx.org();
    Ok(found.iter().map(|one| Card::of(one, org, &[])).collect())
}

/// `/campaigns/images`
#[derive(Template)]
#[template(path = "campaigns/images/list.html")]
pub struct LibraryPage {
    pub shell: Shell,
    pub search: String,
    pub cards: Vec<Card>,
    pub start: String,
    pub next: String,
    pub form: ImageForm,
    pub errors: FieldErrors,
}

impl LibraryPage {
    /// A page of the library, with what was typed about a new image.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        query: &LibraryQuery,
        (form, errors): (ImageForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let search = query.name.trim();
        let before: Option<CampaignImageId> = query.before.parse().ok();
        let mut found = queries::page(tx, search, before, PAGE + 1)?;
        let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let is_more = found.len() > shown;
        found.truncate(shown);
        let list = |before: &str| address("/campaigns/images", &[("name", search), ("before", before)]);
        let next = match (is_more, found.last()) {
            (true, Some(last)) => list(&last.id.to_string()),
            _ => String::new(),
        };
        let ids: Vec<CampaignImageId> = found.iter().map(|one| one.id).collect();
        let (uses, org) = (queries::uses(tx, &ids)?, tx.org());
        Ok(Self {
            shell,
            search: search.to_owned(),
            cards: found.iter().map(|one| Card::of(one, org, &uses)).collect(),
            start: before.map(|_| list("")).unwrap_or_default(),
            next,
            form,
            errors,
        })
    }
}

/// A version that shows an image.
pub struct UseLine {
    pub href: String,
    pub name: String,
    pub version: String,
    pub is_newest: bool,
}

/// `/campaigns/images/{image}`
#[derive(Template)]
#[template(path = "campaigns/images/image.html")]
pub struct ImagePage {
    pub shell: Shell,
    pub card: Card,
    /// The whole address, as it stands in the source of a mail.
    pub address: String,
    pub width: i32,
    pub height: i32,
    pub when: String,
    pub machine: String,
    pub is_hidden: bool,
    pub uses: Vec<UseLine>,
    pub form: ImageForm,
    pub errors: FieldErrors,
}

impl ImagePage {
    /// One image, with what was typed about it.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        (zone, portal): (chrono_tz::Tz, &str),
        id: CampaignImageId,
        typed: Option<(ImageForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let image = queries::image(tx, id)?;
        let uses = queries::uses(tx, &[id])?;
        let (form, errors) = typed.unwrap_or_else(|| (ImageForm::of(&image), FieldErrors::default()));
        Ok(Self {
            shell,
            address: format!("{portal}{}", image.path(tx.org())),
            card: Card::of(&image, tx.org(), &uses),
            width: image.width,
            height: image.height,
            when: local_date_time(image.created_at, zone),
            machine: machine(image.created_at),
            is_hidden: image.hidden_at.is_some(),
            uses: uses.iter().map(use_line).collect(),
            form,
            errors,
        })
    }
}

fn use_line(one: &Use) -> UseLine {
    UseLine {
        href: format!("/templates/{}/versions/{}", one.template, one.version),
        name: one.name.clone(),
        version: format!("Version {}", one.version),
        is_newest: one.version == one.current,
    }
}
