//! What the preferences page sends.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::domains::consent::actions::Manner;
use crate::domains::consent::model::{Channel, Frequency};
use crate::kernel::error::FieldErrors;
use crate::platform::mail::{Locale, say};

/// As typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PreferencesForm {
    /// Ticked boxes, such as `email:newsletters`.
    pub on: Vec<String>,
    /// Choices such as `newsletters:weekly_digest`.
    pub frequency: Vec<String>,
    pub quiet_from: String,
    pub quiet_to: String,
    pub time_zone: String,
    pub locale: String,
    /// Empty for as it is, `0` for no pause, else days.
    pub pause: String,
}

/// As meant.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// What may be sent; everything else may not.
    pub on: Vec<(Channel, String)>,
    /// How and when.
    pub manner: Manner,
}

/// How long one can pause, in days.
pub const PAUSES: [i64; 4] = [7, 30, 90, 180];

impl PreferencesForm {
    /// What was meant, with errors in the person's language.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(
        &self,
        locale: Locale,
        now: DateTime<Utc>,
        paused_until: Option<DateTime<Utc>>,
    ) -> Result<Wishes, FieldErrors> {
        let mut errors = FieldErrors::default();
        let quiet = quiet(&self.quiet_from, &self.quiet_to).unwrap_or_else(|problem| {
            errors.add("quiet_from", say(locale, problem, &[]));
            None
        });
        let zone: Option<chrono_tz::Tz> = self.time_zone.trim().parse().ok();
        if zone.is_none() {
            errors.add("time_zone", say(locale, "preferences-zone-wrong", &[]));
        }
        let paused_until = match self.pause.trim() {
            "" => paused_until,
            "0" => None,
            days => match days.parse::<i64>() {
                Ok(days) if PAUSES.contains(&days) => Some(now + TimeDelta::days(days)),
                _ => {
                    errors.add("pause", say(locale, "preferences-pause-wrong", &[]));
                    None
                }
            },
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Wishes {
            on: self.on.iter().filter_map(|word| ticked(word)).collect(),
            manner: Manner {
                frequencies: self.frequency.iter().filter_map(|word| chosen(word)).collect(),
                quiet,
                paused_until,
                locale: Locale::of(&self.locale).as_str().to_owned(),
                zone: zone.unwrap_or(chrono_tz::UTC),
            },
        })
    }
}

fn ticked(word: &str) -> Option<(Channel, String)> {
    let (channel, category) = word.split_once(':')?;
    Some((channel.parse().ok()?, category.to_owned()))
}

fn chosen(word: &str) -> Option<(String, Frequency)> {
    let (category, frequency) = word.split_once(':')?;
    Some((category.to_owned(), frequency.parse().ok()?))
}

/// Both times or none; the same time twice would mean the whole day or nothing, and is refused.
fn quiet(from: &str, to: &str) -> Result<Option<(NaiveTime, NaiveTime)>, &'static str> {
    let (from, to) = (from.trim(), to.trim());
    if from.is_empty() && to.is_empty() {
        return Ok(None);
    }
    let time = |text: &str| {
        NaiveTime::parse_from_str(text, "%H:%M")
            .or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S"))
            .map_err(|_| "preferences-quiet-wrong")
    };
    match (time(from)?, time(to)?) {
        (from, to) if from == to => Err("preferences-quiet-same"),
        both => Ok(Some(both)),
    }
}
