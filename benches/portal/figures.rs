//! Figures and how they are printed.

use std::fmt;
use std::time::Duration;

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    /// Less is better.
    AtMost(f64),
    /// More is better.
    AtLeast(f64),
    /// Only told.
    Nothing,
}

/// One measured thing.
#[derive(Debug, Clone)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    unit: &'static str,
    wanted: Wanted,
}

impl Figure {
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str, wanted: Wanted) -> Self {
        Self {
            name: name.into(),
            value,
            unit,
            wanted,
        }
    }

    /// Below 1 is better than wanted, whichever way better is.
    fn ratio(&self) -> Option<f64> {
        match self.wanted {
            Wanted::AtMost(most) => Some(self.value / most),
            Wanted::AtLeast(least) => Some(least / self.value),
            Wanted::Nothing => None,
        }
    }
}

/// The printed table.
#[derive(Debug, Default)]
pub struct Sheet(Vec<Figure>);

impl Sheet {
    pub fn add(&mut self, figure: Figure) {
        self.0.push(figure);
    }
}

fn number(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "\n| figure | measured | wanted | ratio |\n|---|---|---|---|")?;
        for figure in &self.0 {
            let (name, measured) = (&figure.name, format!("{} {}", number(figure.value), figure.unit));
            let wanted = match figure.wanted {
                Wanted::AtMost(most) => format!("≤ {most} {}", figure.unit),
                Wanted::AtLeast(least) => format!("≥ {least} {}", figure.unit),
                Wanted::Nothing => String::new(),
            };
            let ratio = figure
                .ratio()
                .map(|ratio| format!("{ratio:.2}"))
                .unwrap_or_default();
            writeln!(
                out,
                "| {name} | {} | {} | {ratio} |",
                measured.trim(),
                wanted.trim()
            )?;
        }
        Ok(())
    }
}

/// How long answers took.
#[derive(Debug)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    pub fn new(mut all: Vec<Duration>) -> Self {
        all.sort();
        Self(all)
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The latency that this share of the answers did not exceed.
    pub fn at(&self, share: f64) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let place = (last as f64 * share).round() as usize;
        self.0.get(place).copied().unwrap_or_default()
    }
}

/// What this was measured on.
pub fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let processor =
        value(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = value(&read("/proc/meminfo"), "MemTotal").unwrap_or_else(|| "memory unknown".to_owned());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("Measured on {cores} cores of {processor}, {memory}; client, server and PostgreSQL share them.")
}
