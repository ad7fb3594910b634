//! Rate-limit classes: `standard | medium | strict`, counted per person, or per address before sign-in.
//!
//! A generic cell rate algorithm: a caller may spend its minute's allowance in bursts of a quarter, then at an even pace.
//! Counted per process; several processes together allow that many times more, which protects each of them all the same.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_session::SessionExt;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;
use dashmap::DashMap;
use uuid::Uuid;

use crate::config::Limits;
use crate::kernel::error::AppError;
use crate::platform::telemetry::metrics;

use super::client::Client;
use super::routes::RouteInfo;
use super::session::USER;

/// How often a route may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rate {
    /// Reading.
    Standard,
    /// Writing.
    Medium,
    /// Rare and heavy.
    Strict,
    /// Health checks and assets.
    Unlimited,
}

impl Rate {
    /// The word used in metrics and documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Medium => "medium",
            Self::Strict => "strict",
            Self::Unlimited => "unlimited",
        }
    }
}

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// A login.
    User(Uuid),
    /// An address nobody has signed in from.
    Address(IpAddr),
}

/// The counters of one process.
pub struct Limiter {
    limits: Limits,
    next_free: DashMap<(Rate, Caller), Instant>,
    classes: std::collections::HashMap<(&'static str, &'static str), Rate>,
}

impl Limiter {
    /// Counters for these routes.
    pub fn new(limits: Limits, routes: &[RouteInfo]) -> Arc<Self> {
        let classes = routes
            .iter()
            .map(|route| ((route.method, route.path), route.rate))
            .collect();
        Arc::new(Self {
            limits,
            next_free: DashMap::new(),
            classes,
        })
    }

    fn class(&self, request: &ServiceRequest) -> Rate {
        let pattern = request.match_pattern();
        let found = pattern
            .as_deref()
            .and_then(|pattern| self.classes.get(&(request.method().as_str(), pattern)));
        found.copied().unwrap_or(Rate::Standard)
    }

    /// Counts one request.
    ///
    /// # Errors
    /// [`AppError::RateLimited`] with the seconds until the next one can succeed.
    pub fn count(&self, class: Rate, caller: Caller) -> Result<(), AppError> {
        let per_minute = match class {
            Rate::Standard => self.limits.standard,
            Rate::Medium => self.limits.medium,
            Rate::Strict => self.limits.strict,
            Rate::Unlimited => return Ok(()),
        };
        let pace = Duration::from_secs(60) / per_minute.max(1);
        let burst = pace * (per_minute / 4).max(3);
        let now = Instant::now();
        let mut next_free = self.next_free.entry((class, caller)).or_insert(now);
        let start = (*next_free).max(now);
        match start.checked_duration_since(now + burst) {
            Some(over) if !over.is_zero() => {
                metrics().rate_limited.with_label_values(&[class.as_str()]).inc();
                Err(AppError::RateLimited {
                    retry_after: over.as_secs() + 1,
                })
            }
            _ => {
                *next_free = start + pace;
                Ok(())
            }
        }
    }

    /// Forgets callers whose allowance is whole again.
    pub fn trim(&self) {
        let now = Instant::now();
        self.next_free.retain(|_, next_free| *next_free > now);
    }
}

/// Refuses a request that comes too soon.
///
/// # Errors
/// Passes on what the inner service answers; [`AppError::RateLimited`] is an answer.
pub async fn enforce<B: MessageBody + 'static>(
    limiter: web::Data<Limiter>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let class = limiter.class(&request);
    let signed_in = request
        .get_session()
        .get::<String>(USER)
        .ok()
        .flatten()
        .and_then(|user| user.parse().ok());
    let user = signed_in.map(Caller::User);
    let caller = user.unwrap_or_else(|| Caller::Address(Client::of(request.request()).address));
    match limiter.count(class, caller) {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(refusal) => Ok(request.error_response(refusal)),
    }
}
