//! Whose data a transaction may touch, and who acts in it.

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

use crate::kernel::actor::{Actor, Member};
use crate::kernel::ids::{self, EventId, OrgId};

/// One organization and the actor in it. Made from a signed-in member, or by the job and event runners; never from input.
#[derive(Debug, Clone)]
pub struct TenantScope {
    org: OrgId,
    actor: Actor,
    request: Uuid,
    cause: Option<EventId>,
    keeps_plans: bool,
}

impl TenantScope {
    /// The scope of a signed-in member's request.
    pub fn of_member(member: Member, request: Uuid) -> Self {
        Self {
            org: member.org,
            actor: Actor::Member(Box::new(member)),
            request,
            cause: None,
            keeps_plans: false,
        }
    }

    /// The scope of work the portal does by itself in `org`; `task` names it in the audit log.
    pub fn of_portal(org: OrgId, task: &'static str) -> Self {
        Self {
            org,
            actor: Actor::Portal(task),
            request: ids::fresh::<EventId>().0,
            cause: None,
            keeps_plans: false,
        }
    }

    /// The same scope for what follows from the request of this id.
    #[must_use]
    pub fn correlated(self, request: Uuid) -> Self {
        Self { request, ..self }
    }

    /// The same scope for what follows from this event, under the id of the request that led to it.
    #[must_use]
    pub fn caused_by(self, event: EventId, request: Uuid) -> Self {
        Self {
            cause: Some(event),
            ..self.correlated(request)
        }
    }

    /// The same scope for work whose every statement finds its rows by key: PostgreSQL makes their plans once a connection,
    /// whatever the values. Left to itself it plans each anew where a limit is a value, which cost a channel page a fifth of
    /// its time. Where the best index depends on the values, do not.
    #[must_use]
    pub fn keeping_plans(self) -> Self {
        Self {
            keeps_plans: true,
            ..self
        }
    }

    /// The organization.
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The request's id: in logs, audit rows and as correlation id of events.
    pub fn request(&self) -> Uuid {
        self.request
    }

    /// The event that this reacts to, when it does.
    pub fn cause(&self) -> Option<EventId> {
        self.cause
    }

    /// BEGIN and the settings in one round trip: whose rows these are, who acts, and what time it is for rules with dates. UUIDs
    /// and moments print without quotes, so they need no bind.
    pub(super) fn begin_sql(&self, now: DateTime<Utc>) -> String {
        let plans = match self.keeps_plans {
            true => "; SET LOCAL plan_cache_mode = force_generic_plan",
            false => "",
        };
        let member = self
            .actor
            .member_id()
            .map(|id| id.to_string())
            .unwrap_or_default();
        let now = now.to_rfc3339_opts(SecondsFormat::Micros, true);
        format!(
            "BEGIN; SET LOCAL app.org_id = '{}'; SET LOCAL app.member_id = '{member}'; SET LOCAL app.moment = '{now}'{plans}",
            self.org
        )
    }
}
