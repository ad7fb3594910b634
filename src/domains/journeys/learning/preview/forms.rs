//! Who is imagined, as the form says it.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::domains::journeys::building::lesson::forms::{local, moment};
use crate::domains::journeys::building::{LessonKind, Outline};
use crate::domains::journeys::learning::model::LateRule;
use crate::domains::journeys::learning::unlocking::{ImaginedDone, Persona};
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::{JourneyVersionId, NodeKey};
use crate::kernel::time::read_day;
use crate::kernel::validate::Check;

/// When imagined lessons were done: at noon of their day.
const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
    Some(noon) => noon,
    None => NaiveTime::MIN,
};

/// The form, which is sent with GET so that a preview has an address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PreviewQuery {
    /// `draft`, or nothing for what is published.
    pub version: String,
    pub at: String,
    pub enrolled: String,
    pub begins: String,
    /// Whose dates count when they are enrolled after the first day: their own without one.
    pub late: String,
    /// The last lesson that is done.
    pub done: String,
    pub done_on: String,
    pub score: String,
    pub approved: String,
}

impl PreviewQuery {
    /// The same with what was left out: somebody who begins today and has done nothing.
    pub fn filled(mut self, now: DateTime<Utc>, zone: Tz) -> Self {
        let today = now.with_timezone(&zone).date_naive().to_string();
        if self.at.trim().is_empty() {
            self.at = local(now, zone);
        }
        if self.enrolled.trim().is_empty() {
            self.enrolled = today;
        }
        for day in [&mut self.begins, &mut self.done_on] {
            if day.trim().is_empty() {
                day.clone_from(&self.enrolled);
            }
        }
        if self.score.trim().is_empty() {
            "100".clone_into(&mut self.score);
        }
        self
    }

    /// Whom it means.
    ///
    /// # Errors
    /// With what cannot be read, beside its field.
    pub fn persona(
        &self,
        version: JourneyVersionId,
        outline: &Outline,
        zone: Tz,
    ) -> Result<Persona, FieldErrors> {
        let mut check = Check::default();
        let at = moment(&mut check, "at", &self.at, zone);
        let enrolled_on = day(&mut check, "enrolled", &self.enrolled);
        let starts_on = day(&mut check, "begins", &self.begins);
        let done_on = day(&mut check, "done_on", &self.done_on);
        let score = i16::try_from(check.whole_number("score", "Score", &self.score, 0, 100)).ok();
        let last: Option<NodeKey> = self.done.parse().ok();
        let is_known = last.is_none_or(|last| outline.lessons().any(|lesson| lesson.key == last));
        check.refuse_when(
            !is_known || (last.is_none() && !self.done.is_empty()),
            "done",
            "This lesson is not part of the version. Choose another.",
        );
        let late = match self.late.trim() {
            "" => Some(LateRule::OwnDay),
            typed => check.one_of("late", "whose dates count", typed),
        };
        check.finish(|| ())?;
        let (Some(at), Some(enrolled_on), Some(starts_on), Some(done_on), Some(late)) =
            (at, enrolled_on, starts_on, done_on, late)
        else {
            return Err(FieldErrors::default());
        };
        let (enrolled_on, starts_on) = match late {
            LateRule::OwnDay => (enrolled_on, starts_on.max(enrolled_on)),
            LateRule::WithCohort => (enrolled_on.min(starts_on), starts_on),
        };
        // What was done was done by then.
        let done_at = noon(done_on, zone).min(at);
        let done = outline.lessons().scan(last.is_some(), |goes_on, lesson| {
            let is_done = *goes_on;
            *goes_on &= Some(lesson.key) != last;
            is_done.then(|| ImaginedDone {
                lesson: lesson.key,
                score: score.filter(|_| lesson.kind == Some(LessonKind::Quiz)),
                at: done_at,
            })
        });
        Ok(Persona {
            version,
            at,
            zone,
            enrolled_on,
            starts_on,
            is_approved: self.approved == "yes",
            done: done.collect(),
        })
    }

    /// The same in other words, as an address.
    pub fn pairs(&self) -> [(&'static str, &str); 9] {
        [
            ("version", &self.version),
            ("at", &self.at),
            ("enrolled", &self.enrolled),
            ("begins", &self.begins),
            ("late", &self.late),
            ("done", &self.done),
            ("done_on", &self.done_on),
            ("score", &self.score),
            ("approved", &self.approved),
        ]
    }

    /// Looked at another moment.
    pub fn later(&self, at: DateTime<Utc>, zone: Tz) -> Self {
        // A field of a form knows minutes: what opens within one has opened at its end.
        let whole = match at.timestamp() % 60 {
            0 => at,
            seconds => at + TimeDelta::seconds(60 - seconds),
        };
        Self {
            at: local(whole, zone),
            ..self.clone()
        }
    }

    /// Somebody who began so many days ago and has done this much.
    pub fn begun(version: &str, now: DateTime<Utc>, zone: Tz, days: u64, done: String) -> Self {
        let today = now.with_timezone(&zone).date_naive();
        let first = today.checked_sub_days(Days::new(days)).unwrap_or(today);
        Self {
            version: version.to_owned(),
            enrolled: first.to_string(),
            done_on: today.to_string(),
            done,
            ..Self::default()
        }
        .filled(now, zone)
    }
}

fn day(check: &mut Check, field: &'static str, typed: &str) -> Option<NaiveDate> {
    let day = read_day(typed);
    check.refuse_when(day.is_none(), field, "Write a day, such as 2026-12-24.");
    day
}

fn noon(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let local = day.and_time(NOON);
    zone.from_local_datetime(&local)
        .earliest()
        .map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc))
}
