//! Sending over SMTP: one connection, one message a flight, the next announced behind the body of the one before.

use std::sync::Arc;

use chrono::TimeDelta;
use tokio::sync::mpsc::UnboundedSender;

use crate::domains::campaigns::model::EventKind;
use crate::providers::mail::smtp::{
    Body, Content, Encoding, Envelope, Failure, Outcome, Scope, Session, Settings, Unsent,
};

use super::pacing::{self, Slower};
use super::queries::hand::InHand;
use super::queries::settling::Settled;
use super::run::{Desk, Report, Run};

type Tell = UnboundedSender<Report>;

/// For how long nothing goes to a domain whose servers ask for less.
const REST: TimeDelta = TimeDelta::seconds(5);
/// How often a message is tried anew on another connection when it provably did not leave on this one.
const TRIES: usize = 3;

/// Sends what comes onto the desk until it is closed or the server is in trouble.
pub(super) async fn deliver(run: &Arc<Run>, desk: &Desk, settings: &Settings, tell: &Tell) {
    let mut line = Line {
        session: None,
        body: Vec::new(),
    };
    let mut next: Option<InHand> = None;
    loop {
        let current = match next.take() {
            Some(announced) => announced,
            None => match desk.next().await {
                Some(one) => one,
                None => break,
            },
        };
        if run.trouble().is_some() {
            line.withdraw().await;
            say(tell, Report::Unbegun(current.delivery));
            continue;
        }
        let variant = current.variant;
        let report = line.send(run, desk, settings, current, &mut next).await;
        say(tell, report.of(variant));
    }
    if let Some(session) = line.session.take() {
        session.quit().await;
    }
}

fn say(tell: &Tell, report: Report) {
    // Nobody listens once the run has ended; what is in hand is then taken over as in doubt.
    let _ = tell.send(report);
}

/// A connection that is opened when it is needed.
struct Line {
    session: Option<Session>,
    body: Vec<u8>,
}

impl Line {
    /// Takes back a message that was announced.
    async fn withdraw(&mut self) {
        if let Some(session) = &mut self.session {
            session.withdraw().await;
        }
    }

    async fn send(
        &mut self,
        run: &Arc<Run>,
        desk: &Desk,
        settings: &Settings,
        current: InHand,
        next: &mut Option<InHand>,
    ) -> Report {
        for _ in 0..TRIES {
            if let Err(report) = self.open(run, settings, &current).await {
                return report;
            }
            if let Err(report) = run.still_may_go(&current).await {
                self.withdraw().await;
                return report;
            }
            if next.is_none() {
                *next = desk.next_at_once();
            }
            match self.attempt(run, &current, next.as_ref()).await {
                Ok(settled) => return Report::Settled(settled.without(&current.address)),
                // It was not sent, and a fresh connection may take it.
                Err(()) => self.session = None,
            }
        }
        let why = "The mail server closed the connection each time before the message was sent.";
        Report::Settled(Settled::put_off(
            current.delivery,
            current.attempt,
            why,
            run.app.clock().now(),
        ))
    }

    async fn open(&mut self, run: &Arc<Run>, settings: &Settings, current: &InHand) -> Result<(), Report> {
        if self.session.as_ref().is_some_and(Session::is_usable) {
            return Ok(());
        }
        if let Some(session) = self.session.take() {
            session.quit().await;
        }
        match Session::open(settings).await {
            Ok(session) => {
                self.session = Some(session);
                Ok(())
            }
            Err(failure) => {
                // A name that cannot be found may be a name server that is away.
                let is_passing = failure.is_temporary() || matches!(failure, Failure::UnknownHost { .. });
                run.suffers(failure.to_string(), !is_passing);
                Err(Report::Unbegun(current.delivery))
            }
        }
    }

    /// One message on the open connection. `Err` when it was not sent and another connection may take it.
    async fn attempt(
        &mut self,
        run: &Arc<Run>,
        current: &InHand,
        next: Option<&InHand>,
    ) -> Result<Settled, ()> {
        let now = run.app.clock().now();
        let delivery = current.delivery;
        let reader = current.reader();
        let letters = run.letters.of(current.told());
        let hash = match letters.mail(&reader, now, &mut self.body) {
            Ok(hash) => hash,
            Err(cause) => {
                self.withdraw().await;
                return Ok(Settled::done(delivery, EventKind::Withheld, cause.to_string()));
            }
        };
        let content = Content {
            size: Some(self.body.len() as u64),
            encoding: Encoding::SevenBit,
        };
        let envelope = Envelope::new(letters.from.returned_to(), &current.address, content);
        let (envelope, body) = match (envelope, Body::checked(&self.body)) {
            (Ok(envelope), Ok(body)) => (envelope, body),
            (Err(cause), _) => {
                let settled = Settled::done(delivery, EventKind::Refused, cause.to_string());
                self.withdraw().await;
                return Ok(settled);
            }
            (_, Err(cause)) => {
                let settled = Settled::done(delivery, EventKind::Withheld, cause.to_string());
                self.withdraw().await;
                return Ok(settled);
            }
        };
        let announced = next.and_then(|next| {
            Envelope::new(letters.from.returned_to(), &next.address, Content::default()).ok()
        });
        let Some(session) = &mut self.session else {
            return Err(());
        };
        let outcome = session.deliver(&envelope, body, announced.as_ref()).await;
        settle(run, current, outcome, hash)
    }
}

/// What an outcome means for the delivery. `Err` when another connection may take it at once.
fn settle(run: &Arc<Run>, current: &InHand, outcome: Outcome, hash: [u8; 32]) -> Result<Settled, ()> {
    let (delivery, now) = (current.delivery, run.app.clock().now());
    Ok(match outcome {
        Outcome::Accepted { reply, queue_id } => Settled {
            provider_ref: queue_id,
            sha256: Some(hash),
            ..Settled::done(delivery, EventKind::Accepted, reply.to_string())
        },
        Outcome::Deferred { reply, scope } => {
            if scope == Scope::Connection {
                run.suffers(format!("The mail server wants us to wait: {reply}."), false);
            }
            let slower = (scope == Scope::Domain).then(|| Slower {
                domain: pacing::domain(&current.address),
                rest: REST,
                said: reply.to_string(),
            });
            Settled {
                slower,
                ..Settled::put_off(delivery, current.attempt, reply.to_string(), now)
            }
        }
        Outcome::Refused {
            reply,
            is_bad_address,
        } => Settled {
            bad_address: is_bad_address.then(|| current.address.clone()),
            ..Settled::done(delivery, EventKind::Refused, reply.to_string())
        },
        Outcome::InDoubt { why } => Settled {
            sha256: Some(hash),
            ..Settled::doubted(delivery, run.in_doubt, why.to_string(), now)
        },
        Outcome::NotSent {
            why: Unsent::TurnedAway(reply),
        } => {
            run.suffers(
                format!("The mail server does not take mail from us: {reply}."),
                true,
            );
            Settled::put_off(delivery, current.attempt, reply.to_string(), now)
        }
        Outcome::NotSent { why } if why.is_worth_retrying() => return Err(()),
        Outcome::NotSent { why } => Settled::done(delivery, EventKind::Refused, why.to_string()),
    })
}
