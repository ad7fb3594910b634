//! Sending one message at a time: into the outbox, to a mail provider, or to phones.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use crate::domains::campaigns::model::EventKind;
use crate::domains::campaigns::phone;
use crate::providers::mail::Mail;
use crate::providers::sms::Sms;
use crate::providers::{Outcome, Refusal, Scope};

use super::Carrier;
use super::letters::Reader;
use super::pacing::Slower;
use super::queries::hand::InHand;
use super::queries::settling::{Posted, Settled};
use super::run::{Desk, Report, Run};

/// For how long a provider may want to be left alone before the next one is asked instead.
const MOMENT: Duration = Duration::from_secs(60);

/// Sends what comes onto the desk until it is closed or the provider is in trouble.
pub(super) async fn deliver(run: &Arc<Run>, desk: &Desk, tell: &UnboundedSender<Report>) {
    while let Some(current) = desk.next().await {
        let variant = current.variant;
        let report = match run.trouble() {
            Some(_) => Report::Unbegun(current.delivery),
            None => match run.still_may_go(&current).await {
                Ok(()) => send(run, &current).await,
                Err(report) => report,
            },
        };
        // Nobody listens once the run has ended; what is in hand is then taken over.
        let _ = tell.send(report.of(variant));
    }
}

async fn send(run: &Arc<Run>, current: &InHand) -> Report {
    let now = run.app.clock().now();
    let letters = run.letters.of(current.told());
    let reader = current.reader();
    let parts = match letters.parts(&reader, now) {
        Ok(parts) => parts,
        Err(cause) => return withheld(current, &cause.to_string()),
    };
    match &run.carrier {
        Carrier::Outbox | Carrier::Smtp(_) => into_the_outbox(run, current, &reader, &parts),
        Carrier::Mail(provider, _) => {
            let (leaving, by_mail) = letters.leaving(&reader, now);
            let mail = Mail {
                id: current.delivery.0,
                from_name: letters.from.name.clone(),
                from_address: letters.from.address.clone(),
                to_name: current.name.clone(),
                to_address: current.address.clone(),
                reply_to: Some(letters.from.reply_to.clone()).filter(|to| !to.is_empty()),
                subject: parts.subject,
                html: parts.html.unwrap_or_default(),
                text: parts.text,
                headers: leaving_headers(&leaving, by_mail.as_deref()),
            };
            let sent = provider.send(&mail, now).await;
            settle(run, current, sent.outcome)
        }
        Carrier::Sms(twilio) => {
            let sms = Sms {
                id: current.delivery.0,
                to: current.address.clone(),
                body: parts.text,
            };
            let sent = twilio.send(&sms, now).await;
            settle(run, current, sent.outcome)
        }
    }
}

fn withheld(current: &InHand, why: &str) -> Report {
    Report::Settled(Settled::done(current.delivery, EventKind::Withheld, why))
}

/// List-Unsubscribe (RFC 2369), and one click where that is allowed (RFC 8058, 3.1).
fn leaving_headers(leaving: &str, by_mail: Option<&str>) -> Vec<(String, String)> {
    let ways = match by_mail {
        Some(by_mail) => format!("<{leaving}>, <{by_mail}>"),
        None => format!("<{leaving}>"),
    };
    let mut headers = vec![("List-Unsubscribe".to_owned(), ways)];
    if leaving.starts_with("https://") {
        let value = "List-Unsubscribe=One-Click".to_owned();
        headers.push(("List-Unsubscribe-Post".to_owned(), value));
    }
    headers
}

fn into_the_outbox(
    run: &Run,
    current: &InHand,
    reader: &Reader<'_>,
    parts: &crate::domains::campaigns::content::RenderedParts,
) -> Report {
    let now = run.app.clock().now();
    let mut mime = Vec::new();
    let hash = match parts.html {
        Some(_) => match run.letters.of(current.told()).mail(reader, now, &mut mime) {
            Ok(hash) => hash,
            Err(cause) => return withheld(current, &cause.to_string()),
        },
        None => {
            let campaign = (!run.is_single).then_some(run.campaign);
            mime = phone::kept(&parts.text, campaign);
            crate::domains::campaigns::content::message_digest(&mime)
        }
    };
    let subject = match parts.html {
        Some(_) => parts.subject.clone(),
        None => parts.text.chars().take(120).collect(),
    };
    let posted = Posted {
        recipient: current.address.clone(),
        subject,
        mime,
    };
    Report::Settled(Settled {
        sha256: Some(hash),
        posted: Some(posted),
        ..Settled::done(
            current.delivery,
            EventKind::Accepted,
            "In the outbox of this portal",
        )
    })
}

fn settle(run: &Run, current: &InHand, outcome: Outcome) -> Report {
    let (delivery, now) = (current.delivery, run.app.clock().now());
    let settled = match outcome {
        Outcome::Accepted { provider_id } => Settled {
            provider_ref: provider_id,
            ..Settled::done(delivery, EventKind::Accepted, "")
        },
        Outcome::Deferred {
            why,
            scope,
            retry_after,
        } => {
            // A provider that wants to be left alone for a moment asks for less. One that does not say for how long, or means a spent
            // quota, is in trouble: then the next one is asked.
            let slower = retry_after
                .filter(|rest| scope == Scope::Provider && *rest <= MOMENT)
                .and_then(|rest| chrono::TimeDelta::from_std(rest).ok())
                .map(|rest| Slower {
                    domain: String::new(),
                    rest,
                    said: why.clone(),
                });
            if scope == Scope::Provider && slower.is_none() {
                // It was nobody's attempt: it goes at once through whoever takes it.
                run.suffers(why, false);
                return Report::Unbegun(delivery);
            }
            Settled {
                slower,
                ..Settled::put_off(delivery, current.attempt, why, now)
            }
        }
        Outcome::Refused { code, why, kind } => Settled {
            bad_address: (kind == Refusal::BadAddress).then(|| current.address.clone()),
            ..Settled::done(delivery, EventKind::Refused, format!("{why} ({code})"))
        },
        Outcome::Credentials { why } => {
            run.suffers(why, true);
            return Report::Unbegun(delivery);
        }
        Outcome::InDoubt { why } => Settled::doubted(delivery, run.in_doubt, why, now),
    };
    Report::Settled(settled.without(&current.address))
}
