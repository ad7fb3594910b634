//! A picture of the phone that text messages in the outbox were for, for whoever tries the portal out without a provider: what a person
//! got, and what they answer, which is heeded as if it had come from a provider.

mod actions;
mod pages;
mod queries;
pub mod routes;

pub use actions::forget;
pub use queries::forget_old;

use crate::kernel::ids::CampaignId;
use crate::platform::mail::mime;

/// Under this name the outbox notes which campaign a text was of.
const CAMPAIGN: &str = "X-Waymark-Campaign";

/// A text message as the outbox keeps it.
pub fn kept(text: &str, campaign: Option<CampaignId>) -> Vec<u8> {
    let mut message = match campaign {
        Some(campaign) => format!("{CAMPAIGN}: {campaign}\r\n").into_bytes(),
        None => Vec::new(),
    };
    message.extend_from_slice(&mime::plain(text));
    message
}
