//! Adding, changing, trying and putting away providers.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domains::campaigns::events::ProviderChanged;
use crate::domains::campaigns::policy::Providing;
use crate::domains::campaigns::queries as campaigns;
use crate::domains::campaigns::queries::Limits;
use crate::domains::campaigns::sending::Carrier;
use crate::kernel::error::AppError;
use crate::kernel::ids::ProviderId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::providers::Check;
use crate::providers::mail::smtp;

use super::model::Settings;
use super::queries::{self, Facts};

/// Adds a provider.
///
/// # Errors
/// When the database fails.
pub fn add(tx: &mut TenantTx<'_>, by: &Providing, facts: &Facts) -> Result<ProviderId, AppError> {
    let id = queries::insert(tx, by, facts)?;
    tx.audit(Entry::of("campaigns.provider.added", "provider", id).after(told(facts)))?;
    tx.emit(&ProviderChanged { provider: id })?;
    Ok(id)
}

/// Changes a provider, which is tried again from now on when it was stopped.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn change(tx: &mut TenantTx<'_>, by: &Providing, id: ProviderId, facts: &Facts) -> Result<(), AppError> {
    queries::provider(tx, id)?;
    queries::update(tx, by, id, facts)?;
    tx.audit(Entry::of("campaigns.provider.changed", "provider", id).after(told(facts)))?;
    tx.emit(&ProviderChanged { provider: id })?;
    Ok(())
}

/// What the audit log keeps: never a secret, only whether there is a new one.
fn told(facts: &Facts) -> serde_json::Value {
    json!({ "kind": facts.kind, "name": facts.name, "from": facts.from_address, "settings": facts.settings, "has_new_secret": facts.secret.is_some() })
}

/// Stops a provider, or lets it go on; answers whether it is stopped now.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn switch(tx: &mut TenantTx<'_>, by: &Providing, id: ProviderId) -> Result<bool, AppError> {
    let is_stopped = queries::provider(tx, id)?.stopped_at.is_none();
    queries::set_stopped(tx, by, id, is_stopped)?;
    tx.audit(
        Entry::of("campaigns.provider.switched", "provider", id).after(json!({ "is_stopped": is_stopped })),
    )?;
    tx.emit(&ProviderChanged { provider: id })?;
    Ok(is_stopped)
}

/// Puts a provider away; its password or key is forgotten.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn archive(tx: &mut TenantTx<'_>, by: &Providing, id: ProviderId) -> Result<(), AppError> {
    queries::provider(tx, id)?;
    queries::archive(tx, by, id)?;
    tx.audit(Entry::of("campaigns.provider.archived", "provider", id))?;
    tx.emit(&ProviderChanged { provider: id })?;
    Ok(())
}

/// Sets what the organization allows itself.
///
/// # Errors
/// When the database fails.
pub fn set_limits(tx: &mut TenantTx<'_>, by: &Providing, limits: Limits) -> Result<(), AppError> {
    campaigns::set_limits(tx, by, limits)?;
    let after = json!({ "approve_above": limits.approve_above, "cap_messages": limits.cap_messages, "cap_days": limits.cap_days });
    tx.audit(Entry::general("campaigns.limits.changed", "organization").after(after))
}

/// Asks a provider whether it lets us in, without sending; answers whether, and in words.
pub async fn check(carrier: &Carrier, now: DateTime<Utc>) -> (bool, String) {
    match carrier {
        Carrier::Outbox => (true, String::new()),
        Carrier::Smtp(settings) => {
            let report = smtp::check(settings).await;
            match report.failure {
                Some(failure) => (false, failure.to_string()),
                None => {
                    let mut words = vec!["The mail server lets us in.".to_owned()];
                    words.extend(report.remarks.iter().map(|remark| (*remark).to_owned()));
                    (true, words.join(" "))
                }
            }
        }
        Carrier::Mail(provider, _) => said(provider.check(now).await),
        Carrier::Sms(twilio) => said(twilio.check(now).await),
    }
}

/// Notes what a check said.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn note_check(tx: &mut TenantTx<'_>, id: ProviderId, is_good: bool, said: &str) -> Result<(), AppError> {
    let settings = Settings {
        fails_check: !is_good,
        ..queries::provider(tx, id)?.settings()?
    };
    let settings = serde_json::to_value(&settings).map_err(|cause| AppError::Unexpected(cause.into()))?;
    queries::note_check(tx, id, said, &settings)?;
    tx.audit(Entry::of("campaigns.provider.checked", "provider", id).after(json!({ "is_good": is_good })))
}

fn said(check: Check) -> (bool, String) {
    match check {
        Check::Good { note } => (true, note.unwrap_or_else(|| "The key is good.".to_owned())),
        Check::Wrong { why } => (false, why),
        Check::Unknown { why } => (false, format!("It could not be found out now. {why}")),
    }
}
