//! Charts as view models: amounts go in, percentages, paths and words come out, and `ui/chart.html` prints them.
//!
//! Pure and without units: the caller says how an amount is shown ("1,240 messages", "38 %"). Widths are
//! percentages and paths live in a box of 100 × 100 that the page stretches, so a chart fits every width while
//! its words stay real text. Every chart carries the same figures as words or as a table.

mod examples;

pub use examples::KitCharts;

/// What a chart is about. `id` must be unique on its page; `summary` says in a sentence what the picture shows.
pub struct Caption {
    pub id: String,
    pub title: String,
    pub summary: String,
}

/// One named amount. Negative and non-finite amounts count as nothing.
pub struct Measure {
    pub label: String,
    pub amount: f64,
    pub shown: String,
}

/// Horizontal bars, one for each measure, drawn against the largest.
pub struct BarChart {
    pub caption: Caption,
    pub bars: Vec<Bar>,
}

/// One bar; `width` is a CSS-free SVG percentage such as `62.5%`.
pub struct Bar {
    pub label: String,
    pub shown: String,
    pub width: String,
}

impl BarChart {
    /// Scales every measure against the largest one.
    pub fn new(caption: Caption, measures: Vec<Measure>) -> Self {
        let most = largest(measures.iter().map(|measure| measure.amount));
        let bars = measures
            .into_iter()
            .map(|measure| measure.bar_against(most))
            .collect();
        Self { caption, bars }
    }
}

impl Measure {
    fn bar_against(self, most: f64) -> Bar {
        Bar {
            width: percent(share(self.amount, most)),
            label: self.label,
            shown: self.shown,
        }
    }
}

/// The steps that people pass one after another, each drawn against the first.
pub struct Funnel {
    pub caption: Caption,
    pub steps: Vec<FunnelStep>,
}

/// One step: what stayed of the first step and of the step before, in words ("62 %").
pub struct FunnelStep {
    pub label: String,
    pub shown: String,
    pub width: String,
    pub of_first: String,
    pub of_previous: String,
}

impl Funnel {
    /// Draws the steps in the order given; the first is the whole.
    pub fn new(caption: Caption, measures: Vec<Measure>) -> Self {
        let first = measures.first().map_or(0.0, |measure| sane(measure.amount));
        let mut previous = first;
        let mut steps = Vec::with_capacity(measures.len());
        for measure in measures {
            let amount = sane(measure.amount);
            steps.push(FunnelStep {
                width: percent(share(amount, first)),
                of_first: whole_percent(share(amount, first)),
                of_previous: whole_percent(share(amount, previous)),
                label: measure.label,
                shown: measure.shown,
            });
            previous = amount;
        }
        Self { caption, steps }
    }
}

/// Rows whose parts add up to the whole row; at most four parts, one colour each.
pub struct StackedChart {
    pub caption: Caption,
    pub row_heading: String,
    pub legend: Vec<Key>,
    pub rows: Vec<StackedRow>,
}

/// The series of what is not there yet.
const REST: usize = 0;

/// A colour of the chart and what it stands for. `series` is 1 to 4, or 0 for what is not there yet.
pub struct Key {
    pub name: String,
    pub series: usize,
}

/// What the caller knows about one row: its parts stand in the order of the chart's names.
pub struct StackedInput {
    pub label: String,
    pub shown: String,
    pub parts: Vec<f64>,
}

/// One drawn row, with each part's place in it.
pub struct StackedRow {
    pub label: String,
    pub shown: String,
    pub parts: Vec<StackedPart>,
}

/// One part of a row: `x` and `width` are percentages of the row.
pub struct StackedPart {
    pub name: String,
    pub series: usize,
    pub shown: String,
    pub x: String,
    pub width: String,
}

impl StackedChart {
    /// Draws each row as a whole of 100 %, whatever its total.
    pub fn new(
        caption: Caption,
        row_heading: &str,
        names: &[&str],
        rows: Vec<StackedInput>,
        show: impl Fn(f64) -> String,
    ) -> Self {
        let legend = names
            .iter()
            .zip(1..)
            .map(|(name, series)| Key {
                name: (*name).to_owned(),
                series,
            })
            .collect();
        let rows = rows
            .into_iter()
            .map(|row| stacked_row(row, names, &show))
            .collect();
        Self {
            caption,
            row_heading: row_heading.to_owned(),
            legend,
            rows,
        }
    }

    /// The same with its last part drawn as what is not there yet, and not as a colour of its own.
    #[must_use]
    pub fn with_rest(mut self) -> Self {
        if let Some(key) = self.legend.last_mut() {
            key.series = REST;
        }
        for part in self.rows.iter_mut().filter_map(|row| row.parts.last_mut()) {
            part.series = REST;
        }
        self
    }
}

fn stacked_row(row: StackedInput, names: &[&str], show: &impl Fn(f64) -> String) -> StackedRow {
    let total: f64 = row.parts.iter().copied().map(sane).sum();
    let mut x = 0.0;
    let parts = row
        .parts
        .iter()
        .zip(names)
        .zip(1..)
        .map(|((amount, name), series)| {
            let width = share(*amount, total);
            let part = StackedPart {
                name: (*name).to_owned(),
                series,
                shown: show(sane(*amount)),
                x: percent(x),
                width: percent(width),
            };
            x += width;
            part
        })
        .collect();
    StackedRow {
        label: row.label,
        shown: row.shown,
        parts,
    }
}

/// Amounts over time: up to four lines over the same periods, drawn from zero.
pub struct LineChart {
    pub caption: Caption,
    pub period_heading: String,
    pub top: String,
    pub middle: String,
    pub start: String,
    pub end: String,
    pub lines: Vec<Line>,
    pub rows: Vec<PeriodRow>,
}

/// What the caller knows about one line: an amount for each period.
pub struct Series {
    pub name: String,
    pub amounts: Vec<f64>,
}

/// One drawn line: SVG path data for the stroke and for its dots, in a box of 100 × 100.
pub struct Line {
    pub name: String,
    pub series: usize,
    pub path: String,
    pub dots: String,
}

/// One period of the table twin; the cells stand in the order of the lines.
pub struct PeriodRow {
    pub period: String,
    pub cells: Vec<PeriodCell>,
}

/// The amount of one line in one period; empty when the line has none there.
pub struct PeriodCell {
    pub name: String,
    pub shown: String,
}

impl LineChart {
    /// Draws every series against one round ceiling above the largest amount.
    pub fn new(
        caption: Caption,
        period_heading: &str,
        periods: &[String],
        series: Vec<Series>,
        show: impl Fn(f64) -> String,
    ) -> Self {
        let top = round_ceiling(largest(series.iter().flat_map(|one| one.amounts.iter().copied())));
        let rows = periods
            .iter()
            .enumerate()
            .map(|(at, period)| period_row(period, at, &series, &show))
            .collect();
        Self {
            caption,
            period_heading: period_heading.to_owned(),
            top: show(top),
            middle: show(top / 2.0),
            start: periods.first().cloned().unwrap_or_default(),
            end: periods.last().cloned().unwrap_or_default(),
            lines: series
                .into_iter()
                .zip(1..)
                .map(|(one, number)| line(one, number, top))
                .collect(),
            rows,
        }
    }
}

fn period_row(period: &str, at: usize, series: &[Series], show: &impl Fn(f64) -> String) -> PeriodRow {
    let cells = series
        .iter()
        .map(|one| PeriodCell {
            name: one.name.clone(),
            shown: one
                .amounts
                .get(at)
                .map(|amount| show(sane(*amount)))
                .unwrap_or_default(),
        })
        .collect();
    PeriodRow {
        period: period.to_owned(),
        cells,
    }
}

fn line(series: Series, number: usize, top: f64) -> Line {
    let points = points(&series.amounts, top);
    Line {
        path: stroke(&points),
        dots: dots(&points),
        name: series.name,
        series: number,
    }
}

/// The path of a small line without axes, for a stat tile, drawn between the smallest and the largest amount.
/// Empty for fewer than two amounts.
pub fn sparkline(amounts: &[f64]) -> String {
    if amounts.len() < 2 {
        return String::new();
    }
    let lowest = amounts.iter().copied().map(sane).fold(f64::INFINITY, f64::min);
    let above: Vec<f64> = amounts.iter().map(|amount| sane(*amount) - lowest).collect();
    stroke(&points(&above, largest(above.iter().copied())))
}

/// A point in the box of 100 × 100, from its top start corner.
struct Point {
    x: f64,
    y: f64,
}

fn points(amounts: &[f64], top: f64) -> Vec<Point> {
    let gaps = amounts.len().saturating_sub(1).max(1) as f64;
    amounts
        .iter()
        .enumerate()
        .map(|(at, amount)| Point {
            x: at as f64 / gaps * 100.0,
            y: 100.0 - share(*amount, top),
        })
        .collect()
}

fn stroke(points: &[Point]) -> String {
    let steps: Vec<String> = points
        .iter()
        .map(|point| format!("{:.2} {:.2}", point.x, point.y))
        .collect();
    if steps.is_empty() {
        String::new()
    } else {
        format!("M{}", steps.join("L"))
    }
}

/// Strokes of no length: with a round cap each is a dot that stays round however the box is stretched.
fn dots(points: &[Point]) -> String {
    points
        .iter()
        .map(|point| format!("M{:.2} {:.2}h0", point.x, point.y))
        .collect()
}

fn sane(amount: f64) -> f64 {
    if amount.is_finite() { amount.max(0.0) } else { 0.0 }
}

fn largest(amounts: impl Iterator<Item = f64>) -> f64 {
    amounts.map(sane).fold(0.0, f64::max)
}

/// How much of `whole` the amount is, 0 to 100; nothing of nothing is 0.
fn share(amount: f64, whole: f64) -> f64 {
    if whole > 0.0 {
        (sane(amount) / whole * 100.0).min(100.0)
    } else {
        0.0
    }
}

fn percent(share: f64) -> String {
    format!("{share:.2}%")
}

/// A share in words, rounded, except that what lacks one of many is never told as all of it.
fn whole_percent(share: f64) -> String {
    match share < 100.0 && share.round() >= 100.0 {
        true => format!("{:.1} %", (share * 10.0).floor() / 10.0),
        false => format!("{share:.0} %"),
    }
}

/// The smallest of 1, 2, 4, 5, 6, 8 or 10 times a power of ten that is not below the amount (1 for nothing), so the axis reads well.
fn round_ceiling(amount: f64) -> f64 {
    if amount <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(amount.log10().floor());
    [1.0, 2.0, 4.0, 5.0, 6.0, 8.0]
        .iter()
        .map(|step| step * power)
        .find(|ceiling| *ceiling >= amount)
        .unwrap_or(10.0 * power)
}
