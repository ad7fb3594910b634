//! Reports of Resend (<https://resend.com/docs/dashboard/webhooks/event-types>): one event each.

use serde_json::Value;
use uuid::Uuid;

use super::fields::{Fields, json};
use super::{BadEvent, ProviderEvent, What};
use crate::providers::mail::MESSAGE_TAG;
use crate::providers::outcome::words;

const NAME: &str = "report from Resend";

/// Reads one report; `delivery` is its identifier from the headers. `None` for events that say nothing about
/// the way of a mail we sent, including types that are yet unknown.
///
/// # Errors
/// [`BadEvent`] when a part that is needed is missing or has another shape.
pub fn resend_event(delivery: &str, body: &[u8]) -> Result<Option<ProviderEvent>, BadEvent> {
    let value = json(body, NAME)?;
    let report = Fields {
        value: &value,
        name: NAME,
    };
    let Some(what) = what(report)? else {
        return Ok(None);
    };
    Ok(Some(ProviderEvent {
        provider_event_id: delivery.to_owned(),
        provider_message_id: Some(report.required("/data/email_id")?.to_owned()),
        our_message_id: our_id(report),
        recipient: recipient(report),
        at: report.moment("/created_at")?,
        what,
    }))
}

fn what(report: Fields<'_>) -> Result<Option<What>, BadEvent> {
    let said = |pointer: &str| report.text(pointer).map(words);
    Ok(Some(match report.required("/type")? {
        "email.delivered" => What::Delivered,
        "email.delivery_delayed" => What::Deferred {
            why: said("/data/delivery_delayed/message").unwrap_or_else(|| "Delivery is delayed".to_owned()),
        },
        "email.bounced" => What::Bounced {
            permanent: report.required("/data/bounce/type")? == "Permanent",
            code: report.owned("/data/bounce/subType"),
            why: said("/data/bounce/message").unwrap_or_else(|| "The mail bounced".to_owned()),
        },
        // Resend no longer sends to this address, because of an earlier bounce or complaint.
        "email.suppressed" => What::Bounced {
            permanent: true,
            code: Some("suppressed".to_owned()),
            why: said("/data/suppressed/message")
                .unwrap_or_else(|| "Resend suppresses the address".to_owned()),
        },
        "email.complained" => What::Complained,
        "email.opened" => What::Opened {
            ip: report.owned("/data/open/ipAddress"),
            user_agent: report.owned("/data/open/userAgent"),
        },
        "email.clicked" => What::Clicked {
            url: report.required("/data/click/link")?.to_owned(),
            ip: report.owned("/data/click/ipAddress"),
            user_agent: report.owned("/data/click/userAgent"),
        },
        "email.failed" => What::Failed {
            why: said("/data/failed/reason").unwrap_or_else(|| "Resend could not send it".to_owned()),
        },
        _ => return Ok(None),
    }))
}

/// `to` is a list; a mail of ours has one recipient.
fn recipient(report: Fields<'_>) -> Option<String> {
    report.owned("/data/to/0").or_else(|| report.owned("/data/to"))
}

/// Tags come as an object by one page of the documentation and as a list of names and values by another.
fn our_id(report: Fields<'_>) -> Option<Uuid> {
    let id = match report.at("/data/tags")? {
        Value::Object(tags) => tags.get(MESSAGE_TAG),
        Value::Array(tags) => tags
            .iter()
            .find(|tag| tag.get("name").is_some_and(|name| name == MESSAGE_TAG))
            .and_then(|tag| tag.get("value")),
        _ => None,
    };
    id?.as_str()?.parse().ok()
}
