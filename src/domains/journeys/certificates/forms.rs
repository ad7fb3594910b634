//! What browsers send about certificates.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;
use crate::platform::mail::Locale;

use super::model::Award;
use super::words::Words;

/// What a journey gives, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AwardForm {
    pub is_on: String,
    pub title: String,
    pub criteria: String,
    pub signatory: String,
    pub months: String,
    pub title_fr: String,
    pub criteria_fr: String,
}

impl AwardForm {
    /// What is suggested for a journey that gives nothing yet.
    pub fn fresh(journey: &str) -> Self {
        let said = Words;
        Self {
            is_on: "yes".to_owned(),
            title: said(Locale::English).say("certificate-title"),
            criteria: said(Locale::English).with("certificate-criteria", "journey", journey),
            title_fr: said(Locale::French).say("certificate-title"),
            criteria_fr: said(Locale::French).with("certificate-criteria", "journey", journey),
            ..Self::default()
        }
    }

    /// What is kept.
    pub fn of(award: &Award) -> Self {
        Self {
            is_on: if award.is_on { "yes" } else { "" }.to_owned(),
            title: award.title.clone(),
            criteria: award.criteria.clone(),
            signatory: award.signatory.clone(),
            months: award.months.map(|months| months.to_string()).unwrap_or_default(),
            title_fr: award.title_fr.clone(),
            criteria_fr: award.criteria_fr.clone(),
        }
    }

    /// Whether it is ticked.
    pub fn is_ticked(&self) -> bool {
        self.is_on == "yes"
    }

    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self) -> Result<Award, FieldErrors> {
        let mut check = Check::default();
        let title = check.line("title", "Title", &self.title, 1, 120);
        let criteria = check.text("criteria", "What it stands for", &self.criteria, 1, 600);
        let title_fr = check.line("title_fr", "The French title", &self.title_fr, 0, 120);
        let criteria_fr = check.text("criteria_fr", "The French words", &self.criteria_fr, 0, 600);
        let signatory = check.line("signatory", "Who signs", &self.signatory, 0, 120);
        let months = match self.months.trim() {
            "" => None,
            typed => i16::try_from(check.whole_number("months", "Months", typed, 1, 600)).ok(),
        };
        check.finish(|| Award {
            is_on: self.is_ticked(),
            title,
            criteria,
            signatory,
            months,
            title_fr,
            criteria_fr,
        })
    }
}

/// Why a certificate is taken back, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RevokeForm {
    pub reason: String,
}

impl RevokeForm {
    /// What was meant.
    ///
    /// # Errors
    /// When there is no reason, or too long a one.
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let reason = check.text("reason", "Reason", &self.reason, 1, 500);
        check.finish(|| reason)
    }
}

/// Why a key is withdrawn, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct WithdrawalForm {
    pub reason: String,
}

impl WithdrawalForm {
    /// What was meant.
    ///
    /// # Errors
    /// When there is no reason, or too long a one.
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let reason = check.text("reason", "Reason", &self.reason, 1, 500);
        check.finish(|| reason)
    }
}
