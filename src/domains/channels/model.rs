//! Channels and who is in them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{ChannelId, ContextId, MemberId};
use crate::pg_enum;
use crate::platform::db::schema::{channel_memberships, channels};

pg_enum! {
    /// What a channel is bound to.
    ChannelType as ChannelType {
        /// A team's.
        Team = "team": "Team",
        /// A challenge's.
        Challenge = "challenge": "Challenge",
        /// A sponsor's; sponsors see this kind only.
        Sponsor = "sponsor": "Sponsor",
        /// A cohort's.
        Cohort = "cohort": "Cohort",
        /// Between two to twelve people.
        Direct = "direct": "Direct",
    }
}

pg_enum! {
    /// What a member may do in one channel.
    ChannelRole as ChannelRole {
        /// Reads and writes.
        Member = "member": "Member",
        /// Also pins, removes messages and silences people.
        Moderator = "moderator": "Moderator",
        /// Also changes the channel and its members.
        Owner = "owner": "Owner",
    }
}

pg_enum! {
    /// Who may write.
    PostPolicy as PostPolicy {
        /// Every member of the channel.
        Everyone = "everyone": "Everyone in the channel",
        /// Moderators and owners, communicators and admins.
        Leaders = "leaders": "Leaders only",
    }
}

pg_enum! {
    /// How people come into a channel.
    JoinRule as JoinRule {
        /// By being in its team, challenge, sponsor or cohort.
        Context = "context": "Follows its group",
        /// Anyone who may see it can join.
        Open = "open": "Anyone can join",
        /// By being added.
        Invitation = "invitation": "By invitation",
    }
}

pg_enum! {
    /// What newcomers see.
    HistoryRule as HistoryRule {
        /// All of it.
        Everything = "everything": "Everything",
        /// What is written after they joined.
        FromJoining = "from_joining": "From when they joined",
    }
}

pg_enum! {
    /// What a channel may call attention for.
    NotifyLevel as NotifyLevel {
        /// Every message.
        All = "all": "Every message",
        /// Mentions.
        Mentions = "mentions": "Mentions only",
        /// Nothing but mentions by name, without a badge.
        None = "none": "Nothing",
        /// Not even in the list.
        Hidden = "hidden": "Hide the channel",
    }
}

/// Most people in one direct conversation.
pub const DIRECT_LIMIT: usize = 12;

/// A channel.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = channels)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// Its kind.
    #[diesel(column_name = type_)]
    pub kind: ChannelType,
    /// What it is bound to; none for direct ones.
    pub context_id: Option<ContextId>,
    /// Its name; empty for direct ones, which are called by their people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Who may write.
    pub post_policy: PostPolicy,
    /// How people come in.
    pub join_rule: JoinRule,
    /// What newcomers see.
    pub history_rule: HistoryRule,
    /// How many people are in it.
    pub member_count: i32,
    /// Number of the newest message.
    pub last_seq: i64,
    /// The change clock.
    pub rev: i64,
    /// Clients below this revision must start anew: messages were deleted for good.
    pub purged_rev: i64,
    /// Days messages are kept; none: for ever.
    pub retention_days: Option<i32>,
    /// Nothing is deleted while set.
    pub legal_hold: bool,
    /// When it was closed for writing.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// One member's place in a channel.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = channel_memberships)]
pub struct Membership {
    /// The channel.
    pub channel_id: ChannelId,
    /// The member.
    pub member_id: MemberId,
    /// What they may do in it.
    pub role: ChannelRole,
    /// How far they have read.
    pub last_read_seq: i64,
    /// The first message they may see.
    pub visible_from_seq: i64,
    /// What it may call attention for.
    pub notify: NotifyLevel,
    /// No badges until then.
    pub muted_until: Option<DateTime<Utc>>,
    /// May not write until then: a moderator's decision.
    pub silenced_until: Option<DateTime<Utc>>,
    /// Why the moderator decided so.
    pub silence_reason: String,
    /// Whether this place comes and goes with the context's membership.
    pub follows_context: bool,
    /// Whether the role came with leading the context; one that was given by hand stays when that ends.
    pub role_follows_context: bool,
    /// Since when.
    pub joined_at: DateTime<Utc>,
}

/// A channel as one member stands in it: what every page and action of a channel starts from.
#[derive(Debug, Clone)]
pub struct Place {
    /// The channel.
    pub channel: Channel,
    /// The member's place.
    pub membership: Membership,
}

impl Place {
    /// Whether badges are off now.
    pub fn is_muted(&self, now: DateTime<Utc>) -> bool {
        self.membership.muted_until.is_some_and(|until| until > now)
    }

    /// Whether this member looks after the channel.
    pub fn moderates(&self) -> bool {
        self.membership.role >= ChannelRole::Moderator
    }
}
