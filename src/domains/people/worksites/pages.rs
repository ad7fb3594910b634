//! What the pages about worksites print.

use askama::Template;

use crate::domains::people::model::Worksite;
use crate::domains::people::policy;
use crate::domains::people::stewards::pages::{AssignmentLine, lines};
use crate::domains::people::stewards::queries as stewards;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::WorksiteId;
use crate::platform::db::TenantTx;
use crate::platform::web::{Shell, address};

use super::forms::{ShiftsForm, WorksiteForm, WorksitesQuery};
use super::queries::{self, WorksiteFilter};

/// Worksites on a page of the list.
const PAGE: usize = 50;

/// One worksite in the list.
pub struct WorksiteLine {
    pub id: WorksiteId,
    pub name: String,
    pub address: String,
    pub people: String,
}

/// `/worksites`
#[derive(Template)]
#[template(path = "people/worksites.html")]
pub struct WorksitesPage {
    pub shell: Shell,
    pub q: String,
    pub is_closed: bool,
    pub worksites: Vec<WorksiteLine>,
    pub start: String,
    pub next: String,
    pub can_arrange: bool,
    pub shifts: ShiftsForm,
    pub errors: FieldErrors,
}

impl WorksitesPage {
    /// The list.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        query: &WorksitesQuery,
        typed: Option<ShiftsForm>,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        policy::may_see_worksites(tx.actor())?;
        let filter = WorksiteFilter {
            words: query.q.trim().chars().take(80).collect(),
            closed: query.closed == "yes",
            after: query.after.parse().ok(),
        };
        let mut found = queries::page(tx, &filter, i64::try_from(PAGE + 1).unwrap_or(i64::MAX))?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let last = found.last().filter(|_| has_more).map(|listed| listed.worksite.id);
        let shifts = match typed {
            Some(typed) => typed,
            None => ShiftsForm {
                shifts: shift_names(tx)?.join("\n"),
            },
        };
        Ok(Self {
            shell,
            q: query.q.clone(),
            is_closed: filter.closed,
            worksites: found
                .into_iter()
                .map(|listed| WorksiteLine {
                    id: listed.worksite.id,
                    name: listed.worksite.name,
                    address: listed.worksite.address,
                    people: people_in_words(listed.people),
                })
                .collect(),
            start: match filter.after {
                Some(_) => address_of(query, ""),
                None => String::new(),
            },
            next: last
                .map(|id| address_of(query, &id.to_string()))
                .unwrap_or_default(),
            can_arrange: policy::may_arrange(tx.actor()).is_ok(),
            shifts,
            errors,
        })
    }
}

fn shift_names(tx: &mut TenantTx<'_>) -> Result<Vec<String>, AppError> {
    Ok(queries::shifts(tx)?.into_iter().map(|shift| shift.name).collect())
}

fn address_of(query: &WorksitesQuery, after: &str) -> String {
    address(
        "/worksites",
        &[("q", &query.q), ("closed", &query.closed), ("after", after)],
    )
}

/// `12 people`
pub fn people_in_words(count: i64) -> String {
    match count {
        0 => "nobody yet".to_owned(),
        1 => "1 person".to_owned(),
        many => format!("{many} people"),
    }
}

/// `/worksites/{worksite}`
#[derive(Template)]
#[template(path = "people/worksite.html")]
pub struct WorksitePage {
    pub shell: Shell,
    pub worksite: Worksite,
    pub people: String,
    pub departments: Vec<String>,
    pub assignments: Vec<AssignmentLine>,
    pub can_arrange: bool,
}

impl WorksitePage {
    /// One worksite.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none.
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, me: &Member, id: WorksiteId) -> Result<Self, AppError> {
        let worksite = queries::worksite(tx, id)?;
        policy::may_see_worksites(tx.actor()).map_err(|_| AppError::NotFound)?;
        let listed = stewards::at_worksite(tx, id)?;
        let mut assignments = lines(me, tx.now(), listed);
        for line in &mut assignments {
            // The page says which worksite.
            line.whom = match line.whom.strip_prefix(&worksite.name) {
                Some(rest) => rest.trim_start_matches(" · ").to_owned(),
                None => std::mem::take(&mut line.whom),
            };
            if line.whom.is_empty() {
                line.whom = "Everyone here".to_owned();
            }
        }
        Ok(Self {
            shell,
            people: people_in_words(queries::people_at(tx, id)?),
            departments: queries::departments(tx, &[id])?
                .into_iter()
                .map(|department| department.name)
                .collect(),
            assignments,
            can_arrange: policy::may_arrange(tx.actor()).is_ok(),
            worksite,
        })
    }
}

/// `/worksites/new` and `/worksites/{worksite}/edit`
#[derive(Template)]
#[template(path = "people/worksite_form.html")]
pub struct WorksiteFormPage {
    pub shell: Shell,
    pub title: String,
    pub action: String,
    pub back: String,
    pub departments_hint: String,
    pub form: WorksiteForm,
    pub errors: FieldErrors,
}

impl WorksiteFormPage {
    /// The form of a new worksite, or of an existing one.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none, [`AppError::Denied`] for others than admins.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        id: Option<WorksiteId>,
        typed: Option<WorksiteForm>,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let stored = match id {
            Some(id) => {
                let worksite = queries::worksite(tx, id)?;
                policy::may_arrange(tx.actor()).map_err(|denied| policy::hidden_or(tx.actor(), denied))?;
                Some(worksite)
            }
            None => None,
        };
        policy::may_arrange(tx.actor())?;
        let known: Vec<String> = match id {
            Some(id) => queries::departments(tx, &[id])?
                .into_iter()
                .map(|department| department.name)
                .collect(),
            None => Vec::new(),
        };
        let departments_hint = match known.is_empty() {
            true => "One a line, such as Emergency. Leave it empty when the place is small.".to_owned(),
            false => format!("To add, one a line. There are: {}.", known.join(", ")),
        };
        Ok(Self {
            shell,
            title: match &stored {
                Some(worksite) => format!("Edit {}", worksite.name),
                None => "New worksite".to_owned(),
            },
            action: match id {
                Some(id) => format!("/worksites/{id}"),
                None => "/worksites".to_owned(),
            },
            back: match id {
                Some(id) => format!("/worksites/{id}"),
                None => "/worksites".to_owned(),
            },
            departments_hint,
            form: typed.unwrap_or_else(|| {
                stored
                    .map(|worksite| WorksiteForm {
                        name: worksite.name,
                        address: worksite.address,
                        departments: String::new(),
                    })
                    .unwrap_or_default()
            }),
            errors,
        })
    }
}
