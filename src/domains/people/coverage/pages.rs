//! What the pages about coverage print.

use askama::Template;

use crate::domains::people::policy;
use crate::domains::people::stewards::queries as stewards;
use crate::domains::people::worksites::queries as worksites;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::WorksiteId;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Shell, address};

use super::queries::{self, Covered};

/// Worksites on the grid: more than that wants a filter, not a longer page.
const SHOWN: i64 = 2_000;
/// A share of fewer people than this says too much about each of them.
const SMALLEST: i64 = 5;
/// One steward to more people than this is none (organisers' handbooks; the usual aim is one to 20).
const HARD_LIMIT: i64 = 50;

/// One line of the grid.
pub struct CoverageLine {
    pub href: String,
    pub name: String,
    pub shift: String,
    pub people: i64,
    pub stewards: i64,
    pub needed: i64,
    /// `3 missing`, `Nobody`, `Enough`.
    pub state: String,
    pub tone: &'static str,
    /// People whom nobody looks after, in words; empty for none.
    pub alone: String,
    /// `62 %`; empty where the number would say too much.
    pub contacted: String,
    /// Languages people read and no steward there does; empty for none.
    pub unheard: String,
}

/// `/coverage` and `/coverage/{worksite}`
#[derive(Template)]
#[template(path = "people/coverage.html")]
pub struct CoveragePage {
    pub shell: Shell,
    pub title: String,
    pub is_inside: bool,
    pub meant: i64,
    pub lines: Vec<CoverageLine>,
    pub people: i64,
    pub missing: i64,
    /// When it was counted: on paper it is old soon.
    pub counted: String,
}

impl CoveragePage {
    /// The grid of worksites, or that of one.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown worksite; [`AppError::Denied`] for others than stewards and admins.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        worksite: Option<WorksiteId>,
    ) -> Result<Self, AppError> {
        let title = match worksite {
            Some(id) => {
                let worksite = worksites::worksite(tx, id)?;
                policy::may_see_worksites(tx.actor()).map_err(|_| AppError::NotFound)?;
                worksite.name
            }
            None => {
                policy::may_see_worksites(tx.actor())?;
                "Coverage".to_owned()
            }
        };
        let meant = i64::from(stewards::people_per_steward(tx)?);
        let found = match worksite {
            Some(id) => queries::inside(tx, id)?,
            None => queries::by_worksite(tx, SHOWN)?,
        };
        let finds = policy::may_list(tx.actor()).is_ok();
        let lines: Vec<CoverageLine> = found
            .into_iter()
            .map(|cell| {
                let people = worksite.filter(|_| finds).map(|id| people_of(id, &cell));
                let line = line(cell, meant);
                CoverageLine {
                    href: people.unwrap_or(line.href),
                    ..line
                }
            })
            .collect();
        Ok(Self {
            shell,
            title,
            is_inside: worksite.is_some(),
            counted: local_date_time(tx.now(), me.zone),
            meant,
            people: lines.iter().map(|line| line.people).sum(),
            missing: lines
                .iter()
                .map(|line| (line.needed - line.stewards).max(0))
                .sum(),
            lines,
        })
    }
}

/// Where the people of a cell are found.
fn people_of(worksite: WorksiteId, cell: &Covered) -> String {
    let id = |id: Option<String>| id.unwrap_or_default();
    address(
        "/members",
        &[
            ("worksite", &worksite.to_string()),
            ("department", &id(cell.department_id.map(|id| id.to_string()))),
            ("shift", &id(cell.shift_id.map(|id| id.to_string()))),
        ],
    )
}

/// How many stewards so many people need, at least one where there is anybody.
pub fn needed(people: i64, meant: i64) -> i64 {
    let meant = meant.max(1);
    (people + meant - 1) / meant
}

fn line(cell: Covered, meant: i64) -> CoverageLine {
    let needed = needed(cell.people, meant);
    let missing = needed - cell.stewards;
    let (state, tone) = match (cell.stewards, missing) {
        (0, _) => ("Nobody".to_owned(), "danger"),
        (stewards, missing) if missing > 0 && cell.people > stewards * HARD_LIMIT => {
            (format!("{missing} missing"), "danger")
        }
        (_, missing) if missing > 0 => (format!("{missing} missing"), "warning"),
        _ => ("Enough".to_owned(), "positive"),
    };
    let unheard: Vec<&str> = cell
        .spoken
        .iter()
        .filter(|locale| cell.stewards > 0 && !cell.covered.contains(locale))
        .map(|locale| if locale == "fr" { "French" } else { "English" })
        .collect();
    CoverageLine {
        href: cell
            .worksite_id
            .map(|id| format!("/coverage/{id}"))
            .unwrap_or_default(),
        name: match cell.name.is_empty() {
            true => "No department".to_owned(),
            false => cell.name,
        },
        shift: match (cell.worksite_id, cell.shift.is_empty()) {
            (None, true) => "No shift".to_owned(),
            _ => cell.shift,
        },
        people: cell.people,
        stewards: cell.stewards,
        needed,
        state,
        tone,
        alone: match cell.people - cell.looked_after {
            0 => String::new(),
            1 => "1 person is nobody's".to_owned(),
            many => format!("{many} people are nobody's"),
        },
        contacted: match cell.people < SMALLEST {
            true => String::new(),
            false => format!("{} %", cell.contacted * 100 / cell.people.max(1)),
        },
        unheard: unheard.join(", "),
    }
}
