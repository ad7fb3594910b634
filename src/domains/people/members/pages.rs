//! What the pages about finding people print.

use askama::Template;

use crate::domains::people::model::Stage;
use crate::domains::people::policy;
use crate::domains::people::settings::queries as settings;
use crate::domains::people::worksites::queries as worksites;
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{FilterId, MemberId};
use crate::kernel::time::ago;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, shell};

use super::forms::{FilterForm, MembersQuery};
use super::queries::{self, Found};

/// People on a page.
const PAGE: usize = 50;
/// Filters listed.
const FILTERS: i64 = 100;

/// One person in the list.
pub struct FoundLine {
    pub id: MemberId,
    pub name: String,
    pub initials: String,
    pub hue: u16,
    pub stage: &'static str,
    pub place: String,
    pub reached: String,
}

/// A filter somebody keeps.
pub struct FilterLine {
    pub id: FilterId,
    pub name: String,
    pub href: String,
    pub shared: String,
    pub can_forget: bool,
    pub is_current: bool,
}

/// `/members`
#[derive(Template)]
#[template(path = "people/members/list.html")]
pub struct MembersPage {
    pub shell: Shell,
    pub lead: &'static str,
    pub query: MembersQuery,
    pub worksites: Vec<Choice>,
    pub departments: Vec<Choice>,
    pub shifts: Vec<Choice>,
    pub stages: Vec<Choice>,
    pub tags: Vec<Choice>,
    pub people: Vec<FoundLine>,
    pub filters: Vec<FilterLine>,
    pub is_filtered: bool,
    pub is_everybody: bool,
    pub can_assign: bool,
    pub can_tag: bool,
    pub can_export: bool,
    pub can_import: bool,
    pub start: String,
    pub next: String,
    /// The address of this list, to be kept.
    pub rule: String,
    pub roles: Vec<Choice>,
    pub keep: FilterForm,
    pub errors: FieldErrors,
}

impl MembersPage {
    /// The people the acting member may see, under some filters.
    ///
    /// # Errors
    /// [`AppError::Denied`] for who neither administers nor looks after people.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        query: MembersQuery,
        (keep, errors): (FilterForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let listing = policy::may_list(tx.actor())?;
        let now = tx.now();
        let today = now.with_timezone(&me.zone).date_naive();
        let filter = query.filter();
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::page(tx, listing, &filter, today, limit)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let last = found.last().filter(|_| has_more).map(|one| one.id.to_string());
        let line = |one: Found| FoundLine {
            initials: shell::initials(&one.name),
            hue: shell::hue(one.id.0),
            id: one.id,
            name: one.name,
            stage: match one.stage {
                Stage::Member => "",
                stage => stage.label(),
            },
            place: one.place,
            reached: one
                .reached
                .map_or_else(String::new, |at| format!("Spoken with {}", ago(at, now))),
        };
        let rule = query.address("/members", "");
        Ok(Self {
            shell,
            lead: match listing {
                policy::Listing::Everybody(_) => {
                    "Everybody your organization knows, by what their records say."
                }
                policy::Listing::Own(_) => "The people you look after, by what their records say.",
            },
            worksites: worksite_choices(tx, &query)?,
            departments: department_choices(tx, &query)?,
            shifts: worksites::shifts(tx)?
                .into_iter()
                .map(|shift| chosen(shift.id.to_string(), shift.name, &query.shift))
                .collect(),
            stages: Stage::ALL
                .iter()
                .map(|stage| chosen(stage.as_str().to_owned(), stage.label().to_owned(), &query.stage))
                .collect(),
            tags: queries::all_tags(tx)?
                .into_iter()
                .map(|(id, name)| chosen(id.to_string(), name, &query.tag))
                .collect(),
            people: found.into_iter().map(line).collect(),
            filters: filter_lines(tx, me, &rule)?,
            is_filtered: !query.is_plain(),
            is_everybody: matches!(listing, policy::Listing::Everybody(_)),
            can_assign: policy::may_arrange(tx.actor()).is_ok(),
            can_tag: policy::may_tag(tx.actor()).is_ok(),
            can_export: policy::may_export(tx.actor(), &settings::settings(tx)?.exporters).is_ok(),
            can_import: policy::may_import(tx.actor()).is_ok(),
            start: match filter.after {
                Some(_) => rule.clone(),
                None => String::new(),
            },
            next: last.map(|id| query.address("/members", &id)).unwrap_or_default(),
            roles: [Role::Steward, Role::Coach, Role::Admin]
                .iter()
                .map(|role| {
                    chosen(
                        role.as_str().to_owned(),
                        role.label().to_owned(),
                        &keep.shared_with,
                    )
                })
                .collect(),
            rule,
            query,
            keep,
            errors,
        })
    }
}

fn chosen(value: String, label: String, wanted: &str) -> Choice {
    let is_it = value == wanted;
    Choice::new(value, label, is_it)
}

fn worksite_choices(tx: &mut TenantTx<'_>, query: &MembersQuery) -> Result<Vec<Choice>, AppError> {
    Ok(worksites::open(tx)?
        .into_iter()
        .map(|worksite| chosen(worksite.id.to_string(), worksite.name, &query.worksite))
        .collect())
}

/// The departments of the worksite that is filtered by.
fn department_choices(tx: &mut TenantTx<'_>, query: &MembersQuery) -> Result<Vec<Choice>, AppError> {
    let Ok(worksite) = query.worksite.parse() else {
        return Ok(Vec::new());
    };
    Ok(worksites::departments(tx, &[worksite])?
        .into_iter()
        .map(|department| chosen(department.id.to_string(), department.name, &query.department))
        .collect())
}

fn filter_lines(tx: &mut TenantTx<'_>, me: &Member, rule: &str) -> Result<Vec<FilterLine>, AppError> {
    let is_admin = me.roles.has(Role::Admin);
    Ok(queries::filters(tx, FILTERS)?
        .into_iter()
        .map(|filter| {
            let href = filter.asks().address("/members", "");
            FilterLine {
                id: filter.id,
                is_current: href == rule,
                href,
                shared: match (filter.shared_with, filter.owner_id == me.member) {
                    (None, _) => String::new(),
                    (Some(role), true) => format!("shared with {}s", role.label().to_lowercase()),
                    (Some(_), false) => "shared with you".to_owned(),
                },
                can_forget: is_admin || filter.owner_id == me.member,
                name: filter.name,
            }
        })
        .collect())
}
