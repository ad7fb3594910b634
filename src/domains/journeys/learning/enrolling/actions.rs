//! Enrolling people, and letting them go.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde_json::json;

use crate::domains::journeys::building;
use crate::domains::journeys::building::policy::Reach;
use crate::domains::journeys::learning::events::{EnrolmentLeft, EnrolmentStarted};
use crate::domains::journeys::learning::model::{Enrolment, EnrolmentState, LateRule};
use crate::domains::journeys::learning::policy::{Coaching, Learning};
use crate::domains::journeys::learning::queries::among;
use crate::domains::tenancy::{self, Context, ContextKind, MemberCard, PeopleFilter};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::MemberId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::{ClockChange, NewEnrolments, PaceChange};
use super::queries::{self, Terms};

/// What enrolling would do about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// They begin.
    New,
    /// They go on where they were.
    Again,
    /// They learn it already.
    There,
}

/// Who it would be, in the order of names.
///
/// # Errors
/// [`AppError::Invalid`] for handles of nobody and a cohort that is none.
pub fn candidates(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    new: &NewEnrolments,
) -> Result<Vec<(MemberCard, Outcome)>, AppError> {
    let members = named(tx, coaching, new)?;
    let there = among(tx, coaching.journey(), &members)?;
    let outcome = |member: MemberId| match there.iter().find(|one| one.member_id == member) {
        None => Outcome::New,
        Some(one) if one.state == EnrolmentState::Left => Outcome::Again,
        Some(_) => Outcome::There,
    };
    let mut cards: Vec<MemberCard> = tenancy::member_cards(tx, &members)?.into_values().collect();
    cards.sort_by(|a, b| {
        a.name
            .to_lowercase()
            .cmp(&b.name.to_lowercase())
            .then(a.id.cmp(&b.id))
    });
    let with_outcome = |card: MemberCard| {
        let outcome = outcome(card.id);
        (card, outcome)
    };
    Ok(cards.into_iter().map(with_outcome).collect())
}

/// Most people shown of those found by name.
const FOUND: usize = 12;
/// Most people looked through for them, of whom some may be nobody's whom a team leader enrols.
const LOOKED_AT: i64 = 200;

/// People called so whom the acting member may enrol, but for those named already.
///
/// # Errors
/// When the database fails.
pub fn find(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    text: &str,
    named: &[String],
) -> Result<Vec<MemberCard>, AppError> {
    let filter = PeopleFilter::search(text);
    if filter.words.is_empty() {
        return Ok(Vec::new());
    }
    let own = reached(tx, coaching)?;
    let mut found = tenancy::search_people(tx, &filter, LOOKED_AT)?;
    found.retain(|card| {
        own.as_ref().is_none_or(|own| own.contains(&card.id)) && !named.contains(&card.handle)
    });
    found.truncate(FOUND);
    Ok(found)
}

/// The people of the teams somebody leads; nothing for who looks after everybody.
fn reached(tx: &mut TenantTx<'_>, coaching: &Coaching) -> Result<Option<HashSet<MemberId>>, AppError> {
    let Reach::Teams(led) = coaching.reach() else {
        return Ok(None);
    };
    let mut all = HashSet::new();
    for team in led {
        all.extend(
            tenancy::members_of_context(tx, *team)?
                .iter()
                .map(|one| one.member),
        );
    }
    Ok(Some(all))
}

/// The cohorts of which somebody may enrol people: team leaders those with nobody but people of their teams.
///
/// # Errors
/// When the database fails.
pub fn cohorts_to_enrol(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    most: i64,
) -> Result<Vec<Context>, AppError> {
    let open = tenancy::open_contexts(tx, most)?;
    let mut cohorts: Vec<Context> = open
        .into_iter()
        .filter(|context| context.kind == ContextKind::Cohort)
        .collect();
    if let Some(own) = reached(tx, coaching)? {
        let mut theirs = Vec::new();
        for cohort in cohorts {
            let members = tenancy::members_of_context(tx, cohort.id)?;
            if members
                .iter()
                .all(|one| one.is_leader || own.contains(&one.member))
            {
                theirs.push(cohort);
            }
        }
        cohorts = theirs;
    }
    Ok(cohorts)
}

/// The active people of the cohort, without those who lead it, and whoever is named. Team leaders reach their teams and no further.
fn named(tx: &mut TenantTx<'_>, coaching: &Coaching, new: &NewEnrolments) -> Result<Vec<MemberId>, AppError> {
    let found = tenancy::find_by_handles(tx, &new.handles)?;
    if let Some(sentence) = tenancy::nobody_called(&new.handles, &found) {
        return Err(AppError::field("people", sentence));
    }
    let own = reached(tx, coaching)?;
    let is_own = |member: MemberId| own.as_ref().is_none_or(|own| own.contains(&member));
    if let Some(stranger) = found.iter().find(|card| !is_own(card.id)) {
        let sentence = format!("{} is in none of the teams you lead.", stranger.name);
        return Err(AppError::field("people", sentence));
    }
    let mut members: Vec<MemberId> = found.iter().map(|card| card.id).collect();
    if let Some(cohort) = new.cohort {
        let context = tenancy::context(tx, cohort);
        if !context.is_ok_and(|context| context.kind == ContextKind::Cohort && context.is_open()) {
            return Err(AppError::field("cohort", "Choose one of the cohorts."));
        }
        let of_cohort = tenancy::members_of_context(tx, cohort)?;
        if !of_cohort.iter().all(|one| one.is_leader || is_own(one.member)) {
            return Err(AppError::field(
                "cohort",
                "People are in that cohort who are in none of the teams you lead.",
            ));
        }
        members.extend(
            of_cohort
                .iter()
                .filter(|one| !one.is_leader)
                .map(|one| one.member),
        );
    }
    members.sort_unstable();
    members.dedup();
    tenancy::visible_among(tx, &members)
}

/// Enrols people in the newest version of a journey; how many were not there before. For who joins a cohort that has begun, its
/// rule for late joiners says whose dates count.
///
/// # Errors
/// As [`candidates`]; [`AppError::Conflict`] while nothing is published.
pub fn enrol(tx: &mut TenantTx<'_>, coaching: &Coaching, new: &NewEnrolments) -> Result<usize, AppError> {
    if coaching.is_archived() {
        return Err(Denied::because(
            "This journey is put away. Take it into use again before you enrol people.",
        )
        .into());
    }
    let Some(version) = building::published(tx, coaching.journey())? else {
        return Err(AppError::Conflict(
            "Publish the journey first: people learn a version that does not change.".to_owned(),
        ));
    };
    let members = named(tx, coaching, new)?;
    if members.is_empty() {
        return Err(AppError::field(
            "cohort",
            "Nobody is in that cohort yet but those who lead it.",
        ));
    }
    let zone = tx.me()?.zone;
    let today = tx.now().with_timezone(&zone).date_naive();
    let first = new.starts_on.unwrap_or(today);
    let mut terms = Terms {
        version: version.id,
        cohort: None,
        own_start: None,
        joined_late_on: None,
        zone: zone.name(),
    };
    match new.cohort {
        None => terms.own_start = Some(first),
        Some(context) => match queries::cohort_of(tx, coaching, context)? {
            Some(there) => {
                terms.cohort = Some(there.id);
                terms.joined_late_on = late(there.starts_on, first);
                terms.own_start = terms
                    .joined_late_on
                    .filter(|_| there.late_rule == LateRule::OwnDay);
            }
            None => {
                let clock = (first, zone.name(), new.pace);
                terms.cohort = Some(queries::add_cohort(tx, coaching, context, clock, new.late)?);
            }
        },
    }
    let enrolled = queries::enrol(tx, coaching, &members, &terms)?;
    for one in &enrolled {
        tx.emit(&EnrolmentStarted {
            enrolment: one.id,
            member: one.member_id,
            journey: coaching.journey(),
            version: one.version_id,
        })?;
    }
    if !enrolled.is_empty() {
        let who: Vec<MemberId> = enrolled.iter().map(|one| one.member_id).collect();
        tx.audit(
            Entry::of("journeys.enrolment.started", "journey", coaching.journey())
                .after(json!({ "members": who })),
        )?;
    }
    Ok(enrolled.len())
}

/// The day of somebody who joins a cohort after its first.
fn late(starts_on: NaiveDate, joins: NaiveDate) -> Option<NaiveDate> {
    (starts_on < joins).then_some(joins)
}

/// That somebody's learning may be ended.
#[derive(Debug)]
pub struct Leaving(Enrolment);

impl Leaving {
    /// By themselves.
    pub fn of_learner(learning: &Learning) -> Self {
        Self(learning.enrolment().clone())
    }

    /// By who looks after them.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is an enrolment of another journey.
    pub fn by_coach(coaching: &Coaching, enrolment: Enrolment) -> Result<Self, AppError> {
        coaching.expect(&enrolment)?;
        Ok(Self(enrolment))
    }
}

/// Ends somebody's learning. What they did is kept.
///
/// # Errors
/// When the database fails.
pub fn leave(tx: &mut TenantTx<'_>, leaving: Leaving) -> Result<(), AppError> {
    let enrolment = leaving.0;
    if !queries::leave(tx, enrolment.id)? {
        return Ok(());
    }
    tx.audit(
        Entry::of("journeys.enrolment.left", "enrolment", enrolment.id)
            .before(json!({ "member": enrolment.member_id })),
    )?;
    tx.emit(&EnrolmentLeft {
        enrolment: enrolment.id,
        member: enrolment.member_id,
        journey: enrolment.journey_id,
    })?;
    Ok(())
}

/// Stops a cohort's clock, lets it go on, or gives it another first day and pace.
///
/// # Errors
/// [`AppError::NotFound`] when it is not on this journey.
pub fn set_clock(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    cohort: crate::kernel::ids::CohortJourneyId,
    change: ClockChange,
) -> Result<(), AppError> {
    let cohort = queries::cohort(tx, coaching, cohort)?;
    let (action, after) = match change {
        ClockChange::Pause if queries::pause(tx, coaching, &cohort)? => ("journeys.cohort.paused", json!({})),
        ClockChange::Resume if queries::resume(tx, coaching, &cohort)? => {
            ("journeys.cohort.resumed", json!({}))
        }
        ClockChange::Pause | ClockChange::Resume => return Ok(()),
        ClockChange::Start(day, pace) => {
            queries::set_start(tx, coaching, &cohort, day)?;
            let mut after = json!({ "starts_on": day });
            if let PaceChange::Set(pace) = pace {
                queries::set_pace(tx, coaching, &cohort, pace)?;
                after = json!({ "starts_on": day, "pace": pace });
            }
            ("journeys.cohort.rescheduled", after)
        }
    };
    tx.audit(Entry::of(action, "cohort_journey", cohort.id).after(after))
}
