//! How often one person may broadcast. Pure: when they did and what is allowed in, how long to wait out.

use chrono::{DateTime, TimeDelta, Utc};

use crate::config;
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, Denied};

const HOUR: TimeDelta = TimeDelta::hours(1);
/// The span of the daily cap: the last 24 hours, so that midnight is no moment to wait for.
pub const DAY: TimeDelta = TimeDelta::hours(24);

/// What one role may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// In the last hour.
    pub hourly: usize,
    /// In the last 24 hours.
    pub daily: usize,
}

impl Allowance {
    /// The operator's figures for `role`; a role without one gets the smallest figure set for any.
    pub fn of(role: Role, settings: &config::Broadcasts) -> Self {
        let figure = |figures: &std::collections::BTreeMap<String, i64>| {
            let own = figures
                .get(role.as_str())
                .or_else(|| figures.values().min())
                .copied()
                .unwrap_or(0);
            usize::try_from(own).unwrap_or(0)
        };
        Self {
            hourly: figure(&settings.hourly),
            daily: figure(&settings.daily),
        }
    }

    /// Whether another one may be made now; `made` are the moments of the last ones, the newest first.
    ///
    /// # Errors
    /// [`AppError::RateLimited`] with the seconds until the next one can be made; [`AppError::Denied`] when the operator
    /// allows none at all.
    pub fn check(self, made: &[DateTime<Utc>], now: DateTime<Utc>) -> Result<(), AppError> {
        if self.hourly == 0 || self.daily == 0 {
            return Err(Denied::because("Broadcasts are switched off for your role.").into());
        }
        let wait = [(self.hourly, HOUR), (self.daily, DAY)]
            .into_iter()
            .filter_map(|(most, span)| {
                let oldest_that_counts = made.get(most - 1)?;
                Some((*oldest_that_counts + span - now).num_seconds() + 1)
                    .filter(|_| *oldest_that_counts + span > now)
            });
        match wait.max() {
            Some(seconds) => Err(AppError::RateLimited {
                retry_after: seconds.unsigned_abs(),
            }),
            None => Ok(()),
        }
    }
}
