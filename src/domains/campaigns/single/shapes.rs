//! What the API sends and takes. Additive changes only.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::ids::{CampaignId, DeliveryId, MemberId, TemplateId};

/// A message to have sent.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// A saved template of the category `transactional`; its newest version is sent.
    pub template_id: TemplateId,
    /// To whom. Give this or `email`.
    #[serde(default)]
    pub member_id: Option<MemberId>,
    /// To whom, by the address on their record.
    #[serde(default)]
    pub email: Option<String>,
    /// What the template's own variables say, by their names.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
}

/// A message and what became of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MessageView {
    /// Its id; providers know it under the same.
    pub id: DeliveryId,
    /// To whom.
    pub member_id: MemberId,
    /// The campaign it is listed under: one for each template and month.
    pub campaign_id: CampaignId,
    /// When it was taken in.
    pub created_at: DateTime<Utc>,
    /// `queued`, or the newest of the events.
    pub status: String,
    /// What happened, the oldest first. Opens and clicks are not told about anybody.
    pub events: Vec<MessageEventView>,
}

/// Something that happened to a message.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MessageEventView {
    /// When.
    pub at: DateTime<Utc>,
    /// What: `accepted`, `deferred`, `refused`, `in_doubt`, `withheld`, `delivered`, `bounced` or `complained`.
    pub kind: String,
    /// What the provider said, or why not.
    pub detail: String,
}
