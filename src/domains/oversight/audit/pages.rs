//! What the audit log prints.

use std::collections::HashMap;

use askama::Template;

use crate::domains::oversight::policy::AuditReading;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::difference::{Difference, between};
use super::filter::{AuditFilter, AuditQuery};
use super::queries::{self, EntryRow};

/// Entries on a page.
const PAGE: usize = 50;

/// An action to filter by.
pub struct ActionChoice {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

/// One entry.
pub struct EntryLine {
    pub at: String,
    pub machine: String,
    pub who: String,
    pub who_href: String,
    pub action: String,
    pub words: String,
    pub subject: String,
    pub subject_href: String,
    pub subject_filter: String,
    pub differences: Vec<Difference>,
    pub request: String,
}

/// `/admin/audit`
#[derive(Template)]
#[template(path = "oversight/audit.html")]
pub struct AuditPage {
    pub shell: Shell,
    pub query: AuditQuery,
    pub problem: String,
    pub actions: Vec<ActionChoice>,
    pub entries: Vec<EntryLine>,
    pub is_filtered: bool,
    pub newest: String,
    pub older: String,
}

impl AuditPage {
    /// One page of the log. Filters that cannot be read find nothing and say why.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        reading: &AuditReading,
        query: AuditQuery,
    ) -> Result<Self, AppError> {
        let (mut rows, problem) = match resolved(tx, me, &query)? {
            Ok(filter) => (
                queries::page(tx, reading, &filter, i64::try_from(PAGE + 1).unwrap_or(i64::MAX))?,
                "",
            ),
            Err(problem) => (Vec::new(), problem),
        };
        let has_more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let last = rows
            .last()
            .filter(|_| has_more)
            .map(|row| query.address(&row.id.to_string()));
        let known = queries::actions(tx, reading)?;
        let choice = |action: String| ActionChoice {
            label: in_words(&action),
            is_chosen: action == query.action,
            value: action,
        };
        Ok(Self {
            shell,
            problem: problem.to_owned(),
            actions: known.into_iter().map(choice).collect(),
            entries: lines(tx, me, rows)?,
            is_filtered: !query.is_plain(),
            newest: if query.before.is_empty() {
                String::new()
            } else {
                query.address("")
            },
            older: last.unwrap_or_default(),
            query,
        })
    }
}

/// The filter with the person looked up, or what is wrong with it.
///
/// # Errors
/// When the database fails.
pub fn resolved(
    tx: &mut TenantTx<'_>,
    me: &Member,
    query: &AuditQuery,
) -> Result<Result<AuditFilter, &'static str>, AppError> {
    let filter = match query.filter(me.zone) {
        Ok(filter) => filter,
        Err(problem) => return Ok(Err(problem)),
    };
    let Some(handle) = query.handle() else {
        return Ok(Ok(filter));
    };
    Ok(match tenancy::anyone_with_handle(tx, &handle)? {
        Some(card) => Ok(AuditFilter {
            member: Some(card.id),
            ..filter
        }),
        None => Err("Nobody here has that handle."),
    })
}

/// Who the entries are by and about, by id.
///
/// # Errors
/// When the database fails.
pub fn people(tx: &mut TenantTx<'_>, rows: &[EntryRow]) -> Result<HashMap<MemberId, MemberCard>, AppError> {
    let actors = rows.iter().filter_map(|row| row.member_id);
    let subjects = rows
        .iter()
        .filter(|row| row.subject_kind == "member")
        .filter_map(|row| row.subject_id)
        .map(MemberId);
    let mut ids: Vec<MemberId> = actors.chain(subjects).collect();
    ids.sort_unstable();
    ids.dedup();
    tenancy::member_cards(tx, &ids)
}

fn lines(tx: &mut TenantTx<'_>, me: &Member, rows: Vec<EntryRow>) -> Result<Vec<EntryLine>, AppError> {
    let cards = people(tx, &rows)?;
    Ok(rows.into_iter().map(|row| line(me, row, &cards)).collect())
}

fn line(me: &Member, row: EntryRow, cards: &HashMap<MemberId, MemberCard>) -> EntryLine {
    let id = row.subject_id.map(|id| id.to_string()).unwrap_or_default();
    let about = row
        .subject_id
        .filter(|_| row.subject_kind == "member")
        .and_then(|id| cards.get(&MemberId(id)));
    EntryLine {
        at: local_date_time(row.at, me.zone),
        machine: machine(row.at),
        who: who(&row, cards),
        who_href: row
            .member_id
            .map(|member| format!("/people/{member}"))
            .unwrap_or_default(),
        words: in_words(&row.action),
        subject: about.map_or_else(|| row.subject_kind.replace('_', " "), |card| card.name.clone()),
        subject_href: match row.subject_kind.as_str() {
            "member" => format!("/people/{id}"),
            "context" => format!("/contexts/{id}"),
            _ => String::new(),
        },
        subject_filter: id,
        differences: between(row.before.as_ref(), row.after.as_ref()),
        request: row.request_id.map(|id| id.to_string()).unwrap_or_default(),
        action: row.action,
    }
}

/// The name of the person, or of the task the portal did by itself.
pub fn who(row: &EntryRow, cards: &HashMap<MemberId, MemberCard>) -> String {
    match (row.member_id, &row.portal_task) {
        (Some(member), _) => cards
            .get(&member)
            .map_or_else(|| member.to_string(), |card| card.name.clone()),
        (None, Some(task)) => format!("Waymark ({task})"),
        (None, None) => "Waymark".to_owned(),
    }
}

/// `tenancy.member.roles_changed` as `Member: roles changed`.
fn in_words(action: &str) -> String {
    let mut parts = action.split('.').skip(1);
    let (thing, verb) = (
        parts.next().unwrap_or(action),
        parts.collect::<Vec<_>>().join(" "),
    );
    let capital: String = thing
        .chars()
        .take(1)
        .flat_map(char::to_uppercase)
        .chain(thing.chars().skip(1))
        .collect();
    match verb.is_empty() {
        true => capital.replace('_', " "),
        false => format!("{}: {}", capital.replace('_', " "), verb.replace('_', " ")),
    }
}
