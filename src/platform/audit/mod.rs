//! The audit log: who changed what, written in the transaction of the change.

pub mod chain;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::kernel::actor::Actor;
use crate::kernel::error::AppError;
use crate::kernel::ids::{EventId, Id, MemberId, fresh};
use crate::platform::db::schema::audit_entries;
use crate::platform::db::{SystemTx, TenantScope, TenantTx, kept};

/// One change to be remembered. `action` is `domain.thing.verb`, such as `channels.message.removed`.
#[derive(Debug, Clone)]
pub struct Entry {
    action: &'static str,
    subject_kind: &'static str,
    subject_id: Option<Uuid>,
    before: Option<Value>,
    after: Option<Value>,
}

impl Entry {
    /// A change of one thing.
    pub fn of(action: &'static str, subject_kind: &'static str, subject: impl Id) -> Self {
        Self {
            action,
            subject_kind,
            subject_id: Some(subject.uuid()),
            before: None,
            after: None,
        }
    }

    /// A change that has no single subject.
    pub fn general(action: &'static str, subject_kind: &'static str) -> Self {
        Self {
            action,
            subject_kind,
            subject_id: None,
            before: None,
            after: None,
        }
    }

    /// How it was. Never put message text, passwords or tokens here.
    #[must_use]
    pub fn before(self, value: impl Serialize) -> Self {
        Self {
            before: serde_json::to_value(value).ok(),
            ..self
        }
    }

    /// How it is now.
    #[must_use]
    pub fn after(self, value: impl Serialize) -> Self {
        Self {
            after: serde_json::to_value(value).ok(),
            ..self
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = audit_entries)]
struct NewRow<'a> {
    id: Uuid,
    at: DateTime<Utc>,
    member_id: Option<MemberId>,
    portal_task: Option<&'a str>,
    action: &'a str,
    subject_kind: &'a str,
    subject_id: Option<Uuid>,
    before: Option<Value>,
    after: Option<Value>,
    request_id: Option<Uuid>,
}

impl<'a> NewRow<'a> {
    fn of(entry: Entry, actor: &'a Actor, request: Uuid, now: DateTime<Utc>) -> Self {
        let (member_id, portal_task) = match actor {
            Actor::Member(member) => (Some(member.member), None),
            Actor::Portal(task) => (None, Some(*task)),
        };
        Self {
            id: fresh::<EventId>().0,
            at: now,
            member_id,
            portal_task,
            action: entry.action,
            subject_kind: entry.subject_kind,
            subject_id: entry.subject_id,
            before: entry.before,
            after: entry.after,
            request_id: Some(request),
        }
    }
}

impl TenantTx<'_> {
    /// Writes `entry` with the actor, the time and the request id.
    ///
    /// # Errors
    /// When the row cannot be written; then the change is not made either.
    pub fn audit(&mut self, entry: Entry) -> Result<(), AppError> {
        let scope = self.scope();
        let row = NewRow::of(entry, scope.actor(), scope.request(), self.now());
        let written = diesel::insert_into(audit_entries::table)
            .values(row)
            .returning(audit_entries::id);
        kept(written).get_result::<Uuid>(self.conn())?;
        Ok(())
    }
}

impl SystemTx<'_> {
    /// Writes `entry` into the log of the scope's organization: for what happens to a login, which is nobody's alone.
    ///
    /// # Errors
    /// When the row cannot be written; then the change is not made either.
    pub fn audit(&mut self, scope: &TenantScope, entry: Entry) -> Result<(), AppError> {
        let row = NewRow::of(entry, scope.actor(), scope.request(), self.now());
        diesel::insert_into(audit_entries::table)
            .values((audit_entries::org_id.eq(scope.org()), row))
            .execute(self.conn())?;
        Ok(())
    }
}
