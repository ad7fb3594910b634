//! The compliance page and the organization's own categories.

use askama::Template;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::domains::consent::jobs::CHECK;
use crate::domains::consent::queries::{self as ledger, OwnCategory};
use crate::domains::consent::sealing::pages::SealsPart;
use crate::domains::consent::{leaving, proof};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::kernel::time::local_date_time;
use crate::kernel::validate::Check;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::jobs;
use crate::platform::mail::Locale;
use crate::platform::web::Shell;

use super::queries;

/// Agreements that run out, shown at once.
const SHOWN: i64 = 50;

/// An agreement that runs out.
pub struct ExpiringLine {
    pub member: MemberId,
    pub name: String,
    pub what: String,
    pub when: String,
}

/// `/compliance`
#[derive(Template)]
#[template(path = "consent/compliance.html")]
pub struct CompliancePage {
    pub shell: Shell,
    pub withdrawals: i64,
    pub by_themselves: i64,
    pub longest: String,
    pub late: i64,
    pub late_tone: &'static str,
    pub in_7: i64,
    pub in_30: i64,
    pub in_60: i64,
    pub over: i64,
    pub without_basis: i64,
    pub expiring: Vec<ExpiringLine>,
    pub categories: Vec<OwnCategory>,
    pub checked: String,
    pub seals: SealsPart,
    pub fingerprint: String,
    pub has_postal_address: bool,
    pub is_admin: bool,
    /// Whether people are asked before it runs out.
    pub asks_to_renew: bool,
    pub form: CategoryForm,
    pub errors: FieldErrors,
}

impl CompliancePage {
    /// Reads it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        keys: &KeyRing,
        zone: chrono_tz::Tz,
        typed: (CategoryForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let now = tx.now();
        let heeded = queries::heeded(tx, now - TimeDelta::days(365))?;
        let runs = queries::runs(tx)?;
        let mut expiring = Vec::new();
        for one in queries::expiring(tx, now, now + TimeDelta::days(60), SHOWN)? {
            let category = leaving::pages::category_name(tx, Locale::English, &one.category)?;
            let basis = one.basis.map_or("", |basis| basis.label());
            expiring.push(ExpiringLine {
                member: one.member,
                name: one.name,
                what: format!("{category}, {} · {basis}", one.channel.label()),
                when: one
                    .expires_at
                    .with_timezone(&zone)
                    .format("%-d %b %Y")
                    .to_string(),
            });
        }
        let (form, errors) = typed;
        Ok(Self {
            shell,
            withdrawals: heeded.withdrawals,
            by_themselves: heeded.by_themselves,
            longest: in_words(heeded.longest),
            late: heeded.late,
            late_tone: if heeded.late > 0 { "worse" } else { "" },
            in_7: runs.in_7,
            in_30: runs.in_30,
            in_60: runs.in_60,
            over: runs.over,
            without_basis: queries::without_basis(tx)?,
            expiring,
            categories: ledger::own_categories(tx)?,
            checked: checked(tx, zone)?,
            seals: SealsPart::read(tx, zone)?,
            fingerprint: proof::fingerprint(keys)?,
            has_postal_address: !ledger::asker(tx)?.postal_address.trim().is_empty(),
            asks_to_renew: ledger::is_renewing(tx)?,
            is_admin: tx.roles().has(crate::kernel::actor::Role::Admin),
            form,
            errors,
        })
    }
}

/// A length of time in the unit that fits.
fn in_words(seconds: i64) -> String {
    let (count, unit) = match seconds {
        ..1 => return "at once".to_owned(),
        1..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// When the nightly comparison ran, and what it found.
fn checked(tx: &mut TenantTx<'_>, zone: chrono_tz::Tz) -> Result<String, AppError> {
    let Some((at, result)) = jobs::last_done(tx, CHECK)? else {
        return Ok(String::new());
    };
    let number = |name: &str| {
        result
            .as_ref()
            .and_then(|result| result.get(name))
            .and_then(serde_json::Value::as_i64)
            .unwrap_or_default()
    };
    let outcome = match number("mended") {
        0 => "all of them as the records say".to_owned(),
        mended => format!("{mended} differed and were mended"),
    };
    Ok(format!(
        "{}: {} people compared, {outcome}.",
        local_date_time(at, zone),
        number("checked")
    ))
}

/// As typed: a category of one's own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CategoryForm {
    pub key: String,
    pub name_en: String,
    pub name_fr: String,
    pub about_en: String,
    pub about_fr: String,
}

/// Words that every organization's categories are called by.
const TAKEN: [&str; 6] = [
    "all",
    "campaign",
    "transactional",
    "alerts",
    "newsletters",
    "social",
];

impl CategoryForm {
    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self) -> Result<OwnCategory, FieldErrors> {
        let mut check = Check::default();
        let key = check.line("key", "Short name", &self.key, 2, 40).to_lowercase();
        let is_shaped = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        check.refuse_when(
            !key.is_empty() && !is_shaped,
            "key",
            "A short name has letters a–z, digits and _, and begins with a letter.",
        );
        check.refuse_when(
            TAKEN.contains(&key.as_str()),
            "key",
            "Every organization has this category already.",
        );
        let name_en = check.line("name_en", "English name", &self.name_en, 1, 60);
        let name_fr = check.line("name_fr", "French name", &self.name_fr, 1, 60);
        let about_en = check.line("about_en", "English description", &self.about_en, 0, 200);
        let about_fr = check.line("about_fr", "French description", &self.about_fr, 0, 200);
        check.finish(|| OwnCategory {
            key,
            name_en,
            name_fr,
            about_en,
            about_fr,
        })
    }
}
