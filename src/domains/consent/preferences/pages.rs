//! The preferences page.

use askama::Template;

use crate::domains::consent::actions::{self, Situation};
use crate::domains::consent::model::{Action, Channel, Frequency, Record, TRANSACTIONAL};
use crate::domains::consent::standing::Standing;
use crate::domains::consent::{queries, texts};
use crate::domains::people;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::kernel::time::machine;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::mail::{Locale, say};
use crate::platform::web::{Choice, Shell};

use super::forms::{PAUSES, PreferencesForm};

/// Lines of history shown.
const HISTORY: usize = 50;

/// A box of one channel.
pub struct ChannelBox {
    pub value: String,
    pub label: String,
    pub is_on: bool,
    /// Why it is as it is, in a few words; may be empty.
    pub why: String,
}

/// A kind of messages.
pub struct CategoryCard {
    pub key: String,
    pub name: String,
    pub about: String,
    pub boxes: Vec<ChannelBox>,
    pub frequencies: Vec<Choice>,
    /// Whether it cannot be switched off.
    pub is_fixed: bool,
}

/// One line of what was said when.
pub struct HistoryLine {
    pub text: String,
    pub when: String,
    pub machine: String,
    pub how: String,
}

/// Everything the page shows, with a login or without.
pub struct Preferences {
    pub locale: Locale,
    pub organization: String,
    pub name: String,
    /// Where the form goes.
    pub action: String,
    pub cards: Vec<CategoryCard>,
    pub statement: String,
    pub form: PreferencesForm,
    pub errors: FieldErrors,
    pub zones: Vec<Choice>,
    pub locales: Vec<Choice>,
    pub pauses: Vec<Choice>,
    /// Until when they paused; empty when they did not.
    pub paused: String,
    /// Why an address of theirs gets nothing, in words.
    pub suppressed: Vec<String>,
    pub history: Vec<HistoryLine>,
}

impl Preferences {
    /// Reads it; what was typed and refused is shown again.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such person.
    pub fn read(
        tx: &mut TenantTx<'_>,
        keys: &KeyRing,
        member: MemberId,
        action: String,
        typed: Option<(PreferencesForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let reach = people::reach(tx, member)?;
        let situation = actions::situation(tx, keys, member)?;
        let known = queries::preferences(tx, member)?;
        let records = queries::records(tx, member)?;
        let (form, errors, locale) = match typed {
            Some((form, errors)) => (form, errors, Locale::of(&reach.locale)),
            None => (
                now(&situation, &reach),
                FieldErrors::default(),
                Locale::of(&reach.locale),
            ),
        };
        let categories = texts::categories(tx, locale)?;
        let is_typed = !errors.is_empty();
        let zone = reach.time_zone.parse().unwrap_or(chrono_tz::UTC);
        let cards = categories
            .iter()
            .map(|category| {
                let frequency = known
                    .iter()
                    .find(|row| row.channel == Channel::Email && row.category == category.key)
                    .map_or(Frequency::RealTime, |row| row.frequency);
                CategoryCard {
                    boxes: boxes(&situation, locale, &category.key, zone, is_typed.then_some(&form)),
                    frequencies: frequencies(locale, &category.key, frequency, is_typed.then_some(&form)),
                    is_fixed: category.key == TRANSACTIONAL,
                    key: category.key.clone(),
                    name: category.name.clone(),
                    about: category.about.clone(),
                }
            })
            .collect();
        let day = |moment| local_day(moment, zone, locale);
        let name_of = |key: &str| {
            categories
                .iter()
                .find(|category| category.key == key)
                .map_or_else(
                    || say(locale, "category-all", &[]),
                    |category| category.name.clone(),
                )
        };
        Ok(Self {
            organization: queries::asker(tx)?.name,
            name: reach.name,
            action,
            cards,
            statement: texts::statement(tx, locale)?,
            zones: zones(&form.time_zone),
            locales: [("en", "English"), ("fr", "Français")]
                .map(|(word, label)| Choice::new(word, label, form.locale == word))
                .into(),
            pauses: pause_choices(locale, situation.pauses.paused_until.is_some(), &form.pause),
            paused: situation
                .pauses
                .paused_until
                .filter(|until| *until > tx.now())
                .map(day)
                .unwrap_or_default(),
            suppressed: situation
                .suppressed
                .iter()
                .map(|(channel, reason)| {
                    let channel = texts::channel_name(locale, *channel);
                    say(
                        locale,
                        &format!("suppressed-{}", reason.as_str().replace('_', "-")),
                        &[("channel", channel)],
                    )
                })
                .collect(),
            history: records
                .iter()
                .rev()
                .take(HISTORY)
                .map(|record| line(record, locale, &name_of(&record.category), zone))
                .collect(),
            form,
            errors,
            locale,
        })
    }

    /// Words in the person's language.
    pub fn say(&self, id: &str) -> String {
        say(self.locale, id, &[])
    }

    /// Words with the organization's name in them.
    pub fn say_of(&self, id: &str) -> String {
        say(self.locale, id, &[("organization", self.organization.clone())])
    }

    /// Words about until when it is paused.
    pub fn say_paused(&self) -> String {
        say(
            self.locale,
            "preferences-paused",
            &[("until", self.paused.clone())],
        )
    }
}

/// How it is now, as the form would send it.
fn now(situation: &Situation, reach: &people::record::queries::Reach) -> PreferencesForm {
    let time = |time: Option<chrono::NaiveTime>| {
        time.map(|time| time.format("%H:%M").to_string())
            .unwrap_or_default()
    };
    PreferencesForm {
        quiet_from: time(situation.pauses.quiet_from),
        quiet_to: time(situation.pauses.quiet_to),
        time_zone: reach.time_zone.clone(),
        locale: Locale::of(&reach.locale).as_str().to_owned(),
        ..PreferencesForm::default()
    }
}

fn boxes(
    situation: &Situation,
    locale: Locale,
    category: &str,
    zone: chrono_tz::Tz,
    typed: Option<&PreferencesForm>,
) -> Vec<ChannelBox> {
    Channel::ALL
        .iter()
        .map(|channel| {
            let standing = situation.standing(*channel, category);
            let value = format!("{channel}:{category}");
            ChannelBox {
                label: texts::channel_name(locale, *channel),
                is_on: typed.map_or(standing.is_allowed(), |form| form.on.contains(&value)),
                why: why(standing, locale, zone),
                value,
            }
        })
        .collect()
}

/// Why it is as it is, where that is not plain.
fn why(standing: Standing, locale: Locale, zone: chrono_tz::Tz) -> String {
    match standing {
        Standing::Allowed {
            basis,
            until: Some(until),
        } => {
            let until = local_day(until, zone, locale);
            say(
                locale,
                &format!("until-{}", basis.as_str().replace('_', "-")),
                &[("until", until)],
            )
        }
        Standing::Expired { at } => say(locale, "expired-on", &[("day", local_day(at, zone, locale))]),
        Standing::Allowed { until: None, .. } | Standing::Withdrawn { .. } | Standing::NoBasis => {
            String::new()
        }
    }
}

fn frequencies(
    locale: Locale,
    category: &str,
    now: Frequency,
    typed: Option<&PreferencesForm>,
) -> Vec<Choice> {
    Frequency::ALL
        .iter()
        .map(|frequency| {
            let value = format!("{category}:{frequency}");
            let is_chosen = typed.map_or(*frequency == now, |form| form.frequency.contains(&value));
            let label = say(
                locale,
                &format!("frequency-{}", frequency.as_str().replace('_', "-")),
                &[],
            );
            Choice::new(value, label, is_chosen)
        })
        .collect()
}

fn pause_choices(locale: Locale, is_paused: bool, typed: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::new(
        "",
        say(locale, if is_paused { "pause-keep" } else { "pause-none" }, &[]),
        typed.is_empty(),
    )];
    if is_paused {
        choices.push(Choice::new("0", say(locale, "pause-end", &[]), typed == "0"));
    }
    choices.extend(PAUSES.map(|days| {
        let label = say(locale, &format!("pause-{days}"), &[]);
        Choice::new(days.to_string(), label, typed == days.to_string())
    }));
    choices
}

fn zones(chosen: &str) -> Vec<Choice> {
    chrono_tz::TZ_VARIANTS
        .iter()
        .map(|zone| Choice::new(zone.name(), zone.name().replace('_', " "), zone.name() == chosen))
        .collect()
}

/// A day in words of the person's language.
pub fn local_day(moment: chrono::DateTime<chrono::Utc>, zone: chrono_tz::Tz, locale: Locale) -> String {
    let day = moment.with_timezone(&zone);
    let month = say(locale, &format!("month-{}", day.format("%-m")), &[]);
    let number = match day.format("%-d").to_string().as_str() {
        "1" => say(locale, "first-of-month", &[]),
        other => other.to_owned(),
    };
    say(
        locale,
        "day",
        &[
            ("day", number),
            ("month", month),
            ("year", day.format("%Y").to_string()),
        ],
    )
}

fn line(record: &Record, locale: Locale, category: &str, zone: chrono_tz::Tz) -> HistoryLine {
    let id = match (record.action, record.recorded_by) {
        (Action::Grant, None) => "history-granted",
        (Action::Grant, Some(_)) => "history-noted",
        (Action::Request, _) => "history-requested",
        (Action::Confirm, _) => "history-confirmed",
        (Action::Withdraw, None) => "history-withdrawn",
        (Action::Withdraw, Some(_)) => "history-withdrawal-noted",
        (Action::Undo, _) => "history-undone",
    };
    let channel = texts::channel_name(locale, record.channel);
    let local = record.effective_at.with_timezone(&zone);
    HistoryLine {
        text: say(
            locale,
            id,
            &[("category", category.to_owned()), ("channel", channel)],
        ),
        when: format!(
            "{}, {}",
            local_day(record.effective_at, zone, locale),
            local.format("%H:%M")
        ),
        machine: machine(record.effective_at),
        how: say(
            locale,
            &format!("method-{}", record.method.as_str().replace('_', "-")),
            &[],
        ),
    }
}

/// `/preferences`
#[derive(Template)]
#[template(path = "consent/preferences.html")]
pub struct OwnPreferencesPage {
    pub shell: Shell,
    pub preferences: Preferences,
}

/// `/p/{link}`
#[derive(Template)]
#[template(path = "consent/preferences_by_link.html")]
pub struct LinkedPreferencesPage {
    pub shell: Shell,
    pub preferences: Preferences,
    pub notice: String,
}
