//! Sending pushes. It waits for the push services of the browser makers, so it runs beside jobs, which must not wait for them.
//!
//! Invariants: a push is written down when it is decided, and what it says only when it is sent, from what is true then: who has seen it
//! meanwhile is not told. It says who and where, never what was said. A push service that does not answer holds up its own pushes only,
//! and an organization with many of them leaves room for the others.

pub mod deciding;
pub mod introducing;
pub mod model;
pub mod outcome;
pub mod queries;
pub mod words;

use std::collections::HashMap;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::{self, JoinSet};

use crate::app::App;
use crate::domains::notifications::devices::model::Device;
use crate::domains::notifications::devices::queries as devices;
use crate::domains::notifications::model::PushState;
use crate::domains::notifications::queries as notifications;
use crate::domains::notifications::telling::Known;
use crate::kernel::error::AppError;
use crate::kernel::ids::NotificationId;
use crate::platform::db::{SystemTask, TenantScope, TenantTx};
use crate::providers::push::{PushMessage, PushOutcome, Subscription, WebPush};

use super::decide::Verdict;
use super::queries::Due;
use model::{Push, Stage};
use queries::{Claimed, Lane};

/// Requests that are on their way at the same time from one process; to one push service; and of one organization to one.
const AT_ONCE: usize = 64;
const TO_ONE: usize = 8;
const OF_ONE: usize = 4;
/// What was taken in hand comes back after this long when its process died: longer than a request may take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How often it is looked when nobody says that something is due.
const IDLE: Duration = Duration::from_secs(1);

/// Has what is due sent as soon as this commits.
pub fn wake(tx: &mut TenantTx<'_>) {
    let signals = tx.signals().clone();
    tx.after_commit(move || signals.pushing.notify_one());
}

/// What is on its way.
#[derive(Default)]
struct Traffic {
    under_way: JoinSet<()>,
    lanes: HashMap<task::Id, Lane>,
}

impl Traffic {
    /// How many more may set out on a lane.
    fn room(&self, lane: &Lane) -> usize {
        let count =
            |is_counted: &dyn Fn(&Lane) -> bool| self.lanes.values().filter(|one| is_counted(one)).count();
        let all = AT_ONCE.saturating_sub(self.lanes.len());
        let to_it = TO_ONE.saturating_sub(count(&|one| one.service == lane.service));
        let of_it = OF_ONE.saturating_sub(count(&|one| one == lane));
        all.min(to_it).min(of_it)
    }

    fn set_out(&mut self, lane: &Lane, work: impl Future<Output = ()> + Send + 'static) {
        let id = self.under_way.spawn(work).id();
        self.lanes.insert(id, lane.clone());
    }

    fn tidy(&mut self) {
        while let Some(ended) = self.under_way.try_join_next_with_id() {
            self.end(ended);
        }
    }

    fn end(&mut self, ended: Result<(task::Id, ()), task::JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(broken) => broken.id(),
        };
        self.lanes.remove(&id);
    }
}

/// Sends until `stop` is raised; then what is on its way is finished.
pub async fn send(app: App, mut stop: watch::Receiver<bool>) {
    let mut traffic = Traffic::default();
    let mut sender: Option<WebPush> = None;
    while !*stop.borrow() {
        traffic.tidy();
        if let Err(error) = set_out(&app, &mut sender, &mut traffic).await {
            tracing::warn!(error = error.told(), "pushes could not be looked for this time");
        }
        tokio::select! {
            () = app.db.signals().pushing.notified() => {}
            Some(ended) = traffic.under_way.join_next_with_id(), if !traffic.lanes.is_empty() => traffic.end(ended),
            () = tokio::time::sleep(IDLE) => {}
            _ = stop.changed() => {}
        }
    }
    while traffic.under_way.join_next().await.is_some() {}
}

async fn set_out(app: &App, sender: &mut Option<WebPush>, traffic: &mut Traffic) -> Result<(), AppError> {
    let lanes = app
        .db
        .system(SystemTask::Sending, |tx| Ok(queries::lanes(tx)?))
        .await?;
    if lanes.is_empty() {
        return Ok(());
    }
    // Made when the first is needed: without certificate authorities a portal can run, but not push.
    let sender = match sender {
        Some(made) => made.clone(),
        None => sender.insert(introducing::sender(app)?).clone(),
    };
    for lane in lanes {
        let room = traffic.room(&lane);
        for claimed in claim(app, &lane, room).await? {
            let work = tell(app.clone(), sender.clone(), claimed);
            traffic.set_out(&lane, work);
        }
    }
    Ok(())
}

async fn claim(app: &App, lane: &Lane, room: usize) -> Result<Vec<Claimed>, AppError> {
    if room == 0 {
        return Ok(Vec::new());
    }
    let (lane, limit) = (lane.clone(), i64::try_from(room).unwrap_or(1));
    app.db
        .system(SystemTask::Sending, move |tx| {
            Ok(queries::claim(tx, &lane, limit, LEASE)?)
        })
        .await
}

/// Sends one, and notes how that went. Whatever keeps it from being noted, its lease brings it back.
async fn tell(app: App, sender: WebPush, claimed: Claimed) {
    if let Err(error) = told(&app, &sender, claimed).await {
        tracing::warn!(error = error.told(), push = %claimed.id, "a push could not be sent this time");
    }
}

/// A push that is to be sent now.
struct InHand {
    push: Push,
    device: Device,
    to: Subscription,
    message: PushMessage,
}

async fn told(app: &App, sender: &WebPush, claimed: Claimed) -> Result<(), AppError> {
    let scope = TenantScope::of_portal(claimed.org_id, "notifications.push");
    let portal = app.clone();
    let taken = app
        .db
        .tenant(&scope, move |tx| taken(tx, &portal, claimed))
        .await?;
    let Some(InHand {
        push,
        device,
        to,
        message,
    }) = taken
    else {
        return Ok(());
    };
    let outcome: PushOutcome = sender.send(&to, &message, app.clock().now()).await;
    app.db
        .tenant(&scope, move |tx| outcome::note(tx, &push, &device, &outcome))
        .await
}

/// What is to be sent and to which device, unless that is not now.
fn taken(tx: &mut TenantTx<'_>, app: &App, claimed: Claimed) -> Result<Option<InHand>, AppError> {
    let known = queries::push(tx, claimed.id)?;
    let Some(push) = known.filter(|push| push.state == Stage::Waiting) else {
        return Ok(None);
    };
    let device = devices::device(tx, push.device_id)?;
    let to = match device.subscription(&app.keys, &introducing::hosts(&app.config)) {
        Ok(to) => to,
        Err(why) => {
            outcome::fail(tx, &push, &device, &why.told())?;
            return Ok(None);
        }
    };
    let known = Known::read(tx, app, device.member_id)?;
    let message = match push.about.as_slice() {
        [] => words::test(&known),
        about => match still_wanted(tx, &known, &push, &device, about)? {
            wanted if wanted.is_empty() => return Ok(None),
            wanted => {
                let organization = crate::domains::consent::asker(tx)?.name;
                words::message(&known, &wanted, &organization)
            }
        },
    };
    Ok(Some(InHand {
        push,
        device,
        to,
        message,
    }))
}

/// What of it is still to be told, the oldest first; nothing when it is put off or over.
fn still_wanted(
    tx: &mut TenantTx<'_>,
    known: &Known,
    push: &Push,
    device: &Device,
    about: &[NotificationId],
) -> Result<Vec<Due>, AppError> {
    let now = tx.now();
    let (mut wanted, mut later) = (Vec::new(), None);
    for one in notifications::some(tx, known.member, about)? {
        match deciding::verdict(known, &one, std::slice::from_ref(device), now) {
            Verdict::Tell => wanted.push(one),
            Verdict::Leave(reason) => {
                notifications::settle_push(tx, &[one.id], PushState::NotTold, Some(reason))?;
            }
            Verdict::Later(until) | Verdict::Gather(until) => later = Some(until),
        }
    }
    match later {
        Some(until) => {
            queries::put_off(tx, push.id, until)?;
            wanted.clear();
        }
        None if wanted.is_empty() => queries::finish(tx, push.id, Stage::Dropped)?,
        None => {}
    }
    Ok(wanted)
}
