//! Looking who may be nudged, drafting, and sending.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domains::channels::messages::model::{IdTaken, NewMessage};
use crate::domains::channels::{messages, places};
use crate::domains::consent;
use crate::domains::journeys::coaching::events::LearnerNudged;
use crate::domains::journeys::learning::overview::queries as overview;
use crate::domains::journeys::learning::overview::stuck;
use crate::domains::journeys::learning::policy::{Coaching, Learning};
use crate::domains::people;
use crate::domains::tenancy::{self, MemberCard, MemberState};
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::mail::{Locale, say};

use super::forms::NewNudge;
use super::model::{NAME, Reason, SNOOZE, WINDOW};
use super::policy::{self, Facts, Refusal};
use super::queries::{self, Lock, Recent, Target, Written};

/// A learner, and whether they are nudged now.
#[derive(Debug, Clone)]
pub struct Judged {
    pub target: Target,
    pub card: MemberCard,
    pub locale: Locale,
    pub refusal: Option<Refusal>,
}

impl Judged {
    /// The message as they get it.
    pub fn personal(&self, words: &str) -> String {
        words.replace(NAME, &self.card.name)
    }

    /// The last line, which leads them to where they were.
    pub fn way(&self, portal: &str) -> String {
        let link = format!("{}/learn/{}", portal.trim_end_matches('/'), self.target.id);
        say(self.locale, "nudge-link", &[("link", link)])
    }
}

/// Who of these is nudged now and who is not, and why.
///
/// # Errors
/// [`AppError::NotFound`] when one of them never learned the journey.
pub fn judged(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    ids: &[EnrolmentId],
    lock: Lock,
) -> Result<Vec<Judged>, AppError> {
    let found = queries::targets(tx, coaching, ids)?;
    if found.len() != ids.len() {
        return Err(AppError::NotFound);
    }
    let people: Vec<MemberId> = found.iter().map(|one| one.member_id).collect();
    let all = queries::all_of(tx, &people, lock)?;
    let since = tx.now() - WINDOW;
    let recent = queries::recent(tx, &all, since)?;
    let mut cards = tenancy::member_cards(tx, &people)?;
    let mut judged = Vec::new();
    for target in found {
        let Some(card) = cards.remove(&target.member_id) else {
            continue;
        };
        judged.push(judge(tx, (target, card), coaching, &recent)?);
    }
    Ok(judged)
}

fn judge(
    tx: &mut TenantTx<'_>,
    (target, card): (Target, MemberCard),
    coaching: &Coaching,
    recent: &[Recent],
) -> Result<Judged, AppError> {
    let member = target.member_id;
    let theirs = recent.iter().filter(|one| one.member_id == member);
    let facts = Facts {
        state: target.state,
        is_self: member == coaching.by(),
        is_active: is_active(tx, member)?,
        snoozed_until: target.no_nudges_until,
        paused_until: consent::queries::pauses(tx, member)?.paused_until,
        last: recent
            .iter()
            .find(|one| one.enrolment_id == target.id)
            .map(|one| one.sent_at),
        all: theirs.map(|one| one.sent_at).collect(),
    };
    Ok(Judged {
        refusal: policy::refusal(&facts, tx.now()),
        locale: Locale::of(&people::reach(tx, member)?.locale),
        target,
        card,
    })
}

fn is_active(tx: &mut TenantTx<'_>, member: MemberId) -> Result<bool, AppError> {
    match tenancy::person(tx, member) {
        Ok(person) => Ok(person.user.is_some() && person.card.state == MemberState::Active),
        Err(AppError::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Why one of these is stuck, and at which lesson.
#[derive(Debug, Clone)]
pub struct Cause {
    pub reason: Reason,
    /// At which lesson, where it is one.
    pub lesson: Option<String>,
}

/// Why each of these is stuck, as far as they are.
///
/// # Errors
/// When the database fails.
pub fn causes(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    ids: &[EnrolmentId],
) -> Result<HashMap<EnrolmentId, Cause>, AppError> {
    let now = tx.now();
    let found = overview::stuck_among(tx, coaching, ids, stuck::limits(now))?;
    let cause = |facts: overview::Facts| (facts.id, cause(facts, now));
    Ok(found.into_iter().map(cause).collect())
}

/// What a message is best about: what the learner can do something about comes first.
fn cause(facts: overview::Facts, now: DateTime<Utc>) -> Cause {
    let limits = stuck::limits(now);
    let is_behind = facts
        .expected
        .is_some_and(|expected| expected - facts.done >= limits.behind);
    let (reason, lesson) = match facts {
        overview::Facts {
            returned: Some(title),
            ..
        } => (Reason::Returned, Some(title)),
        overview::Facts {
            failed: Some(title), ..
        } => (Reason::Failed, Some(title)),
        _ if is_behind => (Reason::Behind, None),
        overview::Facts {
            waiting_since: Some(_),
            ..
        } => (Reason::Waiting, None),
        _ => (Reason::Stalled, None),
    };
    Cause { reason, lesson }
}

/// A first text, in a language. The learner's name is left to be filled in.
pub fn draft(locale: Locale, reason: Reason, title: &str, lesson: Option<&str>) -> String {
    let id = match lesson {
        Some(_) => reason.text_of_lesson().unwrap_or(reason.text()),
        None => reason.text(),
    };
    let values = [
        ("name", NAME.to_owned()),
        ("title", title.to_owned()),
        ("lesson", lesson.unwrap_or_default().to_owned()),
    ];
    say(locale, id, &values)
}

/// Sends it to those it may be sent to, and keeps for the others why it was not.
///
/// # Errors
/// As [`judged`]; [`AppError::Denied`] when the coach may not write messages now.
pub fn send(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    portal: &str,
    new: &NewNudge,
) -> Result<Vec<Judged>, AppError> {
    let judged = judged(tx, coaching, &new.learners, Lock::Write)?;
    let zone = tx.me()?.zone;
    for one in &judged {
        let body = one.personal(new.words.of(one.locale).unwrap_or_default());
        let refused = one.refusal.map(|refusal| refusal.words(zone)).unwrap_or_default();
        let written = Written {
            enrolment: one.target.id,
            reason: new.reason,
            body: &body,
            refused: &refused,
        };
        let nudge = queries::insert(tx, coaching, written)?;
        if one.refusal.is_some() {
            continue;
        }
        tell(tx, coaching, one, &format!("{body}\n\n{}", one.way(portal)))?;
        tx.emit(&LearnerNudged {
            nudge,
            enrolment: one.target.id,
            member: one.target.member_id,
            journey: coaching.journey(),
        })?;
    }
    let sent = judged.iter().filter(|one| one.refusal.is_none()).count();
    let after = json!({ "reason": new.reason, "sent": sent, "not_sent": judged.len() - sent });
    tx.audit(Entry::of("journeys.learner.nudged", "journey", coaching.journey()).after(after))?;
    Ok(judged)
}

/// Sends words that a person approved to one learner, or nothing when it may not be sent now.
///
/// # Errors
/// As [`judged`]; [`AppError::Invalid`] at `message` when they are not to be written to, or the words can't be sent as they are.
pub fn send_approved(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    learner: EnrolmentId,
    (reason, words): (Reason, &str),
) -> Result<(), AppError> {
    let zone = tx.me()?.zone;
    let found = judged(tx, coaching, &[learner], Lock::Write)?;
    let one = found.first().ok_or(AppError::NotFound)?;
    if let Some(refusal) = one.refusal {
        return Err(AppError::field("message", refusal.words(zone)));
    }
    let written = Written {
        enrolment: learner,
        reason,
        body: words,
        refused: "",
    };
    let nudge = queries::insert(tx, coaching, written)?;
    tell(tx, coaching, one, words).map_err(|error| match error {
        AppError::Invalid(errors) => {
            let said = [errors.of("body_en"), errors.of("body_fr")].concat();
            AppError::field("message", said)
        }
        other => other,
    })?;
    tx.emit(&LearnerNudged {
        nudge,
        enrolment: learner,
        member: one.target.member_id,
        journey: coaching.journey(),
    })?;
    Ok(())
}

/// Writes to them directly, so that they can write back.
fn tell(tx: &mut TenantTx<'_>, coaching: &Coaching, to: &Judged, body: &str) -> Result<(), AppError> {
    let conversation = places::find_or_create_direct(tx, &[coaching.by(), to.target.member_id])?;
    let message = NewMessage {
        id: tx.new_id(),
        body: body.to_owned(),
        reply_to: None,
        attachments: Vec::new(),
        everyone_confirmed: false,
        taken: IdTaken::Refuse,
    };
    match messages::posting::post(tx, conversation, &message) {
        Ok(_) => Ok(()),
        // The text of the message is called otherwise where it was typed.
        Err(AppError::Invalid(errors)) => {
            let field = match to.locale {
                Locale::English => "body_en",
                Locale::French => "body_fr",
            };
            Err(AppError::field(field, errors.of("body")))
        }
        Err(other) => Err(other),
    }
}

/// The learner wants none of these about their journey for a while, or wants them again.
///
/// # Errors
/// When the database fails.
pub fn snooze(tx: &mut TenantTx<'_>, learning: &Learning, wish: Wish) -> Result<(), AppError> {
    let until = match wish {
        Wish::None => Some(tx.now() + SNOOZE),
        Wish::Again => None,
    };
    queries::snooze(tx, learning, until)?;
    let after = json!({ "until": until });
    tx.audit(Entry::of("journeys.nudges.set", "enrolment", learning.enrolment().id).after(after))
}

/// What a learner wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// None for [`SNOOZE`].
    None,
    /// As before.
    Again,
}
