//! Acting on reports.

use crate::app::App;
use crate::domains::campaigns::model::EventKind;
use crate::domains::campaigns::providers::model::Provider;
use crate::domains::consent;
use crate::domains::consent::model::{Action, Channel, EVERYTHING, Method, SuppressionReason};
use crate::domains::consent::queries::{Evidence, Said};
use crate::domains::consent::rules::{Meaning, Reply, read_reply};
use crate::domains::consent::{policy, standing};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;
use crate::providers::webhooks::{InboundSms, OptOut, ProviderEvent, SmsFault, SmsStatus, What};

use super::queries::{self, About};

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
    let org = tx.org();
    let address = event.recipient.as_deref();
    let address = address.map(|address| consent::actions::address_hash(&app.keys, org, address));
    let reported = Reported {
        about,
        channel,
        address: address.as_deref(),
        reference: event.provider_message_id.as_deref(),
        what: &event.what,
    };
    act(tx, &reported)
}

/// What is known of a message that something happened to.
struct Reported<'a> {
    /// Which, when it is one of ours.
    about: Option<About>,
    channel: Channel,
    /// The keyed hash of the address that it is about.
    address: Option<&'a [u8]>,
    /// Under which name the provider knows the message.
    reference: Option<&'a str>,
    what: &'a What,
}

/// Acts on what a mail that came back says about a message of ours, whoever carried it there. Answers whether there is such a message.
///
/// Anybody can write such mail, so it says nothing about any address but the one that this message went to.
///
/// # Errors
/// When the database fails.
pub fn heed_returned(tx: &mut TenantTx<'_>, app: &App, returned: &Returned<'_>) -> Result<bool, AppError> {
    let Some(about) = queries::about(tx, returned.message)? else {
        return Ok(false);
    };
    let org = tx.org();
    let address = queries::address_hash(tx, returned.message)?;
    let is_theirs = |named: &str| consent::actions::address_hash(&app.keys, org, named) == address;
    let is_about_them = returned.named.is_none_or(is_theirs);
    let what = match returned.what.clone() {
        // Where somebody forwards their mail to may be gone; that says nothing about their own address.
        What::Bounced { code, why, .. } if !is_about_them => What::Bounced {
            permanent: false,
            code,
            why,
        },
        what => what,
    };
    let reported = Reported {
        about: Some(about),
        channel: Channel::Email,
        address: Some(&address),
        reference: None,
        what: &what,
    };
    act(tx, &reported)?;
    Ok(true)
}

/// A mail that came back, about a message that may be ours.
#[derive(Debug)]
pub struct Returned<'a> {
    /// Which message, as the mail says.
    pub message: uuid::Uuid,
    /// Whom it did not reach, as the mail says.
    pub named: Option<&'a str>,
    /// What happened. It must not repeat the address: the log outlives the person.
    pub what: What,
}

fn act(tx: &mut TenantTx<'_>, reported: &Reported<'_>) -> Result<(), AppError> {
    let Reported {
        about,
        channel,
        address,
        ..
    } = *reported;
    let (kind, detail) = match reported.what {
        What::Delivered => (EventKind::Delivered, String::new()),
        What::Bounced { permanent, code, why } => {
            if *permanent {
                suppress(tx, channel, address, SuppressionReason::Bounce, why)?;
            }
            let code = code.as_ref().map(|code| format!("{code} ")).unwrap_or_default();
            (EventKind::Bounced, format!("{code}{why}"))
        }
        What::Complained => {
            suppress(tx, channel, address, SuppressionReason::Complaint, "")?;
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
            about.map(|about| about.member_id),
            address,
            (*status, *error_code),
        )? {
            Some(said) => said,
            None => return Ok(()),
        },
        // Counted by the portal's own links and picture.
        What::Opened { .. } | What::Clicked { .. } => return Ok(()),
    };
    if let Some(about) = about {
        queries::happened(tx, about, kind, &detail, reported.reference)?;
        queries::no_longer_in_doubt(tx, about)?;
    }
    Ok(())
}

/// What a status of a text message means; nothing for those on the way.
fn of_text(
    tx: &mut TenantTx<'_>,
    member: Option<MemberId>,
    address: Option<&[u8]>,
    (status, code): (SmsStatus, Option<u32>),
) -> Result<Option<(EventKind, String)>, AppError> {
    let detail = code.map(|code| format!("Error {code}")).unwrap_or_default();
    match status {
        SmsStatus::Delivered | SmsStatus::PartiallyDelivered | SmsStatus::Read => {
            Ok(Some((EventKind::Delivered, detail)))
        }
        SmsStatus::Undelivered | SmsStatus::Failed => {
            match code.map(SmsFault::of) {
                Some(SmsFault::BadAddress) => {
                    suppress(tx, Channel::Sms, address, SuppressionReason::Bounce, &detail)?;
                }
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
    channel: Channel,
    address: Option<&[u8]>,
    reason: SuppressionReason,
    note: &str,
) -> Result<(), AppError> {
    let Some(address) = address else { return Ok(()) };
    let note: String = note.chars().take(300).collect();
    consent::actions::suppress_hash(tx, channel, address, reason, &note)?;
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
    let said = Said {
        channel,
        category: EVERYTHING.to_owned(),
        action: Action::Withdraw,
        basis: None,
        method,
        text: None,
        effective_at: tx.now(),
        expires_at: None,
        answers: None,
        evidence: Evidence {
            note: words.chars().take(1_000).collect(),
            ..Evidence::default()
        },
    };
    consent::actions::write_down(tx, &deciding, &[said]).map(|_| ())
}

/// Acts on a text message that somebody sent: STOP ends every text to everybody who has this number, START lets come again what came
/// before, and what is no keyword is kept for a person to read. Answers what to send back; nothing when the provider has answered already,
/// as it does for what it understood itself.
///
/// # Errors
/// When the database fails.
pub fn answer(
    tx: &mut TenantTx<'_>,
    provider: &Provider,
    sms: &InboundSms,
) -> Result<Option<String>, AppError> {
    let heard = match queries::note(tx, provider.id, &format!("in:{}", sms.provider_message_id))? {
        true => Heard::First,
        false => Heard::Again,
    };
    if heard == Heard::First && meaning_of(sms).is_none() {
        queries::keep_words(tx, &sms.from, &sms.body)?;
    }
    heed_text(tx, sms, heard)
}

/// What a text means to programs; nothing when it is for a person to read.
fn meaning_of(sms: &InboundSms) -> Option<Meaning> {
    match read_reply(&sms.body, understood(sms), standing::rules()?) {
        Reply::Stop => Some(Meaning::Stop),
        Reply::Start => Some(Meaning::Start),
        Reply::Help => Some(Meaning::Help),
        Reply::Other { .. } => None,
    }
}

/// What the provider has understood and answered by itself.
fn understood(sms: &InboundSms) -> Option<Meaning> {
    sms.opt_out_type.map(|kind| match kind {
        OptOut::Stop => Meaning::Stop,
        OptOut::Start => Meaning::Start,
        OptOut::Help => Meaning::Help,
    })
}

/// Whether a text is heard for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It is, and is acted on.
    First,
    /// It was heard before; it is only answered.
    Again,
}

/// Acts on a text message that somebody sent, by whatever way it came in; answers as [`answer`] does.
///
/// # Errors
/// When the database fails.
pub fn heed_text(tx: &mut TenantTx<'_>, sms: &InboundSms, heard: Heard) -> Result<Option<String>, AppError> {
    let (Some(rules), Some(meaning)) = (standing::rules(), meaning_of(sms)) else {
        return Ok(None);
    };
    let people = queries::by_number(tx, &sms.from)?;
    for member in people.iter().copied().filter(|_| heard == Heard::First) {
        let deciding = policy::by_portal(member);
        match meaning {
            Meaning::Stop => withdraw(tx, member, Channel::Sms, Method::Sms, &sms.body)?,
            Meaning::Start => drop(consent::actions::undo_stops(tx, &deciding, &sms.body)?),
            Meaning::Help => {}
        }
    }
    if understood(sms).is_some() {
        return Ok(None);
    }
    let meaning = match meaning {
        Meaning::Start if !is_anybody_back(tx, &people)? => Meaning::Help,
        meaning => meaning,
    };
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

/// Whether any of them gets texts. Whoever had agreed to none is told who writes and where to ask, and not that they are welcome back.
fn is_anybody_back(tx: &mut TenantTx<'_>, people: &[MemberId]) -> Result<bool, AppError> {
    for member in people {
        if consent::actions::has_agreed(tx, *member, Channel::Sms)? {
            return Ok(true);
        }
    }
    Ok(false)
}
