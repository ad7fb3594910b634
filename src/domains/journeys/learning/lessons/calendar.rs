//! A live session for people's calendars (RFC 5545). Pure.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domains::tasks::feeds::ics::{escaped, put};
use crate::kernel::ids::NodeKey;

/// A session.
#[derive(Debug, Clone)]
pub struct Session {
    pub key: NodeKey,
    pub title: String,
    pub starts_at: DateTime<Utc>,
    pub minutes: u32,
    pub place: String,
    pub url: String,
    /// Where the lesson is.
    pub lesson: String,
}

/// A calendar with one session.
pub fn calendar(session: &Session, now: DateTime<Utc>) -> String {
    let moment = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ");
    let ends_at = session.starts_at + TimeDelta::minutes(i64::from(session.minutes.max(1)));
    let mut text = String::new();
    for line in [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Waymark//Journeys//EN".to_owned(),
        "CALSCALE:GREGORIAN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@waymark", session.key),
        format!("DTSTAMP:{}", moment(now)),
        format!("DTSTART:{}", moment(session.starts_at)),
        format!("DTEND:{}", moment(ends_at)),
        format!("SUMMARY:{}", escaped(&session.title)),
    ] {
        put(&mut text, &line);
    }
    if !session.place.is_empty() {
        put(&mut text, &format!("LOCATION:{}", escaped(&session.place)));
    }
    let more = [session.url.as_str(), session.lesson.as_str()].map(str::trim);
    let more: Vec<&str> = more.into_iter().filter(|line| !line.is_empty()).collect();
    put(&mut text, &format!("DESCRIPTION:{}", escaped(&more.join("\n"))));
    put(&mut text, &format!("URL:{}", session.lesson));
    put(&mut text, "END:VEVENT");
    put(&mut text, "END:VCALENDAR");
    text
}
