//! Links in messages that need no login. A link says for whom it is and what it opens, is signed, and opens nothing else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use crate::kernel::ids::{Id, MemberId, OrgId};
use crate::platform::crypto::{self, KeyRing, Signer};

use super::model::Channel;

/// For how long links work: more than thirteen months, so that the mail of a whole year can be left (CASL s. 11(2) asks for 60 days).
const LASTS: TimeDelta = TimeDelta::days(400);
/// For how long the link to a copy of one's data works.
const COPY_LASTS: TimeDelta = TimeDelta::days(1);
/// What the signature is for; a change of the format gets another word.
const USE: &str = "consent/links/1";
/// Bytes of the signature: 128 bits, which nobody guesses at any rate this portal answers.
const SIGNATURE: usize = 16;

/// The word for leaving by a link that says in which message it stands.
const OF_MESSAGE: u8 = 4;

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opens {
    /// The preferences page.
    Preferences,
    /// Leaving one category of one channel, or all of them.
    Leaving {
        /// Which channel.
        channel: Channel,
        /// Which category, or [`super::model::EVERYTHING`].
        category: String,
        /// In which message the link stands, when it is one of a campaign.
        message: Option<Uuid>,
    },
    /// Confirming what somebody recorded for them.
    Confirming {
        /// Which channel.
        channel: Channel,
        /// Which category.
        category: String,
    },
    /// A copy of what is kept about their messages and consent.
    Copy,
}

/// A link that was read and is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The organization.
    pub org: OrgId,
    /// For whom it is.
    pub member: MemberId,
    /// What it opens.
    pub opens: Opens,
}

/// Why a link does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// It is none of ours, or was changed.
    Unknown,
    /// It was ours, and is too old.
    Ended,
}

impl Link {
    /// The link as it stands in an address.
    pub fn written(&self, keys: &KeyRing, now: DateTime<Utc>) -> String {
        self.signed(&keys.signer(USE), now)
    }

    /// What signs links, for whoever writes many.
    pub fn signer(keys: &KeyRing) -> Signer {
        keys.signer(USE)
    }

    /// [`Link::written`] with a signer at hand.
    pub fn signed(&self, signer: &Signer, now: DateTime<Utc>) -> String {
        let (scope, channel, category) = match &self.opens {
            Opens::Preferences => (0, None, ""),
            Opens::Leaving {
                channel,
                category,
                message: None,
            } => (1, Some(*channel), category.as_str()),
            Opens::Leaving {
                channel, category, ..
            } => (OF_MESSAGE, Some(*channel), category.as_str()),
            Opens::Confirming { channel, category } => (2, Some(*channel), category.as_str()),
            Opens::Copy => (3, None, ""),
        };
        let days = u16::try_from((now.date_naive() - epoch()).num_days()).unwrap_or(u16::MAX);
        let mut bytes = vec![scope, channel.map_or(0, |channel| channel as u8)];
        bytes.extend(days.to_be_bytes());
        bytes.extend(self.org.0.as_bytes());
        bytes.extend(self.member.0.as_bytes());
        if let Opens::Leaving {
            message: Some(message),
            ..
        } = &self.opens
        {
            bytes.extend(message.as_bytes());
        }
        bytes.extend(category.as_bytes());
        let signature = signer.sign(&bytes);
        bytes.extend(signature.iter().take(SIGNATURE));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a link from an address.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn read(keys: &KeyRing, text: &str, now: DateTime<Utc>) -> Result<Self, Broken> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Broken::Unknown)?;
        let cut = bytes.len().checked_sub(SIGNATURE).ok_or(Broken::Unknown)?;
        let (said, signature) = bytes.split_at_checked(cut).ok_or(Broken::Unknown)?;
        let expected = keys.sign(USE, said);
        if !crypto::same(expected.get(..SIGNATURE).unwrap_or_default(), signature) {
            return Err(Broken::Unknown);
        }
        let (link, since) = parts(said).ok_or(Broken::Unknown)?;
        let lasts = match link.opens {
            Opens::Copy => COPY_LASTS,
            _ => LASTS,
        };
        match now.date_naive() - since > lasts {
            true => Err(Broken::Ended),
            false => Ok(link),
        }
    }
}

/// The first day a link can be of.
fn epoch() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or(NaiveDate::MIN)
}

fn parts(said: &[u8]) -> Option<(Link, NaiveDate)> {
    let (head, rest) = said.split_first_chunk::<4>()?;
    let (org, rest) = rest.split_first_chunk::<16>()?;
    let (member, rest) = rest.split_first_chunk::<16>()?;
    let [scope, channel, high, low] = *head;
    let (message, category) = match scope {
        OF_MESSAGE => {
            let (message, category) = rest.split_first_chunk::<16>()?;
            (Some(Uuid::from_bytes(*message)), category)
        }
        _ => (None, rest),
    };
    let category = std::str::from_utf8(category).ok()?.to_owned();
    let channel = || Channel::ALL.get(usize::from(channel)).copied();
    let opens = match scope {
        0 => Opens::Preferences,
        1 | OF_MESSAGE => Opens::Leaving {
            channel: channel()?,
            category,
            message,
        },
        2 => Opens::Confirming {
            channel: channel()?,
            category,
        },
        3 => Opens::Copy,
        _ => return None,
    };
    let since = epoch().checked_add_signed(TimeDelta::days(u16::from_be_bytes([high, low]).into()))?;
    let link = Link {
        org: OrgId::from_uuid(Uuid::from_bytes(*org)),
        member: MemberId::from_uuid(Uuid::from_bytes(*member)),
        opens,
    };
    Some((link, since))
}
