//! Facts this module tells.

use crate::events;
use crate::kernel::ids::{ContextId, MemberId};

use super::model::ContextKind;

events! {
    ContextCreated = "tenancy.context.created", "A team, challenge, sponsor or cohort was created." { context: ContextId, kind: ContextKind }
    ContextArchived = "tenancy.context.archived", "A context was archived; its channels are archived with it." { context: ContextId }
    ContextJoined = "tenancy.context.joined", "A member joined a context." { context: ContextId, member: MemberId, is_leader: bool }
    ContextLeft = "tenancy.context.left", "A member left a context or was taken out of it." { context: ContextId, member: MemberId }
    RolesChanged = "tenancy.roles.changed", "What a member may do has changed." { member: MemberId }
    MemberSuspended = "tenancy.member.suspended", "A member can no longer sign in here." { member: MemberId }
    MemberRestored = "tenancy.member.restored", "A suspended member can sign in again." { member: MemberId }
    MemberJoined = "tenancy.member.joined", "A person became a member of the organization." { member: MemberId }
}
