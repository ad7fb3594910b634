//! Reports of Twilio: a form each, for how far a message got and for a message that came in.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use url::form_urlencoded;

use super::{BadEvent, InboundSms, OptOut, ProviderEvent, SmsStatus, What};
use crate::providers::sms::MESSAGE_PARAMETER;

/// Reads how far a message got. `query` is that of the address that was called, where our identifier stands;
/// `delivery` the header `I-Twilio-Idempotency-Token`, if it was sent; `received` when the report came, for
/// it names no moment of its own. `None` for a status that is yet unknown.
///
/// # Errors
/// [`BadEvent`] when the message or its status is missing.
pub fn sms_status(
    body: &[u8],
    query: &str,
    delivery: Option<&str>,
    received: DateTime<Utc>,
) -> Result<Option<ProviderEvent>, BadEvent> {
    let form = Form::read(body);
    let message = form.required("MessageSid")?;
    let written = form.required("MessageStatus")?;
    let Some(status) = SmsStatus::parse(&written) else {
        return Ok(None);
    };
    let given = delivery.filter(|token| !token.is_empty()).map(str::to_owned);
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let ours = parameters.find(|(name, _)| name == MESSAGE_PARAMETER);
    Ok(Some(ProviderEvent {
        provider_event_id: given.unwrap_or_else(|| format!("{message}:{written}")),
        provider_message_id: Some(message),
        our_message_id: ours.and_then(|(_, id)| id.parse().ok()),
        recipient: form.get("To"),
        at: received,
        what: What::Sms {
            status,
            error_code: form.get("ErrorCode").and_then(|code| code.parse().ok()),
        },
    }))
}

/// Reads a message that came in. An empty one is fine: it may consist of a picture.
///
/// # Errors
/// [`BadEvent`] when its name, sender or recipient is missing.
pub fn inbound_sms(body: &[u8]) -> Result<InboundSms, BadEvent> {
    let form = Form::read(body);
    Ok(InboundSms {
        provider_message_id: form.required("MessageSid")?,
        from: form.required("From")?,
        to: form.required("To")?,
        body: form.get("Body").unwrap_or_default(),
        opt_out_type: form.get("OptOutType").and_then(|word| opt_out(&word)),
    })
}

fn opt_out(word: &str) -> Option<OptOut> {
    match word.to_ascii_uppercase().as_str() {
        "STOP" => Some(OptOut::Stop),
        "START" => Some(OptOut::Start),
        "HELP" => Some(OptOut::Help),
        _ => None,
    }
}

struct Form(HashMap<String, String>);

impl Form {
    fn read(body: &[u8]) -> Form {
        Form(form_urlencoded::parse(body).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|value| !value.is_empty()).cloned()
    }

    fn required(&self, name: &str) -> Result<String, BadEvent> {
        self.get(name)
            .ok_or_else(|| BadEvent(format!("The report from Twilio has no “{name}”")))
    }
}
