//! Pages of broadcasts.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domains::channels::messages::view::SanitisedHtml;
use crate::kernel::actor::Role;
use crate::kernel::error::FieldErrors;
use crate::kernel::text::grouped;
use crate::kernel::time::{local_date_time, machine};
use crate::platform::web::Shell;

use super::actions::Preview;
use super::audience::Choices;
use super::forms::BroadcastForm;
use super::model::{Broadcast, BroadcastState};
use super::policy::CONFIRM_ABOVE;
use super::receipts::Figures;

/// A choice in a list.
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The form.
#[derive(Template)]
#[template(path = "broadcasts/new.html")]
pub struct NewPage {
    /// The frame.
    pub shell: Shell,
    /// What was typed.
    pub typed: BroadcastForm,
    /// What is wrong with it.
    pub errors: FieldErrors,
    /// Channels.
    pub channels: Vec<Choice>,
    /// Contexts.
    pub teams: Vec<Choice>,
    /// Roles.
    pub roles: Vec<Choice>,
    /// Contexts, for a filter.
    pub filter_teams: Vec<Choice>,
    /// Roles, for a filter.
    pub filter_roles: Vec<Choice>,
    /// Saved filters.
    pub saved: Vec<Choice>,
    /// Whether audiences beyond groups are offered.
    pub anywhere: bool,
    /// In which zone times are read.
    pub zone_hint: String,
}

impl NewPage {
    /// The form with what may be chosen.
    pub fn of(shell: Shell, form: BroadcastForm, errors: FieldErrors, choices: &Choices, zone: Tz) -> Self {
        let teams = |chosen: &str| {
            choices
                .contexts
                .iter()
                .map(|context| {
                    choice(
                        context.id.to_string(),
                        format!("{} ({})", context.name, context.kind.noun()),
                        chosen,
                    )
                })
                .collect()
        };
        let roles = |chosen: &str| {
            Role::ALL
                .iter()
                .map(|role| choice(role.as_str().to_owned(), role.label().to_owned(), chosen))
                .collect()
        };
        Self {
            channels: choices
                .channels
                .iter()
                .map(|channel| {
                    choice(
                        channel.id.to_string(),
                        format!("#{}", channel.title),
                        &form.channel,
                    )
                })
                .collect(),
            teams: teams(&form.team),
            roles: roles(&form.role),
            filter_teams: teams(&form.filter_team),
            filter_roles: roles(&form.filter_role),
            saved: choices
                .filters
                .iter()
                .map(|filter| choice(filter.id.to_string(), filter.name.clone(), &form.saved))
                .collect(),
            anywhere: choices.anywhere,
            zone_hint: format!("Your time, {}.", zone.name().replace('_', " ")),
            shell,
            typed: form,
            errors,
        }
    }

    /// Whether this kind of audience is chosen.
    pub fn is(&self, audience: &str) -> bool {
        self.typed.audience == audience
    }
}

fn choice(value: String, label: String, chosen: &str) -> Choice {
    Choice {
        chosen: value == chosen,
        value,
        label,
    }
}

/// Why a broadcast was not made.
#[derive(Debug, Clone, Default)]
pub struct Refused {
    /// What is wrong.
    pub errors: FieldErrors,
    /// Why it can't be sent now.
    pub wait: Option<String>,
}

/// What a sender is shown before sending.
#[derive(Template)]
#[template(path = "broadcasts/preview.html")]
pub struct PreviewPage {
    /// The frame.
    pub shell: Shell,
    /// What was typed, carried on.
    pub typed: BroadcastForm,
    /// What is wrong.
    pub errors: FieldErrors,
    /// Why it can't be sent now.
    pub wait: Option<String>,
    /// The audience.
    pub label: String,
    /// `412`.
    pub count: String,
    /// `person` or `people`.
    pub noun: &'static str,
    /// `Adaeze, Bjørn, Carmen …`
    pub names: Vec<(String, String, u16)>,
    /// How many are not shown by name.
    pub others: i64,
    /// How many had one today, in a sentence.
    pub reached_today: String,
    /// The text.
    pub body: SanitisedHtml,
    /// Whether the number has to be typed.
    pub confirm: bool,
    /// What the field for it is called.
    pub confirm_label: String,
    /// When it goes out, in a sentence.
    pub when: String,
}

impl PreviewPage {
    /// The page of a preview; `grace` is the time to take it back, in seconds.
    pub fn of(
        shell: Shell,
        form: BroadcastForm,
        refused: Refused,
        preview: Preview,
        grace: i64,
        zone: Tz,
    ) -> Self {
        let shown = i64::try_from(preview.sample.len()).unwrap_or(0);
        let when = match form.when.as_str() {
            "later" => format!("It goes out on {}.", local_date_time(preview.send_at, zone)),
            _ => format!("It goes out {grace} seconds after you send it. Until then you can take it back."),
        };
        let Refused { errors, wait } = refused;
        Self {
            label: preview.label,
            count: grouped(preview.count),
            noun: if preview.count == 1 { "person" } else { "people" },
            names: preview
                .sample
                .into_iter()
                .map(|card| (card.name, card.initials, card.hue))
                .collect(),
            others: preview.count - shown,
            reached_today: reached(preview.reached_today, preview.count),
            body: SanitisedHtml::from_storage(preview.rendered.html),
            confirm: preview.count > CONFIRM_ABOVE,
            confirm_label: format!("Type {} to confirm the number of people", grouped(preview.count)),
            shell,
            typed: form,
            errors,
            wait,
            when,
        }
    }
}

fn reached(today: i64, count: i64) -> String {
    match today {
        0 => "None of them has been sent a broadcast today.".to_owned(),
        1 if count == 1 => "They have already been sent a broadcast today.".to_owned(),
        1 => "One of them has already been sent a broadcast today.".to_owned(),
        all if all == count => "All of them have already been sent a broadcast today.".to_owned(),
        some => format!(
            "{} of them have already been sent a broadcast today.",
            grouped(some)
        ),
    }
}

/// One broadcast of the list.
pub struct Line {
    /// Its page.
    pub href: String,
    /// Its title.
    pub title: String,
    /// `To #depot-north, from Grace Mbeki`.
    pub note: String,
    /// Its state.
    pub state: &'static str,
    /// Kind of badge.
    pub tone: &'static str,
    /// RFC 3339.
    pub time: String,
    /// When it was or will be sent.
    pub moment: String,
    /// `412 people`.
    pub people: String,
    /// Whether it asks for a confirmation.
    pub requires_ack: bool,
}

impl Line {
    /// A line; `author` is empty for the reader's own.
    pub fn of(broadcast: &Broadcast, author: &str, zone: Tz) -> Self {
        let from = if author.is_empty() {
            String::new()
        } else {
            format!(", from {author}")
        };
        let at = broadcast
            .sent_at
            .or(broadcast.cancelled_at)
            .unwrap_or(broadcast.send_at);
        Self {
            href: broadcast.path(),
            title: broadcast.title.clone(),
            note: format!("To {}{from}", broadcast.audience_label),
            state: broadcast.state.label(),
            tone: tone(broadcast.state),
            time: machine(at),
            moment: local_date_time(at, zone),
            people: of_people_alone(i64::from(broadcast.recipient_count)),
            requires_ack: broadcast.requires_ack,
        }
    }
}

/// The badge of a state.
pub const fn tone(state: BroadcastState) -> &'static str {
    match state {
        BroadcastState::Scheduled => "accent",
        BroadcastState::Sent => "positive",
        BroadcastState::Cancelled => "",
    }
}

/// A tab of the list.
pub struct Tab {
    /// Address.
    pub href: String,
    /// Its words.
    pub label: &'static str,
    /// Whether it is open.
    pub current: bool,
}

/// The list.
#[derive(Template)]
#[template(path = "broadcasts/index.html")]
pub struct IndexPage {
    /// The frame.
    pub shell: Shell,
    /// States.
    pub states: Vec<Tab>,
    /// Mine and all; empty for those who only see their own.
    pub scopes: Vec<Tab>,
    /// The lines.
    pub lines: Vec<Line>,
    /// Address of the newest, when this is not it.
    pub newest: String,
    /// Address of older ones.
    pub older: String,
    /// Whether the log may be read.
    pub log: bool,
}

/// What the reader of a broadcast can still do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Nothing.
    Nothing,
    /// Say that they have seen it.
    Seen,
    /// Say that they have read it.
    Acknowledge,
    /// They did, then.
    Done(String),
}

/// What became of it, for those who see its figures.
pub struct Outcome {
    /// The numbers.
    pub figures: Figures,
    /// With thousands set apart.
    pub delivered: String,
    /// With thousands set apart.
    pub seen: String,
    /// `31 of 48`.
    pub acknowledged: String,
    /// How many have not confirmed.
    pub silent: i64,
    /// The same in words.
    pub silent_words: String,
    /// How many can be asked again now.
    pub nudgeable: i64,
}

impl Outcome {
    /// The numbers as people read them.
    pub fn of(figures: Figures, nudgeable: i64) -> Self {
        let silent = figures.delivered - figures.acknowledged;
        Self {
            delivered: grouped(figures.delivered),
            seen: grouped(figures.seen),
            acknowledged: format!(
                "{} of {}",
                grouped(figures.acknowledged),
                grouped(figures.delivered)
            ),
            silent_words: format!(
                "{} {} not",
                grouped(silent),
                if silent == 1 { "has" } else { "have" }
            ),
            silent,
            figures,
            nudgeable,
        }
    }
}

/// A broadcast.
#[derive(Template)]
#[template(path = "broadcasts/show.html")]
pub struct ShowPage {
    /// The frame.
    pub shell: Shell,
    /// Its page.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Who sent it.
    pub from: String,
    /// For the avatar.
    pub initials: String,
    /// For the avatar.
    pub hue: u16,
    /// Its audience.
    pub audience: String,
    /// RFC 3339.
    pub time: String,
    /// When it was or will be sent.
    pub moment: String,
    /// Its state.
    pub state: &'static str,
    /// Kind of badge.
    pub tone: &'static str,
    /// The text.
    pub body: SanitisedHtml,
    /// What is asked of the reader.
    pub ask: Ask,
    /// Whether a script may note that the reader sees it.
    pub beacon: bool,
    /// That it waits and can be taken back, in a sentence.
    pub waits: Option<String>,
    /// That it was cancelled, and why.
    pub cancelled: Option<String>,
    /// Its figures.
    pub outcome: Option<Outcome>,
    /// Whether it asks for a confirmation.
    pub requires_ack: bool,
    /// Whether the reader came from the list.
    pub oversees: bool,
}

impl ShowPage {
    /// The address of something of it.
    pub fn at(&self, what: &str) -> String {
        format!("{}/{what}", self.path)
    }
}

/// The second of the day matters while a broadcast can still be taken back; days before it does not.
pub fn to_the_second(moment: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let (there, here) = (moment.with_timezone(&zone), now.with_timezone(&zone));
    match there.date_naive() == here.date_naive() {
        true => format!("at {}", there.format("%H:%M:%S")),
        false => format!("on {}", there.format("%-d %b %Y at %H:%M")),
    }
}

/// `1 person`, `412 people`.
pub fn of_people_alone(count: i64) -> String {
    format!(
        "{} {}",
        grouped(count),
        if count == 1 { "person" } else { "people" }
    )
}

/// `17 of 48 people`.
pub fn of_people(some: i64, all: i64) -> String {
    format!("{} of {}", grouped(some), of_people_alone(all))
}

/// `1 person was`, `412 people were`.
pub fn people_are(count: i64) -> String {
    format!(
        "{} {}",
        of_people_alone(count),
        if count == 1 { "was" } else { "were" }
    )
}

/// One saved filter.
pub struct FilterLine {
    /// Where to forget it.
    pub forget: String,
    /// Its name.
    pub name: String,
    /// Whom it selects.
    pub meets: String,
    /// Who finds it.
    pub shared: String,
}

/// Saved people filters.
#[derive(Template)]
#[template(path = "broadcasts/filters.html")]
pub struct FiltersPage {
    /// The frame.
    pub shell: Shell,
    /// The filters.
    pub filters: Vec<FilterLine>,
}
