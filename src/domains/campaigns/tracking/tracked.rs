//! Tokens in the links and the picture of a message, that tell which message was opened or clicked.
//!
//! What a token is worth: it is signed, so who changes anything gets nothing; and a token opens nothing but a
//! redirect. The address of the redirect is not in it: the number of the link is looked up among the message's own
//! links, so nobody can make the portal lead anywhere else.
//!
//! What it is not: it is not secret and proves no person. Anyone can read the ids in it (and from them, as they are
//! `UUIDv7`, when they were made), and whoever gets the message forwarded clicks in the first reader's name. Never
//! sign anybody in, or show anything about them, because of a token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{NaiveDate, TimeDelta};
use uuid::Uuid;

use crate::kernel::ids::{DeliveryId, Id, OrgId};
use crate::platform::crypto::{self, KeyRing, Signer};

/// What the signing key is made for; a change of the format gets another word.
const USE: &str = "campaigns/tracked/1";
/// Characters of a written token. To reserve room: this, times the links of a message.
pub const LENGTH: usize = (WHOLE * 4).div_ceil(3);

/// Bytes that are signed: organization 16, day 2, delivery 16, kind 1, link 2.
const SAID: usize = 37;
/// Bytes of the signature that are kept: 96 bits. At a million guesses a second one is right in two million
/// billion years, and all it earns is one false click.
const SIGNATURE: usize = 12;
const WHOLE: usize = SAID + SIGNATURE;
/// What base64 wants as room to decode [`LENGTH`] characters: whole groups of three bytes.
const ROOM: usize = WHOLE.next_multiple_of(3);

const CLICK: u8 = 0;
const OPEN: u8 = 1;
const HONEYPOT: u8 = 2;
const ONLINE: u8 = 3;

/// What happened to which message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tracked {
    /// The organization.
    pub org: OrgId,
    /// The partition where the message is kept: a day from 2026-01-01 to 2205-06-07. Another is written as the
    /// nearest of these.
    pub bucket: NaiveDate,
    /// The message, to one person.
    pub delivery: DeliveryId,
    /// What was done with it.
    pub what: What,
}

/// What was done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// A link was followed: its number in the message.
    Click(u16),
    /// The picture was loaded.
    Open,
    /// The link that nobody sees was followed.
    Honeypot,
    /// It was looked at in a browser.
    Online,
}

impl Tracked {
    /// What signs tokens.
    pub fn signer(keys: &KeyRing) -> Signer {
        keys.signer(USE)
    }

    /// The token as it stands in an address: [`LENGTH`] letters, digits, `-` and `_`.
    pub fn written(&self, signer: &Signer) -> String {
        let mut text = String::with_capacity(LENGTH);
        self.append_to(signer, &mut text);
        text
    }

    /// Writes the token at the end of `text`. Allocates nothing, if there is room for [`LENGTH`] more characters.
    pub fn append_to(&self, signer: &Signer, text: &mut String) {
        let said = self.said();
        let signature = signer.sign(&said);
        let mut whole = [0; WHOLE];
        // The shorter side ends it, so this cuts the signature to what is kept.
        for (place, byte) in whole.iter_mut().zip(said.iter().chain(&signature)) {
            *place = *byte;
        }
        URL_SAFE_NO_PAD.encode_string(whole, text);
    }

    /// Reads a token. None if it is none of ours or if anything was changed: each token has one spelling. It tells no
    /// age; it works for as long as the message is kept.
    pub fn read(text: &str, signer: &Signer) -> Option<Self> {
        if text.len() != LENGTH {
            return None;
        }
        let mut room = [0; ROOM];
        let read = URL_SAFE_NO_PAD.decode_slice(text, &mut room).ok()?;
        let (said, signature) = room.get(..read)?.split_first_chunk::<SAID>()?;
        let expected = signer.sign(said);
        match crypto::same(expected.get(..SIGNATURE)?, signature.get(..SIGNATURE)?) {
            true => Self::parsed(said),
            false => None,
        }
    }

    fn said(&self) -> [u8; SAID] {
        let day = self.bucket.signed_duration_since(epoch()).num_days();
        let day = u16::try_from(day.clamp(0, u16::MAX.into())).unwrap_or_default();
        let (kind, link) = match self.what {
            What::Click(link) => (CLICK, link),
            What::Open => (OPEN, 0),
            What::Honeypot => (HONEYPOT, 0),
            What::Online => (ONLINE, 0),
        };
        let [link_high, link_low] = link.to_be_bytes();
        let [day_high, day_low] = day.to_be_bytes();
        let (org, delivery) = (self.org.0.as_bytes(), self.delivery.0.as_bytes());
        let parts = [org, &[day_high, day_low], delivery, &[kind, link_high, link_low]] as [&[u8]; 4];
        let mut said = [0; SAID];
        for (place, byte) in said.iter_mut().zip(parts.into_iter().flatten()) {
            *place = *byte;
        }
        said
    }

    fn parsed(said: &[u8; SAID]) -> Option<Self> {
        let (org, rest) = said.split_first_chunk()?;
        let (day, rest) = rest.split_first_chunk()?;
        let (delivery, rest) = rest.split_first_chunk()?;
        let [kind, link_high, link_low] = *rest.first_chunk()?;
        let what = match (kind, u16::from_be_bytes([link_high, link_low])) {
            (CLICK, link) => What::Click(link),
            (OPEN, 0) => What::Open,
            (HONEYPOT, 0) => What::Honeypot,
            (ONLINE, 0) => What::Online,
            _ => return None,
        };
        Some(Self {
            org: OrgId::from_uuid(Uuid::from_bytes(*org)),
            bucket: epoch().checked_add_signed(TimeDelta::days(u16::from_be_bytes(*day).into()))?,
            delivery: DeliveryId::from_uuid(Uuid::from_bytes(*delivery)),
            what,
        })
    }
}

/// The first day a bucket can be.
fn epoch() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or(NaiveDate::MIN)
}
