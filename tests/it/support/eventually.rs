//! Waiting for a condition instead of sleeping for a guess.

use std::time::{Duration, Instant};

/// How long a test waits for something that should happen. Generous, because only a failing test pays it.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// How long a waiting test leaves the machine alone between two looks.
pub const PAUSE: Duration = Duration::from_millis(25);

/// Asks `probe` until it answers `Some`, and returns that answer.
///
/// # Panics
/// When nothing came within [`PATIENCE`]; `what` says what was waited for.
pub async fn eventually<T>(what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = probe().await {
            return answer;
        }
        assert!(
            Instant::now() < deadline,
            "waited {PATIENCE:?} in vain for {what}"
        );
        tokio::time::sleep(PAUSE).await;
    }
}

/// The same for code that is not asynchronous.
///
/// # Panics
/// When nothing came within [`PATIENCE`].
pub fn eventually_blocking<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = probe() {
            return answer;
        }
        assert!(
            Instant::now() < deadline,
            "waited {PATIENCE:?} in vain for {what}"
        );
        std::thread::sleep(PAUSE);
    }
}
