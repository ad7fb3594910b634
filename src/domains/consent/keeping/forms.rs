//! What is noted about what somebody said.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domains::consent::model::{Action, Basis, Channel, Method, TRANSACTIONAL};
use crate::kernel::error::FieldErrors;
use crate::kernel::time::begin_of_day;
use crate::kernel::validate::Check;

/// As typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NotingForm {
    pub channel: String,
    pub category: String,
    /// `grant`, `withdraw` or `request`.
    pub action: String,
    pub basis: String,
    pub method: String,
    pub said_on: String,
    pub note: String,
}

/// As meant.
#[derive(Debug, Clone)]
pub struct Noting {
    pub channel: Channel,
    pub category: String,
    pub action: Action,
    pub basis: Option<Basis>,
    pub method: Method,
    /// The day on which it was said, in the organization's zone.
    pub said_on: NaiveDate,
    pub effective_at: DateTime<Utc>,
    pub note: String,
}

/// Grounds that somebody else can note.
pub const BASES: [Basis; 6] = [
    Basis::Express,
    Basis::Purchase,
    Basis::Inquiry,
    Basis::Published,
    Basis::Contract,
    Basis::LegitimateInterest,
];
/// Ways in which somebody else hears it.
pub const METHODS: [Method; 5] = [
    Method::Spoken,
    Method::Paper,
    Method::Form,
    Method::Mail,
    Method::Sms,
];

impl NotingForm {
    /// What was meant.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, categories: &[String], zone: Tz, now: DateTime<Utc>) -> Result<Noting, FieldErrors> {
        let mut check = Check::default();
        let channel: Option<Channel> = check.one_of("channel", "a channel", &self.channel);
        let is_known = categories.contains(&self.category) && self.category != TRANSACTIONAL;
        check.refuse_when(!is_known, "category", "Choose a kind of message from the list.");
        let action: Option<Action> = check.one_of("action", "what they said", &self.action);
        let can_note = matches!(
            action,
            Some(Action::Grant | Action::Withdraw | Action::Request) | None
        );
        check.refuse_when(!can_note, "action", "Choose what they said from the list.");
        let basis: Option<Basis> = match action {
            Some(Action::Grant) => check.one_of("basis", "why they may be written to", &self.basis),
            _ => None,
        };
        let is_own = basis.is_some_and(|basis| !BASES.contains(&basis));
        check.refuse_when(
            is_own,
            "basis",
            "Choose why they may be written to from the list.",
        );
        let needs_words = basis.is_some_and(|basis| basis != Basis::Express)
            && matches!(channel, Some(Channel::Sms | Channel::Push));
        check.refuse_when(
            needs_words,
            "basis",
            "Text messages and push need that they agreed; nothing else stands for it.",
        );
        let method: Option<Method> = check.one_of("method", "how they said it", &self.method);
        let today = now.with_timezone(&zone).date_naive();
        let said_on = check.day("said_on", &self.said_on).unwrap_or(today);
        check.refuse_when(said_on > today, "said_on", "That day is yet to come.");
        let least = usize::from(action == Some(Action::Grant));
        let note = check.text("note", "What shows it", &self.note, least, 1000);
        let request_by_mail =
            action == Some(Action::Request) && channel.is_some_and(|one| one != Channel::Email);
        check.refuse_when(
            request_by_mail,
            "action",
            "Only e-mail can be confirmed with a link: it goes to the address it is about.",
        );
        let action = action.unwrap_or(Action::Withdraw);
        let effective_at = moment(action, said_on, zone, now);
        check.finish(|| Noting {
            channel: channel.unwrap_or(Channel::Email),
            category: self.category.clone(),
            action,
            basis,
            method: method.unwrap_or(Method::Spoken),
            said_on,
            effective_at,
            note,
        })
    }
}

/// When a day's word counts from. Of today from now: what is noted now is the last that they said. Of an earlier day nobody knows the
/// hour: an agreement from its beginning, a withdrawal from its end, so that of two on one day the withdrawal counts.
fn moment(action: Action, day: NaiveDate, zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    if day >= now.with_timezone(&zone).date_naive() {
        return now;
    }
    let moment = match action {
        Action::Withdraw => begin_of_day(day.succ_opt().unwrap_or(day), zone) - TimeDelta::microseconds(1),
        _ => begin_of_day(day, zone),
    };
    moment.min(now)
}
