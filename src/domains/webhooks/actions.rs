//! Adding, changing and stopping webhooks, and what follows from how telling them went.

use secrecy::SecretString;
use serde_json::{Map, Value, json};
use url::Url;

use crate::kernel::error::AppError;
use crate::kernel::ids::{WebhookId, WebhookNoticeId};
use crate::platform::audit::Entry;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;

use super::events::{WebhookChanged, WebhookGivenUp};
use super::model::{self, Notice, OVERLAP, TEST, Webhook};
use super::policy::Keeping;
use super::queries::{self, Facts};

/// Adds a webhook with its secret.
///
/// # Errors
/// [`AppError::Conflict`] when there are too many.
pub fn add(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    by: &Keeping,
    facts: &Facts,
    secret: &SecretString,
) -> Result<WebhookId, AppError> {
    let known = i64::try_from(queries::all(tx)?.len()).unwrap_or(i64::MAX);
    if known >= queries::MOST {
        return Err(AppError::Conflict(format!(
            "There are {} webhooks. Put one away first that nobody needs any more.",
            queries::MOST
        )));
    }
    let id = queries::insert(tx, by, facts, &model::sealed(keys, secret)?)?;
    tx.audit(Entry::of("webhooks.endpoint.added", "webhook", id).after(told(facts)))?;
    changed(tx, id).map(|()| id)
}

fn changed(tx: &mut TenantTx<'_>, webhook: WebhookId) -> Result<(), AppError> {
    tx.emit(&WebhookChanged { webhook }).map(|_| ())
}

/// What the audit log keeps: the host, since the rest of an address may be a secret.
fn told(facts: &Facts) -> Value {
    let host = Url::parse(&facts.url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    json!({ "name": facts.name, "host": host, "kinds": facts.kinds })
}

/// Changes where something is told, and what.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn change(tx: &mut TenantTx<'_>, by: &Keeping, id: WebhookId, facts: &Facts) -> Result<(), AppError> {
    queries::lock(tx, id)?;
    queries::update(tx, by, id, facts)?;
    tx.audit(Entry::of("webhooks.endpoint.changed", "webhook", id).after(told(facts)))?;
    changed(tx, id)
}

/// Gives a webhook a new secret; for [`OVERLAP`] both sign.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn rotate(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    by: &Keeping,
    id: WebhookId,
    secret: &SecretString,
) -> Result<(), AppError> {
    let webhook = queries::lock(tx, id)?;
    let until = tx.now() + OVERLAP;
    queries::set_secret(tx, by, &webhook, &model::sealed(keys, secret)?, until)?;
    tx.audit(Entry::of("webhooks.secret.changed", "webhook", id))?;
    changed(tx, id)
}

/// Stops a webhook, or starts it again; answers whether it is stopped now.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn switch(tx: &mut TenantTx<'_>, by: &Keeping, id: WebhookId) -> Result<bool, AppError> {
    let is_stopped = queries::lock(tx, id)?.stopped_at.is_none();
    match is_stopped {
        true => queries::stop(tx, id, "")?,
        false => {
            queries::start(tx, by, id)?;
            wake(tx);
        }
    }
    tx.audit(
        Entry::of("webhooks.endpoint.switched", "webhook", id).after(json!({ "is_stopped": is_stopped })),
    )?;
    changed(tx, id)?;
    Ok(is_stopped)
}

/// Puts a webhook away; its secret is forgotten.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn archive(tx: &mut TenantTx<'_>, by: &Keeping, id: WebhookId) -> Result<(), AppError> {
    queries::lock(tx, id)?;
    queries::archive(tx, by, id)?;
    tx.audit(Entry::of("webhooks.endpoint.archived", "webhook", id))?;
    changed(tx, id)
}

/// Sends a test.
///
/// # Errors
/// [`AppError::Conflict`] while it is stopped.
pub fn test(tx: &mut TenantTx<'_>, _: &Keeping, id: WebhookId) -> Result<(), AppError> {
    expect_told(&queries::webhook(tx, id)?)?;
    let mut data = Map::new();
    data.insert("webhook_id".to_owned(), json!(id));
    let body = model::body(TEST, tx.now(), &data)?;
    queries::tell(tx, id, TEST, None, &body)?;
    wake(tx);
    tx.audit(Entry::of("webhooks.endpoint.tested", "webhook", id))
}

fn expect_told(webhook: &Webhook) -> Result<(), AppError> {
    match webhook.is_told() {
        true => Ok(()),
        false => Err(AppError::Conflict("It is stopped. Start it first.".to_owned())),
    }
}

/// Tells something once more, under the same name.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] while its address is stopped.
pub fn again(
    tx: &mut TenantTx<'_>,
    by: &Keeping,
    webhook: WebhookId,
    notice: WebhookNoticeId,
) -> Result<(), AppError> {
    let known = queries::webhook(tx, webhook)?;
    queries::notice(tx, webhook, notice)?;
    expect_told(&known)?;
    queries::again(tx, by, notice)?;
    wake(tx);
    let about = json!({ "notice": notice });
    tx.audit(Entry::of("webhooks.notice.sent_again", "webhook", webhook).after(about))
}

/// Has what is due sent as soon as this commits.
pub fn wake(tx: &mut TenantTx<'_>) {
    let signals = tx.signals().clone();
    tx.after_commit(move || signals.telling.notify_one());
}

/// Stops a webhook by itself.
///
/// # Errors
/// When the database fails.
pub fn give_up(tx: &mut TenantTx<'_>, notice: &Notice, why: &str) -> Result<(), AppError> {
    let webhook = notice.webhook_id;
    queries::stop(tx, webhook, why)?;
    tx.audit(Entry::of("webhooks.endpoint.given_up", "webhook", webhook).after(json!({ "why": why })))?;
    tx.emit(&WebhookGivenUp { webhook }).map(|_| ())
}
