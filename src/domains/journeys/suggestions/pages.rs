//! Suggestions as coaches see them.

use askama::Template;
use chrono_tz::Tz;

use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{JourneyId, SuggestionId};
use crate::kernel::time::{ago, local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address};

use super::forms::SuggestionQuery;
use super::model::{Exchanged, Origin, Status, Suggestion};
use super::{actions, policy, queries};

/// Suggestions on a page.
const PAGE: usize = 30;

/// One of the list.
pub struct Line {
    pub id: SuggestionId,
    pub card: MemberCard,
    pub journey: String,
    pub reason: &'static str,
    /// The facts in one line.
    pub facts: String,
    pub when: String,
    pub machine: String,
    /// How it was decided: such as `Sent with other words by Ada`.
    pub outcome: String,
}

/// `/journeys/suggestions`
#[derive(Template)]
#[template(path = "journeys/suggestions/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub status: Status,
    pub tabs: Vec<Choice>,
    pub lines: Vec<Line>,
    pub can_set_up: bool,
    pub start: String,
    pub next: String,
}

impl ListPage {
    /// A page of suggestions.
    ///
    /// # Errors
    /// As [`policy::may_look`].
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, query: &SuggestionQuery) -> Result<Self, AppError> {
        let decider = actions::decider(tx)?;
        let status = query.status();
        let most = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::page(tx, &decider, status, query.after.parse().ok(), most)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let next = found
            .last()
            .filter(|_| has_more)
            .map(|last| at(status, &last.id.to_string()));
        let tab = |one: &Status| Choice::new(at(*one, ""), one.label(), *one == status);
        Ok(Self {
            shell,
            status,
            tabs: Status::ALL.iter().map(tab).collect(),
            lines: lines(tx, found)?,
            can_set_up: tx.roles().has(Role::Admin),
            start: match query.after.is_empty() {
                true => String::new(),
                false => at(status, ""),
            },
            next: next.unwrap_or_default(),
        })
    }
}

fn at(status: Status, after: &str) -> String {
    let status = match status {
        Status::Pending => "",
        other => other.as_str(),
    };
    address("/journeys/suggestions", &[("status", status), ("after", after)])
}

fn lines(tx: &mut TenantTx<'_>, found: Vec<Suggestion>) -> Result<Vec<Line>, AppError> {
    let now = tx.now();
    let people: Vec<_> = found
        .iter()
        .flat_map(|one| [Some(one.member_id), one.decided_by])
        .flatten()
        .collect();
    let cards = tenancy::member_cards(tx, &people)?;
    let line = |one: Suggestion| {
        let by = one
            .decided_by
            .and_then(|by| cards.get(&by))
            .map(|card| card.name.clone());
        let when = one.decided_at.unwrap_or(match one.status {
            Status::Expired => one.expires_at,
            _ => one.created_at,
        });
        Some(Line {
            id: one.id,
            card: cards.get(&one.member_id)?.clone(),
            outcome: outcome(&one, &by.unwrap_or_default()),
            journey: one.journey,
            reason: one.reason.label(),
            facts: one.facts.join(" "),
            when: ago(when, now),
            machine: machine(when),
        })
    };
    Ok(found.into_iter().filter_map(line).collect())
}

fn outcome(one: &Suggestion, by: &str) -> String {
    match (one.status, &one.sent_message) {
        (Status::Approved, Some(sent)) if *sent != one.proposed_message => {
            format!("Sent with other words by {by}")
        }
        (Status::Approved, _) => format!("Sent as it was by {by}"),
        (Status::Rejected, _) => format!("Rejected by {by}: {}", one.rejection),
        (Status::Expired, _) => "Nobody decided in time".to_owned(),
        (Status::Pending, _) => String::new(),
    }
}

/// What a model was asked and answered.
pub struct ExchangeView {
    pub model: String,
    pub prompt: String,
    pub answer: String,
    pub refused: String,
    pub when: String,
}

/// What was typed on the page.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    pub message: String,
    pub why: String,
    pub errors: FieldErrors,
}

/// `/journeys/suggestions/{suggestion}`
#[derive(Template)]
#[template(path = "journeys/suggestions/show.html")]
pub struct SuggestionPage {
    pub shell: Shell,
    pub id: SuggestionId,
    pub card: MemberCard,
    pub journey: String,
    pub journey_id: JourneyId,
    pub learner: String,
    pub reason: &'static str,
    pub facts: Vec<String>,
    pub citation: String,
    pub citation_path: String,
    pub status: Status,
    pub outcome: String,
    pub origin: Origin,
    pub proposed: String,
    /// What the rules wrote, where a model wrote what is proposed.
    pub rule: String,
    /// What was sent, where it is not what was proposed.
    pub sent: String,
    pub expires: String,
    pub can_decide: bool,
    pub exchanges: Vec<ExchangeView>,
    pub typed: Typed,
    pub waiting: i64,
}

impl SuggestionPage {
    /// One suggestion, with what was typed.
    ///
    /// # Errors
    /// As [`policy::may_look`]; [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: Tz,
        id: SuggestionId,
        typed: Option<Typed>,
    ) -> Result<Self, AppError> {
        let decider = actions::decider(tx)?;
        let one = queries::seen(tx, &decider, id)?;
        let people: Vec<_> = [Some(one.member_id), one.decided_by]
            .into_iter()
            .flatten()
            .collect();
        let mut cards = tenancy::member_cards(tx, &people)?;
        let by = one
            .decided_by
            .and_then(|by| cards.get(&by))
            .map(|card| card.name.clone());
        let exchange = |one: Exchanged| ExchangeView {
            when: local_date_time(one.asked_at, zone),
            model: one.model,
            prompt: one.prompt,
            answer: one.answer,
            refused: one.refused,
        };
        Ok(Self {
            shell,
            id,
            outcome: outcome(&one, &by.unwrap_or_default()),
            can_decide: policy::may_decide(&decider, &one).is_ok(),
            exchanges: queries::exchanges(tx, &decider, id)?
                .into_iter()
                .map(exchange)
                .collect(),
            waiting: queries::count_pending(tx)?,
            typed: typed.unwrap_or_else(|| Typed {
                message: one.proposed_message.clone(),
                ..Typed::default()
            }),
            card: cards.remove(&one.member_id).ok_or(AppError::NotFound)?,
            learner: format!("/journeys/{}/people/{}", one.journey_id, one.enrolment_id),
            journey: one.journey,
            journey_id: one.journey_id,
            reason: one.reason.label(),
            facts: one.facts,
            citation: one.citation,
            citation_path: one.citation_path,
            status: one.status,
            origin: one.origin,
            rule: match one.rule_message == one.proposed_message {
                true => String::new(),
                false => one.rule_message,
            },
            sent: one
                .sent_message
                .filter(|sent| *sent != one.proposed_message)
                .unwrap_or_default(),
            proposed: one.proposed_message,
            expires: local_date_time(one.expires_at, zone),
        })
    }
}
