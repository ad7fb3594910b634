//! What the API sends and takes. Additive changes only.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domains::consent::model::{Basis, Channel, Frequency, Method};
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

/// What is left, by the caller or by who is named.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Unsubscribe {
    /// Who leaves; the caller when left out.
    pub member_id: Option<MemberId>,
    /// Instead of a person: whoever has this address or number. When nobody has it and no category is given, it is kept from being
    /// written to.
    pub address: Option<String>,
    /// By what somebody else said it; through the API when left out.
    pub method: Option<Method>,
    /// What shows that somebody else said it, up to 1,000 characters.
    pub note: String,
    /// Over what; every channel when left out.
    pub channel: Option<Channel>,
    /// Which kind; every kind when left out.
    pub category: Option<String>,
}

impl Unsubscribe {
    /// Whether it is for who looks after consent.
    pub fn is_about_somebody_else(&self) -> bool {
        self.member_id.is_some() || self.address.is_some()
    }
}

/// What somebody else said about their messages, to be noted by who looks after consent.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NotePreferences {
    /// Kinds of messages they allow or want no more; what is as it was is not noted again.
    pub preferences: Vec<NotePreference>,
    /// By what they said it.
    pub method: Option<Method>,
    /// On which day, in the organization’s time zone; today when left out.
    pub said_on: Option<NaiveDate>,
    /// What shows it, up to 1,000 characters; needed for what they allow.
    pub note: String,
}

/// One kind of message over one channel that somebody allows or wants no more.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotePreference {
    /// Over what.
    pub channel: Channel,
    /// Which kind, such as `newsletters`.
    pub category: String,
    /// Whether it may be sent.
    pub allowed: bool,
    /// Why it may; that they agreed when left out.
    #[serde(default)]
    pub basis: Option<Basis>,
}
