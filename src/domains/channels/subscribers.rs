//! What channels hear: contexts that come and go, and who belongs to them.

use crate::domains::tenancy::events::{
    ContextArchived, ContextCreated, ContextJoined, ContextLeadershipChanged, ContextLeft, ContextRestored,
    MemberLeft, MemberRestored, MemberSuspended, RolesChanged,
};
use crate::kernel::error::AppError;
use crate::platform::bus::{Envelope, Subscriber};
use crate::platform::db::TenantTx;

use super::places::following;

/// The domain's subscribers.
pub fn subscribers() -> Vec<Subscriber> {
    vec![
        Subscriber {
            name: "channels.make_channel_of_context",
            pattern: "tenancy.context.created",
            react: context_created,
        },
        Subscriber {
            name: "channels.let_in_with_context",
            pattern: "tenancy.context.joined",
            react: context_joined,
        },
        Subscriber {
            name: "channels.put_out_with_context",
            pattern: "tenancy.context.left",
            react: context_left,
        },
        Subscriber {
            name: "channels.follow_leadership",
            pattern: "tenancy.context.leadership_changed",
            react: leadership_changed,
        },
        Subscriber {
            name: "channels.archive_with_context",
            pattern: "tenancy.context.archived",
            react: context_archived,
        },
        Subscriber {
            name: "channels.reopen_with_context",
            pattern: "tenancy.context.restored",
            react: context_restored,
        },
        Subscriber {
            name: "channels.end_proofs_of_suspended",
            pattern: "tenancy.member.suspended",
            react: member_suspended,
        },
        Subscriber {
            name: "channels.put_out_who_left",
            pattern: "tenancy.member.left",
            react: member_left,
        },
        Subscriber {
            name: "channels.settle_who_is_back",
            pattern: "tenancy.member.restored",
            react: member_restored,
        },
        Subscriber {
            name: "channels.settle_roles",
            pattern: "tenancy.roles.changed",
            react: roles_changed,
        },
    ]
}

fn context_created(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: ContextCreated = envelope.data()?;
    match event.with_channel {
        true => following::context_created(tx, event.context, envelope.user_id),
        false => Ok(()),
    }
}

fn context_joined(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: ContextJoined = envelope.data()?;
    following::settle(tx, event.member, event.context)
}

fn context_left(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: ContextLeft = envelope.data()?;
    following::settle(tx, event.member, event.context)
}

fn leadership_changed(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: ContextLeadershipChanged = envelope.data()?;
    following::settle(tx, event.member, event.context)
}

fn context_archived(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: ContextArchived = envelope.data()?;
    following::context_archived(tx, event.context)
}

fn context_restored(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: ContextRestored = envelope.data()?;
    following::context_restored(tx, event.context)
}

fn member_suspended(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: MemberSuspended = envelope.data()?;
    following::member_suspended(tx, event.member)
}

fn member_left(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: MemberLeft = envelope.data()?;
    following::member_left(tx, event.member)
}

fn member_restored(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: MemberRestored = envelope.data()?;
    following::settle_everywhere(tx, event.member)
}

fn roles_changed(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: RolesChanged = envelope.data()?;
    following::settle_everywhere(tx, event.member)
}
