//! The list of templates.

use askama::Template;

use crate::kernel::error::AppError;
use crate::kernel::ids::TemplateId;
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::{Shell, address};

use super::super::model::{Channel, Kept};
use super::super::queries;
use super::PAGE;
use super::fields::{categories, category_name, version_words};

/// One of the list.
pub struct Line {
    pub id: TemplateId,
    pub name: String,
    pub channel: &'static str,
    pub icon: &'static str,
    pub category: String,
    pub state: String,
    pub when: String,
    pub machine: String,
}

/// `/templates`
#[derive(Template)]
#[template(path = "campaigns/templates.html")]
pub struct ListPage {
    pub shell: Shell,
    pub lines: Vec<Line>,
    pub is_archive: bool,
    pub start: String,
    pub next: String,
}

impl ListPage {
    /// A page of the list.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: chrono_tz::Tz,
        is_archive: bool,
        before: Option<TemplateId>,
    ) -> Result<Self, AppError> {
        let known = categories(tx)?;
        let mut found = queries::page(tx, is_archive, before, PAGE + 1)?;
        let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let is_more = found.len() > shown;
        found.truncate(shown);
        let which = if is_archive { "yes" } else { "" };
        let next = match (is_more, found.last()) {
            (true, Some(last)) => address(
                "/templates",
                &[("archived", which), ("before", &last.id.to_string())],
            ),
            _ => String::new(),
        };
        let start = match before {
            Some(_) => address("/templates", &[("archived", which)]),
            None => String::new(),
        };
        Ok(Self {
            shell,
            lines: found.into_iter().map(|one| line(one, &known, zone)).collect(),
            is_archive,
            start,
            next,
        })
    }
}

fn line(one: Kept, known: &[(String, String)], zone: chrono_tz::Tz) -> Line {
    Line {
        category: category_name(known, &one.category),
        channel: one.channel.label(),
        icon: icon_of(one.channel),
        state: version_words(one.current_version),
        when: local_date_time(one.changed_at, zone),
        machine: machine(one.changed_at),
        id: one.id,
        name: one.name,
    }
}

fn icon_of(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "mail",
        Channel::Sms => "smartphone",
    }
}
