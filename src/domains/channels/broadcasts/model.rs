//! Broadcasts as they are stored and as they are meant.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::kernel::actor::Role;
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::{BroadcastId, ChannelId, ContextId, MemberId};
use crate::kernel::validate::Check;
use crate::pg_enum;
use crate::platform::db::schema::broadcasts;

use super::audience::Audience;

pg_enum! {
    /// How far a broadcast is.
    BroadcastState as BroadcastState {
        /// Waiting for its time; can be cancelled.
        Scheduled = "scheduled": "Scheduled",
        /// Delivered to its audience.
        Sent = "sent": "Sent",
        /// Taken back before anyone got it.
        Cancelled = "cancelled": "Cancelled",
    }
}

pg_enum! {
    /// How an audience is described.
    AudienceKind as AudienceKind {
        /// The people of a channel.
        Channel = "channel": "A channel",
        /// The people of a team, challenge, sponsor or cohort.
        Team = "team": "A team or group",
        /// Everyone who holds a role.
        Role = "role": "A role",
        /// Everyone in the organization.
        Everyone = "everyone": "Everyone",
        /// Everyone who meets a rule.
        Filter = "filter": "A people filter",
    }
}

/// Longest title, in Unicode scalar values.
pub const MAX_TITLE: usize = 120;
/// Longest text, in Unicode scalar values: with its title it still fits into one channel message.
pub const MAX_BODY: usize = 7_800;

/// A broadcast without its source text.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = broadcasts)]
pub struct Broadcast {
    /// Its id, ordered by when it was made.
    pub id: BroadcastId,
    /// Who sends it.
    pub author_id: MemberId,
    /// The role in which they send it; throttles are those of this role.
    pub author_role: Role,
    /// Its title.
    pub title: String,
    /// Rendered and sanitised when it was written.
    pub body_html: String,
    /// The words alone.
    pub body_text: String,
    /// How its audience is described.
    pub audience_kind: AudienceKind,
    /// The channel or context.
    pub audience_id: Option<Uuid>,
    /// The role.
    pub audience_role: Option<Role>,
    /// The rule of a people filter.
    pub audience_filter: Option<Value>,
    /// The audience in words, as it was called when the broadcast was made.
    pub audience_label: String,
    /// Whether everyone is asked to say that they have read it.
    pub requires_ack: bool,
    /// How far it is.
    pub state: BroadcastState,
    /// When it goes out; until then it can be cancelled.
    pub send_at: DateTime<Utc>,
    /// How many got it; before that, how many would have when it was made.
    pub recipient_count: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it went out.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub cancelled_at: Option<DateTime<Utc>>,
}

impl Broadcast {
    /// Its audience; none when what is stored is not one.
    pub fn audience(&self) -> Option<Audience> {
        match self.audience_kind {
            AudienceKind::Channel => {
                let channel = ChannelId(self.audience_id?);
                match &self.audience_filter {
                    None => Some(Audience::Channel(channel)),
                    Some(rule) => {
                        let rule = serde_json::from_value(rule.clone()).ok()?;
                        Some(Audience::ChannelAnd(channel, rule))
                    }
                }
            }
            AudienceKind::Team => self.audience_id.map(|id| Audience::Team(ContextId(id))),
            AudienceKind::Role => self.audience_role.map(Audience::Role),
            AudienceKind::Everyone => Some(Audience::Everyone),
            AudienceKind::Filter => self
                .audience_filter
                .clone()
                .and_then(|rule| serde_json::from_value(rule).ok())
                .map(Audience::Filter),
        }
    }

    /// Its page.
    pub fn path(&self) -> String {
        format!("/broadcasts/{}", self.id)
    }
}

/// When a broadcast is to go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendTime {
    /// As soon as the time to take it back has passed.
    Now,
    /// At this moment, but not sooner than that.
    At(DateTime<Utc>),
}

/// A broadcast that is about to be made.
#[derive(Debug, Clone)]
pub struct NewBroadcast {
    /// One line, up to [`MAX_TITLE`] characters.
    pub title: String,
    /// Markdown, up to [`MAX_BODY`] characters.
    pub body: String,
    /// Who gets it.
    pub audience: Audience,
    /// Whether everyone is asked to say that they have read it.
    pub requires_ack: bool,
    /// When.
    pub send: SendTime,
    /// How many people the sender said it goes to; asked for above [`super::policy::CONFIRM_ABOVE`].
    pub confirmed: Option<i64>,
}

/// Title and text, trimmed and normalised, with every problem noted in `check`.
pub fn checked_words(check: &mut Check, title: &str, body: &str) -> (String, String) {
    (
        check.line("title", "The title", title, 1, MAX_TITLE),
        check.text("body", "The text", body, 1, MAX_BODY),
    )
}

impl NewBroadcast {
    /// The same with title and text as they are stored.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn checked(self) -> Result<Self, FieldErrors> {
        let mut check = Check::default();
        let (title, body) = checked_words(&mut check, &self.title, &self.body);
        check.finish(|| Self { title, body, ..self })
    }
}
