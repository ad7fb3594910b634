//! Facts this module tells. Ids only.

use crate::events;
use crate::kernel::ids::{CampaignId, DeliveryId, MailboxId, MemberId, ProviderId};

events! {
    CampaignCreated = "campaigns.campaign.created", "A campaign was begun." { campaign: CampaignId }
    CampaignLaunched = "campaigns.campaign.launched", "A campaign was sent off: its audience is gathered at its time and its messages leave." { campaign: CampaignId }
    CampaignApproved = "campaigns.campaign.approved", "A second person let a campaign go." { campaign: CampaignId }
    CampaignStarted = "campaigns.campaign.started", "The audience of a campaign was gathered; messages leave." { campaign: CampaignId }
    CampaignPaused = "campaigns.campaign.paused", "A campaign was stopped for a while." { campaign: CampaignId }
    CampaignResumed = "campaigns.campaign.resumed", "A paused campaign goes on." { campaign: CampaignId }
    CampaignCancelled = "campaigns.campaign.cancelled", "A campaign was ended before everything had left." { campaign: CampaignId }
    CampaignWinnerChosen = "campaigns.campaign.winner_chosen", "It was decided which variant of a campaign the rest of its audience gets." { campaign: CampaignId }
    CampaignSent = "campaigns.campaign.sent", "Every message of a campaign has come to an end." { campaign: CampaignId }
    CampaignFailed = "campaigns.campaign.failed", "A campaign could not be sent." { campaign: CampaignId }
    SingleQueued = "campaigns.single.queued", "A program had a message sent to one person." { delivery: DeliveryId, member: MemberId }
    ProviderChanged = "campaigns.provider.changed", "A service through which messages leave was added, changed or put away." { provider: ProviderId }
    MailboxChanged = "campaigns.mailbox.changed", "The mailbox to which bounces come back was set, paused, started again or removed." { mailbox: MailboxId }
}
