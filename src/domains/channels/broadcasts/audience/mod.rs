//! Who gets a broadcast: described when it is written, counted when it is shown, decided when it is sent.

pub mod model;
pub mod queries;

use crate::domains::tenancy::{self, ContextKind};
use crate::kernel::error::AppError;
use crate::kernel::ids::{ContextId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::model::Broadcast;
use super::policy::{self, Reach, Standing};

pub use model::{Audience, Choices, FilterId, PeopleRule, SavedFilter};

/// An audience that exists, with its name and how far it reaches.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The audience; a saved filter has become its rule.
    pub audience: Audience,
    /// What it is called.
    pub label: String,
    /// How far it reaches.
    pub reach: Reach,
}

/// How far an audience reaches.
///
/// # Errors
/// [`AppError::NotFound`] for a channel, context or filter that is not there or archived.
pub fn reach_of(tx: &mut TenantTx<'_>, audience: &Audience) -> Result<Reach, AppError> {
    match audience {
        // Named people come with a channel only where another part of the portal vouches for them: that reaches no further.
        Audience::Channel(id) | Audience::ChannelAnd(id, PeopleRule { vouched: Some(_), .. }) => {
            let channel = queries::open_channel(tx, *id)?;
            Ok(Reach::Channel {
                kind: channel.kind,
                context: channel.context_id,
            })
        }
        Audience::Team(id) => reach_of_context(tx, *id),
        Audience::Role(_) | Audience::Everyone | Audience::ChannelAnd(..) => Ok(Reach::Organization),
        Audience::Filter(PeopleRule { vouched: Some(_), .. }) => Ok(Reach::Vouched),
        Audience::Filter(PeopleRule {
            context: Some(id), ..
        }) => reach_of_context(tx, *id),
        Audience::Filter(_) => Ok(Reach::Organization),
        Audience::Saved(id) => {
            let roles = tx.roles();
            let rule = queries::saved(tx, *id, roles)?.rule;
            reach_of(tx, &Audience::Filter(rule))
        }
    }
}

fn reach_of_context(tx: &mut TenantTx<'_>, id: ContextId) -> Result<Reach, AppError> {
    let context = tenancy::context(tx, id)?;
    if context.is_open() {
        Ok(Reach::Context(id))
    } else {
        Err(AppError::NotFound)
    }
}

/// Finds what an audience names, and calls it by its name.
///
/// # Errors
/// As [`reach_of`]; [`AppError::Invalid`] for a rule that names nobody or people who are not there.
pub fn resolve(tx: &mut TenantTx<'_>, audience: &Audience) -> Result<Resolved, AppError> {
    let reach = reach_of(tx, audience)?;
    let label = match audience {
        Audience::Channel(id) => format!("#{}", queries::open_channel(tx, *id)?.title),
        Audience::ChannelAnd(id, rule) => {
            let title = queries::open_channel(tx, *id)?.title;
            format!("#{title} and {}", described(tx, rule)?)
        }
        Audience::Team(id) => tenancy::context(tx, *id)?.name,
        Audience::Role(role) => format!("Everyone with the role {}", role.label()),
        Audience::Everyone => "Everyone".to_owned(),
        Audience::Filter(rule) => described(tx, rule)?,
        Audience::Saved(id) => {
            let roles = tx.roles();
            let filter = queries::saved(tx, *id, roles)?;
            return Ok(Resolved {
                audience: Audience::Filter(filter.rule),
                label: filter.name,
                reach,
            });
        }
    };
    Ok(Resolved {
        audience: audience.clone(),
        label,
        reach,
    })
}

/// A rule in words; refuses one that names nobody or people who are not there.
fn described(tx: &mut TenantTx<'_>, rule: &PeopleRule) -> Result<String, AppError> {
    if let Some(name) = &rule.vouched {
        return Ok(name.clone());
    }
    if rule == &PeopleRule::default() {
        return Err(AppError::field(
            "filter_role",
            "Choose a role or a group, or name people.",
        ));
    }
    let named = tenancy::find_by_handles(tx, &rule.handles)?;
    if let Some(sentence) = tenancy::nobody_called(&rule.handles, &named) {
        return Err(AppError::field("filter_handles", sentence));
    }
    in_words(tx, rule)
}

/// A rule in words.
pub(super) fn in_words(tx: &mut TenantTx<'_>, rule: &PeopleRule) -> Result<String, AppError> {
    let who = match (rule.role, rule.handles.len()) {
        (Some(role), 0) => format!("Everyone with the role {}", role.label()),
        (None, 0) => "Everyone".to_owned(),
        (None, 1) => "1 named person".to_owned(),
        (None, named) => format!("{named} named people"),
        (Some(role), named) => format!("Those of {named} named people with the role {}", role.label()),
    };
    Ok(match rule.context {
        Some(context) => format!("{who} in {}", tenancy::context(tx, context)?.name),
        None => who,
    })
}

/// How the acting member stands as a sender.
///
/// # Errors
/// When the database fails.
pub fn my_standing(tx: &mut TenantTx<'_>) -> Result<Standing, AppError> {
    let (me, roles) = (tx.my_id()?, tx.roles());
    Ok(Standing {
        roles,
        leads: led_by(tx, me)?,
    })
}

/// How any member stands as a sender now; `None` when they are no longer active.
///
/// # Errors
/// When the database fails.
pub fn standing_of(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Option<Standing>, AppError> {
    match tenancy::person(tx, member) {
        Ok(person) => Ok(Some(Standing {
            roles: person.roles,
            leads: led_by(tx, member)?,
        })),
        Err(AppError::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

fn led_by(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Vec<(ContextId, ContextKind)>, AppError> {
    let belongings = tenancy::contexts_of(tx, member)?;
    Ok(belongings
        .into_iter()
        .filter(|belonging| belonging.is_leader)
        .map(|belonging| (belonging.context.id, belonging.context.kind))
        .collect())
}

/// Everything the acting member may choose as an audience.
///
/// # Errors
/// [`AppError::Denied`] for those who may not send.
pub fn choices(tx: &mut TenantTx<'_>) -> Result<Choices, AppError> {
    let standing = my_standing(tx)?;
    policy::may_send_at_all(standing.roles)?;
    let anywhere = policy::may_address(&standing, Reach::Organization).is_ok();
    let contexts = queries::open_contexts(tx)?;
    let contexts: Vec<_> = contexts
        .into_iter()
        .filter(|context| policy::may_address(&standing, Reach::Context(context.id)).is_ok())
        .collect();
    let channels = queries::open_channels(
        tx,
        (!anywhere).then(|| contexts.iter().map(|context| context.id).collect()),
    )?;
    Ok(Choices {
        anywhere,
        filters: queries::saved_for(tx, standing.roles)?,
        channels,
        contexts,
    })
}

/// Gives the rule of a broadcast a name under which everyone who sends in the same role finds it.
///
/// # Errors
/// [`AppError::Invalid`] when the name is taken.
pub fn save(
    tx: &mut TenantTx<'_>,
    used_by: &Broadcast,
    name: &str,
    rule: &PeopleRule,
) -> Result<FilterId, AppError> {
    // Who looks after these people is not everybody who sends in this role.
    let rule = &PeopleRule {
        vouched: None,
        ..rule.clone()
    };
    let id = queries::save(tx, used_by.author_role, name, rule)?;
    let id = id.ok_or_else(|| {
        AppError::field(
            "filter_name",
            "There is a filter with this name already. Choose another name.",
        )
    })?;
    tx.audit(
        Entry::of("channels.people_filter.saved", "people_filter", id)
            .after(serde_json::json!({ "name": name, "rule": rule })),
    )?;
    Ok(id)
}

/// Forgets a saved filter; broadcasts that were made with it keep their audience.
///
/// # Errors
/// [`AppError::NotFound`] for a filter of another role.
pub fn forget(tx: &mut TenantTx<'_>, id: FilterId) -> Result<String, AppError> {
    let roles = tx.roles();
    policy::may_send_at_all(roles)?;
    let filter = queries::saved(tx, id, roles)?;
    queries::forget(tx, id)?;
    tx.audit(
        Entry::of("channels.people_filter.forgotten", "people_filter", id)
            .before(serde_json::json!({ "name": filter.name, "rule": filter.rule })),
    )?;
    Ok(filter.name)
}
