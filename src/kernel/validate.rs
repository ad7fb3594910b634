//! Checks that collect every problem of a form at once: what the browser sent in, what was meant out.

use chrono::NaiveDate;
use chrono_tz::Tz;
use unicode_normalization::UnicodeNormalization;

use super::error::FieldErrors;
use super::text::is_bidi_override;
use super::time::{is_in_calendar, read_day};

/// Collects problems while fields are read; [`Check::finish`] gives the value or all problems.
#[derive(Debug, Default)]
pub struct Check {
    errors: FieldErrors,
}

impl Check {
    /// A one-line text: trimmed, normalised to NFC, no control characters, with a length in Unicode scalar values.
    pub fn line(&mut self, field: &str, label: &str, raw: &str, min: usize, max: usize) -> String {
        let text: String = raw.trim().nfc().collect();
        if text.chars().any(|c| c.is_control() || is_bidi_override(c)) {
            self.errors.add(
                field,
                format!("{label} can't contain line breaks or invisible control characters."),
            );
        }
        self.length(field, label, &text, min, max);
        text
    }

    /// A text of several lines: ends trimmed, line ends as `\n`, NUL and other controls refused.
    pub fn text(&mut self, field: &str, label: &str, raw: &str, min: usize, max: usize) -> String {
        let text: String = raw.replace("\r\n", "\n").trim().nfc().collect();
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.errors.add(
                field,
                format!("{label} contains control characters that can't be stored."),
            );
        }
        self.length(field, label, &text, min, max);
        text
    }

    fn length(&mut self, field: &str, label: &str, text: &str, min: usize, max: usize) {
        let length = text.chars().count();
        if length == 0 && min > 0 {
            self.errors.add(field, format!("{label} is missing."));
        } else if length < min {
            self.errors
                .add(field, format!("{label} must have at least {min} characters."));
        } else if length > max {
            self.errors.add(
                field,
                format!("{label} must have {max} characters or fewer; it has {length}."),
            );
        }
    }

    /// An e-mail address, lower-cased. Checks the shape only; whether it works is shown by mail arriving.
    pub fn email(&mut self, field: &str, raw: &str) -> String {
        self.email_called(field, "E-mail address", raw)
    }

    /// [`Check::email`] of a field that people know by another name.
    pub fn email_called(&mut self, field: &str, label: &str, raw: &str) -> String {
        let email = self.line(field, label, raw, 1, 254).to_lowercase();
        let shape = email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
        });
        if !email.is_empty()
            && (!shape || email.contains(char::is_whitespace) || email.matches('@').count() != 1)
        {
            self.errors
                .add(field, "Enter an e-mail address like name@example.org.");
        }
        email
    }

    /// One of an enum's words.
    pub fn one_of<T: std::str::FromStr>(&mut self, field: &str, label: &str, raw: &str) -> Option<T> {
        let value = raw.trim().parse().ok();
        if value.is_none() {
            self.errors.add(field, format!("Choose {label} from the list."));
        }
        value
    }

    /// One of an enum's words, or an id; `None` when nothing is chosen.
    pub fn optional<T: std::str::FromStr>(&mut self, field: &str, label: &str, raw: &str) -> Option<T> {
        match raw.trim() {
            "" => None,
            raw => self.one_of(field, label, raw),
        }
    }

    /// A day as date fields send it (ISO 8601), of a year from 1900 to 9999; `None` when nothing is written.
    pub fn day(&mut self, field: &str, raw: &str) -> Option<NaiveDate> {
        match raw.trim() {
            "" => None,
            raw => {
                let day = read_day(raw);
                let message = "Write the day as year-month-day, such as 2026-12-24.";
                self.refuse_when(day.is_none(), field, message);
                day
            }
        }
    }

    /// A day that came typed, as from a program: of a year from 1900 to 9999.
    pub fn within_calendar(&mut self, field: &str, day: Option<NaiveDate>) {
        let is_in = day.is_none_or(is_in_calendar);
        self.refuse_when(!is_in, field, "A day is of a year from 1900 to 9999.");
    }

    /// A whole number inside `min..=max`.
    pub fn whole_number(&mut self, field: &str, label: &str, raw: &str, min: i64, max: i64) -> i64 {
        match raw.trim().parse() {
            Ok(number) if (min..=max).contains(&number) => number,
            _ => {
                self.errors.add(
                    field,
                    format!("{label} must be a whole number from {min} to {max}."),
                );
                min
            }
        }
    }

    /// An IANA time zone.
    pub fn zone(&mut self, field: &str, raw: &str) -> Tz {
        raw.trim().parse().unwrap_or_else(|_| {
            self.errors.add(
                field,
                "Choose a time zone from the list, such as America/Toronto.",
            );
            Tz::UTC
        })
    }

    /// Notes `message` at `field` when `wrong`.
    pub fn refuse_when(&mut self, wrong: bool, field: &str, message: &str) {
        if wrong {
            self.errors.add(field, message);
        }
    }

    /// The value when every check passed, else all problems.
    ///
    /// # Errors
    /// Every problem noted so far.
    pub fn finish<T>(self, value: impl FnOnce() -> T) -> Result<T, FieldErrors> {
        if self.errors.is_empty() {
            Ok(value())
        } else {
            Err(self.errors)
        }
    }
}

/// A handle made from a name: ASCII letters and digits joined by dots, at most 32 characters, never empty.
pub fn handle_from(name: &str) -> String {
    let ascii: String = name.nfd().filter(char::is_ascii).collect();
    let joined = ascii
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(".")
        .to_ascii_lowercase();
    let handle: String = joined.chars().take(32).collect();
    if handle.chars().count() < 2 {
        "member".to_owned()
    } else {
        handle.trim_end_matches('.').to_owned()
    }
}
