//! Making a channel, and what can be set about one.

use chrono::{DateTime, TimeDelta, Utc};
use chrono::{Datelike, NaiveTime};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use crate::domains::channels::model::{Channel, ChannelRole, ChannelType, HistoryRule, JoinRule, PostPolicy};
use crate::domains::tenancy::ContextKind;
use crate::kernel::actor::Roles;
use crate::kernel::ids::{ContextId, MemberId};

/// Longest title, in characters.
pub const TITLE_LENGTH: usize = 80;
/// Longest description, in characters.
pub const DESCRIPTION_LENGTH: usize = 1_000;

/// A channel to be made for a team, challenge, sponsor or cohort; its type follows from the context's kind.
#[derive(Debug, Clone)]
pub struct NewChannel {
    /// What it is bound to.
    pub context: ContextId,
    /// What people set about it.
    pub settings: Settings,
    /// Who owns it when the portal itself makes it. A person who makes a channel owns it, whatever stands here.
    pub owner: Option<MemberId>,
}

/// What can be set about a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its name.
    pub title: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Who may write.
    pub post_policy: PostPolicy,
    /// How people come in.
    pub join_rule: JoinRule,
    /// What newcomers see.
    pub history_rule: HistoryRule,
}

impl Settings {
    /// What a new channel has when nobody chose otherwise: it follows its context, and everyone writes and reads.
    pub fn titled(title: &str) -> Self {
        Self {
            title: title.chars().take(TITLE_LENGTH).collect(),
            description: String::new(),
            post_policy: PostPolicy::Everyone,
            join_rule: JoinRule::Context,
            history_rule: HistoryRule::Everything,
        }
    }

    /// What is set about `channel` now.
    pub fn of(channel: &Channel) -> Self {
        Self {
            title: channel.title.clone(),
            description: channel.description.clone(),
            post_policy: channel.post_policy,
            join_rule: channel.join_rule,
            history_rule: channel.history_rule,
        }
    }

    /// A mark of exactly these settings: a form carries the one it was made from, so that a stale form is noticed.
    pub fn mark(&self) -> String {
        let mut hash = Sha256::new();
        for part in [
            self.title.as_str(),
            self.description.as_str(),
            self.post_policy.as_str(),
            self.join_rule.as_str(),
            self.history_rule.as_str(),
        ] {
            hash.update(part);
            hash.update([0]);
        }
        hash.finalize()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// The type of the channels of a kind of context.
pub const fn type_for(kind: ContextKind) -> ChannelType {
    match kind {
        ContextKind::Team => ChannelType::Team,
        ContextKind::Challenge => ChannelType::Challenge,
        ContextKind::Sponsor => ChannelType::Sponsor,
        ContextKind::Cohort => ChannelType::Cohort,
    }
}

/// How a member stands to the context of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Does not belong to it.
    Outside,
    /// Belongs to it.
    Inside,
    /// Leads it.
    Leader,
}

/// Somebody who may come into a channel.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// Who.
    pub member: MemberId,
    /// What they may do in the organization.
    pub roles: Roles,
    /// How they stand to the channel's context.
    pub standing: Standing,
}

/// Somebody who comes into a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newcomer {
    /// Who.
    pub member: MemberId,
    /// As what.
    pub role: ChannelRole,
    /// Whether they leave with the context.
    pub follows_context: bool,
}

/// How long a channel shall call no attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mute {
    /// Leave it as it is.
    Keep,
    /// Not muted.
    Off,
    /// For an hour.
    Hour,
    /// For eight hours: a shift.
    EightHours,
    /// Until nine o'clock tomorrow, where the member lives.
    Tomorrow,
    /// For a week.
    Week,
    /// Until the member says otherwise.
    Always,
}

impl Mute {
    /// Every choice with the word a form sends and what people read.
    pub const CHOICES: [(Self, &'static str, &'static str); 6] = [
        (Self::Off, "off", "Not muted"),
        (Self::Hour, "hour", "For 1 hour"),
        (Self::EightHours, "eight_hours", "For 8 hours"),
        (Self::Tomorrow, "tomorrow", "Until tomorrow at 9:00"),
        (Self::Week, "week", "For 1 week"),
        (Self::Always, "always", "Until I turn it back on"),
    ];

    /// The choice behind a form's word.
    pub fn from_word(word: &str) -> Option<Self> {
        if word == "keep" {
            return Some(Self::Keep);
        }
        Self::CHOICES
            .iter()
            .find(|(_, known, _)| *known == word)
            .map(|(mute, _, _)| *mute)
    }

    /// Until when a channel muted like this at `now` stays silent; `before` is until when it was muted so far.
    pub fn until(self, before: Option<DateTime<Utc>>, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        match self {
            Self::Keep => before,
            Self::Off => None,
            Self::Hour => Some(now + TimeDelta::hours(1)),
            Self::EightHours => Some(now + TimeDelta::hours(8)),
            Self::Tomorrow => Some(tomorrow_at_nine(now, zone)),
            Self::Week => Some(now + TimeDelta::days(7)),
            Self::Always => Some(END_OF_TIME),
        }
    }
}

/// Muted until then means muted until the member says otherwise.
const END_OF_TIME: DateTime<Utc> = match DateTime::from_timestamp(253_370_764_800, 0) {
    Some(moment) => moment,
    None => DateTime::UNIX_EPOCH,
};

/// Whether a mute ends only when the member ends it.
pub fn is_for_good(until: DateTime<Utc>) -> bool {
    until.year() >= END_OF_TIME.year()
}

/// Nine o'clock on the next day of a zone. A zone that skips that hour wakes an hour's shift later; one that repeats it,
/// at the first of the two.
fn tomorrow_at_nine(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let tomorrow = now.with_timezone(&zone).date_naive() + TimeDelta::days(1);
    let nine = tomorrow.and_time(NaiveTime::MIN) + TimeDelta::hours(9);
    let local = nine
        .and_local_timezone(zone)
        .earliest()
        .or_else(|| (nine + TimeDelta::hours(1)).and_local_timezone(zone).earliest());
    local.map_or(now + TimeDelta::hours(24), |moment| moment.with_timezone(&Utc))
}
