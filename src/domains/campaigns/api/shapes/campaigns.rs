//! Campaigns.

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::domains::campaigns::api::wanted::Parts;
use crate::domains::campaigns::entering::Entry;
use crate::domains::campaigns::model::{Campaign, DoubtPolicy, Start, State};
use crate::domains::campaigns::queries::Named;
use crate::domains::campaigns::templates::model::Channel;
use crate::kernel::ids::{CampaignId, MemberId, SegmentId, TemplateId};

/// A campaign in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CampaignSummary {
    /// Its id.
    pub id: CampaignId,
    /// What staff call it.
    pub name: String,
    /// How it travels.
    pub channel: Channel,
    /// How far it is.
    pub state: State,
    /// Whether it was sent off and waits for a second person to let it go.
    pub waits_for_approval: bool,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was sent off.
    pub launched_at: Option<DateTime<Utc>>,
    /// When the last of it came to an end.
    pub finished_at: Option<DateTime<Utc>>,
    /// Counts changes: send it back with a change.
    pub version: i32,
}

fn waits(campaign: &Campaign) -> bool {
    campaign.state == State::Scheduled && campaign.needs_approval && campaign.approved_by.is_none()
}

impl From<Campaign> for CampaignSummary {
    fn from(campaign: Campaign) -> Self {
        Self {
            id: campaign.id,
            waits_for_approval: waits(&campaign),
            name: campaign.name,
            channel: campaign.channel,
            state: campaign.state,
            created_at: campaign.created_at,
            launched_at: campaign.launched_at,
            finished_at: campaign.finished_at,
            version: campaign.revision,
        }
    }
}

/// A campaign.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CampaignView {
    /// Its id.
    pub id: CampaignId,
    /// What staff call it.
    pub name: String,
    /// How it travels.
    pub channel: Channel,
    /// How far it is.
    pub state: State,
    /// Whether it was sent off and waits for a second person to let it go.
    pub waits_for_approval: bool,
    /// What it says, and from whom.
    pub content: ContentView,
    /// For whom it is.
    pub audience: AudienceView,
    /// When it may not go, and what happens in doubt.
    pub rules: RulesView,
    /// When it begins.
    pub starts: Start,
    /// The moment at which it begins for everybody.
    pub starts_at: Option<DateTime<Utc>>,
    /// The time at which it begins on each person’s own clock.
    pub starts_local: Option<NaiveDateTime>,
    /// Until when it goes to whoever comes into its audience, when it does.
    pub entry: Option<EntryView>,
    /// What keeps it from going on, in words; empty when nothing does.
    pub trouble: String,
    /// Who began it.
    pub created_by: MemberId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// Who sent it off.
    pub launched_by: Option<MemberId>,
    /// When.
    pub launched_at: Option<DateTime<Utc>>,
    /// Who let it go, when a second person had to.
    pub approved_by: Option<MemberId>,
    /// When the last of it came to an end.
    pub finished_at: Option<DateTime<Utc>>,
    /// Counts changes: send it back with a change.
    pub version: i32,
}

/// Until when a campaign goes to whoever comes into its audience.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EntryView {
    /// Who comes in at or after this moment gets nothing.
    pub until: DateTime<Utc>,
    /// Whether those get it, too, who are in the audience when it begins.
    pub with_present: bool,
}

/// What a campaign says, and from whom.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ContentView {
    /// The template.
    pub template_id: Option<TemplateId>,
    /// What the template’s own variables say.
    pub fill: Value,
    /// The sender’s name; the provider’s or organization’s when empty.
    pub from_name: String,
    /// Where answers go; to the sender when empty.
    pub reply_to: String,
    /// Whether opens and clicks are counted.
    pub tracked: bool,
}

/// For whom a campaign is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AudienceView {
    /// Everybody but who is in `exclude`.
    pub everyone: bool,
    /// Segments it is for.
    pub include: Vec<SegmentId>,
    /// Segments that are left out.
    pub exclude: Vec<SegmentId>,
}

/// When a campaign may not go, and what happens in doubt.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RulesView {
    /// Between these times of day on each person’s own clock nothing of it leaves.
    pub quiet: Option<QuietHours>,
    /// Hours after which a message is too late to be sent.
    pub late_hours: i16,
    /// What happens to a message of which nobody knows whether it left.
    pub in_doubt: DoubtPolicy,
}

/// Times of day, perhaps over midnight.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// From.
    pub from: NaiveTime,
    /// To.
    pub to: NaiveTime,
}

impl CampaignView {
    /// A campaign with the segments it names, and until when it goes to whoever comes in.
    pub fn of(campaign: Campaign, segments: &[Named], entry: Option<Entry>) -> Self {
        let of = |is_excluded: bool| {
            segments
                .iter()
                .filter(|one| one.is_excluded == is_excluded)
                .map(|one| one.segment)
                .collect()
        };
        Self {
            id: campaign.id,
            waits_for_approval: waits(&campaign),
            content: ContentView {
                template_id: campaign.template_id,
                fill: campaign.fill,
                from_name: campaign.from_name,
                reply_to: campaign.reply_to,
                tracked: campaign.is_tracked,
            },
            audience: AudienceView {
                everyone: campaign.is_everyone,
                include: of(false),
                exclude: of(true),
            },
            rules: RulesView {
                quiet: campaign
                    .quiet_from
                    .zip(campaign.quiet_to)
                    .map(|(from, to)| QuietHours { from, to }),
                late_hours: campaign.late_hours,
                in_doubt: campaign.in_doubt,
            },
            name: campaign.name,
            channel: campaign.channel,
            state: campaign.state,
            starts: campaign.starts,
            starts_at: campaign.starts_at,
            starts_local: campaign.starts_local,
            entry: entry.map(|entry| EntryView {
                until: entry.until,
                with_present: entry.with_present,
            }),
            trouble: campaign.trouble,
            created_by: campaign.created_by,
            created_at: campaign.created_at,
            changed_at: campaign.changed_at,
            launched_by: campaign.launched_by,
            launched_at: campaign.launched_at,
            approved_by: campaign.approved_by,
            finished_at: campaign.finished_at,
            version: campaign.revision,
        }
    }
}

/// A campaign to be begun.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CreateCampaign {
    /// What staff call it, 1 to 120 characters.
    pub name: String,
    /// How it travels; for good.
    pub channel: Option<Channel>,
    /// What it says, and from whom.
    pub content: Option<ContentWanted>,
    /// For whom it is.
    pub audience: Option<AudienceWanted>,
    /// When it may not go, and what happens in doubt.
    pub rules: Option<RulesWanted>,
}

impl CreateCampaign {
    /// What goes into the draft.
    pub(in crate::domains::campaigns::api) fn parts(&self) -> Parts<'_> {
        Parts {
            name: None,
            content: self.content.as_ref(),
            audience: self.audience.as_ref(),
            rules: self.rules.as_ref(),
        }
    }
}

/// What should change of a draft; what is left out stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeCampaign {
    /// The version that was read; another is refused with 409.
    pub version: i32,
    /// What staff call it, 1 to 120 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// What it says, and from whom.
    #[serde(default)]
    pub content: Option<ContentWanted>,
    /// For whom it is.
    #[serde(default)]
    pub audience: Option<AudienceWanted>,
    /// When it may not go, and what happens in doubt.
    #[serde(default)]
    pub rules: Option<RulesWanted>,
}

impl ChangeCampaign {
    /// What changes of the draft.
    pub(in crate::domains::campaigns::api) fn parts(&self) -> Parts<'_> {
        Parts {
            name: self.name.as_deref(),
            content: self.content.as_ref(),
            audience: self.audience.as_ref(),
            rules: self.rules.as_ref(),
        }
    }
}

/// What a campaign is to say, and from whom; what is left out stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContentWanted {
    /// A template of the campaign’s channel that is in use and has a version.
    pub template_id: Option<TemplateId>,
    /// What the template’s own variables say: all of them, by name, as text.
    pub fill: Option<Map<String, Value>>,
    /// The sender’s name, up to 80 characters.
    pub from_name: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// Whether opens and clicks are counted.
    pub tracked: Option<bool>,
}

/// For whom a campaign is to be; what is left out stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AudienceWanted {
    /// Everybody but who is in `exclude`.
    pub everyone: Option<bool>,
    /// Segments it is for: all of them.
    pub include: Option<Vec<SegmentId>>,
    /// Segments that are left out: all of them.
    pub exclude: Option<Vec<SegmentId>>,
}

/// When a campaign may not go, and what happens in doubt; what is left out stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RulesWanted {
    /// Quiet hours of its own, or null for none.
    #[serde(deserialize_with = "given")]
    #[schemars(with = "Option<QuietHours>")]
    pub quiet: Option<Option<QuietHours>>,
    /// Hours after which a message is too late to be sent, 1 to 336.
    pub late_hours: Option<i16>,
    /// What happens to a message of which nobody knows whether it left.
    pub in_doubt: Option<DoubtPolicy>,
}

/// Tells null from what is left out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}
