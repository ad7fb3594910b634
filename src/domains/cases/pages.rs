//! What the pages about cases print.

use askama::Template;
use serde::Deserialize;

use crate::domains::people::record::pages::{EntryLine, TimelineEntry, entry_line, in_words};
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CaseId, MemberId};
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{Shell, address};

use super::actions;
use super::forms::{CaseForm, ClosingForm, TeamForm};
use super::model::Case;
use super::queries::{self, Closed};

/// Cases on a page of the list, and entries on the page of a case.
const PAGE: usize = 50;

/// What another domain shows on the page of a case: what is written in it, the newest first, at most so many.
pub type CasePart = fn(&mut TenantTx<'_>, &KeyRing, &Case, i64) -> Result<Vec<TimelineEntry>, AppError>;

/// Which cases, as the address has it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CasesQuery {
    pub closed: String,
    pub before: String,
}

/// One case in a list.
pub struct CaseLine {
    pub id: CaseId,
    pub reference: String,
    pub title: String,
    pub person: String,
    pub since: String,
}

/// `/cases`
#[derive(Template)]
#[template(path = "cases/index.html")]
pub struct CasesPage {
    pub shell: Shell,
    pub cases: Vec<CaseLine>,
    pub is_closed: bool,
    pub start: String,
    pub next: String,
}

impl CasesPage {
    /// The cases the acting member works on.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        query: &CasesQuery,
    ) -> Result<Self, AppError> {
        let closed = match query.closed.as_str() {
            "yes" => Closed::Yes,
            _ => Closed::No,
        };
        let before = query.before.parse().ok();
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::page(tx, me.member, closed, before, limit)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let last = found.last().filter(|_| has_more).map(|case| case.id.to_string());
        let people: Vec<MemberId> = found.iter().map(|case| case.member_id).collect();
        let cards = tenancy::member_cards(tx, &people)?;
        let line = |case: Case| CaseLine {
            id: case.id,
            person: cards
                .get(&case.member_id)
                .map_or_else(String::new, |card| card.name.clone()),
            since: match case.closed_at {
                Some(at) => format!("closed {}", in_words(at.with_timezone(&me.zone).date_naive())),
                None => format!(
                    "since {}",
                    in_words(case.opened_at.with_timezone(&me.zone).date_naive())
                ),
            },
            reference: case.reference,
            title: case.title,
        };
        let page_at = |before: &str| address("/cases", &[("closed", &query.closed), ("before", before)]);
        Ok(Self {
            shell,
            cases: found.into_iter().map(line).collect(),
            is_closed: closed == Closed::Yes,
            start: before.map(|_: CaseId| page_at("")).unwrap_or_default(),
            next: last.map(|id| page_at(&id)).unwrap_or_default(),
        })
    }
}

/// `/people/{member}/cases/new`
#[derive(Template)]
#[template(path = "cases/new.html")]
pub struct NewCasePage {
    pub shell: Shell,
    pub card: MemberCard,
    pub form: CaseForm,
    pub errors: FieldErrors,
}

impl NewCasePage {
    /// The form of a case about somebody.
    ///
    /// # Errors
    /// As [`actions::expect_opener`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        member: MemberId,
        form: CaseForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        actions::expect_opener(tx, member)?;
        Ok(Self {
            shell,
            card: tenancy::person(tx, member)?.card,
            form,
            errors,
        })
    }
}

/// Somebody who works on a case.
pub struct TeamLine {
    pub card: MemberCard,
    pub since: String,
}

/// What was typed into the forms of a case that came back.
#[derive(Default)]
pub struct Typed {
    pub team: TeamForm,
    pub closing: ClosingForm,
    pub errors: FieldErrors,
}

/// `/cases/{case}`
#[derive(Template)]
#[template(path = "cases/show.html")]
pub struct CasePage {
    pub shell: Shell,
    pub case: Case,
    pub person: MemberCard,
    pub opened: String,
    pub closed: String,
    pub team: Vec<TeamLine>,
    pub entries: Vec<EntryLine>,
    pub form: TeamForm,
    pub closing: ClosingForm,
    pub errors: FieldErrors,
}

impl CasePage {
    /// A case of the acting member's.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside its team.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        id: CaseId,
        (parts, keys): (&[CasePart], &KeyRing),
        typed: Typed,
    ) -> Result<Self, AppError> {
        let case = queries::case(tx, id)?;
        let day = |at: chrono::DateTime<chrono::Utc>| in_words(at.with_timezone(&me.zone).date_naive());
        let members = queries::team(tx, id)?;
        let ids: Vec<MemberId> = members.iter().map(|(member, _)| *member).collect();
        let cards = tenancy::member_cards(tx, &ids)?;
        let mut entries = Vec::new();
        for part in parts {
            entries.extend(part(tx, keys, &case, i64::try_from(PAGE).unwrap_or(i64::MAX))?);
        }
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        entries.truncate(PAGE);
        let team = members.into_iter().filter_map(|(member, since)| {
            Some(TeamLine {
                card: cards.get(&member)?.clone(),
                since: day(since),
            })
        });
        Ok(Self {
            person: tenancy::person(tx, case.member_id)?.card,
            opened: day(case.opened_at),
            closed: case.closed_at.map(day).unwrap_or_default(),
            team: team.collect(),
            entries: entries.into_iter().map(|entry| entry_line(entry, me)).collect(),
            form: typed.team,
            closing: typed.closing,
            errors: typed.errors,
            case,
            shell,
        })
    }
}

/// What cases add to a person's record.
///
/// # Errors
/// When the database fails.
pub fn timeline(tx: &mut TenantTx<'_>, member: MemberId, limit: i64) -> Result<Vec<TimelineEntry>, AppError> {
    let found = queries::about(tx, member, limit)?;
    let openers: Vec<MemberId> = found.iter().map(|case| case.opened_by).collect();
    let cards = tenancy::member_cards(tx, &openers)?;
    let entry = |case: Case| TimelineEntry {
        at: case.opened_at,
        icon: "scroll-text",
        title: format!("Case {}", case.reference),
        href: format!("/cases/{}", case.id),
        by: cards
            .get(&case.opened_by)
            .map_or_else(String::new, |card| card.name.clone()),
        badges: match case.closed_at {
            Some(_) => vec![("Closed".to_owned(), "")],
            None => vec![("Open".to_owned(), "accent")],
        },
        text: case.title,
    };
    Ok(found.into_iter().map(entry).collect())
}
