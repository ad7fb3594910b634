//! What certificates are made of.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Months, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::kernel::ids::{CertificateId, CertificateKeyId, EnrolmentId, Id as _, JourneyId, OrgId};
use crate::platform::mail::Locale;

use super::words::Words;

/// What finishing a journey is rewarded with.
#[derive(QueryableByName, Debug, Clone)]
pub struct Award {
    #[diesel(sql_type = Bool)]
    pub is_on: bool,
    #[diesel(sql_type = Text)]
    pub title: String,
    /// What whoever holds it has done, in plain words.
    #[diesel(sql_type = Text)]
    pub criteria: String,
    /// Who signs it; empty for nobody in particular.
    #[diesel(sql_type = Text)]
    pub signatory: String,
    /// For how many months it is good; for good without a number.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub months: Option<i16>,
    /// Title and criteria in French; empty where they were written in one language only.
    #[diesel(sql_type = Text)]
    pub title_fr: String,
    #[diesel(sql_type = Text)]
    pub criteria_fr: String,
}

impl Award {
    /// Title and criteria for somebody who reads this language.
    pub fn words(&self, locale: Locale) -> (&str, &str) {
        let or = |french: &'_ str| locale == Locale::French && !french.is_empty();
        (
            if or(&self.title_fr) {
                &self.title_fr
            } else {
                &self.title
            },
            if or(&self.criteria_fr) {
                &self.criteria_fr
            } else {
                &self.criteria
            },
        )
    }

    /// Until when something issued now is good; nothing when it is for good.
    pub fn until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let months = u32::try_from(self.months?).ok()?;
        now.checked_add_months(Months::new(months))
    }
}

/// A certificate, in the words of the day on which it was issued.
#[derive(QueryableByName, Debug, Clone)]
pub struct Certificate {
    #[diesel(sql_type = SqlUuid)]
    pub id: CertificateId,
    #[diesel(sql_type = SqlUuid)]
    pub public_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub journey_id: JourneyId,
    #[diesel(sql_type = SqlUuid)]
    pub enrolment_id: EnrolmentId,
    /// With what it is signed.
    #[diesel(sql_type = SqlUuid)]
    pub key_id: CertificateKeyId,
    /// The language of its holder: `en` or `fr`.
    #[diesel(sql_type = Text)]
    pub locale: String,
    /// Its place in the list of what was revoked.
    #[diesel(sql_type = BigInt)]
    pub slot: i64,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub organization: String,
    #[diesel(sql_type = Text)]
    pub journey: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub criteria: String,
    #[diesel(sql_type = Text)]
    pub signatory: String,
    #[diesel(sql_type = Text)]
    pub zone: String,
    #[diesel(sql_type = Timestamptz)]
    pub issued_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub revoked_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    pub reason: String,
}

/// Whether a certificate counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Valid,
    /// It did until this moment.
    Expired(DateTime<Utc>),
    /// It was taken back.
    Revoked(DateTime<Utc>),
}

impl Standing {
    /// In a word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Valid => "Valid",
            Self::Expired(_) => "Expired",
            Self::Revoked(_) => "Revoked",
        }
    }

    /// How a badge looks that shows it.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Valid => "positive",
            Self::Expired(_) => "warning",
            Self::Revoked(_) => "danger",
        }
    }
}

impl Certificate {
    /// In the language of its holder.
    pub fn words(&self) -> Words {
        Words(Locale::of(&self.locale))
    }

    /// Whether it counts now.
    pub fn standing(&self, now: DateTime<Utc>) -> Standing {
        match (self.revoked_at, self.expires_at) {
            (Some(at), _) => Standing::Revoked(at),
            (None, Some(at)) if at <= now => Standing::Expired(at),
            (None, _) => Standing::Valid,
        }
    }

    /// The day of a moment where its holder lives, such as `30 November 2026`.
    pub fn day(&self, moment: DateTime<Utc>) -> String {
        day(moment
            .with_timezone(&self.zone.parse().unwrap_or(Tz::UTC))
            .date_naive())
    }

    /// The address at which outsiders ask about it.
    pub fn address(&self, portal: &str, org: OrgId) -> String {
        let token = Token {
            org,
            certificate: self.public_id,
        };
        format!("{portal}/certificates/{token}")
    }
}

/// A day in words that no country reads as another day.
pub fn day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// What a certificate is called on paper: the year, and eight letters of it that are not confused when read aloud (Crockford's base 32).
pub fn number(public_id: Uuid, year: i32) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let letter = |byte: &u8| char::from(LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'0'));
    let letters: String = public_id.as_bytes().iter().rev().take(8).map(letter).collect();
    format!("{year}-{letters}")
}

/// What stands in the public address of a certificate: in which organization it is, and 122 bits that nobody guesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Whose.
    pub org: OrgId,
    /// Which.
    pub certificate: Uuid,
}

impl Token {
    /// Reads it from an address; nothing when it is none.
    pub fn read(text: &str) -> Option<Self> {
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (org, certificate) = bytes.split_first_chunk::<16>()?;
        Some(Self {
            org: OrgId::from_uuid(Uuid::from_bytes(*org)),
            certificate: Uuid::from_slice(certificate).ok()?,
        })
    }
}

impl std::fmt::Display for Token {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = [self.org.0.as_bytes().as_slice(), self.certificate.as_bytes()].concat();
        out.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// With what an organization signs.
#[derive(QueryableByName, Clone)]
pub struct Key {
    #[diesel(sql_type = SqlUuid)]
    pub id: CertificateKeyId,
    #[diesel(sql_type = Binary)]
    pub sealed: Vec<u8>,
    /// The public half: an uncompressed point of P-256.
    #[diesel(sql_type = Binary)]
    pub point: Vec<u8>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// Since when it no longer signs.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub retired_at: Option<DateTime<Utc>>,
    /// Since when it is no longer published.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Why it was withdrawn.
    #[diesel(sql_type = Text)]
    pub reason: String,
}

impl std::fmt::Debug for Key {
    /// Without its secret.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Key({})", self.id)
    }
}
