//! The organization of a corpus as its file describes it: people, places, and what is left
//! unread, drafted, broadcast and reported.

use serde::Deserialize;

use super::{
    notices::{Audience, Decision, ReportReason},
    shape::{ContextKind, Organization, PostPolicy, Role},
};

/// The organization, its people and its places.
#[derive(Debug, Deserialize)]
pub struct Setting {
    pub organization: Organization,
    /// Domain of the addresses of people who have none of their own.
    pub mail_domain: String,
    /// Names of the people nobody needs to know by name: "Name", or "Name | handle".
    #[serde(default)]
    pub names: Vec<String>,
    /// The same, for people who read the portal in French.
    #[serde(default)]
    pub french_names: Vec<String>,
    /// Given names whose bearers may be cast for the part `w`, which speaks as a woman.
    #[serde(default)]
    pub women: Vec<String>,
    #[serde(default)]
    pub worksite: Vec<Worksite>,
    pub person: Vec<NamedPerson>,
    pub context: Vec<ContextSource>,
    pub channel: Vec<ChannelSource>,
    #[serde(default)]
    pub direct: Vec<DirectSource>,
    #[serde(default)]
    pub reading: Vec<ReadingSource>,
    #[serde(default)]
    pub draft: Vec<DraftSource>,
    #[serde(default)]
    pub broadcast: Vec<BroadcastSource>,
    #[serde(default)]
    pub report: Vec<ReportSource>,
}

/// A workplace: its words fill the slots of the conversations held there.
#[derive(Debug, Clone, Deserialize)]
pub struct Worksite {
    pub key: String,
    /// As people say it ("St. Brigid").
    pub short: String,
    pub units: Vec<String>,
    pub managers: Vec<String>,
    /// Job titles, which become headlines.
    pub jobs: Vec<String>,
    /// How many of the named crowd work here.
    pub headcount: usize,
    /// How many of those are stewards.
    #[serde(default)]
    pub stewards: usize,
}

/// A person with a part to play.
#[derive(Debug, Deserialize)]
pub struct NamedPerson {
    pub name: String,
    /// Where the handle cannot be made from the name.
    pub key: Option<String>,
    pub given_name: Option<String>,
    pub email: Option<String>,
    pub roles: Vec<Role>,
    pub headline: String,
    pub locale: Option<String>,
    pub time_zone: Option<String>,
    pub worksite: Option<String>,
}

/// A team, cohort, challenge or sponsor, and the rule for who is in it.
#[derive(Debug, Deserialize)]
pub struct ContextSource {
    pub key: String,
    pub kind: ContextKind,
    pub name: String,
    pub description: String,
    /// Everybody who works there.
    pub worksite: Option<String>,
    /// Everybody who holds one of these roles.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// Everybody except people who hold nothing but `sponsor`.
    #[serde(default)]
    pub everyone: Everyone,
    /// Some more of the plain members.
    #[serde(default)]
    pub others: usize,
    /// Some of the stewards.
    #[serde(default)]
    pub stewards: usize,
    /// Keys of people who are in it by name.
    #[serde(default)]
    pub with: Vec<String>,
    /// Keys of people who lead it.
    pub leaders: Vec<String>,
    /// Days before the plan's moment on which it began.
    pub began: i64,
}

/// Whether a context holds the whole organization.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Everyone {
    Included,
    #[default]
    ByRule,
}

/// A channel of a context.
#[derive(Debug, Deserialize)]
pub struct ChannelSource {
    pub key: String,
    pub context: String,
    pub name: String,
    pub description: String,
    pub post_policy: PostPolicy,
    /// What is talked about here; threads and exchanges name the places they fit.
    pub places: Vec<String>,
    /// How many messages it should hold, about.
    pub target: usize,
    pub rhythm: Rhythm,
    /// How many of the context's people joined it; all of them when absent.
    pub joined: Option<usize>,
    /// Whether only people who read French join.
    pub locale: Option<String>,
    /// Keys of people who are in it whatever the figure above says.
    #[serde(default)]
    pub with: Vec<String>,
    /// Worksite whose words fill the slots; otherwise that of the speaker.
    pub worksite: Option<String>,
}

/// A direct conversation.
#[derive(Debug, Deserialize)]
pub struct DirectSource {
    pub key: String,
    /// Keys of named people.
    #[serde(default)]
    pub with: Vec<String>,
    /// How many plain members join them.
    #[serde(default)]
    pub others: usize,
    /// How many stewards join them.
    #[serde(default)]
    pub stewards: usize,
    pub places: Vec<String>,
    pub target: usize,
    pub rhythm: Rhythm,
}

/// When in a day a channel talks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// Round the clock, with peaks where shifts change.
    Shifts,
    /// Daytime, few evenings.
    Office,
    /// After work.
    Evening,
    /// The night shift.
    Night,
}

/// How much one of the people who sign in has left unread.
#[derive(Debug, Deserialize)]
pub struct ReadingSource {
    pub person: String,
    pub channel: String,
    pub unread: usize,
}

/// Text typed and not sent.
#[derive(Debug, Deserialize)]
pub struct DraftSource {
    pub person: String,
    pub channel: String,
    pub body: String,
    pub minutes_ago: i64,
}

/// A broadcast and how it was received.
#[derive(Debug, Deserialize)]
pub struct BroadcastSource {
    pub key: String,
    pub sender: String,
    pub audience: Audience,
    pub body: String,
    pub requires_ack: bool,
    /// Days from the plan's moment; negative is past, positive is scheduled.
    pub day: i64,
    /// Local hour of the day.
    pub hour: i64,
    /// Share of the recipients who saw it, 0 to 1.
    #[serde(default)]
    pub seen: f64,
    /// Share of the recipients who confirmed it, at most `seen`.
    #[serde(default)]
    pub acknowledged: f64,
}

/// A moderation report on the message that carries the same mark.
#[derive(Debug, Deserialize)]
pub struct ReportSource {
    pub key: String,
    pub reason: ReportReason,
    #[serde(default)]
    pub note: String,
    pub outcome: Option<OutcomeSource>,
}

/// How a report ended.
#[derive(Debug, Deserialize)]
pub struct OutcomeSource {
    pub decision: Decision,
    /// Key of the moderator.
    pub by: String,
    pub note: String,
}
