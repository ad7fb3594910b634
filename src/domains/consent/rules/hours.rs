//! The hours that law leaves for a channel.

use chrono::{NaiveTime, Weekday};
use serde::Deserialize;

use super::{Channel, Jurisdiction, QuietHours, QuietWeek, Rules, Source};

/// Some days with the hours in which a channel may be used; `to` at midnight is the end of the day.
#[derive(Debug, Clone, Deserialize)]
pub struct Allowed {
    pub days: Vec<Weekday>,
    pub from: NaiveTime,
    pub to: NaiveTime,
}

/// One row: when a channel may be used, in a country or in one of its regions.
#[derive(Debug, Clone, Deserialize)]
pub struct HoursRule {
    pub jurisdiction: Jurisdiction,
    /// The part behind the dash of ISO 3166-2 (`TX`); for the European Union a country (`FR`).
    pub region: Option<String>,
    pub channel: Channel,
    pub allowed: Vec<Allowed>,
    #[serde(flatten)]
    pub source: Source,
}

impl HoursRule {
    /// What is not allowed.
    pub fn quiet(&self) -> QuietWeek {
        let open = self.allowed.iter().flat_map(|span| {
            let hours = QuietHours {
                from: span.from,
                to: span.to,
            };
            span.days.iter().map(move |day| (*day, hours))
        });
        QuietWeek::outside(open)
    }
}

impl Rules {
    /// The rows that hold for a channel there: the country's and its region's together, or the default's.
    pub fn hours(&self, place: Jurisdiction, region: Option<&str>, channel: Channel) -> Vec<&HoursRule> {
        let of = |place: Jurisdiction| -> Vec<&HoursRule> {
            self.hours
                .iter()
                .filter(|row| row.jurisdiction == place && row.channel == channel)
                .filter(|row| {
                    row.region
                        .as_deref()
                        .is_none_or(|of| region.is_some_and(|here| here.eq_ignore_ascii_case(of)))
                })
                .collect()
        };
        match of(place) {
            rows if rows.is_empty() => of(Jurisdiction::Default),
            rows => rows,
        }
    }

    /// When law wants quiet on a channel there; nothing for channels without hours, such as mail.
    pub fn quiet_by_law(&self, place: Jurisdiction, region: Option<&str>, channel: Channel) -> QuietWeek {
        self.hours(place, region, channel)
            .into_iter()
            .fold(QuietWeek::default(), |quiet, row| quiet.union(&row.quiet()))
    }
}
