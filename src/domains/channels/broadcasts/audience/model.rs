//! Audiences and saved people filters.

use serde::{Deserialize, Serialize};

use crate::domains::channels::model::ChannelType;
use crate::domains::tenancy::ContextKind;
use crate::kernel::actor::Role;
use crate::kernel::ids::{ChannelId, ContextId, MemberId};
use crate::typed_id;

typed_id!(
    /// A people filter with a name.
    FilterId
);

/// Who gets a broadcast. Only active people do, and never its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// The people of a channel, which also carries it as a message.
    Channel(ChannelId),
    /// The people of a channel, which carries it, and some named people who need not be in it; who is both gets it once.
    ChannelAnd(ChannelId, PeopleRule),
    /// The people of a team, challenge, sponsor or cohort.
    Team(ContextId),
    /// Everyone who holds a role.
    Role(Role),
    /// Everyone in the organization.
    Everyone,
    /// Everyone who meets a rule.
    Filter(PeopleRule),
    /// Everyone who meets a rule that was saved; becomes [`Audience::Filter`] when the broadcast is made.
    Saved(FilterId),
}

/// A people filter: whoever meets everything that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleRule {
    /// Holding this role.
    pub role: Option<Role>,
    /// Belonging to this context.
    pub context: Option<ContextId>,
    /// Called one of these handles; no condition when empty.
    #[serde(default)]
    pub handles: Vec<String>,
    /// What the named people are called, when another part of the portal says that the author looks after them: learners of a journey.
    /// Nobody types this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vouched: Option<String>,
}

/// A rule with a name.
#[derive(Debug, Clone)]
pub struct SavedFilter {
    /// Its id.
    pub id: FilterId,
    /// Its name.
    pub name: String,
    /// Everyone who sends in this role finds it.
    pub shared_with: Role,
    /// The rule.
    pub rule: PeopleRule,
    /// Who saved it.
    pub created_by: MemberId,
}

/// A channel to choose.
#[derive(Debug, Clone)]
pub struct ChannelChoice {
    /// Which.
    pub id: ChannelId,
    /// Its name.
    pub title: String,
    /// Its kind.
    pub kind: ChannelType,
}

/// A context to choose.
#[derive(Debug, Clone)]
pub struct ContextChoice {
    /// Which.
    pub id: ContextId,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: ContextKind,
}

/// What one sender may choose from.
#[derive(Debug, Clone)]
pub struct Choices {
    /// Whether roles, everyone and rules without a group are among it.
    pub anywhere: bool,
    /// Channels.
    pub channels: Vec<ChannelChoice>,
    /// Contexts.
    pub contexts: Vec<ContextChoice>,
    /// Saved filters.
    pub filters: Vec<SavedFilter>,
}
