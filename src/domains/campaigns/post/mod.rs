//! Letters of the portal: invitations, new passwords, notices. They are written into the outbox in the transaction of what they are about,
//! and leave from there by lanes of their own, so that no campaign holds them up: through the providers of their organization in their
//! order, else through the mail server of the installation. Where there is neither they are kept to be looked at.
//!
//! A letter is never lost and may in rare cases come twice: what a process had in hand when it died is tried again after
//! [`queries::LEASE`], under the same Message-ID, which mail programs show once.

mod carrying;
mod queries;

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::platform::mail::Lane;

/// How often a lane looks by itself: letters of other processes, and those that were put off.
const LOOKS: Duration = Duration::from_secs(1);

/// Handfuls of one lane that are on their way at the same time: a mail server that does not answer holds up its own organization only.
const AT_ONCE: usize = 8;

/// Carries the letters of one lane until `stop` is raised; what is on its way then is waited for.
pub async fn carry(app: App, lane: Lane, mut stop: watch::Receiver<bool>) {
    let mut under_way = JoinSet::new();
    while !*stop.borrow() {
        while under_way.try_join_next().is_some() {}
        if under_way.len() >= AT_ONCE {
            under_way.join_next().await;
            continue;
        }
        match carrying::take(&app, lane, &mut under_way).await {
            Ok(is_full) if is_full => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(error = error.told(), "letters could not be carried this time"),
        }
        let signals = app.db.signals();
        tokio::select! {
            () = signals.letters.notified(), if lane == Lane::Prompt => {}
            () = tokio::time::sleep(LOOKS) => {}
            _ = stop.changed() => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}
