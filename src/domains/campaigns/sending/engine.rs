//! Finds campaigns that have something due, starts a run for each, and ends those that are through.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Timestamptz, Uuid as SqlUuid};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::app::App;
use crate::domains::campaigns::model::State;
use crate::domains::campaigns::providers::{self, Chosen};
use crate::domains::campaigns::variants::Editions;
use crate::domains::campaigns::{actions, audience, queries, single};
use crate::domains::consent::bulk::Bulk;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignId, EventId, OrgId, ProviderId, fresh};
use crate::platform::db::{SystemTask, TenantScope, statement};

use super::breaker::Breaker;
use super::queries::presence;
use super::run::Run;

/// Campaigns that leave at the same time from one process; the others wait their turn.
const AT_ONCE: usize = 6;
/// How often it is looked while something is at work, and while nothing is.
const BUSY: Duration = Duration::from_millis(100);
const IDLE: Duration = Duration::from_secs(1);
/// How often this process shows that it is there; it counts as gone after twenty seconds.
const SHOWN: Duration = Duration::from_secs(4);

/// Breakers of providers, in this process.
type Breakers = Arc<Mutex<HashMap<Option<ProviderId>, Breaker>>>;

#[derive(QueryableByName, Debug)]
struct AtWork {
    #[diesel(sql_type = SqlUuid)]
    org_id: OrgId,
    #[diesel(sql_type = SqlUuid)]
    id: CampaignId,
    /// Whether it carries messages that somebody waits for.
    #[diesel(sql_type = Bool)]
    is_single: bool,
    #[diesel(sql_type = Bool)]
    is_due: bool,
    #[diesel(sql_type = Bool)]
    is_through: bool,
}

/// Sends until `stop` is raised; then what is on its way is finished, written down, and the rest given back.
pub async fn send(app: App, mut stop: watch::Receiver<bool>) {
    let worker = fresh::<EventId>().0;
    let shows = tokio::spawn(stay_present(app.clone(), worker, stop.clone()));
    let breakers = Breakers::default();
    let mut runs: HashMap<CampaignId, JoinHandle<()>> = HashMap::new();
    while !*stop.borrow() {
        runs.retain(|_, run| !run.is_finished());
        let pause = match at_work(&app, runs.keys().copied().collect()).await {
            Ok(found) => {
                // What only waits, for a time or for the winner of a test, is looked for at leisure.
                let is_busy = !runs.is_empty() || found.iter().any(|one| one.is_due || one.is_through);
                for one in found {
                    if one.is_through && !runs.contains_key(&one.id) {
                        note(end(&app, &one).await, "a campaign could not be ended yet");
                    } else if one.is_due
                        && (one.is_single || runs.len() < AT_ONCE)
                        && !runs.contains_key(&one.id)
                    {
                        let run = campaign(
                            app.clone(),
                            worker,
                            (one.org_id, one.id),
                            breakers.clone(),
                            stop.clone(),
                        );
                        runs.insert(one.id, tokio::spawn(run));
                    }
                }
                if is_busy { BUSY } else { IDLE }
            }
            Err(error) => {
                tracing::warn!(
                    error = error.told(),
                    "campaigns could not be looked for this time"
                );
                IDLE
            }
        };
        tokio::select! {
            () = app.db.signals().sending.notified() => {}
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => {}
        }
    }
    for (_, run) in runs {
        if let Err(panic) = run.await {
            tracing::error!(%panic, "a run stopped");
        }
    }
    shows.abort();
    note(
        presence::leave(&app.db, worker).await,
        "this process could not take leave",
    );
}

fn note(done: Result<(), AppError>, what: &'static str) {
    if let Err(error) = done {
        tracing::warn!(error = error.told(), "{what}");
    }
}

/// How hard to look for what dead processes had in hand: at first, and each minute, also for those of which nobody knows.
fn look(round: u32) -> presence::Look {
    match round % 15 {
        0 => presence::Look::Everywhere,
        _ => presence::Look::OfTheDead,
    }
}

/// Shows that this process is there, and takes over from those that are not.
async fn stay_present(app: App, worker: Uuid, stop: watch::Receiver<bool>) {
    // Also while it stops: what it still writes down is its own.
    for round in 0_u32.. {
        note(
            presence::show(&app.db, worker).await,
            "this process could not show itself",
        );
        if !*stop.borrow() {
            note(
                presence::take_over(&app.db, worker, look(round)).await,
                "nothing could be taken over this time",
            );
        }
        tokio::time::sleep(SHOWN).await;
    }
}

/// Campaigns that are being sent, across organizations. What this process is at already is not looked into: behind what has left, the
/// index leads through all that is gone but not vacuumed, and that ten times a second.
#[expect(clippy::disallowed_methods, reason = "what partial indexes find")]
async fn at_work(app: &App, running: Vec<CampaignId>) -> Result<Vec<AtWork>, AppError> {
    app.db
        .system(SystemTask::Sending, move |tx| {
            tx.by_index()?;
            let now = tx.now();
            let found = statement(
                // One row each is looked for by itself: as EXISTS, the planner would read the whole queue once for all campaigns. In the order of
                // one index, since while the queue is empty any index is as good to the planner, and one led by the delivery is read whole later.
                "SELECT c.org_id, c.id, s.month IS NOT NULL AS is_single, \
                   c.id <> ALL ($2) AND coalesce((SELECT true FROM send_queue q WHERE q.org_id = c.org_id AND q.campaign_id = c.id AND q.lease_owner IS NULL AND NOT q.is_held AND q.due_at <= $1 ORDER BY q.due_at LIMIT 1), false) AS is_due, \
                   c.id <> ALL ($2) AND c.gathered_at IS NOT NULL AND (s.month IS NULL OR s.month + interval '1 month 1 day' < $1 AT TIME ZONE 'UTC') \
                     AND (SELECT true FROM send_queue q WHERE q.org_id = c.org_id AND q.campaign_id = c.id AND NOT q.is_held ORDER BY q.due_at LIMIT 1) IS NULL \
                     AND (SELECT true FROM send_queue q WHERE q.org_id = c.org_id AND q.campaign_id = c.id AND q.is_held LIMIT 1) IS NULL AS is_through \
                 FROM campaigns c LEFT JOIN single_campaigns s ON s.org_id = c.org_id AND s.campaign_id = c.id \
                 WHERE c.state = 'sending' ORDER BY is_single DESC, c.launched_at",
            )
            .bind::<Timestamptz, _>(now)
            .bind::<Array<SqlUuid>, _>(running)
            .load(tx.conn())?;
            Ok(found)
        })
        .await
}

async fn end(app: &App, one: &AtWork) -> Result<(), AppError> {
    let (scope, id) = (TenantScope::of_portal(one.org_id, "campaigns.sending"), one.id);
    app.db.tenant(&scope, move |tx| actions::end(tx, id)).await
}

/// One run of one campaign, through the first provider that takes something.
async fn campaign(
    app: App,
    worker: Uuid,
    (org, id): (OrgId, CampaignId),
    breakers: Breakers,
    stop: watch::Receiver<bool>,
) {
    let scope = TenantScope::of_portal(org, "campaigns.sending").keeping_plans();
    let (known, portal) = (breakers.clone(), app.clone());
    let made = app
        .db
        .tenant(&scope, move |tx| {
            let campaign = queries::campaign(tx, id)?;
            if campaign.state != State::Sending {
                return Ok(None);
            }
            let (chosen, trouble) = choose(
                providers::in_use(tx, &portal, campaign.channel)?,
                &known,
                tx.now(),
            );
            let Some(chosen) = chosen else {
                queries::set_trouble(tx, id, &trouble)?;
                return Ok(None);
            };
            let letters = Editions::read(tx, &portal, &campaign, chosen.from.as_ref())?;
            let channel = audience::contact_channel(campaign.channel);
            let bulk = Bulk::of(tx, &portal.keys, channel, letters.first().category())?;
            let is_single = single::is_one(tx, id)?;
            let hours = match is_single {
                true => None,
                false => Some(audience::Hours::of(tx, &campaign)?),
            };
            Ok(Some((campaign, letters, (bulk, hours), chosen, is_single)))
        })
        .await;
    let (campaign, letters, (bulk, hours), chosen, is_single) = match made {
        Ok(Some(made)) => made,
        Ok(None) => {
            tokio::time::sleep(IDLE).await;
            return;
        }
        Err(error) => {
            tracing::error!(campaign = %id, error = error.told(), "a campaign could not go on");
            tokio::time::sleep(IDLE).await;
            return;
        }
    };
    let provider = chosen.id;
    let run = Arc::new(Run {
        app: app.clone(),
        scope: scope.clone(),
        campaign: id,
        in_doubt: campaign.in_doubt,
        is_single,
        letters,
        carrier: chosen.carrier,
        connections: chosen.connections,
        provider,
        limits: chosen.limits,
        bulk,
        hours,
        worker,
        trouble: Mutex::new(None),
    });
    if let Err(error) = run.clone().go(stop.clone()).await {
        tracing::warn!(campaign = %id, error = error.told(), "a run ended early and goes on soon");
        tokio::time::sleep(IDLE).await;
    }
    leave_nothing_in_hand(&app, &scope, worker, id, &stop).await;
    let trouble = run.trouble();
    let needs_a_person = trouble.as_ref().is_some_and(|trouble| trouble.needs_a_person);
    learn(
        &breakers,
        provider,
        trouble.as_ref().map(|trouble| trouble.needs_a_person),
        app.clock().now(),
    );
    let why = trouble.map(|trouble| trouble.why).unwrap_or_default();
    if why == campaign.trouble && !needs_a_person {
        return;
    }
    let told = app
        .db
        .tenant(&scope, move |tx| {
            queries::set_trouble(tx, id, &why)?;
            match provider.filter(|_| needs_a_person) {
                Some(provider) => providers::stop(tx, provider, &why),
                None => Ok(()),
            }
        })
        .await;
    note(told, "what a provider suffers from could not be noted");
}

/// Before another run begins, nothing is in hand of which nobody knows. A process that stops leaves it to the others.
async fn leave_nothing_in_hand(
    app: &App,
    scope: &TenantScope,
    worker: Uuid,
    campaign: CampaignId,
    stop: &watch::Receiver<bool>,
) {
    loop {
        match presence::take_back(&app.db, scope, worker, campaign).await {
            Ok(0) => return,
            Ok(deliveries) => {
                tracing::warn!(%campaign, deliveries, "took back what a run left in hand");
                return;
            }
            Err(error) => tracing::warn!(
                error = error.told(),
                "what a run left in hand could not be taken back yet"
            ),
        }
        if *stop.borrow() {
            return;
        }
        tokio::time::sleep(IDLE).await;
    }
}

/// The first provider that may be tried, or why there is none.
fn choose(
    known: Vec<Result<Chosen, String>>,
    breakers: &Breakers,
    now: chrono::DateTime<chrono::Utc>,
) -> (Option<Chosen>, String) {
    let mut breakers = breakers.lock().unwrap_or_else(PoisonError::into_inner);
    let mut trouble = String::new();
    for one in known {
        match one {
            Ok(chosen) if breakers.entry(chosen.id).or_default().may_try(now) => {
                return (Some(chosen), String::new());
            }
            Ok(chosen) => {
                "The provider does not answer; it is tried again in a while.".clone_into(&mut trouble);
                drop(chosen);
            }
            Err(why) => trouble = why,
        }
    }
    (None, trouble)
}

/// Notes how a provider did.
fn learn(
    breakers: &Breakers,
    provider: Option<ProviderId>,
    trouble: Option<bool>,
    now: chrono::DateTime<chrono::Utc>,
) {
    let mut breakers = breakers.lock().unwrap_or_else(PoisonError::into_inner);
    let breaker = breakers.entry(provider).or_default();
    match trouble {
        None => breaker.succeeded(),
        Some(_) => breaker.failed(now),
    }
}
