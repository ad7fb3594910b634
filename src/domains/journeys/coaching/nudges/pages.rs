//! Writing to learners, and what was written.

use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::lessons::pages::Html;
use crate::domains::journeys::learning::policy::Coaching;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{EnrolmentId, JourneyId, MemberId, NudgeId};
use crate::kernel::markup;
use crate::kernel::time::local_date_time;
use crate::kernel::validate::Check;
use crate::platform::db::TenantTx;
use crate::platform::mail::Locale;
use crate::platform::web::{Choice, Shell, address};

use super::actions::{self, Judged};
use super::forms::{NudgeForm, check_count};
use super::model::Reason;
use super::queries::{self, Lock, Logged};

/// Messages on a page.
const PAGE: usize = 50;

/// Somebody the coach chose.
pub struct Chosen {
    pub id: EnrolmentId,
    pub card: MemberCard,
    pub language: &'static str,
    /// Why they don't get it; empty when they do.
    pub refused: String,
}

/// The message as one of them reads it.
pub struct Sample {
    pub name: String,
    pub language: &'static str,
    pub body: Html,
}

/// `/journeys/{journey}/nudges/new`
#[derive(Template)]
#[template(path = "journeys/coaching/nudge.html")]
pub struct NudgePage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub chosen: Vec<Chosen>,
    /// How many of them get it.
    pub reached: usize,
    pub has_english: bool,
    pub has_french: bool,
    pub reasons: Vec<Choice>,
    pub samples: Vec<Sample>,
    pub form: NudgeForm,
    pub errors: FieldErrors,
}

impl NudgePage {
    /// The form: drafted from the reason while nothing was typed, with the message as it is read once a preview is asked for.
    ///
    /// # Errors
    /// As [`coaching`]; [`AppError::NotFound`] for somebody who never learned the journey.
    pub fn read(
        tx: &mut TenantTx<'_>,
        (shell, me): (Shell, &Member),
        (journey, portal): (JourneyId, &str),
        (mut form, mut errors): (NudgeForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let ids = form.learners();
        if errors.is_empty() {
            let mut check = Check::default();
            check_count(&mut check, ids.len());
            errors = check.finish(|| ()).err().unwrap_or_default();
        }
        let judged = match errors.of("learner").is_empty() {
            true => actions::judged(tx, &coaching, &ids, Lock::Read)?,
            false => Vec::new(),
        };
        if form.intent.is_empty() || form.intent == "draft" {
            fill(tx, &coaching, &judged, &mut form)?;
        }
        let samples = match form.intent == "preview" && errors.is_empty() {
            true => samples(&judged, &form, portal),
            false => Vec::new(),
        };
        let reads = |locale| judged.iter().any(|one| one.locale == locale);
        let (has_english, has_french) = (reads(Locale::English) || judged.is_empty(), reads(Locale::French));
        Ok(Self {
            title: coaching.title().to_owned(),
            reached: judged.iter().filter(|one| one.refusal.is_none()).count(),
            reasons: Reason::ALL
                .iter()
                .map(|reason| Choice::new(reason.as_str(), reason.label(), form.reason == reason.as_str()))
                .collect(),
            chosen: judged.into_iter().map(|one| chosen(one, me.zone)).collect(),
            samples,
            has_english,
            has_french,
            journey,
            form,
            errors,
            shell,
        })
    }
}

/// Drafts what is empty, or all of it once another reason was chosen.
fn fill(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    judged: &[Judged],
    form: &mut NudgeForm,
) -> Result<(), AppError> {
    let ids: Vec<EnrolmentId> = judged.iter().map(|one| one.target.id).collect();
    let causes = actions::causes(tx, coaching, &ids)?;
    let first = ids.iter().find_map(|id| causes.get(id));
    let reason = form
        .reason
        .parse()
        .ok()
        .or(first.map(|cause| cause.reason))
        .unwrap_or(Reason::Other);
    // Of several, each is before another lesson.
    let lesson = first
        .filter(|cause| judged.len() == 1 && cause.reason == reason)
        .and_then(|cause| cause.lesson.as_deref());
    let title = judged
        .first()
        .map_or(coaching.title(), |one| one.target.title.as_str());
    form.reason = reason.as_str().to_owned();
    form.body_en = actions::draft(Locale::English, reason, title, lesson);
    form.body_fr = actions::draft(Locale::French, reason, title, lesson);
    Ok(())
}

fn chosen(one: Judged, zone: Tz) -> Chosen {
    Chosen {
        id: one.target.id,
        language: language(one.locale),
        refused: one.refusal.map(|refusal| refusal.words(zone)).unwrap_or_default(),
        card: one.card,
    }
}

const fn language(locale: Locale) -> &'static str {
    match locale {
        Locale::English => "English",
        Locale::French => "French",
    }
}

/// As the first reads it who gets it in each language.
fn samples(judged: &[Judged], form: &NudgeForm, portal: &str) -> Vec<Sample> {
    let both = [(Locale::English, &form.body_en), (Locale::French, &form.body_fr)];
    let sample = |(locale, words): (Locale, &String)| {
        let of = judged
            .iter()
            .find(|one| one.locale == locale && one.refusal.is_none())?;
        let body = format!("{}\n\n{}", of.personal(words), of.way(portal));
        Some(Sample {
            name: of.card.name.clone(),
            language: language(locale),
            body: Html(markup::document(&body).html),
        })
    };
    both.into_iter().filter_map(sample).collect()
}

/// Where the list goes on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    pub after: String,
}

/// One message that was written, or was not sent.
pub struct NudgeLine {
    pub href: String,
    pub name: String,
    pub reason: &'static str,
    pub body: String,
    pub refused: String,
    pub by: String,
    pub when: String,
}

/// `/journeys/{journey}/nudges`
#[derive(Template)]
#[template(path = "journeys/coaching/nudges.html")]
pub struct NudgesPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub lines: Vec<NudgeLine>,
    pub start: String,
    pub next: String,
}

impl NudgesPage {
    /// What coaches wrote about a journey, the newest first.
    ///
    /// # Errors
    /// As [`coaching`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        (shell, me): (Shell, &Member),
        journey: JourneyId,
        query: &LogQuery,
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let before: Option<NudgeId> = query.after.parse().ok();
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::page(tx, &coaching, before, limit)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let path = format!("/journeys/{journey}/nudges");
        let next = found
            .last()
            .filter(|_| has_more)
            .map(|last| address(&path, &[("after", &last.id.to_string())]));
        Ok(Self {
            lines: lines(tx, found, (journey, me.zone))?,
            start: before.map(|_| path).unwrap_or_default(),
            next: next.unwrap_or_default(),
            title: coaching.title().to_owned(),
            journey,
            shell,
        })
    }
}

/// What was written to one learner, for their page.
///
/// # Errors
/// When the database fails.
pub fn of_learner(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    (id, zone): (EnrolmentId, Tz),
) -> Result<Vec<NudgeLine>, AppError> {
    let found = queries::of_learner(tx, coaching, id)?;
    lines(tx, found, (coaching.journey(), zone))
}

fn lines(
    tx: &mut TenantTx<'_>,
    found: Vec<Logged>,
    (journey, zone): (JourneyId, Tz),
) -> Result<Vec<NudgeLine>, AppError> {
    let people: Vec<MemberId> = found
        .iter()
        .flat_map(|one| [one.member_id, one.sent_by])
        .collect();
    let cards = tenancy::member_cards(tx, &people)?;
    let name = |member| {
        cards
            .get(&member)
            .map(|card| card.name.clone())
            .unwrap_or_default()
    };
    let line = |one: Logged| NudgeLine {
        href: format!("/journeys/{journey}/people/{}", one.enrolment_id),
        name: name(one.member_id),
        reason: one.reason.label(),
        by: name(one.sent_by),
        when: local_date_time(one.sent_at, zone),
        body: one.body,
        refused: one.refused,
    };
    Ok(found.into_iter().map(line).collect())
}
