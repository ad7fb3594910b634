//! What a mail that came back means, and acting on it once.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::domains::campaigns::reports::actions::{Returned, heed_returned};
use crate::domains::campaigns::sending::without_address;
use crate::domains::consent;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::providers::mail::bounces::{self, Bounce, Complaint, Failure, Finality, Mailboxes, Report};
use crate::providers::webhooks::What;

use super::model::{Mailbox, Place, Taken};
use super::queries;

/// Whether reading goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It does.
    GoOn,
    /// Somebody paused or removed the mailbox.
    Stop,
}

/// Takes in one message and notes that it was read, in one transaction: a process that dies before reads it again.
///
/// # Errors
/// When the database fails.
pub fn take(
    tx: &mut TenantTx<'_>,
    app: &App,
    mailbox: &Mailbox,
    at: Place,
    message: &[u8],
) -> Result<Next, AppError> {
    if !queries::lock_in_use(tx, mailbox.id)? {
        return Ok(Next::Stop);
    }
    let hash: [u8; 32] = Sha256::digest(message).into();
    if !queries::met_again(tx, mailbox.id, &hash, at)?
        && let Some(kind) = heed(tx, app, mailbox, message, &hash)?
    {
        queries::note_taken(tx, mailbox.id, (kind, &hash), at)?;
    }
    queries::note_position(tx, mailbox.id, at)?;
    Ok(Next::GoOn)
}

/// Acts on a message; nothing when it is for a person to read, or about no message of ours.
fn heed(
    tx: &mut TenantTx<'_>,
    app: &App,
    mailbox: &Mailbox,
    message: &[u8],
    hash: &[u8],
) -> Result<Option<Taken>, AppError> {
    let ours = Mailboxes {
        bounces: mailbox.address.clone(),
        unsubscribe: mailbox.address.clone(),
    };
    let (kind, is_ours) = match bounces::read(message, &ours) {
        Report::Bounce(bounce) => (Taken::Bounce, heed_bounce(tx, app, &bounce)?),
        Report::Complaint(complaint) if !complaint.is_withdrawal() => {
            (Taken::Complaint, heed_complaint(tx, app, &complaint)?)
        }
        Report::Unsubscribe { token } => {
            let note = format!("SHA-256 of the mail: {}", hex::encode(hash));
            let is_ours = consent::leaving::by_mail(tx, app, &token, &note)?;
            (Taken::Leaving, is_ours)
        }
        Report::Complaint(_) | Report::AutoReply | Report::Unrelated => return Ok(None),
    };
    Ok(is_ours.then_some(kind))
}

fn heed_bounce(tx: &mut TenantTx<'_>, app: &App, bounce: &Bounce) -> Result<bool, AppError> {
    let named = [&bounce.verp_token, &bounce.original_message_id];
    let (Some(message), Some(failure)) = (message_of(named), gravest(&bounce.failures)) else {
        return Ok(false);
    };
    let returned = Returned {
        message,
        named: failure.recipient.as_deref(),
        what: what(failure),
    };
    heed_returned(tx, app, &returned)
}

fn heed_complaint(tx: &mut TenantTx<'_>, app: &App, complaint: &Complaint) -> Result<bool, AppError> {
    let named = [&complaint.verp_token, &complaint.original_message_id];
    let Some(message) = message_of(named) else {
        return Ok(false);
    };
    let returned = Returned {
        message,
        // Many blacken who complained (RFC 5965, 2), so nothing hangs on it.
        named: None,
        what: What::Complained,
    };
    heed_returned(tx, app, &returned)
}

/// The delivery that a token or Message-ID of ours names: both begin with its id.
fn message_of(named: [&Option<String>; 2]) -> Option<Uuid> {
    let mut named = named.into_iter().flatten();
    named.find_map(|name| name.split('@').next()?.parse().ok())
}

/// A message of ours has one recipient; where a list of failures came back, what says most about the address counts.
fn gravest(failures: &[Failure]) -> Option<&Failure> {
    let condemning = failures.iter().find(|failure| failure.condemns_address());
    condemning.or_else(|| failures.first())
}

fn what(failure: &Failure) -> What {
    let address = failure.recipient.as_deref().unwrap_or_default();
    let why = match failure.diagnostic.as_str() {
        "" => "It came back".to_owned(),
        said => without_address(said, address),
    };
    match failure.finality {
        Finality::Delayed => What::Deferred { why },
        Finality::Permanent | Finality::Temporary => What::Bounced {
            permanent: failure.condemns_address(),
            code: failure.status.map(|status| status.to_string()),
            why,
        },
    }
}
