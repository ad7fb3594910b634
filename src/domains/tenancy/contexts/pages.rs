//! What the pages about contexts print.

use askama::Template;
use chrono::NaiveDate;

use crate::domains::tenancy::model::{Context, ContextKind};
use crate::domains::tenancy::people::pages::{PersonLine, lines};
use crate::domains::tenancy::people::queries::{self as people, PeopleFilter};
use crate::domains::tenancy::{ContextLink, ContextLinks};
use crate::kernel::actor::{Role, Roles};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ContextId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::{ContextForm, ContextsQuery};
use super::policy;
use super::queries::{self, Archived};

/// Contexts on a page of the list.
const PAGE: i64 = 50;
/// People on a page of a context.
const PEOPLE: i64 = 50;

/// One tab.
pub struct KindTab {
    pub href: String,
    pub label: &'static str,
    pub is_current: bool,
}

/// One context in the list.
pub struct ContextLine {
    pub id: ContextId,
    pub name: String,
    pub description: String,
    pub people: String,
    pub dates: String,
}

/// `/contexts`
#[derive(Template)]
#[template(path = "tenancy/contexts.html")]
pub struct ContextsPage {
    pub shell: Shell,
    pub tabs: Vec<KindTab>,
    pub kind: ContextKind,
    pub is_archive: bool,
    pub contexts: Vec<ContextLine>,
    pub start: String,
    pub next: String,
    pub can_create: bool,
}

impl ContextsPage {
    /// The list of one kind.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, query: &ContextsQuery) -> Result<Self, AppError> {
        let filter = query.filter();
        let mut found = queries::page(tx, filter, PAGE + 1)?;
        let has_more = found.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
        found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        let is_archive = filter.archived == Archived::Yes;
        let list = format!(
            "/contexts?kind={}{}",
            filter.kind,
            if is_archive { "&archived=yes" } else { "" }
        );
        let last = found
            .last()
            .filter(|_| has_more)
            .map(|context| format!("{list}&after={}", context.id));
        let ids: Vec<ContextId> = found.iter().map(|context| context.id).collect();
        let sizes = queries::sizes(tx, &ids)?;
        Ok(Self {
            shell,
            tabs: tabs(filter.kind),
            kind: filter.kind,
            is_archive,
            contexts: found
                .into_iter()
                .map(|context| line(&context, sizes.get(&context.id).copied()))
                .collect(),
            start: if filter.after.is_some() {
                list
            } else {
                String::new()
            },
            next: last.unwrap_or_default(),
            can_create: policy::may_create(tx.actor(), filter.kind).is_ok(),
        })
    }
}

fn tabs(current: ContextKind) -> Vec<KindTab> {
    let tab = |kind: &ContextKind| KindTab {
        href: format!("/contexts?kind={kind}"),
        label: kind.plural(),
        is_current: *kind == current,
    };
    ContextKind::ALL.iter().map(tab).collect()
}

fn line(context: &Context, people: Option<i64>) -> ContextLine {
    ContextLine {
        id: context.id,
        name: context.name.clone(),
        description: context.description.lines().next().unwrap_or_default().to_owned(),
        people: people_in_words(people.unwrap_or_default()),
        dates: dates_in_words(context.starts_on, context.ends_on),
    }
}

fn people_in_words(count: i64) -> String {
    match count {
        0 => "nobody yet".to_owned(),
        1 => "1 person".to_owned(),
        many => format!("{many} people"),
    }
}

/// `from 1 March to 30 June 2026`, or what of it is known; empty when nothing is.
fn dates_in_words(first: Option<NaiveDate>, last: Option<NaiveDate>) -> String {
    let day = |date: NaiveDate| date.format("%-d %B %Y").to_string();
    match (first, last) {
        (Some(first), Some(last)) => format!("{} to {}", day(first), day(last)),
        (Some(first), None) => format!("from {}", day(first)),
        (None, Some(last)) => format!("until {}", day(last)),
        (None, None) => String::new(),
    }
}

/// One person of a context.
pub struct BelongingLine {
    pub person: PersonLine,
    pub is_leader: bool,
}

/// `/contexts/{context}`
#[derive(Template)]
#[template(path = "tenancy/context.html")]
pub struct ContextPage {
    pub shell: Shell,
    pub context: Context,
    pub dates: String,
    pub links: Vec<ContextLink>,
    pub leaders: Vec<PersonLine>,
    pub people: Vec<BelongingLine>,
    pub size: String,
    pub q: String,
    pub start: String,
    pub next: String,
    pub can_edit: bool,
    pub can_archive: bool,
    pub can_manage: bool,
}

impl ContextPage {
    /// The page of a visible context.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is not visible.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        id: ContextId,
        within: &Within,
        linkers: &[ContextLinks],
    ) -> Result<Self, AppError> {
        let context = queries::context(tx, id)?;
        let leadership = queries::my_leadership(tx, id)?;
        let leader_ids = queries::leaders_of(tx, id)?;
        let filter = PeopleFilter {
            context: Some(id),
            after: within.after(),
            ..PeopleFilter::search(&within.q)
        };
        let mut cards = people::page(tx, &filter, PEOPLE + 1)?;
        let has_more = cards.len() > usize::try_from(PEOPLE).unwrap_or(usize::MAX);
        cards.truncate(usize::try_from(PEOPLE).unwrap_or(usize::MAX));
        let last = cards
            .last()
            .filter(|_| has_more)
            .map(|card| within.address(id, Some(card.id)));
        let mut links = Vec::new();
        for linker in linkers {
            links.extend(linker(tx, id)?);
        }
        let size = queries::sizes(tx, &[id])?.remove(&id).unwrap_or_default();
        let people = lines(tx, cards)?;
        let leaders = leader_lines(tx, &leader_ids)?;
        let actor = tx.actor();
        Ok(Self {
            shell,
            dates: dates_in_words(context.starts_on, context.ends_on),
            links,
            leaders,
            people: people
                .into_iter()
                .map(|person| BelongingLine {
                    is_leader: leader_ids.contains(&person.card.id),
                    person,
                })
                .collect(),
            size: people_in_words(size),
            q: within.q.clone(),
            start: if within.after().is_some() {
                within.address(id, None)
            } else {
                String::new()
            },
            next: last.unwrap_or_default(),
            can_edit: policy::may_edit(actor, &context, leadership).is_ok(),
            can_archive: policy::may_archive(actor, &context, leadership).is_ok(),
            can_manage: policy::may_manage_members(actor, &context, leadership).is_ok(),
            context,
        })
    }
}

fn leader_lines(tx: &mut TenantTx<'_>, ids: &[MemberId]) -> Result<Vec<PersonLine>, AppError> {
    let visible = people::visible_among(tx, ids)?;
    let mut cards: Vec<_> = people::cards(tx, &visible)?.into_values().collect();
    cards.sort_by(|a, b| a.name.cmp(&b.name));
    lines(tx, cards)
}

/// Which part of a context's people is shown, as the address has it.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Within {
    pub q: String,
    pub after: String,
}

impl Within {
    fn after(&self) -> Option<MemberId> {
        self.after.parse().ok()
    }

    fn address(&self, id: ContextId, after: Option<MemberId>) -> String {
        let q = percent_encoding::utf8_percent_encode(&self.q, percent_encoding::NON_ALPHANUMERIC);
        let after = after.map(|after| after.to_string()).unwrap_or_default();
        match (self.q.is_empty(), after.is_empty()) {
            (true, true) => format!("/contexts/{id}"),
            _ => format!("/contexts/{id}?q={q}&after={after}"),
        }
    }
}

/// `/contexts/new` and `/contexts/{context}/edit`
#[derive(Template)]
#[template(path = "tenancy/context_form.html")]
pub struct ContextFormPage {
    pub shell: Shell,
    pub title: String,
    pub action: String,
    pub back: String,
    /// What may be created; empty for the form of something that exists.
    pub kinds: Vec<ContextKind>,
    pub form: ContextForm,
    pub errors: FieldErrors,
    /// How it stands, when somebody else saved first.
    pub meanwhile: Option<ContextForm>,
    pub may_choose_to_lead: bool,
}

/// What the form of an existing context holds.
pub enum Draft {
    /// What is stored.
    Stored,
    /// What was typed, with what is wrong about it.
    Wrong(ContextForm, FieldErrors),
    /// What was typed, while somebody else saved something.
    Overtaken(ContextForm),
}

impl ContextFormPage {
    /// The form of a new context.
    pub fn new(
        shell: Shell,
        kinds: Vec<ContextKind>,
        roles: Roles,
        form: ContextForm,
        errors: FieldErrors,
    ) -> Self {
        let chosen = form
            .kind
            .parse::<ContextKind>()
            .ok()
            .filter(|kind| kinds.contains(kind));
        let kind = chosen.or(kinds.first().copied());
        Self {
            shell,
            title: kind.map_or_else(|| "New group".to_owned(), |kind| format!("New {}", kind.noun())),
            action: "/contexts".to_owned(),
            back: kind.map_or_else(|| "/contexts".to_owned(), |kind| format!("/contexts?kind={kind}")),
            kinds,
            form: ContextForm {
                kind: kind.map(|kind| kind.to_string()).unwrap_or_default(),
                ..form
            },
            errors,
            meanwhile: None,
            may_choose_to_lead: roles.has(Role::Admin),
        }
    }

    /// The form of an existing one.
    pub fn of(shell: Shell, context: &Context, draft: Draft) -> Self {
        let stored = ContextForm::of(context);
        let (form, errors, meanwhile) = match draft {
            Draft::Stored => (stored, FieldErrors::default(), None),
            Draft::Wrong(typed, errors) => (typed, errors, None),
            Draft::Overtaken(typed) => (
                ContextForm {
                    version: stored.version.clone(),
                    ..typed
                },
                FieldErrors::default(),
                Some(stored),
            ),
        };
        let here = format!("/contexts/{}", context.id);
        Self {
            shell,
            title: format!("Edit {}", context.name),
            action: here.clone(),
            back: here,
            kinds: Vec::new(),
            form,
            errors,
            meanwhile,
            may_choose_to_lead: false,
        }
    }
}

/// `/contexts/{context}/archive`
#[derive(Template)]
#[template(path = "tenancy/archive.html")]
pub struct ArchivePage {
    pub shell: Shell,
    pub context: Context,
}
