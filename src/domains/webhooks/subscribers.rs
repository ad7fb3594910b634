//! What is told outside is heard on the bus.

use crate::kernel::error::AppError;
use crate::platform::bus::{Envelope, Subscriber};
use crate::platform::db::TenantTx;

use super::model::{self, Webhook};
use super::{actions, queries};

/// The domain's subscribers.
pub fn subscribers() -> Vec<Subscriber> {
    vec![
        Subscriber {
            name: "webhooks.tell_of_campaigns",
            pattern: "campaigns.campaign.>",
            react: tell,
        },
        Subscriber {
            name: "webhooks.tell_of_consent",
            pattern: "consent.>",
            react: tell,
        },
    ]
}

/// Writes down what each address is told of an event.
fn tell(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let Some(kind) = model::kind_of(&envelope.event_type) else {
        return Ok(());
    };
    let wants = |webhook: &Webhook| webhook.is_told() && webhook.kinds.iter().any(|one| one == kind.name);
    let those: Vec<Webhook> = queries::all(tx)?.into_iter().filter(wants).collect();
    if those.is_empty() {
        return Ok(());
    }
    let body = model::body(kind.name, envelope.timestamp, &model::data(envelope))?;
    for webhook in those {
        queries::tell(tx, webhook.id, kind.name, Some(envelope.event_id), &body)?;
    }
    actions::wake(tx);
    Ok(())
}
