//! Fills the slots of a written line with the words of one place, day and cast.
//!
//! `{a}` is the given name of the part `a` and `{@a}` its mention; `{site}`, `{unit}`,
//! `{manager}` come from the worksite; `{weekday}`, `{time}`, `{evening}`, `{n}`, `{room}` and
//! `{name}` are drawn once per conversation, and a number after them (`{unit2}`) draws
//! another. `{today}` is the weekday of the conversation, `{day+3}` and `{jour+3}` the one
//! three working days later, `{date+3}` the date three days later, and `{on-23}` the weekday
//! of a day of the plan's story. `{ago}` and `{soon}` are times of the clock a little before
//! and after the conversation. `{one|two}` is one of the two.

use std::collections::BTreeMap;

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, Timelike, Weekday};

use super::{
    calendar::{Calendar, moved},
    dice::Dice,
    setting::Worksite,
    shape::Person,
};

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const JOURS: [&str; 7] = [
    "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const TIMES: [&str; 12] = [
    "7:15", "7:40", "8:30", "9:00", "9:45", "10:30", "11:15", "1:00", "1:45", "2:30", "3:15", "4:00",
];
const EVENINGS: [&str; 6] = ["5:30", "6:00", "6:30", "7:00", "7:15", "7:30"];
const ROOMS: [&str; 8] = [
    "the union office",
    "the second-floor lounge",
    "room 204",
    "the old chapel",
    "the cafeteria annex",
    "the education room",
    "room B12",
    "the quiet room by the lifts",
];
const NUMBERS: [&str; 9] = [
    "three", "four", "five", "six", "seven", "eight", "nine", "eleven", "twelve",
];

/// What one conversation may talk about.
#[derive(Debug)]
pub struct Scene<'a> {
    /// Who plays which part.
    pub cast: BTreeMap<String, &'a Person>,
    pub worksite: Option<&'a Worksite>,
    /// Given names of colleagues who are talked about and take no part.
    pub bystanders: Vec<&'a str>,
    pub calendar: &'a Calendar,
    /// When the conversation begins, on the clock of the organization.
    pub start: NaiveDateTime,
    /// Slots already drawn.
    pub drawn: BTreeMap<String, String>,
}

impl Scene<'_> {
    /// The line as it is sent. A slot nobody knows stays as written, and a test finds it.
    pub fn fill(&mut self, line: &str, dice: &mut Dice) -> String {
        let mut filled = String::with_capacity(line.len());
        let mut rest = line;
        while let Some((before, tail)) = rest.split_once('{') {
            filled.push_str(before);
            let (inside, after) = closed(tail);
            let word = self.resolve(inside, dice);
            push(&mut filled, &word);
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn resolve(&mut self, inside: &str, dice: &mut Dice) -> String {
        let choices = choices(inside);
        match (choices.len(), dice.pick(&choices)) {
            (2.., Some(choice)) => self.fill(choice, dice),
            _ => self.slot(inside, dice).unwrap_or_else(|| format!("{{{inside}}}")),
        }
    }

    fn slot(&mut self, name: &str, dice: &mut Dice) -> Option<String> {
        if let Some(part) = name.strip_prefix('@') {
            return self.cast.get(part).map(|person| format!("@{}", person.key));
        }
        if let Some(person) = self.cast.get(name) {
            return Some(person.given_name.clone());
        }
        if let Some(dated) = self.dated(name) {
            return Some(dated);
        }
        if let Some(drawn) = self.drawn.get(name) {
            return Some(drawn.clone());
        }
        let word = self.draw(name, dice)?;
        self.drawn.insert(name.to_owned(), word.clone());
        Some(word)
    }

    fn dated(&self, name: &str) -> Option<String> {
        let today = self.start.date();
        if name == "today" {
            return weekday(&WEEKDAYS, today);
        }
        let (unit, offset) = name.split_at_checked(name.find(['+', '-'])?)?;
        let offset = offset.parse().ok()?;
        match unit {
            "day" => weekday(&WEEKDAYS, working(today, offset)),
            "jour" => weekday(&JOURS, working(today, offset)),
            "on" => weekday(&WEEKDAYS, self.story(offset)),
            "date" => written(moved(today, offset)),
            _ => None,
        }
    }

    /// The date of a day of the plan's story: fixed in the past, counted in working days
    /// from today in the future.
    fn story(&self, offset: i64) -> NaiveDate {
        if offset < 0 {
            self.calendar.date(self.calendar.working_day(offset))
        } else {
            working(self.calendar.date(0), offset)
        }
    }

    fn draw(&self, name: &str, dice: &mut Dice) -> Option<String> {
        match name {
            "ago" => return Some(clock(self.start, -dice.between(20, 85))),
            "soon" => return Some(clock(self.start, dice.between(50, 150))),
            _ => {}
        }
        let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let fresh: Vec<&str> = self
            .vocabulary(stem)?
            .into_iter()
            .filter(|word| !self.drawn.values().any(|drawn| drawn == word))
            .collect();
        dice.pick(&fresh).map(ToString::to_string)
    }

    fn vocabulary(&self, stem: &str) -> Option<Vec<&str>> {
        let site = self.worksite;
        match stem {
            "site" => site.map(|site| vec![site.short.as_str()]),
            "unit" => site.map(|site| site.units.iter().map(String::as_str).collect()),
            "manager" => site.map(|site| site.managers.iter().map(String::as_str).collect()),
            "weekday" => Some(WEEKDAYS.to_vec()),
            "time" => Some(TIMES.to_vec()),
            "evening" => Some(EVENINGS.to_vec()),
            "room" => Some(ROOMS.to_vec()),
            "n" => Some(NUMBERS.to_vec()),
            "name" => Some(self.strangers()),
            _ => None,
        }
    }

    fn strangers(&self) -> Vec<&str> {
        let mut names = self.bystanders.clone();
        names.retain(|name| self.cast.values().all(|person| person.given_name != *name));
        names
    }
}

fn weekday(names: &[&str; 7], date: NaiveDate) -> Option<String> {
    let number = usize::try_from(date.weekday().num_days_from_monday()).ok()?;
    names.get(number).map(ToString::to_string)
}

fn written(date: NaiveDate) -> Option<String> {
    let month = MONTHS.get(usize::try_from(date.month0()).ok()?)?;
    Some(format!("{} {month}", date.day()))
}

/// So many working days later or earlier.
fn working(date: NaiveDate, days: i64) -> NaiveDate {
    let mut day = date;
    let mut left = days.abs();
    // Bounded, so that the end of the calendar is not an endless loop.
    for _ in 0..days.abs() * 3 {
        if left == 0 {
            break;
        }
        day = moved(day, days.signum());
        if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
    }
    day
}

/// A time of the clock as people write it, on five minutes.
fn clock(start: NaiveDateTime, minutes: i64) -> String {
    let moment = start + Duration::minutes(minutes);
    let (_, hour) = moment.hour12();
    format!("{hour}:{:02}", moment.minute() / 5 * 5)
}

/// Adds the word of a slot, with a capital where a sentence begins with it.
fn push(filled: &mut String, word: &str) {
    let so_far = filled.trim_end_matches(' ');
    let begins = so_far.is_empty() || so_far.ends_with(['.', '?', '!', '\n']);
    let mut letters = word.chars();
    match letters.next() {
        Some(first) if begins => filled.extend(first.to_uppercase()),
        Some(first) => filled.push(first),
        None => {}
    }
    filled.push_str(letters.as_str());
}

/// What stands before the brace that closes an opened one, and what stands after it.
fn closed(tail: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    for (position, letter) in tail.char_indices() {
        match (letter, depth) {
            ('{', _) => depth += 1,
            ('}', 0) => {
                let (inside, rest) = tail.split_at(position);
                return (inside, rest.strip_prefix('}').unwrap_or(rest));
            }
            ('}', _) => depth -= 1,
            _ => {}
        }
    }
    (tail, "")
}

/// The alternatives inside a brace; one when there is no bar outside inner braces.
fn choices(inside: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    inside
        .split(|letter| {
            match letter {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            letter == '|' && depth == 0
        })
        .collect()
}
