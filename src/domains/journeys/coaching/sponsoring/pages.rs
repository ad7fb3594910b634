//! What sponsors read.

use askama::Template;
use chrono_tz::Tz;

use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;
use crate::platform::web::charts::{Caption, StackedChart, StackedInput};

use super::actions::{self, Journey};
use super::suppression::{COLUMNS, LEAST, Published, Row, Span};

/// How far somebody is, in words.
const WORDS: [&str; COLUMNS] = ["nothing done yet", "less than half", "half or more", "finished"];

/// One cohort, or some of them together.
pub struct CohortLine {
    pub name: String,
    pub people: u32,
    /// How much of what counts is done, on average.
    pub progress: String,
    /// What their pace would have brought; empty without a pace.
    pub planned: String,
}

/// What is shown of a journey.
pub struct JourneyView {
    pub title: String,
    /// Since when these are the figures.
    pub since: String,
    pub people: u32,
    pub chart: StackedChart,
    /// How many finished, in words.
    pub finished: String,
    pub cohorts: Vec<CohortLine>,
}

/// `/journeys/sponsored`
#[derive(Template)]
#[template(path = "journeys/coaching/sponsored.html")]
pub struct SponsoredPage {
    pub shell: Shell,
    pub least: u32,
    pub journeys: Vec<JourneyView>,
}

impl SponsoredPage {
    /// How those get on whom the reader sponsors.
    ///
    /// # Errors
    /// As [`actions::journeys`].
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell) -> Result<Self, AppError> {
        let zone = tx.me()?.zone;
        // That a few learn something is not told either.
        let found = actions::journeys(tx)?.into_iter().enumerate();
        let journeys = found.map(|(place, journey)| view(place, journey, zone));
        Ok(Self {
            journeys: journeys.collect(),
            least: LEAST,
            shell,
        })
    }
}

fn view(place: usize, journey: Journey, zone: Tz) -> JourneyView {
    let published = &journey.published;
    JourneyView {
        since: journey
            .taken_at
            .with_timezone(&zone)
            .format("%-d %B %Y")
            .to_string(),
        people: published.people(),
        finished: finished(published),
        chart: chart(place, published),
        cohorts: published.rows.iter().map(line).collect(),
        title: journey.title,
    }
}

/// Those who finished, where they may be told apart.
fn finished(published: &Published) -> String {
    let alone = (COLUMNS - 1, COLUMNS - 1);
    let people = published.people();
    match published.spans.iter().find(|span| **span == alone) {
        Some(span) => {
            let finished = published.column(*span);
            let percent = u64::from(finished) * 100 / u64::from(people.max(1));
            format!("{finished} of {people} finished, {percent} %.")
        }
        None => format!("How many finished is not told apart: it would be about fewer than {LEAST} people."),
    }
}

fn chart(place: usize, published: &Published) -> StackedChart {
    let names: Vec<String> = published.spans.iter().map(|span| words(*span)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let parts = |count: &dyn Fn(Span) -> u32| -> Vec<f64> {
        published
            .spans
            .iter()
            .map(|span| f64::from(count(*span)))
            .collect()
    };
    let people = |count: u32| format!("{count} people");
    let mut rows = vec![StackedInput {
        label: "All together".to_owned(),
        shown: people(published.people()),
        parts: parts(&|span| published.column(span)),
    }];
    if published.rows.len() > 1 {
        rows.extend(published.rows.iter().map(|row| StackedInput {
            label: row.name.clone(),
            shown: people(row.people()),
            parts: parts(&|span| Published::cell(row, span)),
        }));
    }
    let caption = Caption {
        id: format!("spread-{place}"),
        title: "How far they are".to_owned(),
        summary: match published.spans.len() {
            1 => "All in one: told apart, some would be too few.".to_owned(),
            _ => String::new(),
        },
    };
    StackedChart::new(caption, "Who", &names, rows, |amount| format!("{amount:.0}"))
}

/// A span in words: "Nothing done yet, or less than half".
fn words((first, last): Span) -> String {
    let named: Vec<&str> = WORDS.iter().take(last + 1).skip(first).copied().collect();
    let joined = match named.len() {
        COLUMNS => "anywhere on the way".to_owned(),
        _ => named.join(", or "),
    };
    let mut letters = joined.chars();
    match letters.next() {
        Some(letter) => letter.to_uppercase().collect::<String>() + letters.as_str(),
        None => joined,
    }
}

fn line(row: &Row) -> CohortLine {
    CohortLine {
        name: row.name.clone(),
        people: row.people(),
        progress: about(row.done, row.required),
        planned: row
            .planned
            .map(|planned| about(planned, row.required))
            .unwrap_or_default(),
    }
}

/// A mean in percent, to the nearest five. Its ends are not told: none and all would tell of everybody.
fn about(part: u64, whole: u64) -> String {
    match part * 100 / whole.max(1) {
        ..5 => "under 5 %".to_owned(),
        95.. => "95 % or more".to_owned(),
        percent => format!("about {} %", (percent + 2) / 5 * 5),
    }
}
