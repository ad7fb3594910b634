//! What browsers send to make a broadcast.

use chrono::{LocalResult, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::ids::{ChannelId, ContextId};
use crate::kernel::validate::Check;

use super::audience::{Audience, PeopleRule};
use super::model::{NewBroadcast, SendTime, checked_words};

/// Handles in one filter.
const MOST_HANDLES: usize = 200;

/// The form as typed. It travels through the preview, so everything in it is text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct BroadcastForm {
    /// Title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Which of the following says who gets it.
    pub audience: String,
    /// A channel.
    pub channel: String,
    /// A context.
    pub team: String,
    /// A role.
    pub role: String,
    /// A saved filter.
    pub saved: String,
    /// A filter: holding this role.
    pub filter_role: String,
    /// A filter: belonging to this context.
    pub filter_team: String,
    /// A filter: called like this.
    pub filter_handles: String,
    /// Name to save the filter under.
    pub filter_name: String,
    /// Ticked when a confirmation is asked for.
    pub requires_ack: String,
    /// `now` or `later`.
    pub when: String,
    /// Local date and time.
    pub send_at: String,
    /// The number of people, typed.
    pub confirm: String,
}

/// What a form means.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The broadcast.
    pub new: NewBroadcast,
    /// Name to save the people filter under.
    pub save_as: Option<String>,
}

impl BroadcastForm {
    /// What was meant; times are read in the sender's zone.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, zone: Tz) -> Result<Wish, FieldErrors> {
        let mut check = Check::default();
        let (title, body) = checked_words(&mut check, &self.title, &self.body);
        let audience = self.audience(&mut check);
        let send = self.send_time(&mut check, zone);
        let save_as =
            Some(self.filter_name.trim()).filter(|name| !name.is_empty() && self.audience == "filter");
        let save_as = save_as.map(|name| check.line("filter_name", "The name", name, 1, 60));
        let confirmed = self
            .confirm
            .chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
            .parse()
            .ok();
        let requires_ack = !self.requires_ack.is_empty();
        check.finish(|| Wish {
            new: NewBroadcast {
                title,
                body,
                audience,
                requires_ack,
                send,
                confirmed,
            },
            save_as,
        })
    }

    fn audience(&self, check: &mut Check) -> Audience {
        match self.audience.as_str() {
            "channel" => chosen(check, "channel", "a channel", &self.channel).map(Audience::Channel),
            "team" => chosen(check, "team", "a team or group", &self.team).map(Audience::Team),
            "role" => chosen(check, "role", "a role", &self.role).map(Audience::Role),
            "everyone" => Some(Audience::Everyone),
            "filter" => Some(Audience::Filter(self.rule(check))),
            "saved" => chosen(check, "saved", "a filter", &self.saved).map(Audience::Saved),
            _ => {
                check.refuse_when(true, "audience", "Choose who gets it.");
                None
            }
        }
        .unwrap_or(Audience::Filter(PeopleRule::default()))
    }

    fn rule(&self, check: &mut Check) -> PeopleRule {
        let handles = self
            .filter_handles
            .split(|c: char| c.is_whitespace() || c == ',' || c == ';')
            .map(|handle| handle.trim_start_matches('@').to_lowercase());
        let mut handles: Vec<String> = handles.filter(|handle| !handle.is_empty()).collect();
        handles.sort();
        handles.dedup();
        check.refuse_when(
            handles.len() > MOST_HANDLES,
            "filter_handles",
            "Name at most 200 people. For more, make a team or use a role.",
        );
        PeopleRule {
            vouched: None,
            role: optional(check, "filter_role", "a role", &self.filter_role),
            context: optional::<ContextId>(check, "filter_team", "a group", &self.filter_team),
            handles,
        }
    }

    fn send_time(&self, check: &mut Check, zone: Tz) -> SendTime {
        if self.when != "later" {
            return SendTime::Now;
        }
        let typed = self.send_at.trim();
        let read = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(typed, format).ok());
        let Some(local) = read else {
            check.refuse_when(
                true,
                "send_at",
                "Enter a date and time, such as 2026-11-23 09:00.",
            );
            return SendTime::Now;
        };
        match zone.from_local_datetime(&local) {
            // When clocks go back an hour happens twice: the first is meant, as people who wait would expect.
            LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => {
                SendTime::At(moment.with_timezone(&Utc))
            }
            LocalResult::None => {
                check.refuse_when(
                    true,
                    "send_at",
                    "Clocks go forward then, and that time does not exist. Choose one an hour later.",
                );
                SendTime::Now
            }
        }
    }

    /// The fields as the preview carries them on.
    pub fn carried(&self) -> [(&'static str, &str); 14] {
        [
            ("title", &self.title),
            ("body", &self.body),
            ("audience", &self.audience),
            ("channel", &self.channel),
            ("team", &self.team),
            ("role", &self.role),
            ("saved", &self.saved),
            ("filter_role", &self.filter_role),
            ("filter_team", &self.filter_team),
            ("filter_handles", &self.filter_handles),
            ("filter_name", &self.filter_name),
            ("requires_ack", &self.requires_ack),
            ("when", &self.when),
            ("send_at", &self.send_at),
        ]
    }
}

fn chosen<T: std::str::FromStr>(check: &mut Check, field: &str, what: &str, raw: &str) -> Option<T> {
    check.one_of(field, what, raw)
}

fn optional<T: std::str::FromStr>(check: &mut Check, field: &str, what: &str, raw: &str) -> Option<T> {
    if raw.trim().is_empty() {
        None
    } else {
        check.one_of(field, what, raw)
    }
}

/// What an address to the empty form says beforehand.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Beginning {
    /// To this channel.
    pub channel: Option<ChannelId>,
    /// To this context.
    pub team: Option<ContextId>,
}

impl Beginning {
    /// The form as it opens.
    pub fn form(&self) -> BroadcastForm {
        let mut form = BroadcastForm {
            when: "now".to_owned(),
            ..BroadcastForm::default()
        };
        if let Some(channel) = self.channel {
            (form.audience, form.channel) = ("channel".to_owned(), channel.to_string());
        }
        if let Some(team) = self.team {
            (form.audience, form.team) = ("team".to_owned(), team.to_string());
        }
        form
    }
}

/// Which broadcasts the list shows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// A state.
    pub state: Option<String>,
    /// `mine` or `all`.
    pub by: Option<String>,
    /// Older than this one.
    pub before: Option<crate::kernel::ids::BroadcastId>,
}
