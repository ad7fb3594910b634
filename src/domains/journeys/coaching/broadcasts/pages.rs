//! Writing to learners of a journey, with who gets it and who does not.

use askama::Template;

use crate::config;
use crate::domains::channels::broadcasts::Preview;
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::enrolling::queries::cohorts;
use crate::domains::journeys::learning::lessons::pages::Html;
use crate::domains::journeys::learning::policy::Coaching;
use crate::domains::tenancy::MemberCard;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::JourneyId;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::actions::{self, Reached};
use super::forms::{BroadcastForm, Way};

/// Above so many the number is typed before it goes out.
const CONFIRM_ABOVE: i64 = crate::domains::channels::broadcasts::policy::CONFIRM_ABOVE;

/// How it reads.
pub struct Shown {
    pub title: String,
    pub body: Html,
    pub count: i64,
    pub sample: Vec<MemberCard>,
    pub reached_today: i64,
    pub asks_number: bool,
}

/// `/journeys/{journey}/broadcasts/new`
#[derive(Template)]
#[template(path = "journeys/coaching/broadcast.html")]
pub struct BroadcastPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub cohorts: Vec<Choice>,
    /// The channel it may go into; empty when there is none.
    pub channel: String,
    pub to_channel: bool,
    /// How many of them are not in the channel, and get it in their inbox only.
    pub outside: usize,
    /// How many learners it reaches.
    pub count: usize,
    /// Who does not get it, and why, each a sentence.
    pub without: Vec<String>,
    pub shown: Option<Shown>,
    pub minutes: i64,
    pub form: BroadcastForm,
    pub errors: FieldErrors,
}

impl BroadcastPage {
    /// The form, with a preview once one is asked for.
    ///
    /// # Errors
    /// As [`coaching`]; [`AppError::NotFound`] for a cohort that is not on the journey.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        (journey, settings): (JourneyId, &config::Broadcasts),
        (form, mut errors): (BroadcastForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let reached = actions::reached(tx, &coaching, form.cohort())?;
        let way = reached.way(form.way());
        let shown = match form.intent.as_str() {
            "" => None,
            _ => match preview(tx, settings, &coaching, (&reached, &form)) {
                Ok(preview) => Some(preview),
                Err(AppError::Invalid(wrong)) => {
                    errors = wrong;
                    None
                }
                Err(other) => return Err(other),
            },
        };
        let choice = |one: crate::domains::journeys::learning::model::CohortJourney| {
            Choice::new(one.id.to_string(), one.name, Some(one.id) == form.cohort())
        };
        Ok(Self {
            cohorts: cohorts(tx, &coaching)?.into_iter().map(choice).collect(),
            title: coaching.title().to_owned(),
            to_channel: way == Way::Channel,
            count: reached.learners.len(),
            outside: reached.outside.len(),
            without: without(&reached),
            channel: match (&reached.channel, reached.may_channel) {
                (Some(channel), true) => channel.title.clone(),
                _ => String::new(),
            },
            shown: shown.map(|preview| of(preview, &form)),
            minutes: settings.cancel_seconds.max(0) / 60,
            journey,
            form,
            errors,
            shell,
        })
    }
}

fn preview(
    tx: &mut TenantTx<'_>,
    settings: &config::Broadcasts,
    coaching: &Coaching,
    (reached, form): (&Reached, &BroadcastForm),
) -> Result<Preview, AppError> {
    actions::preview(tx, settings, coaching, (reached, form.parse()?))
}

fn of(preview: Preview, form: &BroadcastForm) -> Shown {
    Shown {
        title: form.title.trim().to_owned(),
        body: Html(preview.rendered.html),
        asks_number: preview.count > CONFIRM_ABOVE,
        count: preview.count,
        sample: preview.sample,
        reached_today: preview.reached_today,
    }
}

/// Who does not get it, and why.
fn without(reached: &Reached) -> Vec<String> {
    if reached.is_too_many {
        return vec![actions::too_many()];
    }
    let people = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 learner {one}")),
        count => Some(format!("{count} learners {many}")),
    };
    let own = reached.is_learner.then(|| "You, since you write it.".to_owned());
    [
        people(reached.away, "can’t sign in just now.", "can’t sign in just now."),
        people(reached.left, "left this journey.", "left this journey."),
        own,
    ]
    .into_iter()
    .flatten()
    .collect()
}
