//! How an import is doing, as whoever began it sees it.

use askama::Template;
use chrono_tz::Tz;

use crate::domains::journeys::building::queries as journeys;
use crate::kernel::error::AppError;
use crate::kernel::ids::JourneyImportId;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::jobs::{self, JobState};
use crate::platform::web::Shell;

use super::actions;
use super::model::{Import, ImportState};
use super::queries;

/// Imports that are listed below the form.
const LISTED: i64 = 5;

/// An import in a list.
pub struct ImportLine {
    pub href: String,
    pub name: String,
    pub when: String,
    pub state: &'static str,
    pub tone: &'static str,
}

impl ImportLine {
    fn of(import: &Import, zone: Tz) -> Self {
        Self {
            href: format!("/journeys/imports/{}", import.id),
            name: import.file_name.clone(),
            when: local_date_time(import.made_at, zone),
            state: import.state.label(),
            tone: match import.state {
                ImportState::Working => "accent",
                ImportState::Done => "positive",
                ImportState::Stopped => "",
                ImportState::Failed => "danger",
            },
        }
    }
}

/// The last imports of the acting member.
///
/// # Errors
/// When the database fails.
pub fn lines(tx: &mut TenantTx<'_>, zone: Tz) -> Result<Vec<ImportLine>, AppError> {
    let me = tx.my_id()?;
    let last = queries::last_of(tx, me, LISTED)?;
    Ok(last.iter().map(|import| ImportLine::of(import, zone)).collect())
}

/// `/journeys/imports/{arrival}`
#[derive(Template)]
#[template(path = "journeys/transfer/import.html")]
pub struct ImportPage {
    pub shell: Shell,
    pub line: ImportLine,
    pub is_working: bool,
    pub is_stopping: bool,
    /// Whether its job was given up.
    pub is_broken: bool,
    pub is_done: bool,
    pub is_failed: bool,
    pub done: i32,
    pub total: i32,
    pub progress: String,
    /// The builder of what came of it; empty without that.
    pub build: String,
    pub journey: String,
    /// `4 came into the library, 2 were there already.`
    pub sum: String,
    pub report: Vec<String>,
}

impl ImportPage {
    /// How an import is doing.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for everybody but whoever began it.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        id: JourneyImportId,
        zone: Tz,
    ) -> Result<Self, AppError> {
        let import = actions::mine(tx, id)?;
        let job = jobs::status(tx, import.job_id)?;
        let is_open = import.state == ImportState::Working;
        let is_broken = is_open && job.state == JobState::Discarded;
        let (done, total) = (job.progress_done, job.progress_total.unwrap_or_default());
        let journey = match import.journey_id {
            Some(journey) => Some(journeys::journey(tx, journey)?),
            None => None,
        };
        Ok(Self {
            shell,
            is_working: is_open && !is_broken,
            is_stopping: job.cancel_requested,
            is_broken,
            is_done: import.state == ImportState::Done,
            is_failed: import.state == ImportState::Failed,
            done: done.min(total),
            total,
            progress: match total {
                0 => "Waiting for its turn".to_owned(),
                total => format!("{} of {}", megabytes(done.min(total)), megabytes(total)),
            },
            build: journey
                .as_ref()
                .map(|journey| format!("/journeys/{}/build", journey.id))
                .unwrap_or_default(),
            journey: journey.map(|journey| journey.title).unwrap_or_default(),
            sum: sum(&import),
            line: ImportLine::of(&import, zone),
            report: import.report,
        })
    }
}

fn megabytes(kilobytes: i32) -> String {
    match kilobytes {
        ..1_000 => format!("{kilobytes} kB"),
        _ => format!("{}.{} MB", kilobytes / 1_000, kilobytes % 1_000 / 100),
    }
}

fn sum(import: &Import) -> String {
    use super::model::Fate;
    let fates = import.fates();
    let count = |is: fn(&Fate) -> bool| fates.values().filter(|fate| is(fate)).count();
    let made = count(|fate| matches!(fate, Fate::Made(_)));
    let found = count(|fate| matches!(fate, Fate::Found(_)));
    let new = match made {
        0 => "Nothing new came into the library".to_owned(),
        1 => "One asset came into the library".to_owned(),
        many => format!("{many} assets came into the library"),
    };
    match found {
        0 => format!("{new}."),
        1 => format!("{new}; one was there already and is used again."),
        many => format!("{new}; {many} were there already and are used again."),
    }
}
