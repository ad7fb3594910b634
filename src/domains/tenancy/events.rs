//! Facts this module tells.

use crate::events;
use crate::kernel::ids::{ContextId, MemberId};

use super::model::ContextKind;

events! {
    ContextCreated = "tenancy.context.created", "A team, challenge, sponsor or cohort was created, with or without a channel of its own." {
        context: ContextId,
        kind: ContextKind,
        #[serde(default)]
        with_channel: bool,
    }
    ContextChanged = "tenancy.context.changed", "The name, description or dates of a context have changed." { context: ContextId }
    ContextArchived = "tenancy.context.archived", "A context was archived; its channels are archived with it." { context: ContextId }
    ContextRestored = "tenancy.context.restored", "An archived context was opened again." { context: ContextId }
    ContextJoined = "tenancy.context.joined", "A member joined a context." { context: ContextId, member: MemberId, is_leader: bool }
    ContextLeft = "tenancy.context.left", "A member left a context or was taken out of it." { context: ContextId, member: MemberId }
    ContextLeadershipChanged = "tenancy.context.leadership_changed", "A member became a leader of a context, or is one no longer." { context: ContextId, member: MemberId, is_leader: bool }
    RolesChanged = "tenancy.roles.changed", "What a member may do has changed." { member: MemberId }
    MemberSuspended = "tenancy.member.suspended", "A member can no longer sign in here." { member: MemberId }
    MemberRestored = "tenancy.member.restored", "A member who was suspended or had left can sign in again." { member: MemberId }
    MemberLeft = "tenancy.member.left", "A person is no longer a member; they were taken out of every context before." { member: MemberId }
    MemberJoined = "tenancy.member.joined", "A person became a member of the organization." { member: MemberId }
}
