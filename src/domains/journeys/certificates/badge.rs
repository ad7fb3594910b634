//! A certificate as an Open Badge 3.0 (1EdTech), which is a verifiable credential of the W3C (data model 2.0), and the list in which
//! outsiders see what was revoked (Bitstring Status List 1.0). Pure.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

use crate::kernel::ids::{CertificateKeyId, JourneyId, OrgId};

use super::model::{Award, Certificate};

/// The data model of verifiable credentials 2.0.
const CREDENTIALS: &str = "https://www.w3.org/ns/credentials/v2";
/// Open Badges 3.0.
const BADGES: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
/// Places in one list of what was revoked: the least the standard allows, so that nobody is told apart by asking (Bitstring Status List, 3.4).
pub const PLACES: i64 = 131_072;

/// An organization as it issues, at the portal's address.
#[derive(Debug, Clone)]
pub struct Issuer {
    pub portal: String,
    pub org: OrgId,
    pub name: String,
}

impl Issuer {
    /// Where it says who it is; also what it is called.
    pub fn address(&self) -> String {
        format!("{}/certificates/issuers/{}", self.portal, self.org)
    }

    /// Where a key of its is found.
    pub fn key_address(&self, key: CertificateKeyId) -> String {
        format!("{}/keys/{key}", self.address())
    }

    /// Where a list of what was revoked is found.
    pub fn list_address(&self, list: i64) -> String {
        format!("{}/status/{list}", self.address())
    }

    fn achievement_address(&self, journey: JourneyId) -> String {
        format!("{}/achievements/{journey}", self.address())
    }

    fn profile(&self) -> Value {
        json!({ "id": self.address(), "type": ["Profile"], "name": self.name, "url": self.portal })
    }

    /// Who it is, as a document of its own.
    pub fn document(&self) -> Value {
        with_context(self.profile(), &[CREDENTIALS, BADGES])
    }

    /// What a journey stands for, as a document of its own.
    pub fn achievement(&self, journey: JourneyId, award: &Award) -> Value {
        let mut written = self.achieved(journey, &award.title, &award.criteria);
        written.insert("creator".to_owned(), self.profile());
        with_context(Value::Object(written), &[CREDENTIALS, BADGES])
    }

    fn achieved(&self, journey: JourneyId, title: &str, criteria: &str) -> Map<String, Value> {
        object(json!({
            "id": self.achievement_address(journey),
            "type": ["Achievement"],
            "achievementType": "CertificateOfCompletion",
            "name": title,
            "description": criteria,
            "criteria": { "narrative": criteria },
        }))
    }

    /// A certificate as a credential, with the claims a token of it has besides (Open Badges 3.0, 8.2.4).
    pub fn credential(&self, one: &Certificate) -> Value {
        let (list, place) = (one.slot / PLACES, one.slot % PLACES);
        let id = one.address(&self.portal, self.org);
        let subject = format!("urn:uuid:{}", one.id);
        let mut achievement = self.achieved(one.journey_id, &one.title, &one.criteria);
        achievement.insert("tag".to_owned(), json!([one.journey]));
        achievement.insert("inLanguage".to_owned(), json!(one.locale));
        let mut written = object(json!({
            "@context": [CREDENTIALS, BADGES],
            "id": id,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": one.title,
            "issuer": self.profile(),
            "validFrom": moment(one.issued_at),
            "credentialSubject": {
                "id": subject,
                "type": ["AchievementSubject"],
                "identifier": [{ "type": "IdentityObject", "identityType": "name", "identityHash": one.name, "hashed": false }],
                "achievement": achievement,
            },
            "credentialStatus": {
                "id": format!("{}#{place}", self.list_address(list)),
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": place.to_string(),
                "statusListCredential": self.list_address(list),
            },
            "iss": self.address(),
            "jti": id,
            "sub": subject,
            "nbf": one.issued_at.timestamp(),
        }));
        if let Some(until) = one.expires_at {
            written.insert("validUntil".to_owned(), json!(moment(until)));
            written.insert("exp".to_owned(), json!(until.timestamp()));
        }
        Value::Object(written)
    }

    /// A list of what was revoked, as a credential: `revoked` are places in it.
    pub fn status_list(&self, list: i64, since: DateTime<Utc>, revoked: &[i64]) -> Value {
        let id = self.list_address(list);
        json!({
            "@context": [CREDENTIALS],
            "id": id,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.address(),
            "validFrom": moment(since),
            "credentialSubject": {
                "id": format!("{id}#list"),
                "type": "BitstringStatusList",
                "statusPurpose": "revocation",
                "encodedList": format!("u{}", URL_SAFE_NO_PAD.encode(packed(&bits(revoked)))),
            },
            "iss": self.address(),
            "jti": id,
            "nbf": since.timestamp(),
        })
    }
}

/// One bit for each place, the first place leftmost.
fn bits(revoked: &[i64]) -> Vec<u8> {
    let mut bits = vec![0_u8; usize::try_from(PLACES / 8).unwrap_or(0)];
    for place in revoked {
        let place = usize::try_from(place % PLACES).unwrap_or(0);
        if let Some(byte) = bits.get_mut(place / 8) {
            *byte |= 0b1000_0000 >> (place % 8);
        }
    }
    bits
}

fn packed(bits: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    let _ = packer.write_all(bits);
    packer.finish().unwrap_or_default()
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn with_context(value: Value, contexts: &[&str]) -> Value {
    let mut written = object(value);
    written.insert("@context".to_owned(), json!(contexts));
    Value::Object(written)
}
