//! How far requests to addresses that somebody typed may reach, so that the portal is not led into its own network (server-side request
//! forgery): names are looked up by us, and a connection is only ever made to an address that is public.

use std::fmt;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

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
    /// How far a portal reaches that is at home there: outside only, unless it is itself only at home on this machine.
    pub fn of_portal(public_url: &str) -> Self {
        let is_here = match Url::parse(public_url) {
            Ok(url) => match url.host() {
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address.is_loopback(),
                Some(Host::Domain(name)) => name == "localhost",
                None => false,
            },
            Err(_) => public_url.is_empty(),
        };
        match is_here {
            true => Self::AndThisMachine,
            false => Self::Public,
        }
    }

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
            let found = System.look_up(name).await.unwrap_or_default();
            if found.is_empty() {
                return Err(Unreachable::Unknown(name.to_owned()));
            }
            if !found.iter().all(|address| self.admits(address.ip())) {
                return Err(Unreachable::Private);
            }
        }
        Ok(url)
    }

    pub(super) fn admits(self, address: IpAddr) -> bool {
        let is_here = self == Self::AndThisMachine && address.to_canonical().is_loopback();
        is_here || is_public(address)
    }
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

/// Whoever tells where names lead: the machine's own look-up, or a test's.
pub trait Names: fmt::Debug + Send + Sync {
    /// The addresses of a name.
    fn look_up<'a>(&'a self, name: &'a str) -> Found<'a>;
}

/// What a look-up answers, when it does.
pub type Found<'a> = Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send + 'a>>;

/// The machine's own look-up.
#[derive(Debug)]
pub struct System;

impl Names for System {
    fn look_up<'a>(&'a self, name: &'a str) -> Found<'a> {
        Box::pin(async move { tokio::net::lookup_host((name, 0)).await.map(Iterator::collect) })
    }
}

/// Looks names up for connections, and gives none out that leads inside. A connection goes to an address that was looked at, so a name
/// that leads elsewhere the next time it is asked for gains nothing.
#[derive(Debug, Clone)]
pub struct Guard {
    reach: Reach,
    names: Arc<dyn Names>,
}

impl Guard {
    /// A guard that asks the machine.
    pub fn new(reach: Reach) -> Self {
        Self::asking(reach, Arc::new(System))
    }

    /// A guard that asks these names.
    pub fn asking(reach: Reach, names: Arc<dyn Names>) -> Self {
        Self { reach, names }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = guard.names.look_up(name.as_str()).await?;
            // One address inside is enough to refuse: a name that leads both ways is up to something.
            if !found.iter().all(|address| guard.reach.admits(address.ip())) {
                return Err(Unreachable::Private.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
