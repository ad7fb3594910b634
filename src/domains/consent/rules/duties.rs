//! What a message must carry, how soon a withdrawal counts, how long its link works, and what we answer.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{Channel, Jurisdiction, Meaning, Rules, Source, moment_at};

/// Something a footer names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FooterField {
    OrganizationName,
    /// For whom it is sent, when for another (CASL s. 6(2)(a)).
    OnBehalfOf,
    PostalAddress,
    /// A telephone number, an e-mail or a web address.
    Contact,
    Unsubscribe,
    /// Says that it is an advertisement.
    Advertisement,
}

/// One row: what a message over a channel must carry.
#[derive(Debug, Clone, Deserialize)]
pub struct FooterRule {
    pub jurisdiction: Jurisdiction,
    pub channel: Channel,
    pub fields: Vec<FooterField>,
    #[serde(flatten)]
    pub source: Source,
}

/// Something the first text to a number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstMessageItem {
    OrganizationName,
    StopInstruction,
    HelpInstruction,
    Contact,
    /// How many messages to expect.
    Frequency,
    RatesMayApply,
}

/// One row: what the first text to a number must say.
#[derive(Debug, Clone, Deserialize)]
pub struct FirstMessageRule {
    pub jurisdiction: Jurisdiction,
    pub needs: Vec<FirstMessageItem>,
    #[serde(flatten)]
    pub source: Source,
}

/// Within which time a withdrawal must be honoured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    Hours(u32),
    BusinessDays(u32),
}

impl Limit {
    /// The shortest time this can be: business days as days without a weekend between.
    pub fn at_least(self) -> TimeDelta {
        match self {
            Self::Hours(hours) => TimeDelta::hours(i64::from(hours)),
            Self::BusinessDays(days) => TimeDelta::days(i64::from(days)),
        }
    }

    /// The moment by which somebody who asked at `asked` must be let go: hours from then, or the midnight that ends
    /// the last business day in `zone`, the day of asking not counted. Public holidays are taken for business days,
    /// which can only make it earlier.
    pub fn ends_at(self, asked: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let Self::BusinessDays(count) = self else {
            return asked + self.at_least();
        };
        let mut day = asked.with_timezone(&zone).date_naive();
        let mut left = count;
        while left > 0 {
            day = next_day(day);
            left -= u32::from(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
        }
        moment_at(zone, next_day(day).and_time(NaiveTime::MIN))
    }
}

/// One row: how soon a withdrawal must be honoured. Several rows of one place hold together.
#[derive(Debug, Clone, Deserialize)]
pub struct Deadline {
    pub jurisdiction: Jurisdiction,
    pub channel: Channel,
    #[serde(flatten)]
    pub limit: Limit,
    #[serde(flatten)]
    pub source: Source,
}

/// One row: how many days after sending the way out must work.
#[derive(Debug, Clone, Deserialize)]
pub struct TokenRule {
    pub jurisdiction: Jurisdiction,
    pub days: u32,
    #[serde(flatten)]
    pub source: Source,
}

/// One row: what we answer to a keyword, with `{organization}` and `{contact}` to fill in.
#[derive(Debug, Clone, Deserialize)]
pub struct Answer {
    pub meaning: Meaning,
    pub language: String,
    pub text: String,
    #[serde(flatten)]
    pub source: Source,
}

impl Rules {
    /// What a message over a channel must carry there.
    pub fn footer(&self, place: Jurisdiction, channel: Channel) -> Option<&FooterRule> {
        let of = |place| {
            self.footer
                .iter()
                .find(|row| row.jurisdiction == place && row.channel == channel)
        };
        of(place).or_else(|| of(Jurisdiction::Default))
    }

    /// What the first text to a number there must say.
    pub fn first_message(&self, place: Jurisdiction) -> Option<&FirstMessageRule> {
        let of = |place| self.first_message.iter().find(|row| row.jurisdiction == place);
        of(place).or_else(|| of(Jurisdiction::Default))
    }

    /// All deadlines for honouring a withdrawal there, those of everywhere included, the strictest first.
    pub fn deadlines(&self, place: Jurisdiction, channel: Channel) -> Vec<&Deadline> {
        let mut rows: Vec<_> = self
            .deadline
            .iter()
            .filter(|row| {
                row.channel == channel
                    && (row.jurisdiction == place || row.jurisdiction == Jurisdiction::Default)
            })
            .collect();
        rows.sort_by_key(|row| row.limit.at_least());
        rows
    }

    /// How long the way out in a message works: the longest of all rows, as a reader may be anywhere.
    pub fn token_days(&self) -> u32 {
        self.token.iter().map(|row| row.days).max().unwrap_or_default()
    }

    /// What we answer to a keyword in a language (`en`, `fr-CA`, …), English where there is no other, filled in.
    pub fn answer(
        &self,
        meaning: Meaning,
        language: &str,
        organization: &str,
        contact: &str,
    ) -> Option<String> {
        let primary = language
            .split(['-', '_'])
            .next()
            .unwrap_or(language)
            .to_lowercase();
        let of = |language: &str| {
            self.answer
                .iter()
                .find(|row| row.meaning == meaning && row.language == language)
        };
        let row = of(&primary).or_else(|| of("en"))?;
        Some(filled_in(&row.text, organization, contact))
    }
}

fn next_day(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX)
}

/// One pass, so that what is filled in is never read as a place to fill in.
fn filled_in(text: &str, organization: &str, contact: &str) -> String {
    let mut filled = String::with_capacity(text.len() + organization.len() + contact.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        filled.push_str(match name {
            "organization" => organization,
            "contact" => contact,
            _ => "",
        });
        rest = after;
    }
    filled.push_str(rest);
    filled
}
