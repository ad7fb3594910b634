//! iCalendar (RFC 5545): days as ordinary calendars show them. Pure.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};

/// Most octets of a line before its end (RFC 5545, 3.1).
const LINE: usize = 75;

/// One day with something to do.
#[derive(Debug, Clone)]
pub struct Event {
    /// The same for ever.
    pub uid: String,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// Counts changes, from 0.
    pub sequence: i32,
    pub day: NaiveDate,
    pub summary: String,
    pub url: String,
}

/// A calendar of all-day events that keep nobody busy.
pub fn calendar(name: &str, events: &[Event]) -> String {
    let mut text = String::new();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Waymark//Tasks//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ] {
        put(&mut text, line);
    }
    put(&mut text, &format!("NAME:{}", escaped(name)));
    put(&mut text, &format!("X-WR-CALNAME:{}", escaped(name)));
    for event in events {
        put_event(&mut text, event);
    }
    put(&mut text, "END:VCALENDAR");
    text
}

fn put_event(text: &mut String, event: &Event) {
    let stamp = event.changed_at.format("%Y%m%dT%H%M%SZ");
    let next = event.day.succ_opt().unwrap_or(event.day);
    put(text, "BEGIN:VEVENT");
    put(text, &format!("UID:{}", escaped(&event.uid)));
    put(text, &format!("DTSTAMP:{stamp}"));
    put(text, &format!("LAST-MODIFIED:{stamp}"));
    put(text, &format!("SEQUENCE:{}", event.sequence));
    put(
        text,
        &format!("DTSTART;VALUE=DATE:{}", event.day.format("%Y%m%d")),
    );
    put(text, &format!("DTEND;VALUE=DATE:{}", next.format("%Y%m%d")));
    put(text, &format!("SUMMARY:{}", escaped(&event.summary)));
    put(text, &format!("URL:{}", event.url));
    put(text, "CLASS:PRIVATE");
    put(text, "TRANSP:TRANSPARENT");
    put(text, "END:VEVENT");
}

/// A line with its end, folded where it is too long: a character is never cut in two.
pub fn put(text: &mut String, line: &str) {
    let mut octets = 0;
    for character in line.chars() {
        if octets + character.len_utf8() > LINE {
            text.push_str("\r\n ");
            octets = 1;
        }
        text.push(character);
        octets += character.len_utf8();
    }
    text.push_str("\r\n");
}

/// A text value (RFC 5545, 3.3.11); other control characters do not belong into one.
pub fn escaped(value: &str) -> String {
    let mut text = String::new();
    for character in value.chars() {
        match character {
            '\\' | ';' | ',' => {
                let _ = write!(text, "\\{character}");
            }
            '\n' => text.push_str("\\n"),
            other if other.is_control() => {}
            other => text.push(other),
        }
    }
    text
}
