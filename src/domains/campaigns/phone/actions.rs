//! Answering as the person whose phone it is.

use serde_json::json;

use crate::domains::campaigns::reports::actions::{Heard, heed_text};
use crate::domains::consent;
use crate::domains::consent::model::Channel;
use crate::domains::identity::Admitted;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::mail::{self, Finished};
use crate::providers::webhooks::InboundSms;

use super::queries;

/// Characters of a text that stand in the list of the outbox.
const SUBJECT: usize = 120;

/// Answers as whoever has this number, on the way that a provider's report of a text takes. What would be sent back is kept in the outbox.
///
/// # Errors
/// [`AppError::NotFound`] for who does not act in this organization.
pub fn reply(tx: &mut TenantTx<'_>, by: Admitted, number: &str, body: &str) -> Result<(), AppError> {
    by.acts_in(tx.org())?;
    let id = queries::insert(tx, number, body)?;
    // Neither the number nor the words: who they are is nobody's business in the log.
    tx.audit(Entry::of("campaigns.phone.answered", "phone_reply", id).after(json!({})))?;
    let sms = InboundSms {
        provider_message_id: id.to_string(),
        from: number.to_owned(),
        to: String::new(),
        body: body.to_owned(),
        opt_out_type: None,
    };
    match heed_text(tx, &sms, Heard::First)? {
        Some(words) => keep_answer(tx, number, &words),
        None => Ok(()),
    }
}

fn keep_answer(tx: &mut TenantTx<'_>, number: &str, words: &str) -> Result<(), AppError> {
    let subject: String = words.chars().take(SUBJECT).collect();
    let finished = Finished {
        recipient: number,
        subject: &subject,
        mime: &super::kept(words, None),
    };
    mail::keep_finished(tx, &finished)
}

/// Takes away what was answered for somebody.
///
/// # Errors
/// When the database fails.
pub fn forget(tx: &mut TenantTx<'_>, member: MemberId) -> Result<(), AppError> {
    let numbers = consent::actions::addresses(tx, member, Channel::Sms)?;
    Ok(queries::forget(tx, &numbers)?)
}
