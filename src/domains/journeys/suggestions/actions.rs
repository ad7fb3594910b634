//! What is done with suggestions. Each is one transaction; a model is asked between two.

use std::collections::HashSet;

use chrono::TimeDelta;
use serde_json::json;

use crate::domains::journeys::building::model::Journey;
use crate::domains::journeys::coaching::nudges;
use crate::domains::journeys::coaching::nudges::model::Reason as NudgeReason;
use crate::domains::journeys::coaching::nudges::queries::Lock;
use crate::domains::journeys::knowledge;
use crate::domains::journeys::knowledge::citing;
use crate::domains::journeys::knowledge::model::place_of;
use crate::domains::journeys::learning;
use crate::domains::journeys::learning::overview;
use crate::domains::journeys::learning::overview::queries::Facts;
use crate::domains::journeys::learning::overview::stuck;
use crate::domains::journeys::learning::policy::Coaching;
use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, MemberId, SuggestionId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::NewJob;
use crate::providers::writing::Exchange;

use super::events::{
    SuggestionApproved, SuggestionExpired, SuggestionProposed, SuggestionRejected, SuggestionSent,
};
use super::jobs;
use super::model::{Exchanged, Proposal, Reason, Settings, Suggestion};
use super::policy::{self, Decider};
use super::rules::{self, Cited};
use super::{queries, writing};

/// Learners of one journey that are looked at in one round.
const MOST: i64 = 200;
/// For how long a reason is not suggested again once it was decided about.
const PEACE: TimeDelta = TimeDelta::days(14);
/// Letters of a prompt or answer that are kept.
const KEPT: usize = 40_000;

/// The acting member, who decides about suggestions.
///
/// # Errors
/// As [`policy::may_look`].
pub fn decider(tx: &TenantTx<'_>) -> Result<Decider, AppError> {
    policy::may_look(tx.actor())
}

/// Looks at who does not get on with a journey, and proposes what could be written to them, to so many at most; answers to how many. Whoever
/// could not be written to now, by what they want or got already, is left out: nobody should approve what then may not be sent.
///
/// # Errors
/// When the database fails.
pub fn propose_for(
    tx: &mut TenantTx<'_>,
    journey: &Journey,
    settings: &Settings,
    most: usize,
) -> Result<usize, AppError> {
    let now = tx.now();
    let coaching = Coaching::of_portal(journey);
    let found = overview::queries::stuck(tx, &coaching, None, stuck::limits(now), (None, MOST))?;
    let enrolments: Vec<EnrolmentId> = found.iter().map(|one| one.id).collect();
    let spared = queries::spared(tx, &enrolments, now - PEACE)?;
    let judged = nudges::actions::judged(tx, &coaching, &enrolments, Lock::Read)?;
    let unheard: HashSet<EnrolmentId> = judged
        .iter()
        .filter(|one| one.refusal.is_some())
        .map(|one| one.target.id)
        .collect();
    let people: Vec<MemberId> = found.iter().map(|one| one.member_id).collect();
    let cards = tenancy::member_cards(tx, &people)?;
    let mut made = 0;
    for facts in found.iter().filter(|facts| !unheard.contains(&facts.id)) {
        if made >= most {
            break;
        }
        let is_spared = |reason: Reason| {
            spared
                .iter()
                .any(|(id, known)| *id == facts.id && known.is_none_or(|known| known == reason))
        };
        let reason = rules::reasons(facts, now)
            .into_iter()
            .find(|reason| !is_spared(*reason));
        let (Some(reason), Some(card)) = (reason, cards.get(&facts.member_id)) else {
            continue;
        };
        let proposal = proposal(tx, facts, reason, (&card.name, journey), settings)?;
        if let Some(id) = queries::propose(tx, &proposal)? {
            made += 1;
            tx.emit(&SuggestionProposed {
                suggestion: id,
                enrolment: facts.id,
            })?;
            if settings.uses_model {
                tx.enqueue(
                    NewJob::new(jobs::DRAFT, jobs::Drafting { suggestion: id }).unique(id.to_string()),
                )?;
            }
        }
    }
    Ok(made)
}

fn proposal(
    tx: &mut TenantTx<'_>,
    facts: &Facts,
    reason: Reason,
    (name, journey): (&str, &Journey),
    settings: &Settings,
) -> Result<Proposal, AppError> {
    let now = tx.now();
    let hit = knowledge::fitting(tx, rules::words(reason))?;
    let cited = hit.as_ref().map(|hit| Cited {
        source: citing::source(&hit.title, &hit.heading, hit.page),
        words: rules::beginning(&hit.body),
    });
    let path = hit.as_ref().map(|hit| place_of(hit.document_id, hit.number));
    Ok(Proposal {
        enrolment: facts.id,
        reason,
        facts: rules::sentences(facts, now),
        message: rules::message(facts, reason, (first_name(name), &journey.title), cited.as_ref()),
        citation: cited.map(|cited| cited.source).unwrap_or_default(),
        citation_path: path.unwrap_or_default(),
        expires_at: now + TimeDelta::days(i64::from(settings.days_open)),
    })
}

/// How somebody is spoken to.
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// Ends what nobody decided about in time; answers how many.
///
/// # Errors
/// When the database fails.
pub fn expire(tx: &mut TenantTx<'_>) -> Result<usize, AppError> {
    let ended = queries::expire(tx, 200)?;
    for suggestion in &ended {
        tx.audit(Entry::of(
            "journeys.suggestion.expired",
            "suggestion",
            *suggestion,
        ))?;
        tx.emit(&SuggestionExpired {
            suggestion: *suggestion,
        })?;
    }
    Ok(ended.len())
}

/// Keeps what a model was asked and answered, and proposes its draft where it is good. Where it is not, the draft of the rules stands.
///
/// # Errors
/// When the database fails.
pub fn drafted(
    tx: &mut TenantTx<'_>,
    id: SuggestionId,
    (model, exchange): (&str, &Exchange),
    name: &str,
) -> Result<bool, AppError> {
    let shortened = |text: &str| text.chars().filter(|c| *c != '\0').take(KEPT).collect::<String>();
    let used = match &exchange.draft {
        Ok(draft) => queries::redraft(tx, id, &writing::with_name(draft, name))?,
        Err(_) => false,
    };
    let refused = match (&exchange.draft, used) {
        (Ok(_), true) => String::new(),
        (Ok(_), false) => "It was decided about meanwhile.".to_owned(),
        (Err(why), _) => why.chars().take(500).collect(),
    };
    let exchanged = Exchanged {
        model: model.to_owned(),
        prompt: shortened(&exchange.prompt),
        answer: shortened(&exchange.answer),
        refused,
        asked_at: tx.now(),
    };
    queries::note_exchange(tx, id, &exchanged)?;
    Ok(used)
}

/// Approves a suggestion, with these words, and sends it.
///
/// # Errors
/// As [`policy::may_decide`] and [`deliver`]; [`AppError::NotFound`].
pub fn approve(
    tx: &mut TenantTx<'_>,
    decider: &Decider,
    id: SuggestionId,
    message: &str,
) -> Result<(), AppError> {
    let suggestion = queries::held(tx, id)?;
    let deciding = policy::may_decide(decider, &suggestion)?;
    queries::approve(tx, &deciding, message)?;
    let edited = message != suggestion.proposed_message;
    tx.audit(Entry::of("journeys.suggestion.approved", "suggestion", id).after(json!({ "edited": edited })))?;
    tx.emit(&SuggestionApproved {
        suggestion: id,
        by: decider.by(),
    })?;
    deliver(tx, &suggestion, message)?;
    tx.emit(&SuggestionSent {
        suggestion: id,
        enrolment: suggestion.enrolment_id,
    })?;
    Ok(())
}

/// Brings approved words to the learner as every nudge is brought: as a message in the conversation of the two, so that it can be answered,
/// and not to who wants none for a while or got enough.
///
/// # Errors
/// As [`nudges::actions::send_approved`].
fn deliver(tx: &mut TenantTx<'_>, suggestion: &Suggestion, message: &str) -> Result<(), AppError> {
    let coaching = learning::actions::coaching(tx, suggestion.journey_id)?;
    let about = match suggestion.reason {
        Reason::Returned => NudgeReason::Returned,
        Reason::Failed => NudgeReason::Failed,
        Reason::Behind => NudgeReason::Behind,
        Reason::Stalled => NudgeReason::Stalled,
    };
    nudges::actions::send_approved(tx, &coaching, suggestion.enrolment_id, (about, message))
}

/// Rejects a suggestion: nothing is sent.
///
/// # Errors
/// As [`policy::may_decide`]; [`AppError::NotFound`].
pub fn reject(tx: &mut TenantTx<'_>, decider: &Decider, id: SuggestionId, why: &str) -> Result<(), AppError> {
    let suggestion = queries::held(tx, id)?;
    let deciding = policy::may_decide(decider, &suggestion)?;
    queries::reject(tx, &deciding, why)?;
    tx.audit(Entry::of("journeys.suggestion.rejected", "suggestion", id))?;
    tx.emit(&SuggestionRejected {
        suggestion: id,
        by: decider.by(),
    })?;
    Ok(())
}

/// Has it looked at once more who does not get on, now.
///
/// # Errors
/// When the database fails.
pub fn look_now(tx: &mut TenantTx<'_>, _: &Decider) -> Result<(), AppError> {
    tx.enqueue(NewJob::new(jobs::PROPOSE, json!({})).unique("now"))?;
    Ok(())
}
