//! Numbers.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domains::campaigns::model::{Campaign, EventKind, Reason, State};
use crate::domains::campaigns::queries::Counts;
use crate::domains::campaigns::tracking::Hits;
use crate::kernel::ids::CampaignId;

use super::running::ExcludedView;

/// What became of messages.
#[derive(Debug, Clone, Copy, Default, Serialize, JsonSchema)]
pub struct Numbers {
    /// Handed over to a provider or mail server.
    pub sent: i64,
    /// Reported as delivered; not every provider reports.
    pub delivered: i64,
    /// Came back.
    pub bounced: i64,
    /// Marked as unwanted.
    pub complained: i64,
    /// Refused at once by a provider or mail server.
    pub refused: i64,
    /// Messages in which a person followed a link, on the day of the first; machines are left out, as far as they can be told.
    pub clicked: i64,
    /// People who took something back by the link or button of a message, or by answering it.
    pub unsubscribed: i64,
}

impl Numbers {
    /// Adds what was counted of a kind of event.
    pub fn add(&mut self, what: &str, amount: i64) {
        let place = match what {
            "accepted" => &mut self.sent,
            "delivered" => &mut self.delivered,
            "bounced" => &mut self.bounced,
            "complained" => &mut self.complained,
            "refused" => &mut self.refused,
            "clicked" => &mut self.clicked,
            "unsubscribed" => &mut self.unsubscribed,
            _ => return,
        };
        *place += amount;
    }
}

/// What became of messages on one day.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DayNumbers {
    /// Which day.
    pub day: NaiveDate,
    /// What happened on it.
    #[serde(flatten)]
    pub numbers: Numbers,
}

/// What became of all messages of campaigns.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnalyticsView {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Whose days they are: an IANA time zone.
    pub time_zone: String,
    /// All of it together.
    pub totals: Numbers,
    /// Each day on which something happened.
    pub days: Vec<DayNumbers>,
}

/// From audience to reader: the numbers of one campaign.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CampaignNumbers {
    /// Which campaign.
    pub campaign_id: CampaignId,
    /// How far it is.
    pub state: State,
    /// People who were looked at: `recipients` and all of `excluded` together.
    pub audience: i64,
    /// To how many a message was to be sent.
    pub recipients: i64,
    /// How many were left out, by reason.
    pub excluded: Vec<ExcludedView>,
    /// Handed over to a provider or mail server.
    pub sent: i64,
    /// Reported as delivered; not every provider reports.
    pub delivered: i64,
    /// Came back.
    pub bounced: i64,
    /// Marked as unwanted.
    pub complained: i64,
    /// Refused by a provider or mail server.
    pub refused: i64,
    /// Held back at the last moment, such as from who said no meanwhile.
    pub withheld: i64,
    /// Ended before they left.
    pub cancelled: i64,
    /// Times at which nobody knew whether a message left.
    pub in_doubt: i64,
    /// Messages that a person opened, as far as that can be told.
    pub opened: i64,
    /// Messages in which a person followed a link, as far as that can be told.
    pub clicked: i64,
    /// Opens and clicks that look like a machine’s and are counted nowhere else.
    pub machine_hits: i64,
    /// Said to the provider that carried it that they want no more.
    pub unsubscribed: i64,
}

impl CampaignNumbers {
    /// What was counted of a campaign.
    pub fn of(campaign: &Campaign, counts: &Counts, hits: Hits) -> Self {
        let of = |kind: EventKind| counts.of(kind.as_str());
        let excluded: Vec<ExcludedView> = Reason::ALL
            .iter()
            .map(|reason| ExcludedView {
                reason: *reason,
                people: counts.of(reason.as_str()),
            })
            .filter(|one| one.people > 0)
            .collect();
        let recipients = counts.of("queued");
        Self {
            campaign_id: campaign.id,
            state: campaign.state,
            audience: recipients + excluded.iter().map(|one| one.people).sum::<i64>(),
            recipients,
            excluded,
            sent: of(EventKind::Accepted),
            delivered: of(EventKind::Delivered),
            bounced: of(EventKind::Bounced),
            complained: of(EventKind::Complained),
            refused: of(EventKind::Refused),
            withheld: of(EventKind::Withheld),
            cancelled: of(EventKind::Cancelled),
            in_doubt: of(EventKind::InDoubt),
            opened: hits.opened,
            clicked: hits.clicked,
            machine_hits: hits.machines,
            unsubscribed: of(EventKind::Unsubscribed),
        }
    }
}
