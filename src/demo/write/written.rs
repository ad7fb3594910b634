//! Which ids the things of a plan have.

use std::collections::HashMap;

use crate::demo::plan::Plan;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, ContextId, MemberId, OrgId};

use super::{id_at, missing};

/// Keys of a plan with the ids they got.
#[derive(Default)]
pub struct Written {
    /// Members by key.
    pub members: HashMap<String, MemberId>,
    /// Contexts by key.
    pub contexts: HashMap<String, ContextId>,
    /// Channels by key.
    pub channels: HashMap<String, ChannelId>,
    /// The organization.
    pub org: Option<OrgId>,
}

impl Written {
    /// Gives everything that others point at its id.
    pub(super) fn of(org: OrgId, plan: &Plan) -> Self {
        let people = plan.people.iter();
        let contexts = plan.contexts.iter();
        let channels = plan.channels.iter();
        Self {
            org: Some(org),
            members: people
                .map(|person| (person.key.clone(), id_at(person.joined_at)))
                .collect(),
            contexts: contexts
                .map(|context| (context.key.clone(), id_at(context.created_at)))
                .collect(),
            channels: channels
                .map(|channel| (channel.key.clone(), id_at(channel.created_at)))
                .collect(),
        }
    }

    pub(super) fn context(&self, key: &str) -> Result<ContextId, AppError> {
        self.contexts
            .get(key)
            .copied()
            .ok_or_else(|| missing("context", key))
    }

    pub(super) fn member(&self, key: &str) -> Result<MemberId, AppError> {
        self.members
            .get(key)
            .copied()
            .ok_or_else(|| missing("person", key))
    }

    pub(super) fn channel(&self, key: &str) -> Result<ChannelId, AppError> {
        self.channels
            .get(key)
            .copied()
            .ok_or_else(|| missing("channel", key))
    }
}
