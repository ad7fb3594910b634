//! Acting on reports.

use crate::app::App;
use crate::domains::campaigns::model::EventKind;
use crate::domains::campaigns::providers::model::Provider;
use crate::domains::consent;
use crate::domains::consent::model::{Action, Basis, Channel, EVERYTHING, Method, SuppressionReason};
use crate::domains::consent::queries::{Evidence, Said};
use crate::domains::consent::rules::{Meaning, Reply, read_reply};
use crate::domains::consent::{policy, standing};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;
use crate::providers::webhooks::{InboundSms, OptOut, ProviderEvent, SmsFault, SmsStatus, What};

use super::queries;

/// Acts on what happened to a message, once.
///
/// # Errors
/// When the database fails.
pub fn heed(
    tx: &mut TenantTx<'_>,
    app: &App,
    provider: &Provider,
    event: &ProviderEvent,
) -> Result<(), AppError> {
    if !queries::note(tx, provider.id, &event.provider_event_id)? {
        return Ok(());
    }
    let channel = crate::domains::campaigns::audience::contact_channel(provider.kind.channel());
    let about = match event.our_message_id {
        Some(id) => queries::about(tx, id)?,
        None => None,
    };
    let recipient = event.recipient.as_deref();
    let (kind, detail) = match &event.what {
        What::Delivered => (EventKind::Delivered, String::new()),
        What::Bounced { permanent, code, why } => {
            if *permanent {
                suppress(tx, app, channel, recipient, SuppressionReason::Bounce, why)?;
            }
            let code = code.as_ref().map(|code| format!("{code} ")).unwrap_or_default();
            (EventKind::Bounced, format!("{code}{why}"))
        }
        What::Complained => {
            suppress(tx, app, channel, recipient, SuppressionReason::Complaint, "")?;
            (EventKind::Complained, String::new())
        }
        What::Deferred { why } => (EventKind::Deferred, why.clone()),
        What::Failed { why } => (EventKind::Refused, why.clone()),
        What::Unsubscribed => {
            if let Some(about) = about {
                withdraw(tx, about.member_id, channel, Method::Mail, "")?;
            }
            (EventKind::Unsubscribed, "Said through the provider".to_owned())
        }
        What::Sms { status, error_code } => match of_text(
            tx,
            app,
            about.map(|about| about.member_id),
            recipient,
            (*status, *error_code),
        )? {
            Some(said) => said,
            None => return Ok(()),
        },
        // Counted by the portal's own links and picture.
        What::Opened { .. } | What::Clicked { .. } => return Ok(()),
    };
    if let Some(about) = about {
        queries::happened(tx, about, kind, &detail, event.provider_message_id.as_deref())?;
        queries::no_longer_in_doubt(tx, about)?;
    }
    Ok(())
}

/// What a status of a text message means; nothing for those on the way.
fn of_text(
    tx: &mut TenantTx<'_>,
    app: &App,
    member: Option<MemberId>,
    recipient: Option<&str>,
    (status, code): (SmsStatus, Option<u32>),
) -> Result<Option<(EventKind, String)>, AppError> {
    let detail = code.map(|code| format!("Error {code}")).unwrap_or_default();
    match status {
        SmsStatus::Delivered | SmsStatus::PartiallyDelivered | SmsStatus::Read => {
            Ok(Some((EventKind::Delivered, detail)))
        }
        SmsStatus::Undelivered | SmsStatus::Failed => {
            match code.map(SmsFault::of) {
                Some(SmsFault::BadAddress) => suppress(
                    tx,
                    app,
                    Channel::Sms,
                    recipient,
                    SuppressionReason::Bounce,
                    &detail,
                )?,
                Some(SmsFault::OptedOut) => {
                    if let Some(member) = member {
                        withdraw(tx, member, Channel::Sms, Method::Sms, "")?;
                    }
                }
                _ => {}
            }
            Ok(Some((EventKind::Bounced, detail)))
        }
        _ => Ok(None),
    }
}

fn suppress(
    tx: &mut TenantTx<'_>,
    app: &App,
    channel: Channel,
    address: Option<&str>,
    reason: SuppressionReason,
    note: &str,
) -> Result<(), AppError> {
    let Some(address) = address else { return Ok(()) };
    let note: String = note.chars().take(300).collect();
    consent::actions::suppress_reported(tx, &app.keys, channel, address, reason, &note)?;
    Ok(())
}

/// Takes back everything of a channel, in somebody's own words.
fn withdraw(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    channel: Channel,
    method: Method,
    words: &str,
) -> Result<(), AppError> {
    let deciding = policy::by_portal(member);
    let said = said(tx, channel, (Action::Withdraw, None), method, words);
    consent::actions::write_down(tx, &deciding, &[said]).map(|_| ())
}

fn said(
    tx: &TenantTx<'_>,
    channel: Channel,
    (action, basis): (Action, Option<Basis>),
    method: Method,
    words: &str,
) -> Said {
    Said {
        channel,
        category: EVERYTHING.to_owned(),
        action,
        basis,
        method,
        text: None,
        effective_at: tx.now(),
        expires_at: None,
        answers: None,
        evidence: Evidence {
            note: words.chars().take(1_000).collect(),
            ..Evidence::default()
        },
    }
}

/// Acts on a text message that somebody sent: STOP ends every text to everybody who has this number, START lets them come again. Answers
/// what to send back; nothing when the provider has answered already, as it does for what it understood itself.
///
/// # Errors
/// When the database fails.
pub fn answer(
    tx: &mut TenantTx<'_>,
    provider: &Provider,
    sms: &InboundSms,
) -> Result<Option<String>, AppError> {
    let understood = sms.opt_out_type.map(|kind| match kind {
        OptOut::Stop => Meaning::Stop,
        OptOut::Start => Meaning::Start,
        OptOut::Help => Meaning::Help,
    });
    let Some(rules) = standing::rules() else {
        return Ok(None);
    };
    let reply = read_reply(&sms.body, understood, rules);
    let is_fresh = queries::note(tx, provider.id, &format!("in:{}", sms.provider_message_id))?;
    let people = queries::by_number(tx, &sms.from)?;
    let meaning = match reply {
        Reply::Stop => Meaning::Stop,
        Reply::Start => Meaning::Start,
        Reply::Help => Meaning::Help,
        Reply::Other { .. } => return Ok(None),
    };
    for member in people.iter().copied().filter(|_| is_fresh) {
        let deciding = policy::by_portal(member);
        match meaning {
            Meaning::Stop => withdraw(tx, member, Channel::Sms, Method::Sms, &sms.body)?,
            Meaning::Start => {
                let said = said(
                    tx,
                    Channel::Sms,
                    (Action::Grant, Some(Basis::Express)),
                    Method::Sms,
                    &sms.body,
                );
                consent::actions::write_down(tx, &deciding, &[said])?;
            }
            Meaning::Help => {}
        }
    }
    if understood.is_some() {
        return Ok(None);
    }
    let language = match people.first() {
        Some(member) => crate::domains::people::reach(tx, *member)?.locale,
        None => "en".to_owned(),
    };
    let asker = consent::asker(tx)?;
    let contact = if asker.contact_line.is_empty() {
        asker.name.clone()
    } else {
        asker.contact_line
    };
    Ok(rules.answer(meaning, &language, &asker.name, &contact))
}
