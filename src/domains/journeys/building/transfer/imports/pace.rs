//! How far an import is.

use crate::domains::journeys::building::transfer::book::Book;
use crate::kernel::error::AppError;
use crate::platform::jobs::JobRun;

/// Bytes that are moved before it is asked whether to stop.
const STRETCH: u64 = 16 * 1024 * 1024;

/// How far a job is, in kilobytes: told now and then, which also renews its lease.
pub struct Pace<'a> {
    run: &'a JobRun,
    moved: u64,
    since: u64,
    total: Option<u64>,
}

impl<'a> Pace<'a> {
    /// At the beginning.
    pub fn of(run: &'a JobRun) -> Self {
        Self {
            run,
            moved: 0,
            since: 0,
            total: None,
        }
    }

    /// From here on it is known how much is to come.
    pub fn expect(&mut self, book: &Book) {
        let files = book.assets.iter().filter_map(|asset| asset.file.as_ref());
        let bytes = files.map(|file| u64::try_from(file.bytes).unwrap_or_default());
        self.moved = 0;
        self.total = Some(bytes.fold(0, u64::saturating_add));
    }

    /// Notes that so many bytes were moved; answers whether to stop.
    ///
    /// # Errors
    /// When the database is away.
    pub fn moved(&mut self, bytes: u64) -> Result<bool, AppError> {
        self.moved = self.moved.saturating_add(bytes);
        self.since += bytes;
        match self.since >= STRETCH {
            true => self.told(),
            false => Ok(false),
        }
    }

    /// Tells it now; answers whether to stop.
    ///
    /// # Errors
    /// When the database is away.
    pub fn told(&mut self) -> Result<bool, AppError> {
        self.since = 0;
        let kilobytes = |bytes: u64| i32::try_from(bytes.div_ceil(1_000)).unwrap_or(i32::MAX);
        let (done, total) = match self.total {
            Some(total) => (kilobytes(self.moved), Some(kilobytes(total.max(1)))),
            // As long as it is not known how much is to come, nothing is done of it.
            None => (0, None),
        };
        self.run.progress(done, total)
    }
}
