//! What the API sends and takes. Additive changes only.

mod analytics;
mod campaigns;
mod running;
mod templates;

pub use analytics::{AnalyticsView, CampaignNumbers, DayNumbers, Numbers};
pub use campaigns::{
    AudienceWanted, CampaignSummary, CampaignView, ChangeCampaign, ContentWanted, CreateCampaign, RulesWanted,
};
pub use running::{DeliveryView, RehearsalView, Schedule};
pub use templates::{CreateTemplate, TemplateSummary, TemplateView};
