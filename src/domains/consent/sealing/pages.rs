//! What the compliance page says of seals.

use serde::{Deserialize, Serialize};

use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::time::local_date_time;
use crate::kernel::validate::Check;
use crate::platform::db::TenantTx;
use crate::platform::jobs;

use super::checking::Verdict;
use super::jobs::{SEAL, SealArgs};
use super::queries;

/// Something that is not as it was sealed.
pub struct FindingLine {
    pub log: String,
    pub day: String,
    pub what: String,
}

/// A log's latest seal.
pub struct LatestLine {
    pub log: &'static str,
    pub day: String,
    pub root: String,
}

/// How the logs are sealed.
pub struct SealsPart {
    /// Empty while nothing is sealed.
    pub sealed_to: String,
    /// From when on messages are kept; empty while all of them are.
    pub kept_from: String,
    pub latest: Vec<LatestLine>,
    /// When it was compared and with what outcome; empty while it was not.
    pub checked: String,
    pub findings: Vec<FindingLine>,
    pub more: i64,
    /// How far a check is that runs or waits.
    pub running: Option<String>,
}

impl SealsPart {
    /// Reads it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(tx: &mut TenantTx<'_>, zone: chrono_tz::Tz) -> Result<Self, AppError> {
        let mut latest = Vec::new();
        let mut sealed_to = None;
        let mut kept_from = None;
        for log in crate::domains::SEALED_LOGS {
            kept_from = kept_from.max(queries::kept_from(tx, log)?);
            if let Some(seal) = queries::last_seal(tx, log)? {
                sealed_to = Some(sealed_to.map_or(seal.day, |day: chrono::NaiveDate| day.min(seal.day)));
                latest.push(LatestLine {
                    log: log.label,
                    day: in_words(seal.day),
                    root: hex::encode(seal.root),
                });
            }
        }
        let (checked, verdict) = last_check(tx, zone)?;
        let running = jobs::open(tx, SEAL)?.map(|status| match status.progress_done {
            0 => "It begins in a moment.".to_owned(),
            rows => format!("{rows} rows read so far."),
        });
        let findings = verdict.findings.into_iter().map(|one| FindingLine {
            log: one.log,
            day: in_words(one.day),
            what: one.what,
        });
        Ok(Self {
            sealed_to: sealed_to.map(in_words).unwrap_or_default(),
            kept_from: kept_from.map(in_words).unwrap_or_default(),
            latest,
            checked,
            findings: findings.collect(),
            more: verdict.more,
            running,
        })
    }
}

fn in_words(day: chrono::NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// When it was last compared, in words, and what was found.
fn last_check(tx: &mut TenantTx<'_>, zone: chrono_tz::Tz) -> Result<(String, Verdict), AppError> {
    let Some((at, Some(result))) = jobs::last_done(tx, SEAL)? else {
        return Ok((String::new(), Verdict::default()));
    };
    let verdict: Verdict = serde_json::from_value(result).unwrap_or_default();
    let outcome = match verdict.findings.is_empty() {
        true => "all of it as it was sealed",
        false => "not all of it as it was sealed",
    };
    let words = format!(
        "{}: {} rows read again, {outcome}.",
        local_date_time(at, zone),
        verdict.rows
    );
    Ok((words, verdict))
}

/// As chosen: how far back to read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckForm {
    pub days: String,
}

impl CheckForm {
    /// What was meant.
    ///
    /// # Errors
    /// When it is none of the choices.
    pub fn parse(&self) -> Result<SealArgs, FieldErrors> {
        let mut check = Check::default();
        let days = match self.days.as_str() {
            "31" => 31,
            "366" => 366,
            "all" => 36_500,
            _ => 0,
        };
        check.refuse_when(days == 0, "days", "Choose how far back to read.");
        check.finish(|| SealArgs { days: Some(days) })
    }
}
