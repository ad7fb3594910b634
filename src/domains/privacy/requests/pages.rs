//! What the pages about requests print.

use askama::Template;
use serde::Deserialize;

use crate::domains::notes;
use crate::domains::people::record::pages::in_words;
use crate::domains::privacy::policy;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, SubjectRequestId};
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address};

use super::forms::{DecisionForm, RequestForm};
use super::model::{Counts, Disclosure, Request, RequestState};
use super::{actions, queries};

/// Things on a page of the review.
const PAGE: usize = 50;

/// One request in a list.
pub struct RequestLine {
    pub id: SubjectRequestId,
    pub person: String,
    pub state: &'static str,
    pub tone: &'static str,
    pub due: String,
}

/// Requests as lists show them.
///
/// # Errors
/// When the database fails.
pub fn lines(
    tx: &mut TenantTx<'_>,
    me: &Member,
    requests: Vec<Request>,
) -> Result<Vec<RequestLine>, AppError> {
    let today = tx.now().with_timezone(&me.zone).date_naive();
    let people: Vec<MemberId> = requests.iter().map(|request| request.member_id).collect();
    let cards = tenancy::member_cards(tx, &people)?;
    let line = |request: Request| {
        let is_open = !matches!(request.state, RequestState::Released | RequestState::Withdrawn);
        RequestLine {
            id: request.id,
            person: cards
                .get(&request.member_id)
                .map_or_else(String::new, |card| card.name.clone()),
            state: request.state.label(),
            tone: match request.state {
                RequestState::Released => "positive",
                RequestState::Withdrawn => "",
                _ if request.due_on < today => "danger",
                _ => "warning",
            },
            due: match (is_open, request.due_on < today) {
                (true, true) => format!("was due on {}", in_words(request.due_on)),
                (true, false) => format!("due on {}", in_words(request.due_on)),
                (false, _) => format!("asked on {}", in_words(request.asked_on)),
            },
        }
    };
    Ok(requests.into_iter().map(line).collect())
}

/// The requests of one person.
///
/// # Errors
/// When the database fails.
pub fn lines_about(
    tx: &mut TenantTx<'_>,
    me: &Member,
    member: MemberId,
) -> Result<Vec<RequestLine>, AppError> {
    let found = queries::of_person(tx, member)?;
    lines(tx, me, found)
}

/// `/people/{member}/subject-requests/new`
#[derive(Template)]
#[template(path = "privacy/request_new.html")]
pub struct NewRequestPage {
    pub shell: Shell,
    pub card: MemberCard,
    pub form: RequestForm,
    pub errors: FieldErrors,
}

impl NewRequestPage {
    /// The form.
    ///
    /// # Errors
    /// As [`actions::expect_hearer`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        member: MemberId,
        form: RequestForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        actions::expect_hearer(tx, member)?;
        let card = tenancy::member_cards(tx, &[member])?
            .remove(&member)
            .ok_or(AppError::NotFound)?;
        Ok(Self {
            shell,
            card,
            form,
            errors,
        })
    }
}

/// Which part of a review, as the address has it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReviewQuery {
    pub after: String,
}

/// One thing of a review.
pub struct ItemLine {
    pub position: i32,
    pub title: String,
    pub lead: String,
    pub text: String,
    pub decision: &'static str,
    pub tone: &'static str,
    pub reason: String,
}

/// `/privacy/requests/{request}`
#[derive(Template)]
#[template(path = "privacy/request.html")]
pub struct RequestPage {
    pub shell: Shell,
    pub id: SubjectRequestId,
    pub person: MemberCard,
    pub state: &'static str,
    pub facts: Vec<(&'static str, String)>,
    pub counts: Counts,
    pub items: Vec<ItemLine>,
    pub can_take_on: bool,
    pub can_decide: bool,
    pub can_finish: bool,
    pub can_send_back: bool,
    pub is_ready: bool,
    pub can_release: bool,
    pub is_released: bool,
    pub is_open: bool,
    pub start: String,
    pub next: String,
}

impl RequestPage {
    /// A request, for privacy officers.
    ///
    /// # Errors
    /// As [`policy::may_care`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        keys: &KeyRing,
        id: SubjectRequestId,
        query: &ReviewQuery,
    ) -> Result<Self, AppError> {
        let request = queries::request(tx, id)?;
        policy::may_care(tx.actor(), request.member_id)?;
        let after = query.after.parse().unwrap_or(0);
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::items(tx, id, after, limit)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let last = found
            .last()
            .filter(|_| has_more)
            .map(|item| item.position.to_string());
        let mut items = Vec::with_capacity(found.len());
        if !found.is_empty() {
            let key = notes::key_about(tx, keys, request.member_id)?;
            for item in found {
                let whole = actions::opened(&key, id, item.redacted.as_ref().unwrap_or(&item.sealed))?;
                items.push(ItemLine {
                    position: item.position,
                    lead: whole.lead(),
                    title: whole.title,
                    text: whole.text,
                    decision: match item.decision {
                        Disclosure::Pending => "Not decided",
                        Disclosure::Include => "Given",
                        Disclosure::Redact => "In part",
                        Disclosure::Withhold => "Held back",
                    },
                    tone: match item.decision {
                        Disclosure::Pending => "warning",
                        Disclosure::Include => "positive",
                        Disclosure::Redact => "accent",
                        Disclosure::Withhold => "danger",
                    },
                    reason: item.reason,
                });
            }
        }
        let counts = queries::counts(tx, id)?;
        let can_review = request.state == RequestState::Review
            && policy::may_review(tx.actor(), request.member_id, request.reviewer_id).is_ok();
        let people: Vec<MemberId> = [request.noted_by, request.member_id]
            .into_iter()
            .chain(request.reviewer_id)
            .chain(request.released_by)
            .collect();
        let mut cards = tenancy::member_cards(tx, &people)?;
        let name = |id: Option<MemberId>| Some(cards.get(&id?)?.name.clone());
        let facts = [
            ("Asked on", Some(in_words(request.asked_on))),
            ("To be answered by", Some(in_words(request.due_on))),
            ("Noted by", name(Some(request.noted_by))),
            ("Reviewed by", name(request.reviewer_id)),
            ("Released by", name(request.released_by)),
        ];
        let page_at = |after: &str| address(&format!("/privacy/requests/{id}"), &[("after", after)]);
        Ok(Self {
            shell,
            id,
            state: request.state.label(),
            facts: facts
                .into_iter()
                .filter_map(|(term, value)| Some((term, value?)))
                .collect(),
            can_take_on: request.state == RequestState::Received,
            can_decide: can_review,
            can_finish: can_review && counts.pending == 0,
            can_send_back: matches!(request.state, RequestState::Review | RequestState::Ready),
            is_ready: request.state == RequestState::Ready,
            can_release: request.state == RequestState::Ready
                && policy::may_release(tx.actor(), request.member_id, request.reviewer_id).is_ok(),
            is_released: request.state == RequestState::Released,
            is_open: !matches!(request.state, RequestState::Released | RequestState::Withdrawn),
            start: if after > 0 { page_at("") } else { String::new() },
            next: last.map(|position| page_at(&position)).unwrap_or_default(),
            counts,
            items,
            person: cards.remove(&request.member_id).ok_or(AppError::NotFound)?,
        })
    }
}

/// `/privacy/requests/{request}/items/{position}`
#[derive(Template)]
#[template(path = "privacy/request_item.html")]
pub struct ItemPage {
    pub shell: Shell,
    pub id: SubjectRequestId,
    pub person: String,
    pub position: i32,
    pub title: String,
    pub lead: String,
    pub text: String,
    pub decisions: Vec<Choice>,
    pub form: DecisionForm,
    pub errors: FieldErrors,
}

impl ItemPage {
    /// One thing and what happens with it.
    ///
    /// # Errors
    /// As [`policy::may_care`]; [`AppError::NotFound`] when there is no such thing.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        keys: &KeyRing,
        (id, position): (SubjectRequestId, i32),
        typed: Option<DecisionForm>,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let request = queries::request(tx, id)?;
        policy::may_care(tx.actor(), request.member_id)?;
        let item = queries::item(tx, id, position)?;
        let key = notes::key_about(tx, keys, request.member_id)?;
        let whole = actions::opened(&key, id, &item.sealed)?;
        let part = match &item.redacted {
            Some(redacted) => actions::opened(&key, id, redacted)?.text,
            None => whole.text.clone(),
        };
        let form = typed.unwrap_or(DecisionForm {
            decision: item.decision.as_str().to_owned(),
            redacted: part,
            reason: item.reason,
        });
        let cards = tenancy::member_cards(tx, &[request.member_id])?;
        Ok(Self {
            shell,
            id,
            person: cards
                .get(&request.member_id)
                .map_or_else(String::new, |card| card.name.clone()),
            position,
            lead: whole.lead(),
            title: whole.title,
            text: whole.text,
            decisions: [Disclosure::Include, Disclosure::Redact, Disclosure::Withhold]
                .iter()
                .map(|one| Choice::new(one.as_str(), one.label(), one.as_str() == form.decision))
                .collect(),
            form,
            errors,
        })
    }
}
