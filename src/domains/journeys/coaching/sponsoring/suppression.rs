//! Which figures may be shown so that nothing can be learned about fewer than [`LEAST`] people. Pure.
//!
//! People stand in a table: a row for each cohort, a column for how far they are. What is published is one way of laying rows and columns
//! together so that every cell holds at least [`LEAST`] people. Everything that is shown is a sum or a mean over whole cells; cells do not
//! overlap, so whatever is added up or taken from each other is again a sum of whole cells, and holds nobody or at least [`LEAST`] people.
//! Small rows are not left out, since what is left out could be had by subtraction: they are laid together with others, or everything is
//! withheld.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The fewest people of whom anything is told.
pub const LEAST: u32 = 5;

/// How far somebody is, from the least.
pub const COLUMNS: usize = 4;

/// One cohort, or some laid together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    /// Which cohorts these are.
    pub of: Vec<Uuid>,
    /// People by how far they are.
    pub cells: [u32; COLUMNS],
    /// Lessons that count and are done, over all of them.
    pub done: u64,
    /// Lessons that count, over all of them.
    pub required: u64,
    /// Lessons that the pace of the cohort would have brought, over all of them; nothing without a pace.
    pub planned: Option<u64>,
}

impl Row {
    /// How many people.
    pub fn people(&self) -> u32 {
        self.cells.iter().sum()
    }

    fn with(mut self, other: Self) -> Self {
        for (cell, more) in self.cells.iter_mut().zip(other.cells) {
            *cell += more;
        }
        self.of.extend(other.of);
        self.of.sort_unstable();
        Self {
            name: format!("{}, {}", self.name, other.name),
            of: self.of,
            cells: self.cells,
            done: self.done + other.done,
            required: self.required + other.required,
            planned: self.planned.zip(other.planned).map(|(one, other)| one + other),
        }
    }
}

/// Columns that are shown as one: from the first to the last.
pub type Span = (usize, usize);

/// What may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Cohorts, some of them laid together.
    pub rows: Vec<Row>,
    /// How far people are, laid together: without gaps from the first column to the last.
    pub spans: Vec<Span>,
}

impl Published {
    /// How many people of a row stand in a span.
    pub fn cell(row: &Row, (first, last): Span) -> u32 {
        row.cells.iter().take(last + 1).skip(first).sum()
    }

    /// How many people of all rows do.
    pub fn column(&self, span: Span) -> u32 {
        self.rows.iter().map(|row| Self::cell(row, span)).sum()
    }

    /// How many people it is about.
    pub fn people(&self) -> u32 {
        self.rows.iter().map(Row::people).sum()
    }

    fn holds(&self) -> bool {
        let is_enough = |row: &Row, span: &Span| Self::cell(row, *span) >= LEAST;
        self.rows
            .iter()
            .all(|row| self.spans.iter().all(|span| is_enough(row, span)))
    }
}

/// What may be shown of these cohorts; nothing when they are fewer than [`LEAST`] people together. How people are spread comes before how
/// cohorts differ, and then whatever shows most.
pub fn publish(rows: Vec<Row>) -> Option<Published> {
    publish_where(rows, |_| true)
}

/// The same, of what may be shown besides by another rule.
pub fn publish_where(rows: Vec<Row>, is_allowed: impl Fn(&Published) -> bool) -> Option<Published> {
    let mut rows: Vec<Row> = rows.into_iter().filter(|row| row.people() > 0).collect();
    // The smallest first: those are laid together first.
    rows.sort_by(|one, other| (one.people(), &one.name).cmp(&(other.people(), &other.name)));
    let mut best: Option<Published> = None;
    while !rows.is_empty() {
        for spans in all_spans() {
            let candidate = Published {
                rows: rows.clone(),
                spans,
            };
            let is_better = best.as_ref().is_none_or(|best| rank(&candidate) > rank(best));
            if is_better && candidate.holds() && is_allowed(&candidate) {
                best = Some(candidate);
            }
        }
        lay_together(&mut rows);
    }
    best.map(|mut best| {
        best.rows.sort_by(|one, other| one.name.cmp(&other.name));
        best
    })
}

/// What shows more is greater: a spread at all, whether who finished stands alone, then cells.
pub fn rank(one: &Published) -> (bool, bool, usize, usize) {
    let finished = (COLUMNS - 1, COLUMNS - 1);
    (
        one.spans.len() > 1,
        one.spans.last() == Some(&finished),
        one.spans.len() * one.rows.len(),
        one.rows.len(),
    )
}

/// Lays the two smallest together; the last one goes.
fn lay_together(rows: &mut Vec<Row>) {
    let mut left = std::mem::take(rows).into_iter();
    let joined = match (left.next(), left.next()) {
        (Some(one), Some(other)) => one.with(other),
        _ => return,
    };
    rows.extend(left);
    let place = rows.partition_point(|row| row.people() < joined.people());
    rows.insert(place, joined);
}

/// Every way of laying columns together that stand beside each other.
fn all_spans() -> Vec<Vec<Span>> {
    let ways = 1_usize << (COLUMNS - 1);
    (0..ways).map(spans).collect()
}

/// The way in which a new span begins after each column whose bit is set.
fn spans(cuts: usize) -> Vec<Span> {
    let (mut found, mut first) = (Vec::new(), 0);
    for column in 0..COLUMNS {
        if column == COLUMNS - 1 || cuts & (1 << column) != 0 {
            found.push((first, column));
            first = column + 1;
        }
    }
    found
}
