//! Which hosts a push may be sent to. A subscription comes from a browser, so its address is whatever
//! somebody typed: without a list, the portal could be made to knock on doors inside its own network
//! (server-side request forgery).

use url::{Host, Url};

use super::BadSubscription;

/// The push services of the browser makers: Chrome and its kin, Firefox, Safari, Edge.
const VENDORS: [&str; 4] = [
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
];

/// The hosts that may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushHosts {
    patterns: Vec<String>,
    loopback: Loopback,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loopback {
    Refused,
    Allowed,
}

impl PushHosts {
    /// The browser makers' services.
    pub fn vendors() -> PushHosts {
        PushHosts {
            patterns: VENDORS.map(str::to_owned).to_vec(),
            loopback: Loopback::Refused,
        }
    }

    /// One more host the operator trusts: a name, or `*.` and a name for everything below it.
    #[must_use]
    pub fn and(mut self, pattern: &str) -> PushHosts {
        self.patterns.push(pattern.trim().to_ascii_lowercase());
        self
    }

    /// Also addresses of this machine, in plain HTTP and on any port. For tests only.
    #[must_use]
    pub fn and_loopback(mut self) -> PushHosts {
        self.loopback = Loopback::Allowed;
        self
    }

    /// Reads an endpoint and refuses what may not be sent to: other schemes than https, other ports than 443,
    /// names and passwords in the address, hosts by number, hosts off the list.
    ///
    /// # Errors
    /// [`BadSubscription`] with a sentence for whoever runs the portal.
    pub fn admit(&self, endpoint: &str) -> Result<Url, BadSubscription> {
        let url = Url::parse(endpoint).map_err(|_| BadSubscription("The push endpoint is no address"))?;
        if self.loopback == Loopback::Allowed && is_loopback(&url) {
            return Ok(url);
        }
        if url.scheme() != "https" || url.port().is_some() {
            return Err(BadSubscription("A push endpoint must use https on its own port"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadSubscription("A push endpoint may hold no name or password"));
        }
        match url.host() {
            Some(Host::Domain(host)) if self.lists(host) => Ok(url),
            _ => Err(BadSubscription(
                "The push service is not on the list of known ones",
            )),
        }
    }

    fn lists(&self, host: &str) -> bool {
        self.patterns
            .iter()
            .any(|pattern| match pattern.strip_prefix('*') {
                Some(ending) => {
                    host.len() > ending.len() && ending.starts_with('.') && host.ends_with(ending)
                }
                None => host == pattern,
            })
    }
}

/// By number only: `localhost` is a name, and names can be pointed anywhere.
fn is_loopback(url: &Url) -> bool {
    let local = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    };
    local && matches!(url.scheme(), "http" | "https")
}
