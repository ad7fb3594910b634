//! Reading mailboxes. It waits for strangers' servers, so it runs beside jobs, which must not wait for them.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::kernel::ids::OrgId;
use crate::platform::db::{SystemTask, TenantScope};
use crate::providers::mail::imap::{Failure, Folder, Session, Settings};

use super::model::{Mailbox, Place};
use super::queries::{self, Ended};
use super::taking::{self, Next};

/// Mailboxes that are read at the same time by one process.
const AT_ONCE: usize = 4;
/// Messages of one mailbox that are read in one round.
const HANDFUL: usize = 50;
/// Messages that are marked as read in one round.
const MARKED: i64 = 200;
/// The longest round.
const ROUND: Duration = Duration::from_secs(120);
/// What was taken in hand comes back after this long when its process died: longer than a round.
const LEASE: TimeDelta = TimeDelta::seconds(180);
/// How often it is looked when nobody says that something is due.
const IDLE: Duration = Duration::from_secs(1);
/// How old the oldest message is that is read in a mailbox which was never read, or whose numbers have changed.
const LOOKS_BACK: TimeDelta = TimeDelta::days(7);

/// Reads mailboxes until `stop` is raised. What is read at that moment is left: each message is taken in whole or not at all.
pub async fn read(app: App, mut stop: watch::Receiver<bool>) {
    let mut under_way = JoinSet::new();
    while !*stop.borrow() {
        while under_way.try_join_next().is_some() {}
        match claim(&app, AT_ONCE.saturating_sub(under_way.len())).await {
            Ok(due) => {
                for org in due {
                    under_way.spawn(round(app.clone(), org));
                }
            }
            Err(error) => tracing::warn!(
                error = error.told(),
                "mailboxes could not be looked for this time"
            ),
        }
        tokio::select! {
            () = app.db.signals().mailboxes.notified() => {}
            () = tokio::time::sleep(IDLE) => {}
            _ = stop.changed() => {}
        }
    }
    under_way.shutdown().await;
}

async fn claim(app: &App, room: usize) -> Result<Vec<OrgId>, AppError> {
    if room == 0 {
        return Ok(Vec::new());
    }
    let limit = i64::try_from(room).unwrap_or(1);
    app.db
        .system(SystemTask::Sending, move |tx| {
            Ok(queries::claim(tx, limit, LEASE)?)
        })
        .await
}

/// Why a round ended early.
enum Trouble {
    /// The mailbox cannot be read.
    Theirs(Failure),
    /// The portal failed.
    Ours(AppError),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Theirs(failure)
    }
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        Self::Ours(error)
    }
}

/// One round. Whatever keeps it from being noted, its lease brings it back.
async fn round(app: App, org: OrgId) {
    let scope = TenantScope::of_portal(org, "campaigns.mailbox");
    if let Err(error) = round_of(&app, &scope).await {
        tracing::warn!(organization = %org, error = error.told(), "a mailbox could not be read this time");
    }
}

async fn round_of(app: &App, scope: &TenantScope) -> Result<(), AppError> {
    let Some(mailbox) = app.db.tenant(scope, |tx| Ok(queries::mailbox(tx)?)).await? else {
        return Ok(());
    };
    let settings = mailbox.settings(&app.keys)?;
    let read = timeout(ROUND, take_in(app, scope, &mailbox, &settings)).await;
    let ended = match read {
        Ok(Ok(ended)) => ended,
        Ok(Err(Trouble::Theirs(failure))) => Ended::Trouble(failure.to_string()),
        Ok(Err(Trouble::Ours(error))) => return Err(error),
        Err(_) => Ended::Trouble("The server is so slow that a round of reading took too long.".to_owned()),
    };
    let again = ended == Ended::More;
    app.db
        .tenant(scope, move |tx| Ok(queries::note_round(tx, &mailbox, &ended)?))
        .await?;
    if again {
        app.db.signals().mailboxes.notify_one();
    }
    Ok(())
}

async fn take_in(
    app: &App,
    scope: &TenantScope,
    mailbox: &Mailbox,
    settings: &Settings,
) -> Result<Ended, Trouble> {
    let mut session = Session::open(settings).await?;
    let folder = session.inbox().await?;
    let new = new_messages(app, &mut session, mailbox, folder).await?;
    for uid in new.iter().copied().take(HANDFUL) {
        // What is gone again was nothing.
        let message = session.message(uid).await?.unwrap_or_default();
        let at = Place {
            uid_validity: folder.uid_validity,
            uid,
        };
        if take(app, scope, mailbox, at, message).await? == Next::Stop {
            return Ok(Ended::Through);
        }
    }
    if new.is_empty() {
        remember(app, scope, mailbox, folder).await?;
    }
    mark(app, scope, mailbox, folder, &mut session).await?;
    session.log_out().await;
    Ok(match new.len() > HANDFUL {
        true => Ended::More,
        false => Ended::Through,
    })
}

/// The numbers of messages that were not looked at yet, in their order.
async fn new_messages(
    app: &App,
    session: &mut Session,
    mailbox: &Mailbox,
    folder: Folder,
) -> Result<Vec<u32>, Failure> {
    match mailbox.uid_validity == Some(i64::from(folder.uid_validity)) {
        true => {
            session
                .above(u32::try_from(mailbox.last_uid).unwrap_or(u32::MAX))
                .await
        }
        // A person's mail of many years may lie in it.
        false => {
            let day = (app.clock().now() - LOOKS_BACK).date_naive();
            session.since(day).await
        }
    }
}

async fn take(
    app: &App,
    scope: &TenantScope,
    mailbox: &Mailbox,
    at: Place,
    message: Vec<u8>,
) -> Result<Next, AppError> {
    let (portal, mailbox) = (app.clone(), mailbox.clone());
    app.db
        .tenant(scope, move |tx| taking::take(tx, &portal, &mailbox, at, &message))
        .await
}

/// Begins with what comes from now on, in a mailbox in which nothing was new.
async fn remember(app: &App, scope: &TenantScope, mailbox: &Mailbox, folder: Folder) -> Result<(), AppError> {
    let is_known = mailbox.uid_validity == Some(i64::from(folder.uid_validity));
    let Some(next) = folder.uid_next.filter(|_| !is_known) else {
        return Ok(());
    };
    let at = Place {
        uid_validity: folder.uid_validity,
        uid: next.saturating_sub(1),
    };
    let id = mailbox.id;
    app.db
        .tenant(scope, move |tx| Ok(queries::note_position(tx, id, at)?))
        .await
}

/// Marks what was taken in as read: also what an earlier round took in and could not mark any more.
async fn mark(
    app: &App,
    scope: &TenantScope,
    mailbox: &Mailbox,
    folder: Folder,
    session: &mut Session,
) -> Result<(), Trouble> {
    let (id, validity) = (mailbox.id, folder.uid_validity);
    let open = app
        .db
        .tenant(scope, move |tx| Ok(queries::unmarked(tx, id, validity, MARKED)?))
        .await?;
    let uids: Vec<u32> = open.iter().filter_map(|uid| u32::try_from(*uid).ok()).collect();
    if uids.is_empty() {
        return Ok(());
    }
    session.mark_as_read(&uids).await?;
    app.db
        .tenant(scope, move |tx| {
            Ok(queries::note_marked(tx, id, validity, &open)?)
        })
        .await?;
    Ok(())
}
