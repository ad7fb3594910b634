//! What was played of a video: ranges of seconds, so that seeking to the end counts for nothing and a ping that comes twice counts once.

use crate::domains::journeys::learning::policy::Working;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;

use super::queries::{self, Row};

/// Most ranges in one ping.
const MOST: usize = 200;
/// How much faster than time a video can be played, with a little for clocks that differ: players go up to twice the speed.
const FASTEST: f64 = 2.2;
/// Seconds that are believed beside that: in one ping, since both its ends are rounded, and in all.
const ROUNDED: f64 = 3.0;
const SLACK: f64 = 10.0;

/// Ranges of seconds that were played, `[from, to)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranges(Vec<(i32, i32)>);

impl Ranges {
    /// Reads `0-10,25-31`, each within a video of so many seconds; what reaches beyond its end is cut there.
    ///
    /// # Errors
    /// [`AppError::Invalid`] at `ranges` for what is none.
    pub fn read(text: &str, seconds: i32) -> Result<Self, AppError> {
        let wrong = || {
            AppError::field(
                "ranges",
                "Ranges are written as 0-10,25-31: whole seconds, each from less to more.",
            )
        };
        let one = |part: &str| -> Option<(i32, i32)> {
            let (from, to) = part.trim().split_once('-')?;
            let (from, to): (i32, i32) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
            (0 <= from && from < to).then_some((from, to))
        };
        let parts: Vec<&str> = text.split(',').filter(|part| !part.trim().is_empty()).collect();
        if parts.len() > MOST {
            return Err(wrong());
        }
        let ranges: Option<Vec<_>> = parts.into_iter().map(one).collect();
        let within = |(from, to): (i32, i32)| (from < seconds).then(|| (from, to.min(seconds)));
        Ok(Self(
            ranges.ok_or_else(wrong)?.into_iter().filter_map(within).collect(),
        ))
    }

    /// As PostgreSQL writes them.
    pub fn multirange(&self) -> String {
        let ranges: Vec<String> = self.0.iter().map(|(from, to)| format!("[{from},{to})")).collect();
        format!("{{{}}}", ranges.join(","))
    }
}

/// Whether so many seconds can have been played in so many seconds of time, with so many more.
pub fn is_believable(played: i32, elapsed: f64, slack: f64) -> bool {
    f64::from(played) <= elapsed.max(0.0) * FASTEST + slack
}

/// What percent of a video was played, 0 to 100.
pub fn percent(watched: i32, seconds: i32) -> i16 {
    match seconds {
        seconds if seconds <= 0 => 0,
        seconds => {
            let whole = i64::from(watched.clamp(0, seconds)) * 100 / i64::from(seconds);
            i16::try_from(whole).unwrap_or(100)
        }
    }
}

/// Keeps what was played of a video of so many seconds; answers how many percent that is by now.
///
/// # Errors
/// [`AppError::Conflict`] when more was played than time has passed.
pub fn watch(
    tx: &mut TenantTx<'_>,
    working: &Working,
    ranges: &Ranges,
    second: i32,
    seconds: i32,
) -> Result<i16, AppError> {
    let row = Row::of(working);
    queries::start(tx, row)?;
    let written = ranges.multirange();
    let coverage = queries::coverage(tx, row, &written)?;
    let now = tx.now();
    let [last, all] = [coverage.since, coverage.begun].map(|at| (now - at).as_seconds_f64());
    if !is_believable(coverage.added, last, ROUNDED) || !is_believable(coverage.seconds, all, SLACK) {
        return Err(AppError::Conflict(
            "More of the video was reported as played than time has passed. Play it on; what you saw before is kept.".to_owned(),
        ));
    }
    queries::set_watched(tx, row, &written, second.clamp(0, seconds))?;
    queries::touch(tx, row)?;
    Ok(percent(coverage.seconds, seconds))
}
