//! Setting the mailbox, trying it, pausing and removing it.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use crate::domains::campaigns::events::MailboxChanged;
use crate::domains::campaigns::policy::Providing;
use crate::kernel::error::AppError;
use crate::kernel::ids::MailboxId;
use crate::platform::audit::Entry;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::providers::mail::imap::{Failure, Folder, Session, Settings, Step};

use super::model::{Facts, Mailbox};
use super::queries::{self, Ended};

/// The longest that somebody waits who looks at the page.
const PATIENCE: Duration = Duration::from_secs(30);

/// Signs in and looks into the inbox, without changing anything in it.
///
/// # Errors
/// With what stands in the way; its text is for people.
pub async fn try_out(settings: &Settings) -> Result<Folder, Failure> {
    let looked = async {
        let mut session = Session::open(settings).await?;
        let folder = session.inbox().await?;
        session.log_out().await;
        Ok::<_, Failure>(folder)
    };
    let looked = timeout(PATIENCE, looked).await;
    looked.unwrap_or(Err(Failure::TimedOut(Step::Connecting)))
}

/// What a trial found, in words.
pub fn found(folder: Folder) -> String {
    match folder.messages {
        0 => "It works. The inbox is empty.".to_owned(),
        1 => "It works. There is 1 message in the inbox.".to_owned(),
        many => format!("It works. There are {many} messages in the inbox."),
    }
}

/// Sets the mailbox, or changes it.
///
/// # Errors
/// When the database fails.
pub fn set(tx: &mut TenantTx<'_>, keys: &KeyRing, by: &Providing, facts: &Facts) -> Result<(), AppError> {
    let secret = facts.sealed(keys)?;
    let (id, action) = match queries::mailbox(tx)? {
        Some(known) => {
            queries::update(tx, by, &known, facts, secret)?;
            (known.id, "campaigns.mailbox.changed")
        }
        None => {
            let secret = secret.ok_or_else(|| AppError::field("secret", "The password is missing."))?;
            (queries::insert(tx, by, facts, secret)?, "campaigns.mailbox.added")
        }
    };
    // Never the password, only whether there is a new one.
    let after = json!({ "address": facts.address, "host": facts.host, "port": facts.port, "security": facts.security,
        "user": facts.user, "has_new_secret": facts.secret.is_some() });
    tx.audit(Entry::of(action, "mailbox", id).after(after))?;
    changed(tx, id)
}

/// Notes what a trial said; the mailbox is read next when it works.
///
/// # Errors
/// [`AppError::NotFound`] when it was removed meanwhile.
pub fn note_trial(
    tx: &mut TenantTx<'_>,
    _: &Providing,
    tried: &Result<Folder, Failure>,
) -> Result<(), AppError> {
    let mailbox = kept(tx)?;
    match tried {
        Ok(_) => queries::make_due(tx, mailbox.id)?,
        Err(failure) => queries::note_round(tx, &mailbox, &Ended::Trouble(failure.to_string()))?,
    }
    let after = json!({ "is_good": tried.is_ok() });
    tx.audit(Entry::of("campaigns.mailbox.checked", "mailbox", mailbox.id).after(after))?;
    wake(tx);
    Ok(())
}

/// Stops reading, or goes on with it; answers whether it is paused now.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub fn switch(tx: &mut TenantTx<'_>, by: &Providing) -> Result<bool, AppError> {
    let mailbox = kept(tx)?;
    let paused_at = match mailbox.paused_at {
        None => Some(tx.now()),
        Some(_) => None,
    };
    queries::set_paused(tx, by, mailbox.id, paused_at)?;
    let after = json!({ "is_paused": paused_at.is_some() });
    tx.audit(Entry::of("campaigns.mailbox.switched", "mailbox", mailbox.id).after(after))?;
    changed(tx, mailbox.id)?;
    Ok(paused_at.is_some())
}

/// Removes the mailbox; its password is forgotten.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub fn remove(tx: &mut TenantTx<'_>, by: &Providing) -> Result<(), AppError> {
    let mailbox = kept(tx)?;
    queries::remove(tx, by, mailbox.id)?;
    tx.audit(Entry::of("campaigns.mailbox.removed", "mailbox", mailbox.id))?;
    changed(tx, mailbox.id)
}

/// The mailbox there is.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub fn kept(tx: &mut TenantTx<'_>) -> Result<Mailbox, AppError> {
    queries::mailbox(tx)?.ok_or(AppError::NotFound)
}

fn changed(tx: &mut TenantTx<'_>, mailbox: MailboxId) -> Result<(), AppError> {
    tx.emit(&MailboxChanged { mailbox })?;
    wake(tx);
    Ok(())
}

fn wake(tx: &mut TenantTx<'_>) {
    let signals = tx.signals().clone();
    tx.after_commit(move || signals.mailboxes.notify_one());
}
