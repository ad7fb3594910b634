//! What the steps send.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::domains::campaigns::entering::{self, Entry};
use crate::domains::campaigns::model::{Campaign, DoubtPolicy, Start};
use crate::domains::campaigns::queries::{Audience, Content, Named, Schedule};
use crate::domains::campaigns::templates::model::Channel;
use crate::domains::consent::rules::moment_at;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::SegmentId;
use crate::kernel::validate::Check;

/// Characters of a value that a campaign fills in.
const LONGEST_VALUE: usize = 2_000;

/// A campaign that begins, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewForm {
    pub name: String,
    pub channel: String,
}

impl NewForm {
    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self) -> Result<(String, Channel), FieldErrors> {
        let mut check = Check::default();
        let name = check.line("name", "Name", &self.name, 1, 120);
        let channel = check.one_of("channel", "how it travels", &self.channel);
        check.finish(|| (name, channel.unwrap_or(Channel::Email)))
    }
}

/// The first step, as typed. Values of the template's own variables come as `fill-` and their name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Vec<(String, String)>")]
pub struct ContentForm {
    pub revision: String,
    pub name: String,
    pub template: String,
    pub from_name: String,
    pub reply_to: String,
    pub tracked: String,
    pub fill: BTreeMap<String, String>,
    /// Which button: `next` or `stay`.
    pub then: String,
}

impl From<Vec<(String, String)>> for ContentForm {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            match (name.as_str(), name.strip_prefix("fill-")) {
                ("revision", _) => form.revision = value,
                ("name", _) => form.name = value,
                ("template", _) => form.template = value,
                ("from_name", _) => form.from_name = value,
                ("reply_to", _) => form.reply_to = value,
                ("tracked", _) => form.tracked = value,
                ("then", _) => form.then = value,
                (_, Some(variable)) => {
                    form.fill.insert(variable.to_owned(), value);
                }
                _ => {}
            }
        }
        form
    }
}

impl ContentForm {
    /// The form of what is kept.
    pub fn of(campaign: &Campaign) -> Self {
        let fill = campaign.fill.as_object().into_iter().flatten();
        Self {
            revision: campaign.revision.to_string(),
            name: campaign.name.clone(),
            template: campaign.template_id.map(|id| id.to_string()).unwrap_or_default(),
            from_name: campaign.from_name.clone(),
            reply_to: campaign.reply_to.clone(),
            tracked: if campaign.is_tracked {
                "yes".to_owned()
            } else {
                String::new()
            },
            fill: fill
                .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect(),
            then: String::new(),
        }
    }

    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self) -> Result<Content, FieldErrors> {
        let mut check = Check::default();
        let name = check.line("name", "Name", &self.name, 1, 120);
        let template = check.optional("template", "a template", &self.template);
        let from_name = check.line("from_name", "Sender’s name", &self.from_name, 0, 80);
        let reply_to = match self.reply_to.trim() {
            "" => String::new(),
            _ => check.email("reply_to", &self.reply_to),
        };
        let mut fill = Map::new();
        for (variable, value) in &self.fill {
            let value = check.text(&format!("fill-{variable}"), "The value", value, 0, LONGEST_VALUE);
            fill.insert(variable.clone(), Value::String(value));
        }
        check.finish(|| Content {
            name,
            template,
            from_name,
            reply_to,
            is_tracked: self.tracked == "yes",
            fill: Value::Object(fill),
        })
    }
}

/// The second step, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Vec<(String, String)>")]
pub struct AudienceForm {
    pub revision: String,
    /// `everyone` or `segments`.
    pub who: String,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    pub then: String,
}

impl From<Vec<(String, String)>> for AudienceForm {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "revision" => form.revision = value,
                "who" => form.who = value,
                "include" => form.include.push(value),
                "exclude" => form.exclude.push(value),
                "then" => form.then = value,
                _ => {}
            }
        }
        form
    }
}

impl AudienceForm {
    /// The form of what is kept.
    pub fn of(campaign: &Campaign, chosen: &[Named]) -> Self {
        let of = |is_excluded: bool| {
            let those = chosen.iter().filter(|one| one.is_excluded == is_excluded);
            those.map(|one| one.segment.to_string()).collect::<Vec<_>>()
        };
        let who = match (campaign.is_everyone, of(false).is_empty()) {
            (true, _) => "everyone",
            (false, false) => "segments",
            (false, true) => "",
        };
        Self {
            revision: campaign.revision.to_string(),
            who: who.to_owned(),
            include: of(false),
            exclude: of(true),
            then: String::new(),
        }
    }

    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, known: &[SegmentId]) -> Result<Audience, FieldErrors> {
        let mut check = Check::default();
        let mut read = |field: &str, raw: &[String]| {
            let ids: Vec<SegmentId> = raw.iter().filter_map(|id| id.parse().ok()).collect();
            let is_known = ids.len() == raw.len() && ids.iter().all(|id| known.contains(id));
            check.refuse_when(!is_known, field, "Choose segments from the list.");
            ids
        };
        let (include, exclude) = (read("include", &self.include), read("exclude", &self.exclude));
        let both = include.iter().any(|id| exclude.contains(id));
        check.refuse_when(both, "exclude", "A segment can’t be for and left out at once.");
        let is_everyone = self.who == "everyone";
        check.refuse_when(
            !is_everyone && self.who != "segments",
            "who",
            "Choose who it is for.",
        );
        check.refuse_when(
            self.who == "segments" && include.is_empty(),
            "include",
            "Choose at least one segment.",
        );
        check.finish(|| Audience {
            is_everyone,
            include: if is_everyone { Vec::new() } else { include },
            exclude,
        })
    }
}

/// The third step, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ScheduleForm {
    pub revision: String,
    pub starts: String,
    /// In the zone of whoever types it.
    pub at: String,
    /// On everybody's own clock.
    pub local: String,
    pub quiet_from: String,
    pub quiet_to: String,
    pub late_hours: String,
    pub in_doubt: String,
    /// The last day on which people who come in get it, in the zone of whoever types it.
    pub until: String,
    /// `yes` when those get it, too, who are in the audience already.
    pub present: String,
    pub then: String,
}

impl ScheduleForm {
    /// The form of what is kept.
    pub fn of(campaign: &Campaign, entry: Option<Entry>, zone: Tz) -> Self {
        let time = |time: Option<NaiveTime>| {
            time.map(|time| time.format("%H:%M").to_string())
                .unwrap_or_default()
        };
        Self {
            revision: campaign.revision.to_string(),
            starts: campaign.starts.as_str().to_owned(),
            at: campaign
                .starts_at
                .map(|at| at.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string())
                .unwrap_or_default(),
            local: campaign
                .starts_local
                .map(|local| local.format("%Y-%m-%dT%H:%M").to_string())
                .unwrap_or_default(),
            quiet_from: time(campaign.quiet_from),
            quiet_to: time(campaign.quiet_to),
            late_hours: campaign.late_hours.to_string(),
            in_doubt: campaign.in_doubt.as_str().to_owned(),
            until: entry
                .map(|entry| entry.last_day(zone).to_string())
                .unwrap_or_default(),
            present: match entry {
                Some(entry) if entry.with_present => "yes".to_owned(),
                _ => String::new(),
            },
            then: String::new(),
        }
    }

    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, zone: Tz, now: DateTime<Utc>) -> Result<Schedule, FieldErrors> {
        let mut check = Check::default();
        let starts: Option<Start> = check.one_of("starts", "when it goes", &self.starts);
        let at = read_local(&self.at).map(|local| moment_at(zone, local));
        let local = read_local(&self.local);
        let (at, local) = match starts {
            Some(Start::Moment) => {
                check.refuse_when(at.is_none(), "at", "Say when it goes.");
                check.refuse_when(at.is_some_and(|at| at <= now), "at", "That time has passed.");
                (at, None)
            }
            Some(Start::Local) => {
                check.refuse_when(local.is_none(), "local", "Say when it goes.");
                let is_over = local.is_some_and(|local| local.and_utc() <= now);
                check.refuse_when(is_over, "local", "That time has passed almost everywhere.");
                (None, local)
            }
            _ => (None, None),
        };
        let entry = match starts {
            Some(Start::Entry) => self.entry(&mut check, zone, now),
            _ => None,
        };
        let (from, to) = (
            read_time(&mut check, "quiet_from", &self.quiet_from),
            read_time(&mut check, "quiet_to", &self.quiet_to),
        );
        check.refuse_when(from.is_some() && to.is_none(), "quiet_to", "Say until when.");
        check.refuse_when(to.is_some() && from.is_none(), "quiet_from", "Say from when.");
        check.refuse_when(
            from.is_some() && from == to,
            "quiet_to",
            "Quiet hours can’t be the whole day.",
        );
        let late_hours = check.whole_number("late_hours", "Hours", &self.late_hours, 1, 336);
        let in_doubt: Option<DoubtPolicy> = check.one_of("in_doubt", "what to do", &self.in_doubt);
        check.finish(|| Schedule {
            starts: starts.unwrap_or(Start::Now),
            at,
            local,
            quiet: from.zip(to),
            late_hours: i16::try_from(late_hours).unwrap_or(24),
            in_doubt: in_doubt.unwrap_or(DoubtPolicy::Resend),
            entry,
        })
    }

    /// Until when it goes to whoever comes in.
    fn entry(&self, check: &mut Check, zone: Tz, now: DateTime<Utc>) -> Option<Entry> {
        let day = check.day("until", &self.until);
        check.refuse_when(self.until.trim().is_empty(), "until", "Say until which day.");
        let entry = Entry::until_end_of(day?, zone, self.present == "yes");
        check.refuse_when(entry.until <= now, "until", "That day has passed.");
        let is_long = entry.until > now + entering::LONGEST;
        check.refuse_when(
            is_long,
            "until",
            "Choose a day within two years. It can be begun anew then.",
        );
        Some(entry)
    }
}

/// A date and time as browsers send it, with or without seconds.
fn read_local(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S"))
        .ok()
        .filter(|local| crate::kernel::time::is_in_calendar(local.date()))
}

fn read_time(check: &mut Check, field: &str, text: &str) -> Option<NaiveTime> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let time =
        NaiveTime::parse_from_str(text, "%H:%M").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S"));
    check.refuse_when(time.is_err(), field, "Write the time as 21:30.");
    time.ok()
}

/// Refuses what was typed while somebody else changed the campaign, beside this field.
///
/// # Errors
/// [`AppError::Invalid`].
pub fn expect_current(campaign: &Campaign, revision: &str, field: &'static str) -> Result<(), AppError> {
    match revision.parse() == Ok(campaign.revision) {
        true => Ok(()),
        false => Err(AppError::field(
            field,
            "Somebody changed this campaign while you typed. Look at it in another window, then save once more to keep what is written here.",
        )),
    }
}
