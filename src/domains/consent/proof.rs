//! The proof of what somebody agreed to: everything the ledger holds about them in one signed bundle, which shows itself to be whole
//! without this portal.

use std::io::{Cursor, Write};

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::{EncodePublicKey, LineEnding};
use p256::{PublicKey, SecretKey};
use serde::Serialize;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;

use crate::domains::people;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ConsentRecordId, ConsentTextId, MemberId, OrgId};
use crate::platform::audit::Entry;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;

use super::model::{Action, Basis, Channel, Method};
use super::policy::Keeping;
use super::queries;

/// How to check a bundle; goes with it.
const HOW: &str = include_str!("how_to_verify.txt");

/// Everything the ledger holds about one person.
#[derive(Debug, Clone, Serialize)]
pub struct Bundle {
    format: &'static str,
    made_at: DateTime<Utc>,
    organization: Organization,
    person: Person,
    records: Vec<Line>,
    messages: Vec<Message>,
}

#[derive(Debug, Clone, Serialize)]
struct Organization {
    id: OrgId,
    name: String,
    postal_address: String,
    contact: String,
}

#[derive(Debug, Clone, Serialize)]
struct Person {
    id: MemberId,
    name: String,
    email: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Line {
    id: ConsentRecordId,
    channel: Channel,
    category: String,
    action: Action,
    basis: Option<Basis>,
    method: Method,
    said_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    recorded_by: Option<MemberId>,
    answers: Option<ConsentRecordId>,
    text: Option<Text>,
    evidence: Option<Seen>,
    evidence_sha256: String,
}

#[derive(Debug, Clone, Serialize)]
struct Text {
    id: ConsentTextId,
    version: i32,
    language: String,
    shown: String,
    sha256: String,
}

#[derive(Debug, Clone, Serialize)]
struct Seen {
    address: String,
    ip: String,
    user_agent: String,
    note: String,
    salt: String,
    /// Whether it still is what was recorded.
    is_unchanged: bool,
}

/// A message that somebody was sent, or was to be sent, as other domains tell it.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// Ours, which is also in its Message-ID.
    pub id: uuid::Uuid,
    /// When it was decided that they get it.
    pub gathered_at: DateTime<Utc>,
    pub channel: String,
    pub category: String,
    /// What it was part of.
    pub campaign: String,
    /// Which words: the digest of the version, in hex.
    pub version_sha256: String,
    /// What happened to it, in order.
    pub events: Vec<MessageEvent>,
}

/// Something that happened to a message.
#[derive(Debug, Clone, Serialize)]
pub struct MessageEvent {
    pub at: DateTime<Utc>,
    pub what: String,
    pub detail: String,
    /// SHA-256 of the message as it left, in hex.
    pub sha256: Option<String>,
}

/// Tells the messages that somebody was sent.
pub type Part = fn(&mut TenantTx<'_>, MemberId) -> Result<Vec<Message>, AppError>;

/// What the ledger holds about somebody, unsigned.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub fn bundle(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Bundle, AppError> {
    let reach = people::reach(tx, member)?;
    let asker = queries::asker(tx)?;
    let evidence = queries::evidence(tx, member)?;
    let mut lines = Vec::new();
    for record in queries::records(tx, member)? {
        let text = match record.text_id {
            Some(id) => {
                let (shown, version, language) = queries::text(tx, id)?;
                let sha256 = hex::encode(Sha256::digest(shown.as_bytes()));
                Some(Text {
                    id,
                    version,
                    language,
                    shown,
                    sha256,
                })
            }
            None => None,
        };
        let seen = evidence.get(&record.id).map(|(seen, salt)| Seen {
            address: seen.address.clone(),
            ip: seen.ip.clone(),
            user_agent: seen.user_agent.clone(),
            note: seen.note.clone(),
            salt: hex::encode(salt),
            is_unchanged: seen.hash(salt) == record.evidence_hash,
        });
        lines.push(Line {
            id: record.id,
            channel: record.channel,
            category: record.category,
            action: record.action,
            basis: record.basis,
            method: record.method,
            said_at: record.effective_at,
            recorded_at: record.recorded_at,
            expires_at: record.expires_at,
            recorded_by: record.recorded_by,
            answers: record.answers_id,
            text,
            evidence: seen,
            evidence_sha256: hex::encode(record.evidence_hash),
        });
    }
    let mut messages = Vec::new();
    for part in crate::domains::PROOF_PARTS {
        messages.extend(part(tx, member)?);
    }
    Ok(Bundle {
        format: "waymark/consent-proof/1",
        made_at: tx.now(),
        organization: Organization {
            id: tx.org(),
            name: asker.name,
            postal_address: asker.postal_address,
            contact: asker.contact_line,
        },
        person: Person {
            id: member,
            name: reach.name,
            email: reach.email,
        },
        records: lines,
        messages,
    })
}

/// The signed bundle as a ZIP archive: `proof.json`, its signature, the public key, and how to check them.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub fn signed(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    keeping: &Keeping,
    member: MemberId,
) -> Result<Vec<u8>, AppError> {
    let bundle = bundle(tx, member)?;
    let json = serde_json::to_vec_pretty(&bundle).map_err(anyhow::Error::from)?;
    let key = signing_key(keys)?;
    let signature: DerSignature = key.sign(&json);
    let archive = archived(&[
        ("proof.json", json.as_slice()),
        ("proof.sig", signature.as_bytes()),
        ("public-key.pem", public_key(keys)?.as_bytes()),
        ("HOW-TO-VERIFY.txt", HOW.as_bytes()),
    ])?;
    tx.audit(
        Entry::of("consent.proof.taken", "member", member)
            .after(serde_json::json!({ "by": keeping.keeper(), "records": bundle.records.len() })),
    )?;
    Ok(archive)
}

fn archived(files: &[(&str, &[u8])]) -> Result<Vec<u8>, AppError> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default())
            .map_err(anyhow::Error::from)?;
        zip.write_all(bytes).map_err(anyhow::Error::from)?;
    }
    Ok(zip.finish().map_err(anyhow::Error::from)?.into_inner())
}

/// The key of this installation that signs proofs: ECDSA over P-256 with SHA-256 (FIPS 186-5).
fn signing_key(keys: &KeyRing) -> anyhow::Result<SigningKey> {
    let found = (0..8).find_map(|attempt| {
        let number = keys.derive::<32>(&format!("consent/proof/{attempt}"));
        SecretKey::from_slice(&number).ok()
    });
    found
        .map(SigningKey::from)
        .ok_or_else(|| anyhow!("no key could be derived"))
}

/// The public key by which proofs are checked, in PEM (RFC 7468).
///
/// # Errors
/// Practically none.
pub fn public_key(keys: &KeyRing) -> anyhow::Result<String> {
    let key = PublicKey::from(signing_key(keys)?.verifying_key());
    Ok(key.to_public_key_pem(LineEnding::LF)?)
}

/// What one compares to be sure that a public key is this installation's: SHA-256 of it, in pairs.
///
/// # Errors
/// Practically none.
pub fn fingerprint(keys: &KeyRing) -> anyhow::Result<String> {
    let key = PublicKey::from(signing_key(keys)?.verifying_key());
    let document = key.to_public_key_der()?;
    let digest = Sha256::digest(document.as_bytes());
    let pairs: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(pairs.join(":"))
}
