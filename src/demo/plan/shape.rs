//! What a plan is made of: plain values tied together by string keys.
//!
//! Nothing here knows the database. Keys are stable, ASCII, lower case and joined by
//! hyphens ("maya-okafor", "kitchen-table"); a person's key is also their mention handle.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::notices::{Broadcast, Draft, Report};
use super::organising::Organising;

/// Everything one sample organization contains.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The tenant itself.
    pub organization: Organization,
    /// Its members, the ones who sign in first.
    pub people: Vec<Person>,
    /// Teams, cohorts, challenges and sponsors.
    pub contexts: Vec<Context>,
    /// Channels bound to a context, and direct conversations.
    pub channels: Vec<Channel>,
    /// Every message, oldest first over the whole organization; inside one channel
    /// `index` counts 0, 1, 2 … and `sent_at` strictly increases.
    pub messages: Vec<Message>,
    /// Broadcasts sent and scheduled.
    pub broadcasts: Vec<Broadcast>,
    /// Moderation reports, open and handled.
    pub reports: Vec<Report>,
    /// Text typed and not sent.
    pub drafts: Vec<Draft>,
    /// Worksites, stewards, notes and tasks.
    pub organising: Organising,
}

/// The tenant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Organization {
    /// Stable key, fit for a URL ("local-1199-northside").
    pub key: String,
    /// Name as people read it.
    pub name: String,
    /// IANA time zone of the organization, in which its daily rhythm is planned.
    pub time_zone: String,
    /// Language tag of its pages ("en").
    pub locale: String,
}

/// A member of the organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Stable key and mention handle.
    pub key: String,
    /// Display name, in the person's own script.
    pub name: String,
    /// What others call them in conversation.
    pub given_name: String,
    /// Address, unique inside the organization. `admin@example.org` appears in both plans.
    pub email: String,
    /// Roles held; never empty.
    pub roles: Vec<Role>,
    /// Job and workplace, as shown under the name.
    pub headline: String,
    /// Language tag, "en" or "fr" ("ar" for nobody yet).
    pub locale: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Key of the worksite the person belongs to, if any.
    pub worksite: Option<String>,
    /// Whether the person has a login in the sample data.
    pub sign_in: SignIn,
    /// When they became a member; always before their first message.
    pub joined_at: DateTime<Utc>,
}

/// Whether a person of the sample data can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// A named person with a password that `make run` prints.
    Sample,
    /// A member without a login.
    None,
}

/// Authority held by a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Member,
    Steward,
    Coach,
    TeamLeader,
    Sponsor,
    Communicator,
    PrivacyOfficer,
    Admin,
}

impl Role {
    /// The name used in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Steward => "steward",
            Self::Coach => "coach",
            Self::TeamLeader => "team_leader",
            Self::Sponsor => "sponsor",
            Self::Communicator => "communicator",
            Self::PrivacyOfficer => "privacy_officer",
            Self::Admin => "admin",
        }
    }
}

/// What a channel is bound to. `Direct` is bound to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContextKind {
    Team,
    Challenge,
    Sponsor,
    Cohort,
    Direct,
}

impl ContextKind {
    /// The name used in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Challenge => "challenge",
            Self::Sponsor => "sponsor",
            Self::Cohort => "cohort",
            Self::Direct => "direct",
        }
    }
}

/// A team, cohort, challenge or sponsor. Its channels have exactly its members,
/// except for channels that people join by choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub key: String,
    /// Never `Direct`.
    pub kind: ContextKind,
    pub name: String,
    pub description: String,
    /// Keys of everybody in it, leaders included, each once.
    pub members: Vec<String>,
    /// Keys of those who lead it; a subset of `members`.
    pub leaders: Vec<String>,
    pub created_at: DateTime<Utc>,
}

/// Who may post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostPolicy {
    /// Every member of the channel.
    Everyone,
    /// Its leaders only.
    Leaders,
}

/// A place where messages go.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    pub key: String,
    pub kind: ContextKind,
    /// Key of its context; `None` exactly when `kind` is `Direct`.
    pub context: Option<String>,
    /// Name as people read it; empty for direct conversations, which are named by their people.
    pub name: String,
    pub description: String,
    pub post_policy: PostPolicy,
    /// Everybody in it, each once. Two to twelve people when `kind` is `Direct`.
    pub members: Vec<Membership>,
    pub created_at: DateTime<Utc>,
}

/// What a person is inside a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelRole {
    Leader,
    Member,
}

/// How loudly a channel reaches a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notify {
    All,
    Mentions,
    Nothing,
}

/// A person in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Key of the person.
    pub person: String,
    pub role: ChannelRole,
    /// Index of the last message they have read; `None` when they have read nothing.
    pub last_read: Option<usize>,
    pub notify: Notify,
    pub joined_at: DateTime<Utc>,
}

/// A message in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Key of the channel.
    pub channel: String,
    /// Position inside the channel, from 0, without holes.
    pub index: usize,
    /// Key of the author, a member of the channel.
    pub author: String,
    pub sent_at: DateTime<Utc>,
    /// Markdown. Kept for deleted messages too: the writer decides what a tombstone stores.
    pub body: String,
    /// Index of the message answered, smaller than `index`.
    pub reply_to: Option<usize>,
    pub mentions: Mentions,
    /// After `sent_at`, before the moment of the plan.
    pub edited_at: Option<DateTime<Utc>>,
    pub deletion: Option<Deletion>,
    pub reactions: Vec<Reaction>,
    /// Key of the leader who pinned it.
    pub pinned_by: Option<String>,
    pub attachment: Option<Attachment>,
}

/// Who a body calls by handle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Keys of members of the channel, each once, in the order written.
    pub people: Vec<String>,
    /// Whether it says `@channel`.
    pub channel: bool,
}

/// A message taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    pub at: DateTime<Utc>,
    /// Key of the author, or of the moderator who removed it.
    pub by: String,
    /// Why a moderator removed it; `None` when the author did.
    pub reason: Option<String>,
}

/// One emoji under a message, with everybody who chose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    pub emoji: String,
    /// Keys of channel members, each once.
    pub people: Vec<String>,
}

/// A picture that comes with the sample data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub kind: AttachmentKind,
    /// Its file in `src/demo/pictures`.
    pub file_name: String,
    /// What the picture shows, for people who cannot see it.
    pub alt: String,
}

/// What is attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachmentKind {
    Image,
}
