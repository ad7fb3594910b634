//! Reading the audit log.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::domains::oversight::policy::AuditReading;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::audit_entries;

use super::filter::AuditFilter;

/// Kinds of actions offered as a filter.
const ACTIONS_OFFERED: usize = 100;

/// One entry.
#[derive(HasQuery, Debug)]
#[diesel(table_name = audit_entries)]
pub struct EntryRow {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub member_id: Option<MemberId>,
    pub portal_task: Option<String>,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: Option<Uuid>,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub request_id: Option<Uuid>,
}

/// Entries newest first.
pub fn page(
    tx: &mut TenantTx<'_>,
    _: &AuditReading,
    filter: &AuditFilter,
    limit: i64,
) -> QueryResult<Vec<EntryRow>> {
    let mut entries = EntryRow::query().into_boxed();
    if let Some(member) = filter.member {
        entries = entries.filter(audit_entries::member_id.eq(member));
    }
    if let Some(action) = &filter.action {
        entries = entries.filter(audit_entries::action.eq(action));
    }
    if let Some(subject) = filter.subject {
        entries = entries.filter(audit_entries::subject_id.eq(subject));
    }
    if let Some(from) = filter.from {
        entries = entries.filter(audit_entries::at.ge(from));
    }
    if let Some(until) = filter.until {
        entries = entries.filter(audit_entries::at.lt(until));
    }
    if let Some((at, id)) = key_of(tx, filter.before)? {
        let older = audit_entries::at.lt(at).or(audit_entries::id.lt(id));
        entries = entries.filter(audit_entries::at.le(at)).filter(older);
    }
    entries
        .order((audit_entries::at.desc(), audit_entries::id.desc()))
        .limit(limit)
        .load(tx.conn())
}

fn key_of(tx: &mut TenantTx<'_>, entry: Option<Uuid>) -> QueryResult<Option<(DateTime<Utc>, Uuid)>> {
    let Some(entry) = entry else { return Ok(None) };
    let found = audit_entries::table.filter(audit_entries::id.eq(entry));
    found
        .select((audit_entries::at, audit_entries::id))
        .first(tx.conn())
        .optional()
}

/// The actions that were ever noted, by name: from one to the next through the index, whatever the log's length.
pub fn actions(tx: &mut TenantTx<'_>, _: &AuditReading) -> QueryResult<Vec<String>> {
    let mut known: Vec<String> = Vec::new();
    while known.len() < ACTIONS_OFFERED {
        let mut rest = audit_entries::table
            .select(audit_entries::action)
            .order(audit_entries::action)
            .limit(1)
            .into_boxed();
        if let Some(last) = known.last() {
            rest = rest.filter(audit_entries::action.gt(last.clone()));
        }
        match rest.first(tx.conn()).optional()? {
            Some(action) => known.push(action),
            None => break,
        }
    }
    Ok(known)
}
