//! Twilio's request signature (<https://www.twilio.com/docs/usage/security>): an HMAC of the address that was
//! called and the fields of the form.
//!
//! The address is the configured public one with the query as it was called, never one put together from
//! `Host`: behind a proxy that would be another, and an attacker could choose it.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

use super::Unverified;
use crate::platform::crypto;

const SIGNATURE: &str = "x-twilio-signature";
/// Names the algorithm when a shared key was used instead of the auth token: `key=…,algorithm=HMAC_SHA256`.
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";
/// In the query of an address that is called with something else than a form.
const CHECKSUM: &str = "bodySHA256";

/// What Twilio signs with.
#[derive(Debug, Clone)]
pub struct TwilioSecrets {
    pub auth_token: SecretString,
    /// A shared key for webhooks, for accounts that have switched to one.
    pub shared_key: Option<SecretString>,
}

/// What a request carried, in raw bytes.
#[derive(Debug, Clone, Copy)]
pub enum TwilioContent<'b> {
    /// Nothing: a GET.
    Nothing,
    /// `application/x-www-form-urlencoded`.
    Form(&'b [u8]),
    /// Anything else, such as JSON; its checksum stands in the address.
    Other(&'b [u8]),
}

/// Checks a request that came to `url`.
///
/// # Errors
/// [`Unverified`] with what is wrong.
pub fn verify_twilio<'h>(
    secrets: &TwilioSecrets,
    url: &str,
    header: impl Fn(&str) -> Option<&'h str>,
    content: TwilioContent<'_>,
) -> Result<(), Unverified> {
    let offered = header(SIGNATURE).ok_or(Unverified::Header(SIGNATURE))?;
    let offered = STANDARD
        .decode(offered.trim())
        .map_err(|_| Unverified::Header(SIGNATURE))?;
    let key = Key::choose(secrets, header(SETTINGS))?;
    // What follows # tells Twilio how to call and is not signed.
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    let fields = match content {
        TwilioContent::Form(body) => fields(body),
        TwilioContent::Nothing => String::new(),
        TwilioContent::Other(body) => checked(url, body)?,
    };
    // Twilio signs the address with the port or without, and not always the way it was configured.
    let fits = variants(url).iter().try_fold(false, |fits, url| {
        let expected = key.mac(&[url.as_bytes(), fields.as_bytes()])?;
        Ok::<_, Unverified>(crypto::same(&offered, &expected) | fits)
    })?;
    match fits {
        true => Ok(()),
        false => Err(Unverified::Signature),
    }
}

enum Key<'s> {
    Sha1(&'s SecretString),
    Sha256(&'s SecretString),
}

impl Key<'_> {
    /// The header chooses between keys that are both ours; naming an algorithm never makes one key do for
    /// another.
    fn choose<'s>(secrets: &'s TwilioSecrets, settings: Option<&str>) -> Result<Key<'s>, Unverified> {
        let algorithm = settings.unwrap_or_default().split(',').find_map(|part| {
            let (name, value) = part.split_once('=')?;
            (name.trim() == "algorithm").then(|| value.trim().to_ascii_uppercase())
        });
        let shared = secrets.shared_key.as_ref();
        let no_shared = Unverified::Key("Twilio signed with a shared key, and none is set");
        match algorithm.as_deref() {
            None if settings.is_none() => Ok(Key::Sha1(&secrets.auth_token)),
            None | Some("HMAC_SHA1") => shared.map(Key::Sha1).ok_or(no_shared),
            Some("HMAC_SHA256") => shared.map(Key::Sha256).ok_or(no_shared),
            Some(_) => Err(Unverified::Key("Twilio signed in a way that is not known")),
        }
    }

    fn mac(&self, pieces: &[&[u8]]) -> Result<Vec<u8>, Unverified> {
        match self {
            Key::Sha1(secret) => Ok(fed(Hmac::<Sha1>::new_from_slice(bytes(secret)?), pieces)?),
            Key::Sha256(secret) => Ok(fed(Hmac::<Sha256>::new_from_slice(bytes(secret)?), pieces)?),
        }
    }
}

fn bytes(secret: &SecretString) -> Result<&[u8], Unverified> {
    match secret.expose_secret().trim() {
        "" => Err(Unverified::Key("it is empty")),
        secret => Ok(secret.as_bytes()),
    }
}

fn fed<M: hmac::Mac, E>(mac: Result<M, E>, pieces: &[&[u8]]) -> Result<Vec<u8>, Unverified> {
    let mut mac = mac.map_err(|_| Unverified::Key("it has an impossible length"))?;
    for piece in pieces {
        mac.update(piece);
    }
    Ok(mac.finalize().into_bytes().to_vec())
}

/// Every name in order of its code points, followed by its value; of a name that occurs several times, each
/// different value in order, with the name before it.
fn fields(body: &[u8]) -> String {
    let mut sorted = BTreeMap::<_, BTreeSet<_>>::new();
    for (name, value) in form_urlencoded::parse(body) {
        sorted.entry(name).or_default().insert(value);
    }
    let mut written = String::new();
    for (name, values) in sorted {
        for value in values {
            written.push_str(&name);
            written.push_str(&value);
        }
    }
    written
}

/// Nothing of the body is signed but its checksum in the address; a body without one proves nothing.
fn checked(url: &str, body: &[u8]) -> Result<String, Unverified> {
    if body.is_empty() {
        return Ok(String::new());
    }
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let named = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == CHECKSUM);
    let (_, named) = named.ok_or(Unverified::Checksum)?;
    let expected = hex::encode(Sha256::digest(body));
    match crypto::same(named.to_ascii_lowercase().as_bytes(), expected.as_bytes()) {
        true => Ok(String::new()),
        false => Err(Unverified::Checksum),
    }
}

/// The address as given, and with its port left out or written out.
fn variants(url: &str) -> Vec<String> {
    let mut variants = vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else {
        return variants;
    };
    let (authority, path) = match rest.find(['/', '?']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    // A name and password may hold a colon, an IPv6 address holds some in brackets.
    let host_from = authority.rfind('@').map_or(0, |at| at + 1);
    let (user, host) = authority.split_at(host_from);
    let port_at = host
        .rfind(':')
        .filter(|at| !host.get(*at..).is_some_and(|end| end.contains(']')));
    let default = if scheme.eq_ignore_ascii_case("https") {
        "443"
    } else {
        "80"
    };
    variants.push(match port_at {
        Some(at) => format!("{scheme}://{user}{}{path}", host.get(..at).unwrap_or(host)),
        None => format!("{scheme}://{user}{host}:{default}{path}"),
    });
    variants
}
