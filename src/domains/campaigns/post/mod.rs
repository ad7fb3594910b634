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

use crate::app::App;
use crate::platform::mail::Lane;

/// How often a lane looks by itself: letters of other processes, and those that were put off.
const LOOKS: Duration = Duration::from_secs(1);

/// Carries the letters of one lane until `stop` is raised.
pub async fn carry(app: App, lane: Lane, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match carrying::round(&app, lane).await {
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
}
