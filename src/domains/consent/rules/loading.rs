//! The file of rules, read and checked.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::keyword_table::KeywordTable;
use super::{
    Answer, Basis, BasisRule, Channel, Courtesy, Deadline, FirstMessageRule, FooterRule, HoursRule,
    Jurisdiction, Keyword, Meaning, Phrases, Purpose, ReachRule, Signature, TokenRule,
};

/// How sure a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Settled law, named so by several sources read for the table.
    Law,
    /// From guides that name the law; its text is still to be compared.
    Secondary,
    /// A rule of carriers or mailbox providers.
    Industry,
    /// Our own choice.
    Policy,
}

/// Where a row is from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Source {
    pub citation: String,
    pub checked_on: NaiveDate,
    pub standing: Standing,
    pub note: String,
}

/// Why a file of rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    #[error("The file of rules cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
    #[error("The file of rules is incomplete: {0}")]
    Incomplete(String),
}

/// All rules, checked: every question has an answer. Load once at the start and share.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The day of the last change.
    pub version: NaiveDate,
    pub basis: Vec<BasisRule>,
    pub reach: Vec<ReachRule>,
    pub hours: Vec<HoursRule>,
    pub footer: Vec<FooterRule>,
    pub first_message: Vec<FirstMessageRule>,
    pub deadline: Vec<Deadline>,
    pub token: Vec<TokenRule>,
    pub keyword: Vec<Keyword>,
    pub phrase: Vec<Phrases>,
    pub courtesy: Vec<Courtesy>,
    pub signature: Vec<Signature>,
    pub answer: Vec<Answer>,
    #[serde(skip)]
    table: KeywordTable,
}

impl Rules {
    /// The rules this program is built with.
    ///
    /// # Errors
    /// Never, as a test reads them too.
    pub fn built_in() -> Result<Self, RulesError> {
        Self::read(include_str!("rules.toml"))
    }

    /// Reads a file of rules.
    ///
    /// # Errors
    /// When it is no such file, a row has no citation, or a question would have no answer.
    pub fn read(text: &str) -> Result<Self, RulesError> {
        let mut rules: Self = toml::from_str(text)?;
        rules.table = KeywordTable::of(&rules.keyword, &rules.phrase, &rules.courtesy, &rules.signature);
        rules.check()?;
        Ok(rules)
    }

    /// Where every row is from.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        let messages = self.basis.iter().map(|row| &row.source);
        messages
            .chain(self.reach.iter().map(|row| &row.source))
            .chain(self.hours.iter().map(|row| &row.source))
            .chain(self.footer.iter().map(|row| &row.source))
            .chain(self.first_message.iter().map(|row| &row.source))
            .chain(self.deadline.iter().map(|row| &row.source))
            .chain(self.token.iter().map(|row| &row.source))
            .chain(self.keyword.iter().map(|row| &row.source))
            .chain(self.phrase.iter().map(|row| &row.source))
            .chain(self.courtesy.iter().map(|row| &row.source))
            .chain(self.signature.iter().map(|row| &row.source))
            .chain(self.answer.iter().map(|row| &row.source))
    }

    pub(super) fn keyword_table(&self) -> &KeywordTable {
        &self.table
    }

    fn check(&self) -> Result<(), RulesError> {
        if self.sources().any(|source| source.citation.trim().is_empty()) {
            return Err(RulesError::Incomplete("A row has no citation.".to_owned()));
        }
        let missing = self.missing_default();
        if let Some(missing) = missing {
            return Err(RulesError::Incomplete(format!("No default row for {missing}.")));
        }
        if self.token.is_empty() || self.keyword.is_empty() {
            return Err(RulesError::Incomplete("No tokens or no keywords.".to_owned()));
        }
        Ok(())
    }

    /// The first question that the rows of `default` leave open; with them every jurisdiction has its answers.
    fn missing_default(&self) -> Option<String> {
        let place = Jurisdiction::Default;
        let basis = Basis::ALL
            .into_iter()
            .find(|basis| self.basis(*basis, place).is_none());
        if let Some(basis) = basis {
            return Some(format!("the basis {basis:?}"));
        }
        for channel in Channel::ALL {
            let purpose = Purpose::ALL
                .into_iter()
                .find(|purpose| self.reach(place, channel, *purpose).is_none());
            if let Some(purpose) = purpose {
                return Some(format!("{purpose:?} by {channel:?}"));
            }
            if self.footer(place, channel).is_none() || self.deadlines(place, channel).is_empty() {
                return Some(format!("the footer or deadline of {channel:?}"));
            }
        }
        if self.first_message(place).is_none() || self.hours(place, None, Channel::Sms).is_empty() {
            return Some("first texts or the hours of texts".to_owned());
        }
        [Meaning::Stop, Meaning::Start, Meaning::Help]
            .into_iter()
            .find(|meaning| self.answer(*meaning, "en", "", "").is_none())
            .map(|meaning| format!("the English answer to {meaning:?}"))
    }
}
