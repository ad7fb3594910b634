//! `/journeys/{journey}/preview`

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domains::journeys::building::model::Version;
use crate::domains::journeys::building::{self, Outline};
use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::pages::{MilestoneView, milestones};
use crate::domains::journeys::learning::unlocking::structure::{self, Structure};
use crate::domains::journeys::learning::unlocking::words::{Reader, Reason};
use crate::domains::journeys::learning::unlocking::{self, Path};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{EnrolmentId, JourneyId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address};

use super::forms::PreviewQuery;

/// The journey as somebody would see it.
#[derive(Template)]
#[template(path = "journeys/preview/page.html")]
pub struct PreviewPage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub query: PreviewQuery,
    pub errors: FieldErrors,
    pub zone: String,
    /// The draft and what is published, when both are there.
    pub versions: Vec<Choice>,
    pub lessons: Vec<Choice>,
    /// People one often asks about: label and address.
    pub personas: Vec<(&'static str, String)>,
    /// What they would see; nothing when the form cannot be read.
    pub seen: Option<Seen>,
}

/// What somebody imagined would see.
pub struct Seen {
    pub when: String,
    pub open: usize,
    pub done: usize,
    pub all: usize,
    /// With what they would go on; empty when nothing is open.
    pub next: String,
    /// When something opens by itself: in words, and the address of that moment; empty when nothing does.
    pub opens_next: Option<(String, String)>,
    pub milestones: Vec<MilestoneView>,
}

impl PreviewPage {
    /// Reads the journey and asks what would be open.
    ///
    /// # Errors
    /// As [`coaching`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        zone: Tz,
        journey: JourneyId,
        query: PreviewQuery,
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let query = query.filled(tx.now(), zone);
        let versions = Versions::read(tx, journey, &query)?;
        let outline = building::outline(tx, versions.chosen.id)?;
        let (seen, errors) = match query.persona(versions.chosen.id, &outline, zone) {
            Ok(persona) => {
                let path = unlocking::imagined(tx, &persona)?;
                let said = structure::of_version(tx, persona.version)?;
                (
                    Some(Seen::of((&path, &said), journey, &query, (persona.at, zone))),
                    FieldErrors::default(),
                )
            }
            Err(errors) => (None, errors),
        };
        Ok(Self {
            title: coaching.title().to_owned(),
            personas: personas(journey, &query.version, &outline, tx.now(), zone),
            lessons: lessons(&outline, &query.done),
            versions: versions.choices,
            zone: zone.name().replace('_', " "),
            seen,
            errors,
            query,
            journey,
            shell,
        })
    }
}

/// Which versions can be looked at, and which is.
struct Versions {
    chosen: Version,
    choices: Vec<Choice>,
}

impl Versions {
    /// The draft unless asked otherwise: it is what an author wants to try.
    fn read(tx: &mut TenantTx<'_>, journey: JourneyId, query: &PreviewQuery) -> Result<Self, AppError> {
        let published = building::published(tx, journey)?;
        let is_published = query.version == "published" && published.is_some();
        let choices = published.as_ref().map(|version| {
            let label = format!("Version {}, as published", version.number.unwrap_or_default());
            vec![
                Choice::new("draft", "The draft", !is_published),
                Choice::new("published", label, is_published),
            ]
        });
        Ok(Self {
            chosen: match published.filter(|_| is_published) {
                Some(version) => version,
                None => building::draft(tx, journey)?,
            },
            choices: choices.unwrap_or_default(),
        })
    }
}

fn lessons(outline: &Outline, chosen: &str) -> Vec<Choice> {
    let numbered = outline
        .milestones
        .iter()
        .zip(1..)
        .flat_map(|(milestone, number)| {
            milestone.lessons.iter().zip(1..).map(move |(lesson, place)| {
                let key = lesson.key.to_string();
                let is_chosen = key == chosen;
                Choice::new(key, format!("Up to {number}.{place} {}", lesson.title), is_chosen)
            })
        });
    numbered.collect()
}

fn personas(
    journey: JourneyId,
    version: &str,
    outline: &Outline,
    now: DateTime<Utc>,
    zone: Tz,
) -> Vec<(&'static str, String)> {
    let lessons: Vec<String> = outline.lessons().map(|lesson| lesson.key.to_string()).collect();
    let at = |place: usize| lessons.get(place).cloned();
    let half = (lessons.len() / 2).checked_sub(1).and_then(at);
    let nearly = lessons.len().checked_sub(2).and_then(at);
    let found = [
        ("On their first day", 0, Some(String::new())),
        ("A week in, nothing done", 7, Some(String::new())),
        ("A month in, half done", 30, half),
        ("Two months in, one lesson left", 60, nearly),
    ];
    let path = format!("/journeys/{journey}/preview");
    let linked = found.into_iter().filter_map(|(label, days, done)| {
        let query = PreviewQuery::begun(version, now, zone, days, done?);
        Some((label, address(&path, &query.pairs())))
    });
    linked.collect()
}

impl Seen {
    fn of(
        (path, said): (&Path, &Structure),
        journey: JourneyId,
        query: &PreviewQuery,
        (at, zone): (DateTime<Utc>, Tz),
    ) -> Self {
        let reader = Reader {
            // Nobody's: its addresses are taken away below.
            enrolment: EnrolmentId(uuid::Uuid::nil()),
            zone,
        };
        let next = path.next(None);
        let mut milestones = milestones(path, said, reader, next.map(|next| next.key));
        for milestone in &mut milestones {
            unlink(&mut milestone.reasons);
            for lesson in &mut milestone.lessons {
                unlink(&mut lesson.reasons);
                lesson.href = format!("/journeys/{journey}/nodes/{}", lesson.key);
            }
        }
        let is_done = |lesson: &&unlocking::Standing| lesson.is_done();
        let counts = |lesson: &&unlocking::Standing| lesson.is_required;
        Self {
            when: local_date_time(at, zone),
            open: path
                .lessons
                .iter()
                .filter(|lesson| lesson.is_open && !lesson.is_done())
                .count(),
            done: path.lessons.iter().filter(counts).filter(is_done).count(),
            all: path.lessons.iter().filter(counts).count(),
            next: next.map(|next| next.title.clone()).unwrap_or_default(),
            opens_next: path.opens_next(at).map(|opens| {
                let later = query.later(opens, zone);
                let path = format!("/journeys/{journey}/preview");
                (local_date_time(opens, zone), address(&path, &later.pairs()))
            }),
            milestones,
        }
    }
}

/// What a learner can do about a reason leads into lessons of theirs, which nobody imagined has.
fn unlink(reasons: &mut [Reason]) {
    for line in reasons.iter_mut().flat_map(|reason| &mut reason.any_of) {
        line.href.clear();
        line.action.clear();
    }
}
