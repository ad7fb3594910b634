//! Reports of SendGrid (<https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event>): many
//! events each.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::fields::{Fields, json};
use super::{BadEvent, ProviderEvent, What};
use crate::providers::mail::MESSAGE_TAG;
use crate::providers::outcome::words;

const NAME: &str = "report from SendGrid";

/// Reads a report. Each event that says something about the way of a mail stands for itself, so that one of a
/// strange shape does not take the others with it; types that say nothing, or are yet unknown, are left out.
///
/// # Errors
/// [`BadEvent`] when the report as a whole is not a list.
pub fn sendgrid_events(body: &[u8]) -> Result<Vec<Result<ProviderEvent, BadEvent>>, BadEvent> {
    let value = json(body, NAME)?;
    let events = value
        .as_array()
        .ok_or_else(|| BadEvent(format!("The {NAME} is not a list of events")))?;
    Ok(events
        .iter()
        .filter_map(|value| read(Fields { value, name: NAME }).transpose())
        .collect())
}

fn read(event: Fields<'_>) -> Result<Option<ProviderEvent>, BadEvent> {
    let Some(what) = what(event)? else {
        return Ok(None);
    };
    // What was answered on sending, and after a dot which server had it.
    let message = event.text("/sg_message_id").and_then(|id| id.split('.').next());
    Ok(Some(ProviderEvent {
        provider_event_id: event.required("/sg_event_id")?.to_owned(),
        provider_message_id: message.map(str::to_owned),
        our_message_id: event
            .text(&format!("/{MESSAGE_TAG}"))
            .and_then(|id| id.parse().ok()),
        recipient: event.owned("/email"),
        at: moment(event)?,
        what,
    }))
}

fn what(event: Fields<'_>) -> Result<Option<What>, BadEvent> {
    let said = |pointer: &str| event.text(pointer).map(words);
    let reason = || said("/reason").unwrap_or_else(|| "No reason was given".to_owned());
    Ok(Some(match event.required("/event")? {
        "delivered" => What::Delivered,
        "deferred" => What::Deferred {
            why: said("/response").unwrap_or_else(|| "Delivery is deferred".to_owned()),
        },
        // A block is about this mail or the sender, not about the address.
        "bounce" => What::Bounced {
            permanent: event.text("/type") != Some("blocked"),
            code: event.owned("/status"),
            why: reason(),
        },
        "dropped" => dropped(reason()),
        "open" => What::Opened {
            ip: event.owned("/ip"),
            user_agent: event.owned("/useragent"),
        },
        "click" => What::Clicked {
            url: event.required("/url")?.to_owned(),
            ip: event.owned("/ip"),
            user_agent: event.owned("/useragent"),
        },
        "spamreport" => What::Complained,
        "unsubscribe" | "group_unsubscribe" => What::Unsubscribed,
        _ => return Ok(None),
    }))
}

/// SendGrid does not send to addresses that bounced before; that is one more permanent bounce.
fn dropped(why: String) -> What {
    match why.as_str() {
        "Bounced Address" | "Invalid" => What::Bounced {
            permanent: true,
            code: Some("dropped".to_owned()),
            why,
        },
        _ => What::Failed { why },
    }
}

/// Seconds since 1970, as a number or, from older senders, as text.
fn moment(event: Fields<'_>) -> Result<DateTime<Utc>, BadEvent> {
    let seconds = match event.at("/timestamp") {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    seconds
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .ok_or_else(|| event.lacks("moment", "/timestamp"))
}
