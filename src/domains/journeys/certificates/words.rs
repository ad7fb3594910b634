//! A certificate in words of a language.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domains::consent::preferences::pages::local_day;
use crate::platform::mail::{Locale, say};

use super::model::{Certificate, Standing};

/// In which language a certificate is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words(pub Locale);

impl Words {
    /// The words called `id`.
    pub fn say(&self, id: &str) -> String {
        say(self.0, id, &[])
    }

    /// The same with something filled in.
    pub fn with(&self, id: &str, name: &'static str, value: &str) -> String {
        say(self.0, id, &[(name, value.to_owned())])
    }

    /// Whether it counts, in a word.
    pub fn standing(&self, standing: &Standing) -> String {
        self.say(match standing {
            Standing::Valid => "certificate-valid",
            Standing::Expired(_) => "certificate-expired",
            Standing::Revoked(_) => "certificate-revoked",
        })
    }

    /// The same in a sentence; `day` is since when it no longer does.
    pub fn judged(&self, standing: &Standing, day: &str) -> String {
        match standing {
            Standing::Valid => self.say("certificate-is-valid"),
            Standing::Expired(_) => self.with("certificate-is-expired", "day", day),
            Standing::Revoked(_) => self.with("certificate-is-revoked", "day", day),
        }
    }

    /// That it does not count any more, and what was.
    pub fn no_longer(&self, one: &Certificate, day: &str) -> String {
        let values = [
            ("day", day.to_owned()),
            ("number", one.number.clone()),
            ("name", one.name.clone()),
        ];
        say(self.0, "certificate-no-longer", &values)
    }

    /// The day of a moment where its holder lives.
    pub fn day(&self, one: &Certificate, moment: DateTime<Utc>) -> String {
        local_day(moment, one.zone.parse().unwrap_or(Tz::UTC), self.0)
    }

    /// Until when it is good, or since when it no longer is; empty when it is for good.
    pub fn until(&self, one: &Certificate, standing: Standing) -> String {
        let moment = match standing {
            Standing::Revoked(at) => Some(at),
            Standing::Valid | Standing::Expired(_) => one.expires_at,
        };
        moment.map(|at| self.day(one, at)).unwrap_or_default()
    }

    /// As the value of a `lang` attribute.
    pub const fn lang(&self) -> &'static str {
        self.0.as_str()
    }
}
