//! Days as people write them. Pure.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::kernel::time::is_in_calendar;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// A day as people write it: `today`, `tomorrow`, `fri`, `next tuesday`, `in 3 days`, `in 2 weeks`, `24 dec`, `2026-12-24`. A
/// weekday is the next one after today; `next` before it means the one of the following week when this week's is still to come.
/// Days of other years than 1900 to 9999 are none.
pub fn day_in_words(words: &str, today: NaiveDate) -> Option<NaiveDate> {
    any_day_in_words(words, today).filter(|day| is_in_calendar(*day))
}

fn any_day_in_words(words: &str, today: NaiveDate) -> Option<NaiveDate> {
    let lower = words.trim().to_lowercase();
    if let Ok(day) = lower.parse::<NaiveDate>() {
        return Some(day);
    }
    let parts: Vec<&str> = lower
        .split([' ', ',', '.'])
        .filter(|part| !part.is_empty())
        .collect();
    match *parts.as_slice() {
        ["today"] => Some(today),
        ["tomorrow"] => today.checked_add_days(Days::new(1)),
        ["in", count, unit] => {
            let count: u64 = count.parse().ok().filter(|count| *count <= 1_000)?;
            let days = match unit.trim_end_matches('s') {
                "day" => count,
                "week" => count * 7,
                _ => return None,
            };
            today.checked_add_days(Days::new(days))
        }
        ["next", "week"] => today.checked_add_days(Days::new(7)),
        ["next", name] => {
            let soon = coming(weekday(name)?, today)?;
            let is_this_week = soon.iso_week() == today.iso_week();
            soon.checked_add_days(Days::new(if is_this_week { 7 } else { 0 }))
        }
        [name] => coming(weekday(name)?, today),
        [day, month] => dated(day, month, today).or_else(|| dated(month, day, today)),
        [day, month, year] => {
            let year: i32 = year.parse().ok()?;
            NaiveDate::from_ymd_opt(year, month_number(month)?, day.parse().ok()?)
        }
        _ => None,
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    let full: Weekday = name.parse().ok()?;
    Some(full)
}

/// The first such weekday after today.
fn coming(wanted: Weekday, today: NaiveDate) -> Option<NaiveDate> {
    let from = WEEKDAYS.iter().position(|day| *day == today.weekday())?;
    let to = WEEKDAYS.iter().position(|day| *day == wanted)?;
    let ahead = (to + 7 - from - 1) % 7 + 1;
    today.checked_add_days(Days::new(ahead.try_into().ok()?))
}

/// The next such day of the year, today included.
fn dated(day: &str, month: &str, today: NaiveDate) -> Option<NaiveDate> {
    let (day, month) = (day.parse().ok()?, month_number(month)?);
    let this_year = NaiveDate::from_ymd_opt(today.year(), month, day);
    match this_year {
        Some(date) if date >= today => Some(date),
        _ => NaiveDate::from_ymd_opt(today.year() + 1, month, day),
    }
}

/// A month by its name or the beginning of it, three letters at least; `sept` is one, `marshals` is none.
fn month_number(name: &str) -> Option<u32> {
    let at = MONTHS
        .iter()
        .position(|month| name.len() >= 3 && month.starts_with(name))?;
    u32::try_from(at + 1).ok()
}

/// Most words a day is written with: `in 2 weeks`, `24 dec 2026`.
const DAY_WORDS: usize = 3;

/// What a quick task says and the day at its end, when there is one: `call Ana tomorrow`, `send the form by next Tue`. Something to
/// do is always left: of `tomorrow` alone the title is `tomorrow`.
pub fn quick_words(text: &str, today: NaiveDate) -> (String, Option<NaiveDate>) {
    let words: Vec<&str> = text.split_whitespace().collect();
    for count in (1..=DAY_WORDS).rev() {
        let Some(at) = words.len().checked_sub(count).filter(|at| *at > 0) else {
            continue;
        };
        let (before, after) = words.split_at(at);
        let Some(day) = day_in_words(&after.join(" "), today) else {
            continue;
        };
        let joint = ["by", "on", "due", "until"];
        let what = match before.split_last() {
            Some((last, rest)) if !rest.is_empty() && joint.contains(&last.to_lowercase().as_str()) => rest,
            _ => before,
        };
        return (what.join(" "), Some(day));
    }
    (text.trim().to_owned(), None)
}

/// Minutes as people write them: `90`, `45m`, `2h`, `1h 30m`, `1:30`, `1.5h`; none when it is no length of time, or none at all.
pub fn minutes_in_words(words: &str) -> Option<i32> {
    let text: String = words.chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.to_lowercase().replace(',', ".");
    let minutes = match text.split_once([':', 'h']) {
        Some((hours, "")) => hours.parse::<f64>().ok()? * 60.0,
        Some((hours, rest)) => {
            let rest: u32 = rest.trim_end_matches("min").trim_end_matches('m').parse().ok()?;
            f64::from(hours.parse::<u32>().ok()?) * 60.0 + f64::from(Some(rest).filter(|rest| *rest < 60)?)
        }
        None => f64::from(
            text.trim_end_matches("min")
                .trim_end_matches('m')
                .parse::<u32>()
                .ok()?,
        ),
    };
    let whole = minutes.round();
    // Far below where a whole number of minutes stops fitting.
    let is_length = (1.0..=1_000_000.0).contains(&whole);
    is_length.then_some(whole as i32)
}

/// `45 min`, `2 h`, `1 h 30 min`.
pub fn length_in_words(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, rest) => format!("{hours} h {rest} min"),
    }
}
