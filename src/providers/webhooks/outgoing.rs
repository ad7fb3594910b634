//! Sending signed reports to addresses that somebody typed, without being led into the portal's own network: see
//! [`crate::providers::reach`].

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::{Unverified, sign_standard};
use crate::providers::http::{self, Http, Unanswered};
use crate::providers::reach::{Guard, Reach};
use crate::providers::{NoClient, Patience};

/// Receivers are asked to take a report and work on it afterwards (Standard Webhooks, "Deliverability").
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    total: Duration::from_secs(15),
};

/// A report to be sent.
#[derive(Debug)]
pub struct Report<'a> {
    /// Where to.
    pub url: &'a str,
    /// The same for every attempt.
    pub id: &'a str,
    /// JSON.
    pub body: &'a str,
    /// Every secret that is good now.
    pub secrets: &'a [SecretString],
}

/// How sending it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Something was answered.
    Answered {
        /// The status.
        status: u16,
        /// The beginning of the body.
        said: String,
        /// How long the other side asks to be left in peace.
        pause: Option<Duration>,
    },
    /// Nothing was answered in time, or the address may not be reached; and why.
    Unanswered(String),
}

/// The sender of reports.
#[derive(Debug, Clone)]
pub struct Outgoing {
    http: Http,
    reach: Reach,
}

impl Outgoing {
    /// A sender that reaches this far. It goes through no proxy, which would look names up by itself.
    ///
    /// # Errors
    /// As [`Http::new`].
    pub fn new(reach: Reach) -> Result<Self, NoClient> {
        // An error says that one is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let begun = reqwest::Client::builder()
            .no_proxy()
            .dns_resolver(Arc::new(Guard::new(reach)));
        Ok(Self {
            http: Http::new(begun, PATIENCE)?,
            reach,
        })
    }

    /// Signs a report as of now, and sends it.
    ///
    /// # Errors
    /// [`Unverified`] when it cannot be signed.
    pub async fn send(&self, report: &Report<'_>, now: DateTime<Utc>) -> Result<Told, Unverified> {
        // Numbers are no names, so the guard of names is not asked about them.
        let url = match self.reach.read(report.url) {
            Ok(url) => url,
            Err(why) => return Ok(Told::Unanswered(why.to_string())),
        };
        let signed = sign_standard(report.secrets, report.id, now, report.body.as_bytes())?;
        let mut request = self
            .http
            .post(url)
            .header("content-type", "application/json")
            .body(report.body.to_owned());
        for (name, value) in signed.pairs() {
            request = request.header(name, value);
        }
        let secret = report.secrets.first().cloned().unwrap_or_default();
        Ok(match http::send(request, &secret).await {
            Ok(answer) => Told::Answered {
                status: answer.status.as_u16(),
                pause: answer.retry_after(now),
                said: answer.body,
            },
            Err(Unanswered::NeverSent(why) | Unanswered::Unknown(why)) => Told::Unanswered(why),
        })
    }
}
