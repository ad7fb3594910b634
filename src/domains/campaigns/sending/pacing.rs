//! How fast messages leave: what an administrator allows a provider and domains of recipients, and what their servers ask for.
//!
//! A token bucket for the provider and for each domain, kept in the database, so that all campaigns and processes share it and a restart
//! does not forget it. A server that asks for less gets half of what it got; each minute without another request gives back one message
//! a second (additive increase, multiplicative decrease, as TCP does it: RFC 5681, 3.1). A domain that has to wait holds up nobody else:
//! its messages get places later in the queue.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::queries::hand::InHand;
use crate::kernel::ids::DeliveryId;

/// Messages a second to begin with for whoever asks for less and had no limit.
const FIRST: f64 = 10.0;
/// Never slower than this, in messages a second.
const SLOWEST: f64 = 0.2;
/// Messages a second that come back in each minute without another request.
const BACK_A_MINUTE: f64 = 1.0;
/// Requests that come together are one.
const TOGETHER: TimeDelta = TimeDelta::seconds(10);
/// After so long without another request it is forgotten.
const FORGIVEN: TimeDelta = TimeDelta::hours(2);
/// How far ahead places are given. What is behind that is looked at again, since the pace may have risen.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
/// Seconds whose messages may leave in one burst.
const BURST: f64 = 0.2;

/// What an administrator allows, in messages a second.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Of the provider as a whole; none for as many as it takes.
    pub per_second: Option<u32>,
    /// Of single domains of recipients, in lower case.
    pub domains: BTreeMap<String, u32>,
}

/// How long messages may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Somebody waits for them: they go before a campaign does, which then waits for longer.
    Awaited,
    /// They are a campaign's.
    Bulk,
}

/// That less was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slower {
    /// For whose mail; empty for all of the provider.
    pub domain: String,
    /// For how long nothing is to go.
    pub rest: TimeDelta,
    /// The words in which it was asked.
    pub said: String,
}

/// The domain of an address, in lower case; empty for a phone number.
pub fn domain(address: &str) -> String {
    let domain = address.rsplit_once('@').map(|(_, domain)| domain);
    domain.unwrap_or_default().to_ascii_lowercase()
}

/// The pace of a provider, or of one domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// Whose; empty for the provider as a whole.
    pub domain: String,
    pub tokens: f64,
    pub counted_at: DateTime<Utc>,
    pub slowed: Option<(f64, DateTime<Utc>)>,
    pub said: String,
    pub rests_until: Option<DateTime<Utc>>,
    pub placed_until: Option<DateTime<Utc>>,
}

impl Pace {
    /// One of which nothing is known.
    pub fn fresh(domain: &str, now: DateTime<Utc>) -> Self {
        Self {
            domain: domain.to_owned(),
            tokens: 1.0,
            counted_at: now,
            slowed: None,
            said: String::new(),
            rests_until: None,
            placed_until: None,
        }
    }

    /// Messages a second at most; none for as many as are taken.
    pub fn rate(&self, limit: Option<u32>, now: DateTime<Utc>) -> Option<f64> {
        let slowed = self
            .slowed
            .map(|(to, at)| seconds(now - at).max(0.0).mul_add(BACK_A_MINUTE / 60.0, to));
        match (limit.map(f64::from), slowed) {
            (Some(limit), Some(slowed)) => Some(limit.min(slowed)),
            (limit, slowed) => limit.or(slowed),
        }
    }

    /// Adds what time has brought, and forgets a request that is long past.
    fn count(&mut self, limit: Option<u32>, now: DateTime<Utc>) {
        if self.slowed.is_some_and(|(_, at)| now - at > FORGIVEN) {
            self.slowed = None;
            self.said.clear();
        }
        if let Some(rate) = self.rate(limit, now) {
            let brought = seconds(now - self.counted_at).max(0.0) * rate;
            self.tokens = (self.tokens + brought).min((rate * BURST).max(1.0));
        }
        self.counted_at = now;
        self.rests_until = self.rests_until.filter(|until| *until > now);
    }

    /// Takes note that less is asked for.
    fn slow(&mut self, slower: &Slower, limit: Option<u32>, now: DateTime<Utc>) {
        self.rests_until = self.rests_until.max(Some(now + slower.rest));
        if self.slowed.is_some_and(|(_, at)| now - at < TOGETHER) {
            return;
        }
        let to = match self.slowed {
            Some(_) => self.rate(limit, now).unwrap_or(FIRST) / 2.0,
            None => limit.map_or(FIRST, |limit| FIRST.min(f64::from(limit) / 2.0)),
        };
        self.slowed = Some((to.max(SLOWEST), now));
        self.said = slower.said.chars().take(300).collect();
        self.tokens = 0.0;
    }

    /// Whether nothing needs to be remembered of it.
    fn is_spent(&self, limit: Option<u32>) -> bool {
        limit.is_none() && self.slowed.is_none() && self.rests_until.is_none()
    }

    /// Until the next may go.
    fn wait(&self, rate: f64, now: DateTime<Utc>) -> TimeDelta {
        let missing = (1.0 - self.tokens).max(0.0) / rate.max(SLOWEST);
        let wait = after(missing);
        self.rests_until.map_or(wait, |until| wait.max(until - now))
    }

    /// The next place in the queue for one that has to wait.
    fn place(&mut self, rate: f64, now: DateTime<Utc>) -> DateTime<Utc> {
        let begins = self.placed_until.max(self.rests_until).max(Some(now));
        let place = begins.unwrap_or(now) + after(1.0 / rate.max(SLOWEST));
        let place = place.min(now + AHEAD).max(self.rests_until.unwrap_or(now));
        self.placed_until = Some(place);
        place
    }

    /// Takes one token, if there is one; what is awaited takes it in advance.
    fn take(&mut self, urgency: Urgency) -> bool {
        let has_one = self.rests_until.is_none() && (self.tokens >= 1.0 || urgency == Urgency::Awaited);
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }
}

/// The paces of a provider, in one transaction that has them to itself.
#[derive(Debug)]
pub struct Gate {
    limits: Limits,
    urgency: Urgency,
    now: DateTime<Utc>,
    paces: BTreeMap<String, Pace>,
}

/// What a gate lets through.
#[derive(Debug, Default)]
pub struct Passed {
    /// What is to be sent now.
    pub to_send: Vec<InHand>,
    /// What has to wait, and until when.
    pub later: Vec<(DeliveryId, DateTime<Utc>)>,
}

impl Gate {
    /// Opens it with what is known, after those who ask for less have been heard.
    pub fn open(
        (limits, urgency): (&Limits, Urgency),
        known: Vec<Pace>,
        slower: &[Slower],
        now: DateTime<Utc>,
    ) -> Self {
        let mut gate = Self {
            limits: limits.clone(),
            urgency,
            now,
            paces: known
                .into_iter()
                .map(|pace| (pace.domain.clone(), pace))
                .collect(),
        };
        let limited = limits.domains.keys().map(String::as_str);
        let limited: Vec<&str> = limited.chain(limits.per_second.map(|_| "")).collect();
        for domain in limited {
            gate.of(domain);
        }
        for one in slower {
            let limit = gate.limit(&one.domain);
            gate.of(&one.domain).slow(one, limit, now);
        }
        let limits = &gate.limits;
        for (domain, pace) in &mut gate.paces {
            pace.count(limit(limits, domain), now);
        }
        gate
    }

    fn of(&mut self, domain: &str) -> &mut Pace {
        let now = self.now;
        self.paces
            .entry(domain.to_owned())
            .or_insert_with(|| Pace::fresh(domain, now))
    }

    fn limit(&self, domain: &str) -> Option<u32> {
        limit(&self.limits, domain)
    }

    /// How many of `want` the provider takes now; and when none, how long until it takes one.
    pub fn grant(&self, want: usize) -> (usize, Option<TimeDelta>) {
        let Some(pace) = self.paces.get("") else {
            return (want, None);
        };
        let Some(rate) = pace.rate(self.limit(""), self.now) else {
            return match pace.rests_until {
                Some(until) => (0, Some(until - self.now)),
                None => (want, None),
            };
        };
        let free = match self.urgency {
            Urgency::Awaited => want,
            Urgency::Bulk => whole(pace.tokens.max(0.0)).min(want),
        };
        match (pace.rests_until, free) {
            (None, granted) if granted > 0 => (granted, None),
            _ => (0, Some(pace.wait(rate, self.now))),
        }
    }

    /// Tells those that may go from those whose domain has to wait.
    pub fn sort(&mut self, taken: Vec<InHand>) -> Passed {
        let mut passed = Passed::default();
        if self.paces.is_empty() {
            passed.to_send = taken;
            return passed;
        }
        for one in taken {
            match self.later(&domain(&one.address)) {
                Some(place) => passed.later.push((one.delivery, place)),
                None => passed.to_send.push(one),
            }
        }
        if let Some(pace) = self.paces.get_mut("") {
            pace.tokens -= count(passed.to_send.len());
        }
        passed
    }

    /// Until when a message to this domain has to wait; none when it may go.
    fn later(&mut self, domain: &str) -> Option<DateTime<Utc>> {
        let limit = self.limit(domain);
        let (now, urgency) = (self.now, self.urgency);
        let pace = self
            .paces
            .get_mut(domain)
            .filter(|pace| !pace.domain.is_empty())?;
        match pace.rate(limit, now) {
            Some(_) if pace.take(urgency) => None,
            Some(rate) => Some(pace.place(rate, now)),
            None => pace.rests_until,
        }
    }

    /// What is to be remembered, and whose need not be any more.
    pub fn close(self) -> (Vec<Pace>, Vec<String>) {
        let (limits, mut kept, mut spent) = (self.limits, Vec::new(), Vec::new());
        for (domain, pace) in self.paces {
            match pace.is_spent(limit(&limits, &domain)) {
                true => spent.push(domain),
                false => kept.push(pace),
            }
        }
        (kept, spent)
    }
}

fn limit(limits: &Limits, domain: &str) -> Option<u32> {
    match domain {
        "" => limits.per_second,
        domain => limits.domains.get(domain).copied(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "spans of time are short")]
fn seconds(span: TimeDelta) -> f64 {
    span.num_milliseconds() as f64 / 1_000.0
}

#[expect(clippy::cast_possible_truncation, reason = "a wait of at most minutes")]
fn after(seconds: f64) -> TimeDelta {
    TimeDelta::milliseconds((seconds * 1_000.0).ceil() as i64)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tokens are few and never negative"
)]
fn whole(tokens: f64) -> usize {
    tokens as usize
}

#[expect(clippy::cast_precision_loss, reason = "counts of messages in hand are small")]
fn count(messages: usize) -> f64 {
    messages as f64
}
