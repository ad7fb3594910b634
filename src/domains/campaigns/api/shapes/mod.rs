//! What the API sends and takes. Additive changes only.

mod analytics;
mod campaigns;
mod running;
mod templates;
mod variants;

pub use analytics::{AnalyticsView, CampaignNumbers, DayNumbers, Numbers};
pub use campaigns::{
    AudienceWanted, CampaignSummary, CampaignView, ChangeCampaign, ContentWanted, CreateCampaign, RulesWanted,
};
pub use running::{DeliveryView, ExclusionView, RehearsalView, Schedule};
pub use templates::{CreateTemplate, TemplateSummary, TemplateView};
pub use variants::{VariantsView, VariantsWanted, WinnerWanted, named};
