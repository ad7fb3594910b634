//! What campaigns are made of.

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::domains::campaigns::templates::model::Channel;
use crate::kernel::ids::{CampaignId, MemberId, TemplateId, TemplateVersionId};
use crate::pg_enum;
use crate::platform::db::schema::campaigns;

pg_enum! {
    /// How far a campaign is.
    #[schemars(rename = "CampaignState")]
    State as CampaignState {
        Draft = "draft": "Draft",
        Scheduled = "scheduled": "Scheduled",
        Sending = "sending": "Sending",
        Paused = "paused": "Paused",
        Sent = "sent": "Sent",
        Cancelled = "cancelled": "Cancelled",
        Failed = "failed": "Failed",
    }
}

impl State {
    /// How a badge looks that shows it.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Draft | Self::Cancelled => "",
            Self::Scheduled => "info",
            Self::Sending => "accent",
            Self::Paused => "warning",
            Self::Sent => "positive",
            Self::Failed => "danger",
        }
    }

    /// Whether something may still leave.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Scheduled | Self::Sending | Self::Paused)
    }
}

pg_enum! {
    /// When a campaign begins.
    #[schemars(rename = "CampaignStart")]
    Start as CampaignStart {
        Now = "now": "As soon as it is sent off",
        Moment = "moment": "At one moment for everybody",
        Local = "local": "At a time on each person’s own clock",
        Entry = "entry": "To each person once, as soon as they come into the audience",
    }
}

pg_enum! {
    /// What happens to a message of which nobody knows whether it left.
    DoubtPolicy as DoubtPolicy {
        Resend = "resend": "Send it again: somebody may get it twice",
        Hold = "hold": "Hold it until somebody decides: somebody may get nothing",
    }
}

/// What a campaign is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignKind {
    /// One message to many people.
    Broadcast,
    /// What messages to one person each hang on: one for each template and month.
    Single,
}

pg_enum! {
    /// Why somebody of the audience is sent nothing.
    #[schemars(rename = "ExclusionReason")]
    Reason as ExclusionReason {
        ExcludedSegment = "excluded_segment": "In a segment that was left out",
        NoAddress = "no_address": "No address or number",
        Duplicate = "duplicate": "Shares an address with somebody who gets it",
        Suppressed = "suppressed": "Nothing is sent to their address any more",
        Withdrawn = "withdrawn": "Said no",
        Expired = "expired": "Their consent has run out",
        NoBasis = "no_basis": "Never agreed, and nothing else allows it",
        Paused = "paused": "Taking a break from messages",
        Capped = "capped": "Had enough messages for now",
        TooLate = "too_late": "Quiet hours would make it too late",
        NoWindow = "no_window": "No hour is left in which it may go",
        MissingValue = "missing_value": "A value that the message needs is missing",
        AlreadyIn = "already_in": "Was in the audience before it began",
    }
}

pg_enum! {
    /// What became of a delivery.
    #[schemars(rename = "DeliveryOutcome")]
    EventKind as DeliveryEventKind {
        Accepted = "accepted": "Handed over",
        Deferred = "deferred": "Put off",
        Refused = "refused": "Refused",
        InDoubt = "in_doubt": "In doubt",
        Withheld = "withheld": "Held back",
        Cancelled = "cancelled": "Cancelled",
        Delivered = "delivered": "Delivered",
        Bounced = "bounced": "Bounced",
        Complained = "complained": "Marked as unwanted",
        Opened = "opened": "Opened",
        Clicked = "clicked": "Clicked",
        Unsubscribed = "unsubscribed": "Unsubscribed",
    }
}

impl EventKind {
    /// Whether it is something that a person did with a message. It is counted for all together and told about nobody, but to themselves.
    pub const fn is_watched(self) -> bool {
        matches!(self, Self::Opened | Self::Clicked)
    }

    /// How a badge looks that shows it.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Accepted | Self::Delivered | Self::Opened | Self::Clicked => "positive",
            Self::Refused | Self::Bounced | Self::Complained => "danger",
            Self::Deferred | Self::InDoubt => "warning",
            Self::Withheld | Self::Cancelled | Self::Unsubscribed => "",
        }
    }
}

/// A campaign as it is kept.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = campaigns)]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub channel: Channel,
    pub state: State,
    pub template_id: Option<TemplateId>,
    /// The version that is sent; decided when the campaign is sent off.
    pub version_id: Option<TemplateVersionId>,
    pub is_everyone: bool,
    /// What the template's own variables say: an object of name and value.
    pub fill: Value,
    pub from_name: String,
    pub reply_to: String,
    pub starts: Start,
    pub starts_at: Option<DateTime<Utc>>,
    /// By the clock on each person's wall.
    pub starts_local: Option<NaiveDateTime>,
    pub quiet_from: Option<NaiveTime>,
    pub quiet_to: Option<NaiveTime>,
    /// Hours after which a message is too late to be sent.
    pub late_hours: i16,
    pub is_tracked: bool,
    pub in_doubt: DoubtPolicy,
    pub revision: i32,
    pub created_by: MemberId,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub launched_by: Option<MemberId>,
    pub launched_at: Option<DateTime<Utc>>,
    /// Whether a second person has to let it go.
    pub needs_approval: bool,
    pub approved_by: Option<MemberId>,
    /// The last person who was looked at while the audience is gathered.
    pub gathered_to: Option<MemberId>,
    pub gathered_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    /// What keeps it from going on, in words.
    pub trouble: String,
}

impl Campaign {
    /// Whether a second person has to let it go, and nobody has yet.
    pub fn waits_for_approval(&self) -> bool {
        self.state == State::Scheduled && self.needs_approval && self.approved_by.is_none()
    }

    /// The words and the look of the badge that says how far it is.
    pub fn badge(&self) -> (&'static str, &'static str) {
        match self.waits_for_approval() {
            true => ("Waits for approval", "warning"),
            false => (self.state.label(), self.state.tone()),
        }
    }
}
