//! What the API sends and takes. Additive changes only.

use chrono::{DateTime, NaiveTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domains::consent::model::{Basis, Channel, Frequency};
use crate::kernel::ids::MemberId;

/// What the caller gets.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PreferencesView {
    /// Whose preferences they are.
    pub member_id: MemberId,
    /// `en` or `fr`.
    pub language: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Nothing is sent from this time of day in their zone,
    pub quiet_from: Option<NaiveTime>,
    /// until this one.
    pub quiet_to: Option<NaiveTime>,
    /// Only what is transactional is sent until then.
    pub paused_until: Option<DateTime<Utc>>,
    /// Each kind of message over each channel.
    pub preferences: Vec<PreferenceView>,
}

/// One kind of message over one channel.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PreferenceView {
    /// Over what.
    pub channel: Channel,
    /// Which kind, such as `newsletters`.
    pub category: String,
    /// Whether it may be sent.
    pub allowed: bool,
    /// Why it may.
    pub basis: Option<Basis>,
    /// Until when it may, when that is known.
    pub until: Option<DateTime<Utc>>,
    /// How often; for e-mail.
    pub frequency: Frequency,
}

/// What should change; what is left out stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChangePreferences {
    /// Kinds of messages to allow or to stop.
    pub preferences: Vec<ChangePreference>,
    /// `en` or `fr`.
    pub language: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
}

/// One kind of message over one channel to allow or to stop.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePreference {
    /// Over what.
    pub channel: Channel,
    /// Which kind, such as `newsletters`.
    pub category: String,
    /// Whether it may be sent.
    pub allowed: bool,
    /// How often; for e-mail.
    #[serde(default)]
    pub frequency: Option<Frequency>,
}

/// What the caller leaves.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Unsubscribe {
    /// Over what; every channel when left out.
    pub channel: Option<Channel>,
    /// Which kind; every kind when left out.
    pub category: Option<String>,
}
