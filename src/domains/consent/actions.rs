//! Writing down what people say about their messages, and what follows from it.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde_json::json;

use crate::domains::people;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ConsentRecordId, MemberId, SuppressionId};
use crate::platform::audit::Entry;
use crate::platform::crypto::{self, KeyRing, Signer};
use crate::platform::db::TenantTx;

use super::events::{
    AddressSuppressed, ConfirmationAsked, ConsentGiven, ConsentWithdrawn, PreferencesChanged,
    SuppressionLifted, WithdrawalUndone,
};
use super::fold::{self, Decisions};
use super::model::{
    Action, Channel, EVERYTHING, Frequency, Method, Pauses, Record, SuppressionReason, TRANSACTIONAL,
};
use super::policy::{Deciding, Keeping};
use super::queries::{self, Evidence, Said};
use super::standing::{Relation, Standing, standing};

/// For how long a withdrawal can be undone where it was made; afterwards one agrees anew.
pub const UNDO: TimeDelta = TimeDelta::days(30);

/// Everything that decides what one person may be sent.
#[derive(Debug, Clone)]
pub struct Situation {
    /// What they said.
    pub decisions: Decisions,
    /// What their record says.
    pub relation: Relation,
    /// When they want no message.
    pub pauses: Pauses,
    /// Channels over which an address of theirs is suppressed, and why.
    pub suppressed: Vec<(Channel, SuppressionReason)>,
    now: DateTime<Utc>,
}

impl Situation {
    /// Whether they may be sent `category` over `channel`, as far as consent goes. A suppressed address is another matter: it keeps
    /// messages out that consent would allow.
    pub fn standing(&self, channel: Channel, category: &str) -> Standing {
        standing(&self.decisions, &self.relation, channel, category, self.now)
    }

    /// Why an address of theirs gets nothing of a category over this channel. Who left everything still gets what answers them.
    pub fn suppression_of(&self, channel: Channel, category: &str) -> Option<SuppressionReason> {
        self.suppression(channel)
            .filter(|reason| category != TRANSACTIONAL || *reason != SuppressionReason::Unsubscribed)
    }

    /// Why an address of theirs for this channel gets nothing but what answers them, or nothing at all.
    pub fn suppression(&self, channel: Channel) -> Option<SuppressionReason> {
        self.suppressed
            .iter()
            .find(|(suppressed, _)| *suppressed == channel)
            .map(|(_, reason)| *reason)
    }
}

/// Reads it.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub fn situation(tx: &mut TenantTx<'_>, keys: &KeyRing, member: MemberId) -> Result<Situation, AppError> {
    let reach = people::reach(tx, member)?;
    let asker = queries::asker(tx)?;
    let relation = Relation {
        stage: reach.stage,
        left_at: reach.left_at,
        agreed_on: reach.basis_noted_on.filter(|_| reach.legal_basis == "consent"),
        zone: asker.zone(),
        place: asker.place(),
    };
    let decisions = fold::fold(&queries::records(tx, member)?);
    let mut suppressed = Vec::new();
    for channel in [Channel::Email, Channel::Sms, Channel::Phone] {
        let hashes = hashes(tx, keys, member, channel)?;
        let found = queries::in_force(tx, channel, &hashes)?;
        // The strictest of them: who left everything and whose address does not exist gets nothing at all.
        let strict = found
            .iter()
            .find(|one| one.reason != SuppressionReason::Unsubscribed)
            .or(found.first());
        suppressed.extend(strict.map(|one| (channel, one.reason)));
    }
    Ok(Situation {
        decisions,
        relation,
        pauses: queries::pauses(tx, member)?,
        suppressed,
        now: tx.now(),
    })
}

/// Whether somebody could be sent `category` over `channel` at a moment of the past, by what had been written down until then. Whether
/// they were a member is taken as it is now.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub fn standing_at(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    member: MemberId,
    channel: Channel,
    category: &str,
    moment: DateTime<Utc>,
) -> Result<Standing, AppError> {
    let now = situation(tx, keys, member)?;
    let records: Vec<Record> = queries::records(tx, member)?
        .into_iter()
        .filter(|record| record.recorded_at <= moment)
        .collect();
    Ok(standing(
        &fold::fold(&records),
        &now.relation,
        channel,
        category,
        moment,
    ))
}

/// The addresses a channel reaches somebody at.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub fn addresses(tx: &mut TenantTx<'_>, member: MemberId, channel: Channel) -> Result<Vec<String>, AppError> {
    let values = queries::contact_values(tx, member)?;
    Ok(match channel {
        Channel::Email => {
            let own = people::reach(tx, member)?.email;
            let others = values.into_iter().filter(|value| value.contains('@'));
            own.into_iter().chain(others).collect()
        }
        Channel::Sms | Channel::Phone => values
            .into_iter()
            .filter(|value| value.starts_with('+'))
            .collect(),
        Channel::Push | Channel::Mail => Vec::new(),
    })
}

fn hashes(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    member: MemberId,
    channel: Channel,
) -> Result<Vec<Vec<u8>>, AppError> {
    let org = tx.org();
    let addresses = addresses(tx, member, channel)?;
    Ok(addresses
        .iter()
        .map(|address| address_hash(keys, org, address))
        .collect())
}

/// The keyed hash under which an address is suppressed: HMAC-SHA-256 under a key of the installation, apart for each organization.
pub fn address_hash(keys: &KeyRing, org: crate::kernel::ids::OrgId, address: &str) -> Vec<u8> {
    signed_address(&keys.signer(&suppression_use(org)), address).to_vec()
}

/// [`address_hash`] with the signer of [`suppression_use`] at hand.
pub(super) fn signed_address(signer: &Signer, address: &str) -> [u8; 32] {
    signer.sign(address.trim().to_lowercase().as_bytes())
}

/// What the key of [`address_hash`] is for.
pub(super) fn suppression_use(org: crate::kernel::ids::OrgId) -> String {
    format!("suppression/{org}")
}

/// Writes down what was said, one thing after the other, and brings the cache up to it. Answers what was written: a confirmation or an
/// undo that was written before is not written again.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub fn write_down(
    tx: &mut TenantTx<'_>,
    deciding: &Deciding,
    said: &[Said],
) -> Result<Vec<ConsentRecordId>, AppError> {
    let member = deciding.member();
    queries::lock(tx, member)?;
    let mut written = Vec::new();
    for one in said {
        let salt = crypto::random::<16>()?;
        let Some(id) = queries::insert(tx, deciding, one, &salt)? else {
            continue;
        };
        let about = json!({ "channel": one.channel, "category": one.category, "basis": one.basis, "method": one.method, "record": id });
        tx.audit(Entry::of(audit_action(one.action), "member", member).after(about))?;
        tell(tx, member, one, id)?;
        written.push(id);
    }
    if !written.is_empty() {
        refresh(tx, member)?;
    }
    Ok(written)
}

const fn audit_action(action: Action) -> &'static str {
    match action {
        Action::Grant => "consent.record.granted",
        Action::Request => "consent.record.requested",
        Action::Confirm => "consent.record.confirmed",
        Action::Withdraw => "consent.record.withdrawn",
        Action::Undo => "consent.record.undone",
    }
}

fn tell(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    said: &Said,
    record: ConsentRecordId,
) -> Result<(), AppError> {
    let (channel, category) = (said.channel.as_str().to_owned(), said.category.clone());
    match said.action {
        Action::Grant | Action::Confirm => tx.emit(&ConsentGiven {
            record,
            member,
            channel,
            category,
        })?,
        Action::Withdraw => tx.emit(&ConsentWithdrawn {
            record,
            member,
            channel,
            category,
        })?,
        Action::Undo => tx.emit(&WithdrawalUndone {
            record,
            member,
            channel,
            category,
        })?,
        Action::Request => tx.emit(&ConfirmationAsked {
            record,
            member,
            channel,
            category,
        })?,
    };
    Ok(())
}

/// Brings the cache up to the ledger; answers whether it differed.
///
/// # Errors
/// When the database fails.
pub fn refresh(tx: &mut TenantTx<'_>, member: MemberId) -> Result<bool, AppError> {
    let decisions = fold::fold(&queries::records(tx, member)?);
    let cached = queries::preferences(tx, member)?;
    let mut differed = false;
    for row in &cached {
        let key = (row.channel, row.category.clone());
        if row.is_allowed.is_some() && !decisions.contains_key(&key) {
            queries::uncache(tx, member, row.channel, &row.category)?;
            differed = true;
        }
    }
    let stale: Decisions = decisions
        .into_iter()
        .filter(|((channel, category), decision)| {
            !cached.iter().any(|row| {
                row.channel == *channel
                    && row.category == *category
                    && row.is_allowed == Some(decision.is_allowed)
                    && row.basis == decision.basis
                    && row.expires_at == decision.expires_at
                    && row.decided_at == Some(decision.decided_at)
                    && row.record_id == Some(decision.record)
            })
        })
        .collect();
    queries::cache(tx, member, &stale)?;
    Ok(differed || !stale.is_empty())
}

/// Takes everything back that somebody may be sent, over every channel, and keeps their addresses from being written to again even
/// when they come in anew from elsewhere.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub fn leave_everything(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    deciding: &Deciding,
    said: impl Fn(Channel) -> Said,
) -> Result<(), AppError> {
    let all: Vec<Said> = Channel::ALL
        .iter()
        .map(|channel| Said {
            category: EVERYTHING.to_owned(),
            action: Action::Withdraw,
            basis: None,
            ..said(*channel)
        })
        .collect();
    write_down(tx, deciding, &all)?;
    for channel in [Channel::Email, Channel::Sms, Channel::Phone] {
        for hash in hashes(tx, keys, deciding.member(), channel)? {
            suppress_hash(tx, channel, &hash, SuppressionReason::Unsubscribed, "")?;
        }
    }
    Ok(())
}

/// Lets the addresses of somebody be written to again who now agrees themselves, where they were suppressed because they had left.
///
/// # Errors
/// When the database fails.
pub fn come_back(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    deciding: &Deciding,
    channel: Channel,
) -> Result<(), AppError> {
    let hashes = hashes(tx, keys, deciding.member(), channel)?;
    for one in queries::in_force(tx, channel, &hashes)? {
        if one.reason == SuppressionReason::Unsubscribed {
            lift_one(tx, one.id, "They agreed again themselves.")?;
        }
    }
    Ok(())
}

/// Takes the latest withdrawal of this kind back, so that it counts as never made.
///
/// # Errors
/// [`AppError::Conflict`] when there is none that can still be undone.
pub fn undo(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    deciding: &Deciding,
    channel: Channel,
    category: &str,
    said: Said,
) -> Result<(), AppError> {
    queries::lock(tx, deciding.member())?;
    let records = queries::records(tx, deciding.member())?;
    let since = tx.now() - UNDO;
    let latest = latest_withdrawal(&records, channel, category)
        .filter(|record| record.recorded_at > since)
        .ok_or_else(|| AppError::Conflict("There is nothing left to undo.".to_owned()))?;
    let said = Said {
        channel,
        category: category.to_owned(),
        action: Action::Undo,
        basis: None,
        method: Method::Undo,
        expires_at: None,
        answers: Some(latest.id),
        ..said
    };
    write_down(tx, deciding, &[said])?;
    come_back(tx, keys, deciding, channel)
}

/// Takes back what somebody stopped by text message, as START does: each STOP that still counts is undone, so that what stood before for
/// text messages stands again, with the words as evidence. Nothing is agreed to anew, so who had agreed to nothing gets nothing, and a no
/// that was said in another way still counts. Answers whether there was anything to take back.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub fn undo_stops(tx: &mut TenantTx<'_>, deciding: &Deciding, words: &str) -> Result<bool, AppError> {
    queries::lock(tx, deciding.member())?;
    let records = queries::records(tx, deciding.member())?;
    let is_undone = |stop: &Record| {
        let mut others = records.iter();
        others.any(|other| other.action == Action::Undo && other.answers_id == Some(stop.id))
    };
    let said: Vec<Said> = records
        .iter()
        .filter(|record| {
            record.action == Action::Withdraw
                && record.channel == Channel::Sms
                && record.category == EVERYTHING
                && record.method == Method::Sms
                && record.recorded_by.is_none()
        })
        .filter(|stop| !is_undone(stop))
        .map(|stop| Said {
            channel: Channel::Sms,
            category: EVERYTHING.to_owned(),
            action: Action::Undo,
            basis: None,
            method: Method::Sms,
            text: None,
            effective_at: tx.now(),
            expires_at: None,
            answers: Some(stop.id),
            evidence: Evidence {
                note: words.chars().take(1_000).collect(),
                ..Evidence::default()
            },
        })
        .collect();
    write_down(tx, deciding, &said)?;
    Ok(!said.is_empty())
}

/// Whether what somebody said allows any kind of message over a channel.
///
/// # Errors
/// When the database fails.
pub fn has_agreed(tx: &mut TenantTx<'_>, member: MemberId, channel: Channel) -> Result<bool, AppError> {
    let now = tx.now();
    let decisions = fold::fold(&queries::records(tx, member)?);
    Ok(decisions.iter().any(|((of, _), decision)| {
        *of == channel && decision.is_allowed && decision.expires_at.is_none_or(|until| until > now)
    }))
}

/// The latest withdrawal of this kind that nobody undid.
pub fn latest_withdrawal<'a>(records: &'a [Record], channel: Channel, category: &str) -> Option<&'a Record> {
    records.iter().rev().find(|record| {
        record.action == Action::Withdraw
            && record.channel == channel
            && record.category == category
            && !records
                .iter()
                .any(|other| other.action == Action::Undo && other.answers_id == Some(record.id))
    })
}

/// How and when somebody wants to be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner {
    /// How often, by category, for mail.
    pub frequencies: Vec<(String, Frequency)>,
    /// From when to when they want quiet, in their zone.
    pub quiet: Option<(NaiveTime, NaiveTime)>,
    /// Until when they want nothing.
    pub paused_until: Option<DateTime<Utc>>,
    /// Their language.
    pub locale: String,
    /// Their zone.
    pub zone: chrono_tz::Tz,
}

/// Sets how and when somebody is written to; what is as it was is left alone.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub fn set_manner(tx: &mut TenantTx<'_>, deciding: &Deciding, manner: &Manner) -> Result<(), AppError> {
    let member = deciding.member();
    queries::lock(tx, member)?;
    let known = queries::preferences(tx, member)?;
    let mut changes = Vec::new();
    for (category, frequency) in &manner.frequencies {
        let before = known
            .iter()
            .find(|row| row.channel == Channel::Email && row.category == *category)
            .map_or(Frequency::RealTime, |row| row.frequency);
        if before != *frequency {
            queries::set_frequency(tx, deciding, category, *frequency)?;
            changes.push(json!({ "category": category, "frequency": frequency }));
        }
    }
    let pauses = queries::pauses(tx, member)?;
    let quiet_before = pauses.quiet_from.zip(pauses.quiet_to);
    if quiet_before != manner.quiet || pauses.paused_until != manner.paused_until {
        queries::set_pauses(tx, deciding, manner.quiet, manner.paused_until)?;
        changes.push(json!({ "quiet": manner.quiet, "paused_until": manner.paused_until }));
    }
    let reach = people::reach(tx, member)?;
    if reach.locale != manner.locale || reach.time_zone != manner.zone.name() {
        people::set_tongue(tx, member, &manner.locale, manner.zone)?;
        changes.push(json!({ "locale": manner.locale, "time_zone": manner.zone.name() }));
    }
    if !changes.is_empty() {
        tx.audit(Entry::of("consent.preferences.changed", "member", member).after(changes))?;
        tx.emit(&PreferencesChanged { member })?;
    }
    Ok(())
}

/// Keeps an address from being written to.
///
/// # Errors
/// When the database fails.
pub fn suppress(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    _: &Keeping,
    channel: Channel,
    address: &str,
    reason: SuppressionReason,
    note: &str,
) -> Result<Option<SuppressionId>, AppError> {
    let hash = address_hash(keys, tx.org(), address);
    suppress_hash(tx, channel, &hash, reason, note)
}

/// Keeps an address from being written to that a mail server or provider says is nobody's, or whose owner complained.
///
/// # Errors
/// When the database fails.
pub fn suppress_reported(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    channel: Channel,
    address: &str,
    reason: SuppressionReason,
    note: &str,
) -> Result<Option<SuppressionId>, AppError> {
    let hash = address_hash(keys, tx.org(), address);
    suppress_hash(tx, channel, &hash, reason, note)
}

/// [`suppress_reported`] for an address of which only its [`address_hash`] is known, as messages to it have it.
///
/// # Errors
/// When the database fails.
pub fn suppress_hash(
    tx: &mut TenantTx<'_>,
    channel: Channel,
    hash: &[u8],
    reason: SuppressionReason,
    note: &str,
) -> Result<Option<SuppressionId>, AppError> {
    let added = queries::suppress(tx, channel, hash, reason, note)?;
    if let Some(suppression) = added {
        tx.audit(
            Entry::of("consent.suppression.added", "suppression", suppression)
                .after(json!({ "channel": channel, "reason": reason })),
        )?;
        tx.emit(&AddressSuppressed { suppression })?;
    }
    Ok(added)
}

/// Lets an address be written to again.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] when somebody did so before.
pub fn lift(tx: &mut TenantTx<'_>, _: &Keeping, id: SuppressionId, reason: &str) -> Result<(), AppError> {
    queries::suppression(tx, id)?;
    match lift_one(tx, id, reason)? {
        true => Ok(()),
        false => Err(AppError::Conflict(
            "This address may be written to again already.".to_owned(),
        )),
    }
}

fn lift_one(tx: &mut TenantTx<'_>, id: SuppressionId, reason: &str) -> Result<bool, AppError> {
    let is_lifted = queries::lift(tx, id, reason)?;
    if is_lifted {
        tx.audit(Entry::of("consent.suppression.lifted", "suppression", id))?;
        tx.emit(&SuppressionLifted { suppression: id })?;
    }
    Ok(is_lifted)
}

/// What remains of an erased person: their addresses are not written to again when they ever said no, and nothing tells from where
/// they said what.
///
/// # Errors
/// When the database fails.
pub fn forget(tx: &mut TenantTx<'_>, keys: &KeyRing, member: MemberId) -> Result<(), AppError> {
    let decisions = fold::fold(&queries::records(tx, member)?);
    for channel in [Channel::Email, Channel::Sms, Channel::Phone] {
        let said_no = decisions
            .iter()
            .any(|((of, _), decision)| *of == channel && !decision.is_allowed);
        if said_no {
            for hash in hashes(tx, keys, member, channel)? {
                suppress_hash(tx, channel, &hash, SuppressionReason::Erased, "")?;
            }
        }
    }
    Ok(queries::forget_circumstances(tx, member)?)
}
