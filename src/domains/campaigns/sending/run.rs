//! One campaign on its way in one process: takes deliveries in hand, lets senders send them, and writes down what became of them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tokio::sync::{Semaphore, mpsc, watch};
use uuid::Uuid;

use crate::app::App;
use crate::domains::campaigns::audience::Hours;
use crate::domains::campaigns::model::{DoubtPolicy, EventKind, Reason};
use crate::domains::campaigns::variants::Editions;
use crate::domains::consent::bulk::Bulk;
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignId, DeliveryId, ProviderId};
use crate::platform::db::{TenantScope, TenantTx};

use super::pacing::{Gate, Limits, Slower, Urgency};
use super::queries::hand::{self, InHand, Taken, Wanted};
use super::queries::paces;
use super::queries::settling::{self, Settled};
use super::{Carrier, MOST_IN_HAND, direct, over_smtp};

/// How much is taken in hand: what leaves in this time at the present pace, so that a yes is fresh when it is acted on.
const AHEAD: f64 = 0.3;
/// How long results may wait to be written down together.
const TOGETHER: Duration = Duration::from_millis(40);
/// How often it is looked meanwhile whether all that is in hand has come.
const GLANCE: Duration = Duration::from_millis(5);
/// How many results are written down together at most.
const MOST_TOGETHER: usize = 400;
/// How soon it is looked again whether a provider that is to be asked less takes more.
const SOON: Duration = Duration::from_secs(1);
/// For how long what happened is tried to be written down once this process is told to stop.
const LAST_WORDS: Duration = Duration::from_secs(6);

/// What a sender tells.
#[expect(clippy::large_enum_variant, reason = "nearly all of them are the large one")]
pub(super) enum Report {
    /// What became of a delivery.
    Settled(Settled),
    /// It was not begun and goes back.
    Unbegun(DeliveryId),
    /// It is no longer this worker's, or its campaign was stopped.
    Gone,
}

impl Report {
    /// The same of a delivery that takes part in a test with this variant.
    pub fn of(self, variant: Option<i16>) -> Self {
        match self {
            Self::Settled(settled) => Self::Settled(Settled { variant, ..settled }),
            other => other,
        }
    }
}

/// What is in hand and waits for a sender.
pub(super) struct Desk {
    waiting: Mutex<VecDeque<InHand>>,
    count: Semaphore,
}

impl Desk {
    fn new() -> Self {
        Self {
            waiting: Mutex::new(VecDeque::new()),
            count: Semaphore::new(0),
        }
    }

    fn put(&self, deliveries: Vec<InHand>) {
        let count = deliveries.len();
        self.list().extend(deliveries);
        self.count.add_permits(count);
    }

    /// The next one; waits for it. Nothing once the desk is closed.
    pub async fn next(&self) -> Option<InHand> {
        self.count.acquire().await.ok()?.forget();
        self.list().pop_front()
    }

    /// The next one when it is there.
    pub fn next_at_once(&self) -> Option<InHand> {
        self.count.try_acquire().ok()?.forget();
        self.list().pop_front()
    }

    fn close(&self) -> VecDeque<InHand> {
        self.count.close();
        std::mem::take(&mut self.list())
    }

    fn list(&self) -> std::sync::MutexGuard<'_, VecDeque<InHand>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One campaign on its way.
pub(super) struct Run {
    pub app: App,
    pub scope: TenantScope,
    pub campaign: CampaignId,
    pub in_doubt: DoubtPolicy,
    /// Whether each message has values of its own.
    pub is_single: bool,
    pub letters: Editions,
    pub carrier: Carrier,
    pub connections: usize,
    /// Which provider carries; none for the outbox.
    pub provider: Option<ProviderId>,
    pub limits: Limits,
    pub bulk: Bulk,
    /// When it is quiet for people; none for what answers them.
    pub hours: Option<Hours>,
    pub worker: Uuid,
    /// What the carrier suffers from, once it does: then senders end.
    pub trouble: Mutex<Option<Trouble>>,
}

/// Why a carrier takes nothing now.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// In words for whoever set it up.
    pub why: String,
    /// Whether a person has to mend it.
    pub needs_a_person: bool,
}

impl Run {
    /// Notes that the carrier takes nothing now.
    pub fn suffers(&self, why: impl Into<String>, needs_a_person: bool) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.get_or_insert(Trouble {
            why: why.into(),
            needs_a_person,
        });
    }

    /// What the carrier suffers from.
    pub fn trouble(&self) -> Option<Trouble> {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether a delivery that was asked about a while ago may still go. `Err` with what to tell when not.
    pub async fn still_may_go(self: &Arc<Self>, one: &InHand) -> Result<(), Report> {
        if one.asked.elapsed() < super::FRESH {
            return Ok(());
        }
        let (run, delivery) = (self.clone(), one.delivery);
        let answer = self
            .app
            .db
            .tenant(&self.scope, move |tx| {
                hand::ask_again(tx, run.campaign, run.worker, &[delivery], &run.bulk)
            })
            .await;
        match answer.map(|found| found.into_iter().next()) {
            Ok(Some((_, None))) => Ok(()),
            Ok(Some((_, Some(refusal)))) => Err(Report::Settled(withheld(delivery, &refusal))),
            Ok(None) => Err(Report::Gone),
            Err(_) => Err(Report::Unbegun(delivery)),
        }
    }

    /// Takes up to `want` in hand, as many as the provider and the domains of recipients take now.
    fn take_at_its_pace(
        &self,
        tx: &mut TenantTx<'_>,
        want: usize,
        slower: &[Slower],
    ) -> Result<Taken, AppError> {
        let lease = |tx: &mut TenantTx<'_>, most: usize| match most {
            0 => Ok(Taken::default()),
            most => {
                let wanted = Wanted {
                    most,
                    may_leave_doubt: self.carrier.may_leave_doubt(),
                    says_phone: self.letters.say("member.phone"),
                };
                let hours = self.hours.as_ref();
                hand::take(tx, self.campaign, self.worker, wanted, &self.bulk, hours)
            }
        };
        let Some(provider) = self.provider.filter(|_| want > 0 || !slower.is_empty()) else {
            let taken = lease(tx, want)?;
            hand::put_off(tx, self.worker, &taken.later)?;
            return Ok(Taken {
                has_more: !taken.later.is_empty(),
                ..taken
            });
        };
        let known = paces::taken(tx, provider)?;
        let urgency = match self.is_single {
            true => Urgency::Awaited,
            false => Urgency::Bulk,
        };
        let mut gate = Gate::open((&self.limits, urgency), known, slower, tx.now());
        let (granted, wait) = gate.grant(want);
        let taken = lease(tx, granted)?;
        let passed = gate.sort(taken.to_send);
        let later = [taken.later, passed.later].concat();
        hand::put_off(tx, self.worker, &later)?;
        paces::keep(tx, provider, gate.close())?;
        Ok(Taken {
            to_send: passed.to_send,
            refused: taken.refused,
            has_more: !later.is_empty(),
            later,
            wait,
        })
    }

    /// Sends what is due until nothing is, the carrier is in trouble, or `stop` is raised.
    ///
    /// # Errors
    /// When the database is away; then everything that left is written down, or in doubt.
    pub async fn go(self: Arc<Self>, mut stop: watch::Receiver<bool>) -> Result<(), AppError> {
        let desk = Arc::new(Desk::new());
        let (tell, told) = mpsc::unbounded_channel();
        let mut senders = tokio::task::JoinSet::new();
        for _ in 0..self.connections.max(1) {
            let (run, desk, tell) = (self.clone(), desk.clone(), tell.clone());
            senders.spawn(async move {
                match run.carrier.clone() {
                    Carrier::Smtp(settings) => over_smtp::deliver(&run, &desk, &settings, &tell).await,
                    _ => direct::deliver(&run, &desk, &tell).await,
                }
            });
        }
        drop(tell);
        let mut clerk = Clerk {
            told,
            settled: Vec::new(),
            unbegun: Vec::new(),
            outstanding: 0,
            pace: Pace::new(self.connections),
        };
        let ending = clerk.work(&self, &desk, &mut stop).await;
        let left = desk.close();
        clerk.unbegun.extend(left.iter().map(|one| one.delivery));
        clerk.outstanding = clerk.outstanding.saturating_sub(left.len());
        clerk.last_words(&self).await;
        // Senders end when the desk is closed; one that still waits for an answer is given the time of the last words.
        senders.shutdown().await;
        ending
    }
}

/// That a delivery is not sent, and why.
pub(super) fn withheld(delivery: DeliveryId, refusal: &str) -> Settled {
    let why = match refusal.parse::<Reason>() {
        Ok(reason) => reason.label(),
        Err(_) => "They left the organization",
    };
    Settled::done(
        delivery,
        EventKind::Withheld,
        format!("{why}, after the audience was gathered."),
    )
}

/// Keeps the books of a run.
struct Clerk {
    told: mpsc::UnboundedReceiver<Report>,
    settled: Vec<Settled>,
    unbegun: Vec<DeliveryId>,
    outstanding: usize,
    pace: Pace,
}

impl Clerk {
    async fn work(
        &mut self,
        run: &Arc<Run>,
        desk: &Desk,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(), AppError> {
        let mut is_empty = false;
        loop {
            let is_ending = *stop.borrow() || run.trouble().is_some();
            let most = self.pace.most().min(MOST_IN_HAND);
            let is_low = self.outstanding <= most / 2;
            if self.outstanding == 0
                && self.settled.is_empty()
                && self.unbegun.is_empty()
                && (is_empty || is_ending)
            {
                return Ok(());
            }
            let wants_more = is_low && !is_empty && !is_ending;
            if !wants_more && self.outstanding > 0 {
                self.hear(stop).await;
            }
            if is_ending && self.outstanding > 0 && self.settled.is_empty() {
                // What nobody has begun goes back at once; what is on its way is waited for.
                return Ok(());
            }
            let room = most.saturating_sub(self.outstanding);
            let want = match wants_more || (self.outstanding == 0 && !is_ending && !is_empty) {
                true => room,
                false => 0,
            };
            if want == 0 && self.settled.is_empty() && self.unbegun.is_empty() {
                continue;
            }
            let taken = self.book(run, want).await?;
            is_empty = want > 0 && taken.is_all() && taken.to_send.is_empty() && taken.refused.is_empty();
            let refused = taken.refused.iter();
            self.settled
                .extend(refused.map(|(delivery, refusal)| withheld(*delivery, refusal)));
            self.outstanding += taken.to_send.len();
            desk.put(taken.to_send);
            if let Some(wait) = taken.wait {
                self.pause(wait, stop).await;
            }
        }
    }

    /// Waits for something to be told, and a moment for more of it.
    async fn hear(&mut self, stop: &mut watch::Receiver<bool>) {
        let first = tokio::select! {
            report = self.told.recv() => report,
            _ = stop.changed() => None,
        };
        let Some(first) = first else { return };
        self.note(first);
        let until = Instant::now() + TOGETHER;
        loop {
            while self.settled.len() < MOST_TOGETHER
                && let Ok(report) = self.told.try_recv()
            {
                self.note(report);
            }
            let rest = until.saturating_duration_since(Instant::now());
            if self.settled.len() >= MOST_TOGETHER || self.outstanding == 0 || rest.is_zero() {
                return;
            }
            // Asleep and not listening: to be woken for each of thousands a second costs more than writing them down.
            tokio::time::sleep(rest.min(GLANCE)).await;
        }
    }

    /// Waits until the provider takes more, but not for longer than [`SOON`] without looking whether things have changed.
    async fn pause(&mut self, wait: TimeDelta, stop: &mut watch::Receiver<bool>) {
        let wait = wait.to_std().unwrap_or_default().min(SOON);
        match self.outstanding {
            0 => tokio::time::sleep(wait).await,
            // Nothing told in time is no news.
            _ => drop(tokio::time::timeout(wait, self.hear(stop)).await),
        }
    }

    fn note(&mut self, report: Report) {
        self.outstanding = self.outstanding.saturating_sub(1);
        self.pace.note();
        match report {
            Report::Settled(settled) => self.settled.push(settled),
            Report::Unbegun(delivery) => self.unbegun.push(delivery),
            Report::Gone => {}
        }
    }

    /// Writes down what happened and takes more in hand, in one transaction.
    async fn book(&mut self, run: &Arc<Run>, want: usize) -> Result<Taken, AppError> {
        let (settled, unbegun) = (self.settled.clone(), self.unbegun.clone());
        let of = run.clone();
        let done = run
            .app
            .db
            .tenant(&run.scope, move |tx| {
                tx.by_index()?;
                settling::write_down(tx, of.campaign, of.worker, &settled)?;
                settling::suppress_bad(tx, &of.app.keys, of.bulk.channel(), &settled)?;
                hand::give_back(tx, of.worker, &unbegun)?;
                let slower: Vec<Slower> = settled.into_iter().filter_map(|one| one.slower).collect();
                let mut taken = of.take_at_its_pace(tx, want, &slower)?;
                if of.is_single {
                    hand::add_values(tx, &mut taken.to_send)?;
                }
                Ok(taken)
            })
            .await?;
        self.settled.clear();
        self.unbegun.clear();
        Ok(done)
    }

    /// Writes down what happened, but for what is written down already: what ended the run may have been a commit that nobody heard of.
    async fn book_again(&mut self, run: &Arc<Run>) -> Result<Taken, AppError> {
        let settled = self.settled.clone();
        let told = run
            .app
            .db
            .tenant(&run.scope, move |tx| settling::told(tx, &settled))
            .await?;
        self.settled.retain(|one| !told.contains(&one.event));
        self.book(run, 0).await
    }

    /// Waits for what is on its way and writes everything down; tries again while the database is away.
    async fn last_words(&mut self, run: &Arc<Run>) {
        let until = Instant::now() + LAST_WORDS;
        while self.outstanding > 0 {
            let Some(rest) = until.checked_duration_since(Instant::now()) else {
                break;
            };
            match tokio::time::timeout(rest, self.told.recv()).await {
                Ok(Some(report)) => self.note(report),
                Ok(None) | Err(_) => break,
            }
        }
        while !(self.settled.is_empty() && self.unbegun.is_empty()) {
            match self.book_again(run).await {
                Ok(_) => return,
                Err(error) if Instant::now() < until + LAST_WORDS * 4 => {
                    tracing::warn!(
                        error = error.told(),
                        "what became of deliveries could not be written down yet"
                    );
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(error) => {
                    tracing::error!(
                        error = error.told(),
                        deliveries = self.settled.len(),
                        "what became of deliveries could not be written down; they are in doubt"
                    );
                    return;
                }
            }
        }
    }
}

/// How fast deliveries leave, and so how many to have in hand.
struct Pace {
    least: usize,
    per_second: f64,
    since: Instant,
    count: u32,
}

impl Pace {
    fn new(connections: usize) -> Self {
        Self {
            least: connections.max(1) * 2,
            per_second: 0.0,
            since: Instant::now(),
            count: 0,
        }
    }

    fn note(&mut self) {
        self.count += 1;
        let past = self.since.elapsed();
        if past > Duration::from_millis(100) {
            let now = f64::from(self.count) / past.as_secs_f64();
            self.per_second = self.per_second.mul_add(0.3, now * 0.7);
            self.since = Instant::now();
            self.count = 0;
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a pace is small and never negative"
    )]
    fn most(&self) -> usize {
        self.least.max((self.per_second * AHEAD) as usize)
    }
}
