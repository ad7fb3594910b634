//! Sending off, and what becomes of messages.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domains::campaigns::api::queries::Delivery;
use crate::domains::campaigns::audience::Rehearsal;
use crate::domains::campaigns::model::{Campaign, EventKind, Reason};
use crate::kernel::ids::{DeliveryId, MemberId};

/// When a draft goes. With neither time it goes at once.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The version that was looked at; another is refused with 409.
    pub version: i32,
    /// At this moment for everybody.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    /// At this time on each person’s own clock, without an offset.
    #[serde(default)]
    pub local: Option<NaiveDateTime>,
    /// To each person once, as soon as they come into the audience.
    #[serde(default)]
    pub entry: Option<EntryWanted>,
}

/// Until when a campaign goes to whoever comes into its audience.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryWanted {
    /// The last day, by the clocks of UTC; within two years.
    pub until: NaiveDate,
    /// Whether those get it, too, who are in the audience when it begins.
    #[serde(default)]
    pub with_present: bool,
}

/// How many are left out for a reason.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExcludedView {
    /// Why.
    pub reason: Reason,
    /// How many people.
    pub people: i64,
}

/// Somebody of the audience who was sent nothing.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExclusionView {
    /// Who.
    pub member_id: MemberId,
    /// Why.
    pub reason: Reason,
    /// When that was found.
    pub at: DateTime<Utc>,
}

/// What sending a draft off now would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RehearsalView {
    /// People of the audience: `recipients` and all of `excluded` together.
    pub audience: i64,
    /// How many get a message.
    pub recipients: i64,
    /// How many do not, by reason.
    pub excluded: Vec<ExcludedView>,
    /// When the first message is due.
    pub first_due_at: Option<DateTime<Utc>>,
    /// When the last is.
    pub last_due_at: Option<DateTime<Utc>>,
    /// Whether a second person has to let it go.
    pub needs_approval: bool,
    /// What has to be done before it can be sent off, in words; empty when it can.
    pub missing: Vec<String>,
    /// The version of the campaign that was asked about.
    pub version: i32,
}

impl RehearsalView {
    /// Of a draft; above this many people a second person has to let it go.
    pub fn of(
        campaign: &Campaign,
        rehearsal: Rehearsal,
        missing: Vec<(&'static str, String)>,
        above: Option<i32>,
    ) -> Self {
        let (first, last) = rehearsal.span.unzip();
        Self {
            audience: rehearsal.audience,
            recipients: rehearsal.recipients,
            needs_approval: above.is_some_and(|above| rehearsal.recipients > above.into()),
            excluded: rehearsal
                .excluded
                .into_iter()
                .map(|(reason, people)| ExcludedView { reason, people })
                .collect(),
            first_due_at: first,
            last_due_at: last,
            missing: missing.into_iter().map(|(_, words)| words).collect(),
            version: campaign.revision,
        }
    }
}

/// A message to one person.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveryView {
    /// Its id.
    pub id: DeliveryId,
    /// To whom.
    pub member_id: MemberId,
    /// When it was to go.
    pub due_at: DateTime<Utc>,
    /// What happened last, or what was asked for; null while it waits.
    pub outcome: Option<EventKind>,
    /// When that happened.
    pub outcome_at: Option<DateTime<Utc>>,
    /// What the provider said, or why; may be empty.
    pub detail: String,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id,
            member_id: delivery.member,
            due_at: delivery.due_at,
            outcome: delivery.outcome,
            outcome_at: delivery.outcome_at,
            detail: delivery.detail,
        }
    }
}
