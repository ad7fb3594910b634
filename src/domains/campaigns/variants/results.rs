//! How the variants of a campaign do, for its page.

use chrono_tz::Tz;

use crate::domains::campaigns::model::{Campaign, EventKind, State};
use crate::domains::campaigns::queries::Counts;
use crate::domains::campaigns::templates::{self, model::Words};
use crate::domains::campaigns::wizard::pages::people;
use crate::domains::consent;
use crate::kernel::error::AppError;
use crate::kernel::text::grouped;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::charts::{BarChart, Caption, Measure};

use super::actions;
use super::best::{Cell, best};
use super::editions::{Edition, editions, with_values};
use super::model::{Test, letter};
use super::queries;
use super::significance::{Worth, worth};

/// One variant.
pub struct Row {
    pub letter: &'static str,
    /// Its subject, or its template.
    pub says: String,
    pub people: String,
    pub sent: String,
    pub delivered: String,
    pub clicked: String,
    pub rate: String,
    /// Whether its difference to the first could be chance, in words; empty for the first, which is the one most followed or A.
    pub worth: &'static str,
    /// Whether it is the first.
    pub is_first: bool,
    pub is_winner: bool,
    /// Where it can be sent to the rest; empty when it can't.
    pub decide: String,
}

/// How the variants of a campaign do.
pub struct Results {
    pub rows: Vec<Row>,
    pub chart: BarChart,
    /// Who takes part and what happens with the rest, in words.
    pub words: String,
    /// What was decided and why; empty before.
    pub decided: String,
    /// Whether anything shows that messages were delivered.
    pub has_reports: bool,
    /// Whether links are counted.
    pub is_tracked: bool,
}

impl Results {
    /// Reads them; nothing for a campaign with one variant.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        campaign: &Campaign,
        counts: &Counts,
        zone: Tz,
    ) -> Result<Option<Self>, AppError> {
        let Some(test) = queries::test(tx, campaign.id)? else {
            return Ok(None);
        };
        let cells = actions::cells(tx, campaign.id)?;
        let (first, _) = best(&cells);
        let first = cells.iter().find(|cell| cell.number == first).copied();
        let rest = rest(counts, cells.len());
        let is_open = test.has_rest()
            && test.winner.is_none()
            && rest > 0
            && campaign.state == State::Sending
            && campaign.gathered_at.is_some();
        let mut rows = Vec::new();
        for (edition, cell) in editions(tx, campaign)?.iter().zip(&cells) {
            let number = cell.number;
            rows.push(Row {
                letter: letter(number),
                says: says(tx, edition)?,
                people: grouped(counts.of(&format!("variant_{number}"))),
                sent: grouped(cell.sent),
                delivered: grouped(counts.of(&format!("{}_{number}", EventKind::Delivered))),
                clicked: grouped(cell.clicked),
                rate: cell.rate(),
                worth: first.map_or("", |first| in_words(*cell, first)),
                is_first: cell.clicked > 0 && first.is_some_and(|first| first.number == number),
                is_winner: test.winner == Some(number),
                decide: match is_open {
                    true => format!(
                        "/campaigns/{}/winner/{}",
                        campaign.id,
                        letter(number).to_lowercase()
                    ),
                    false => String::new(),
                },
            });
        }
        let has_reports = counts.of(EventKind::Delivered.as_str()) > 0;
        Ok(Some(Self {
            chart: chart(&cells),
            words: what_happens(&test, campaign.state, rest, zone),
            decided: decided(tx, &test, zone)?,
            has_reports,
            is_tracked: campaign.is_tracked,
            rows,
        }))
    }
}

/// How many take no part.
fn rest(counts: &Counts, variants: usize) -> i64 {
    let parts = (0..variants).map(|number| counts.of(&format!("variant_{number}")));
    counts.of("queued") - parts.sum::<i64>()
}

fn says(tx: &mut TenantTx<'_>, edition: &Edition) -> Result<String, AppError> {
    let Some(template) = edition.campaign.template_id else {
        return Ok(String::new());
    };
    let kept = templates::queries::template(tx, template)?;
    let version = match edition.campaign.version_id {
        Some(version) => templates::queries::version_by_id(tx, version)?,
        None => templates::queries::version(tx, template, kept.current_version)?,
    };
    let words = Words::read(version.draft)?.with_subject(&edition.subject);
    Ok(match words.subject.is_empty() {
        true => format!("{}, version {}", kept.name, version.version),
        false => with_values(&words, &edition.campaign.fill, &consent::asker(tx)?.name),
    })
}

/// How a variant stands to the first.
fn in_words(cell: Cell, first: Cell) -> &'static str {
    if first.clicked == 0 || first.number == cell.number {
        return "";
    }
    match worth(cell.share(), first.share()) {
        Worth::TooFew => "Too few people to tell: could be chance",
        Worth::Chance => "Could be chance",
        Worth::Unlikely => "Unlikely to be chance (p < 0.05)",
    }
}

#[expect(clippy::cast_precision_loss, reason = "bars are as exact as pixels")]
fn chart(cells: &[Cell]) -> BarChart {
    let measures = cells.iter().map(|cell| Measure {
        label: letter(cell.number).to_owned(),
        amount: cell.clicked as f64 / cell.sent.max(1) as f64,
        shown: cell.rate(),
    });
    let caption = Caption {
        id: "variants-chart".to_owned(),
        title: "Followed a link".to_owned(),
        summary:
            "Of the people of the test to whom it was handed over. What looks like a machine is not counted."
                .to_owned(),
    };
    BarChart::new(caption, measures.collect())
}

fn what_happens(test: &Test, state: State, rest: i64, zone: Tz) -> String {
    if !test.has_rest() {
        return "Everybody takes part, so nobody waits for a winner.".to_owned();
    }
    let part = format!("{} % of the audience take part.", test.share);
    if test.winner.is_some() {
        return part;
    }
    if matches!(state, State::Cancelled | State::Failed) {
        return format!("{part} The rest got nothing.");
    }
    let waits = match rest {
        1 => "The rest, 1 person, waits".to_owned(),
        rest => format!("The rest, {}, waits", people(rest)),
    };
    match (test.hours, test.decides_at) {
        (None, _) => format!("{part} {waits} until somebody chooses."),
        (Some(_), Some(at)) => format!(
            "{part} {waits} until {}: then it gets the variant of which the largest part of its readers followed a link.",
            local_date_time(at, zone)
        ),
        (Some(hours), None) => format!("{part} {waits} for {hours} hours."),
    }
}

fn decided(tx: &mut TenantTx<'_>, test: &Test, zone: Tz) -> Result<String, AppError> {
    let (Some(winner), Some(at)) = (test.winner, test.decided_at) else {
        return Ok(String::new());
    };
    let by = match test.decided_by {
        Some(member) => format!("{} chose it", crate::domains::people::reach(tx, member)?.name),
        None => "Clicks decided".to_owned(),
    };
    let because = match test.decided_by {
        Some(_) => "",
        None => test.because.as_str(),
    };
    Ok(format!(
        "The rest gets {}. {by} on {}. {because}",
        letter(winner),
        local_date_time(at, zone)
    )
    .trim()
    .to_owned())
}
