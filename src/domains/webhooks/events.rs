//! Facts this module tells. Ids only.

use crate::events;
use crate::kernel::ids::WebhookId;

events! {
    WebhookChanged = "webhooks.endpoint.changed", "An address that is told what happens was added, changed, stopped, started or put away." { webhook: WebhookId }
    WebhookGivenUp = "webhooks.endpoint.given_up", "An address that is told what happens was stopped by the portal: it is gone, or nothing arrived for three days." { webhook: WebhookId }
}
