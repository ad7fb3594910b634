//! What people do about contexts.

use serde_json::json;

use crate::domains::tenancy::events::{
    ContextArchived, ContextChanged, ContextCreated, ContextJoined, ContextLeft, ContextRestored,
};
use crate::domains::tenancy::model::Context;
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ContextId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::{ContextWords, JoinAs, NewContext, WithChannel};
use super::policy;
use super::queries::{self, Archived};

/// Creates a context. Who is not an admin leads what they create.
///
/// # Errors
/// [`AppError::Denied`] for those who may not create this kind; [`AppError::Invalid`] when the name is taken.
pub fn create(tx: &mut TenantTx<'_>, new: &NewContext) -> Result<ContextId, AppError> {
    let creation = policy::may_create(tx.actor(), new.kind)?;
    let founder = tx.my_id()?;
    let context = queries::create(tx, &creation, &new.words)?;
    tx.audit(Entry::of("tenancy.context.created", "context", context).after(described(&new.words)))?;
    let with_channel = new.channel == WithChannel::Yes;
    tx.emit(&ContextCreated {
        context,
        kind: new.kind,
        with_channel,
    })?;
    if new.founder == JoinAs::Leader || !tx.roles().has(Role::Admin) {
        queries::add_founder(tx, &creation, context, founder)?;
        tx.emit(&ContextJoined {
            context,
            member: founder,
            is_leader: true,
        })?;
    }
    Ok(context)
}

/// Changes what a context says about itself.
///
/// # Errors
/// What the policy refuses; [`AppError::Conflict`] when somebody changed it since `version`.
pub fn edit(
    tx: &mut TenantTx<'_>,
    id: ContextId,
    words: &ContextWords,
    version: i32,
) -> Result<(), AppError> {
    let context = queries::context(tx, id)?;
    let leadership = queries::my_leadership(tx, id)?;
    let editing = policy::may_edit(tx.actor(), &context, leadership)?;
    if !queries::update(tx, &editing, words, version)? {
        let message = "Somebody changed this while you had it open. Look at how it stands now, then make your change again.";
        return Err(AppError::Conflict(message.to_owned()));
    }
    let before = ContextWords {
        name: context.name.clone(),
        description: context.description.clone(),
        starts_on: context.starts_on,
        ends_on: context.ends_on,
    };
    tx.audit(
        Entry::of("tenancy.context.changed", "context", id)
            .before(described(&before))
            .after(described(words)),
    )?;
    tx.emit(&ContextChanged { context: id })?;
    Ok(())
}

fn described(words: &ContextWords) -> serde_json::Value {
    json!({
        "name": words.name,
        "description": words.description,
        "starts_on": words.starts_on,
        "ends_on": words.ends_on,
    })
}

/// Archives a context, or opens it again. Doing it twice changes nothing.
///
/// # Errors
/// What the policy refuses; [`AppError::Conflict`] when another open one has taken the name.
pub fn set_archived(tx: &mut TenantTx<'_>, id: ContextId, archived: Archived) -> Result<Context, AppError> {
    let context = queries::context(tx, id)?;
    let leadership = queries::my_leadership(tx, id)?;
    let archiving = policy::may_archive(tx.actor(), &context, leadership)?;
    if context.is_open() == (archived == Archived::No) {
        return Ok(context);
    }
    queries::set_archived(tx, &archiving, archived).map_err(|error| match error {
        AppError::Invalid(_) => AppError::Conflict(format!(
            "There is another open {} with this name meanwhile. Rename that one first.",
            context.kind.noun()
        )),
        other => other,
    })?;
    match archived {
        Archived::Yes => {
            tx.audit(Entry::of("tenancy.context.archived", "context", id))?;
            tx.emit(&ContextArchived { context: id })?;
        }
        Archived::No => {
            tx.audit(Entry::of("tenancy.context.restored", "context", id))?;
            tx.emit(&ContextRestored { context: id })?;
        }
    }
    Ok(context)
}

/// Takes somebody who leaves the organization out of every context.
///
/// # Errors
/// When the database fails.
pub fn leave_all(tx: &mut TenantTx<'_>, member: MemberId) -> Result<(), AppError> {
    for context in queries::remove_everywhere(tx, member)? {
        tx.audit(
            Entry::of("tenancy.context.member_removed", "context", context)
                .before(json!({ "member": member })),
        )?;
        tx.emit(&ContextLeft { context, member })?;
    }
    Ok(())
}
