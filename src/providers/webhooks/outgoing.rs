//! Sending signed reports to addresses that somebody typed, without being led into the portal's own network (server-side request
//! forgery): names are looked up by us, and a connection is only ever made to an address that is public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use secrecy::SecretString;
use url::{Host, Url};

use super::{Unverified, sign_standard};
use crate::providers::http::{self, Http, Unanswered};
use crate::providers::{NoClient, Patience};

/// Receivers are asked to take a report and work on it afterwards (Standard Webhooks, "Deliverability").
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    total: Duration::from_secs(15),
};

/// Which addresses may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public ones, over https.
    Public,
    /// Also this machine's own, without https as well: while developing.
    AndThisMachine,
}

/// Why an address is not sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    #[error("Write the whole address, such as https://example.org/hooks.")]
    NoAddress,
    #[error("The address must begin with https://.")]
    NotEncrypted,
    #[error("Leave the name and password out of the address; the signature proves who sends.")]
    Login,
    #[error("The address leads into a private network. Only public addresses are told anything.")]
    Private,
    #[error("The name {0} can’t be found just now.")]
    Unknown(String),
}

impl Reach {
    /// Reads an address, and refuses what cannot be right whatever its name leads to.
    ///
    /// # Errors
    /// [`Unreachable`] with a sentence for who typed it.
    pub fn read(self, address: &str) -> Result<Url, Unreachable> {
        let url = Url::parse(address.trim()).map_err(|_| Unreachable::NoAddress)?;
        let host = url.host().ok_or(Unreachable::NoAddress)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Unreachable::NoAddress);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Unreachable::Login);
        }
        let number = match host {
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
            Host::Domain(_) => None,
        };
        if number.is_some_and(|number| !self.admits(number)) {
            return Err(Unreachable::Private);
        }
        let is_here = self == Self::AndThisMachine
            && (number.is_some_and(|number| number.is_loopback()) || url.host_str() == Some("localhost"));
        match url.scheme() == "https" || is_here {
            true => Ok(url),
            false => Err(Unreachable::NotEncrypted),
        }
    }

    /// [`Reach::read`], and looks up where its name leads.
    ///
    /// # Errors
    /// As [`Reach::read`].
    pub async fn check(self, address: &str) -> Result<Url, Unreachable> {
        let url = self.read(address)?;
        if let Some(Host::Domain(name)) = url.host() {
            let found = look_up(name).await.unwrap_or_default();
            if found.is_empty() {
                return Err(Unreachable::Unknown(name.to_owned()));
            }
            if !found.iter().all(|address| self.admits(address.ip())) {
                return Err(Unreachable::Private);
            }
        }
        Ok(url)
    }

    fn admits(self, address: IpAddr) -> bool {
        let is_here = self == Self::AndThisMachine && address.to_canonical().is_loopback();
        is_here || is_public(address)
    }
}

async fn look_up(name: &str) -> std::io::Result<Vec<SocketAddr>> {
    tokio::net::lookup_host((name, 0)).await.map(Iterator::collect)
}

/// Whether an address is somewhere out there: not this machine, not a network of its own, not one that means several or none
/// (the special-purpose registries of RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_unspecified()
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        // "This network", shared address space (RFC 6598), protocol assignments, benchmarks, and what is reserved.
        || a == 0
        || (a == 100 && (64..=127).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240;
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, .., seventh, eighth] = address.segments();
    let inner = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    // Addresses of version 4 in other clothes: NAT64 (RFC 6052) and 6to4 (RFC 3056).
    if first == 0x64 && second == 0xff9b {
        return is_public_v4(inner(seventh, eighth));
    }
    if first == 0x2002 {
        let third = address.segments().get(2).copied().unwrap_or_default();
        return is_public_v4(inner(second, third));
    }
    // Only 2000::/3 is given out; of it, 2001::/23 and 2001:db8::/32 are special.
    let is_given_out = first & 0xe000 == 0x2000;
    let is_special = first == 0x2001 && (second < 0x200 || second == 0x0db8);
    is_given_out && !is_special
}

/// Looks names up for connections, and gives none out that leads inside.
struct Guard(Reach);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = look_up(name.as_str()).await?;
            // One address inside is enough to refuse: a name that leads both ways is up to something.
            if !found.iter().all(|address| reach.admits(address.ip())) {
                return Err(Unreachable::Private.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

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
            .dns_resolver(Arc::new(Guard(reach)));
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
