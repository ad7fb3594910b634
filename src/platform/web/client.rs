//! The other side of a connection: its address behind trusted proxies, and what it calls itself.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;
use actix_web::web;

use crate::config::Config;

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct Client {
    /// The address; that of the client before the outermost trusted proxy.
    pub address: IpAddr,
    /// A short name of the device, such as `Firefox on Android`.
    pub device: String,
}

impl Client {
    /// Reads address and device of a request.
    pub fn of(request: &HttpRequest) -> Self {
        let peer = request
            .peer_addr()
            .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.ip());
        let trusted = request
            .app_data::<web::Data<Config>>()
            .map(|config| config.web.trusted_proxies.as_slice())
            .unwrap_or_default();
        let agent = request
            .headers()
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        Self {
            address: before_proxies(peer, forwarded(request), trusted),
            device: device_name(agent),
        }
    }
}

fn forwarded(request: &HttpRequest) -> Vec<IpAddr> {
    let values = request
        .headers()
        .get_all("X-Forwarded-For")
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .filter_map(|part| part.trim().parse().ok())
        .collect()
}

/// Walks from the nearest hop outwards; the first address that is no trusted proxy is the client.
fn before_proxies(peer: IpAddr, forwarded: Vec<IpAddr>, trusted: &[IpAddr]) -> IpAddr {
    let mut address = peer;
    let mut hops = forwarded.into_iter().rev();
    while trusted.contains(&address) {
        match hops.next() {
            Some(hop) => address = hop,
            None => break,
        }
    }
    address
}

/// Browser and system out of a user agent, for the session list. Not for decisions.
fn device_name(agent: &str) -> String {
    let pick = |choices: &[(&str, &'static str)]| {
        choices
            .iter()
            .find(|(mark, _)| agent.contains(mark))
            .map(|(_, name)| *name)
    };
    let browser = pick(&[
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
        ("curl", "curl"),
    ]);
    let system = pick(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "Unknown device".to_owned(),
    }
}
