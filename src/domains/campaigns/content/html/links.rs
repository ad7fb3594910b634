//! What a link leads to, and whether it may.

use url::{Host, Url};

use super::super::draft::Kind;
use super::super::problem::{Code, Place, Problem};
use super::super::tags::{self, Chunk, TagKind, TagTable};
use super::super::variables::Catalogue;

/// Services that hide where a link leads; mail filters distrust them.
const SHORTENERS: [&str; 14] = [
    "bit.ly",
    "tinyurl.com",
    "t.co",
    "goo.gl",
    "ow.ly",
    "is.gd",
    "buff.ly",
    "rebrand.ly",
    "cutt.ly",
    "tiny.cc",
    "rb.gy",
    "shorturl.at",
    "t.ly",
    "lnkd.in",
];

/// What to do with the address of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// An address to count clicks on.
    Trackable,
    /// Stays as it is.
    Untouched,
}

/// Checks the address of a link, with markers and with character references resolved, and marks values inside
/// it as pieces of an address.
pub(crate) fn examine(
    address: &str,
    place: Place,
    table: &mut TagTable,
    catalogue: &Catalogue,
    problems: &mut Vec<Problem>,
) -> Target {
    let address = address.trim();
    if address.is_empty() || address == "#" {
        problems.push(Problem::error(
            Code::EmptyUrl,
            place,
            "A link leads nowhere. Give it an address.",
        ));
        return Target::Untouched;
    }
    if !tags::has_marker(address) {
        return examine_fixed(address, place, problems);
    }
    match tags::only_marker(address) {
        Some(index) => examine_whole(index, place, table, catalogue, problems),
        None => examine_mixed(address, place, table, problems),
    }
}

fn examine_fixed(address: &str, place: Place, problems: &mut Vec<Problem>) -> Target {
    if address.starts_with('#') {
        return Target::Untouched;
    }
    let Ok(url) = Url::parse(address) else {
        problems.push(not_a_url(address, place));
        return Target::Untouched;
    };
    match url.scheme() {
        "http" | "https" => {
            check_web_address(&url, place, problems);
            Target::Trackable
        }
        "mailto" | "tel" | "sms" if !url.path().is_empty() => Target::Untouched,
        _ => {
            problems.push(not_a_url(address, place));
            Target::Untouched
        }
    }
}

/// Warns of addresses that do not belong in a sent message.
pub(crate) fn check_web_address(url: &Url, place: Place, problems: &mut Vec<Problem>) {
    if is_placeholder(url) {
        problems.push(Problem::error(
            Code::PlaceholderUrl,
            place,
            format!("The link {url} is a placeholder that nobody outside can open."),
        ));
    }
    if url.scheme() == "http" {
        problems.push(Problem::warning(
            Code::InsecureUrl,
            place,
            format!("The link {url} is not encrypted. Use https."),
        ));
    }
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.");
    if SHORTENERS.contains(&host) {
        problems.push(Problem::warning(
            Code::LinkShortener,
            place,
            format!(
                "The link {url} uses a link shortener, which spam filters distrust. Use the full address."
            ),
        ));
    }
}

/// Names reserved for examples and tests (RFC 2606, RFC 6761, RFC 6762) and private addresses.
fn is_placeholder(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => {
            let domain = domain.trim_end_matches('.');
            let second_level = ["example.com", "example.org", "example.net"];
            let top_level = ["localhost", "example", "test", "invalid", "local"];
            second_level.iter().any(|known| is_within(domain, known))
                || top_level.iter().any(|known| is_within(domain, known))
        }
        Some(Host::Ipv4(address)) => {
            address.is_loopback() || address.is_private() || address.is_unspecified()
        }
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => true,
    }
}

fn is_within(domain: &str, parent: &str) -> bool {
    domain
        .strip_suffix(parent)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

fn examine_whole(
    index: usize,
    place: Place,
    table: &TagTable,
    catalogue: &Catalogue,
    problems: &mut Vec<Problem>,
) -> Target {
    let Some(TagKind::Plain(path)) = table.get(index).map(|tag| &tag.kind) else {
        problems.push(unsafe_link(place));
        return Target::Untouched;
    };
    match catalogue.find(path) {
        Some(_) if path.starts_with("links.") => Target::Untouched,
        Some(entry) if entry.kind == Kind::Url => Target::Trackable,
        Some(_) => {
            problems.push(unsafe_link(place));
            Target::Untouched
        }
        // Reported as undeclared already.
        None => Target::Untouched,
    }
}

fn examine_mixed(address: &str, place: Place, table: &mut TagTable, problems: &mut Vec<Problem>) -> Target {
    let prefix = match tags::chunks(address).next() {
        Some(Chunk::Text(text)) => text,
        _ => "",
    };
    let is_mailbox = prefix.starts_with("mailto:") || prefix.starts_with("tel:");
    if !is_mailbox && !ends_after_host(prefix) {
        problems.push(unsafe_link(place));
        return Target::Untouched;
    }
    if !is_mailbox && let Ok(url) = Url::parse(prefix) {
        check_web_address(&url, place, problems);
    }
    let mut is_plain = true;
    for chunk in tags::chunks(address) {
        if let Chunk::Marker(index) = chunk {
            is_plain &= table
                .get(index)
                .is_some_and(|tag| matches!(tag.kind, TagKind::Plain(_)));
            table.set_url_part(index);
        }
    }
    if is_plain && !is_mailbox {
        return Target::Trackable;
    }
    if !is_mailbox {
        problems.push(Problem::warning(
            Code::UntrackedLink,
            place,
            "Clicks on this link are not counted, because its address is made by filters or logic.",
        ));
    }
    Target::Untouched
}

fn ends_after_host(prefix: &str) -> bool {
    let after_scheme = prefix
        .strip_prefix("https://")
        .or_else(|| prefix.strip_prefix("http://"));
    after_scheme
        .and_then(|rest| rest.split_once(['/', '?', '#']))
        .is_some_and(|(host, _)| !host.is_empty())
}

fn not_a_url(address: &str, place: Place) -> Problem {
    Problem::error(
        Code::InvalidUrl,
        place,
        format!("The link “{address}” is not a valid web, mail or telephone address."),
    )
}

fn unsafe_link(place: Place) -> Problem {
    Problem::error(
        Code::VariableInUnsafePlace,
        place,
        "A link may be one variable of kind URL, or start with a fixed https:// address and a slash.",
    )
}
