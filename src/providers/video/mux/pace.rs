//! How fast Mux may be asked: one POST a second, five of everything else, for each account (its documentation of rate limits).

use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dashmap::DashMap;
use reqwest::Method;

/// When the next request of an account is in its turn.
static NEXT: LazyLock<DashMap<(String, bool), DateTime<Utc>>> = LazyLock::new(DashMap::new);

/// Requests that may come at once; those after them wait for their turn.
const BURST: i32 = 5;

/// Takes a turn, or says how long to wait for one.
pub(super) fn take(account: &str, method: &Method, now: DateTime<Utc>) -> Result<(), Duration> {
    let writes = *method == Method::POST;
    let between = TimeDelta::milliseconds(if writes { 1_000 } else { 200 });
    let mut next = NEXT.entry((account.to_owned(), writes)).or_insert(now);
    let turn = (*next).max(now);
    let ahead = turn - now;
    if ahead > between * (BURST - 1) {
        return Err((ahead - between * (BURST - 1)).to_std().unwrap_or_default());
    }
    *next = turn + between;
    Ok(())
}
