//! What coaches see when they choose whose dates count.

use askama::Template;
use chrono::{Days, NaiveDate};

use crate::domains::journeys::learning::actions::coaching;
use crate::domains::journeys::learning::enrolling::queries::cohort;
use crate::domains::journeys::learning::model::{CohortJourney, LateRule};
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CohortJourneyId, JourneyId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::LateForm;
use super::queries::{self, Late};

/// Most late joiners that are shown.
const SHOWN: i64 = 200;

/// A rule with what it would mean for somebody.
pub struct RuleView {
    pub value: &'static str,
    pub label: &'static str,
    pub example: String,
    pub is_chosen: bool,
}

/// Somebody who joined late, and what would change for them.
pub struct LateLine {
    pub card: MemberCard,
    pub joined: String,
    /// From which day they count now, and then.
    pub was: String,
    pub becomes: String,
    /// What their pace says; empty without one.
    pub pace: String,
}

/// `/journeys/{journey}/cohorts/{cohort}/late-joiners`
#[derive(Template)]
#[template(path = "journeys/people/late.html")]
pub struct LatePage {
    pub shell: Shell,
    pub journey: JourneyId,
    pub title: String,
    pub cohort: CohortJourney,
    pub rules: Vec<RuleView>,
    /// The rule that would hold, when it is another than does.
    pub other: Option<LateRule>,
    pub people: Vec<LateLine>,
    pub errors: FieldErrors,
}

impl LatePage {
    /// The rules, and whom a change concerns.
    ///
    /// # Errors
    /// As [`coaching`]; [`AppError::NotFound`] for a cohort of another journey.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        (journey, id): (JourneyId, CohortJourneyId),
        (form, errors): (LateForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let coaching = coaching(tx, journey)?;
        let cohort = cohort(tx, &coaching, id)?;
        let chosen = form.parse().unwrap_or(cohort.late_rule);
        let found = queries::late(tx, &coaching, &cohort, SHOWN)?;
        let members: Vec<MemberId> = found.iter().map(|one| one.member_id).collect();
        let mut cards = tenancy::member_cards(tx, &members)?;
        let line = |one: Late| {
            let card = cards.remove(&one.member_id)?;
            Some(late_line(card, &one, &cohort, chosen))
        };
        let people = found.into_iter().filter_map(line).collect();
        let zone = tx.me()?.zone;
        let today = tx.now().with_timezone(&zone).date_naive();
        Ok(Self {
            shell,
            journey,
            title: coaching.title().to_owned(),
            rules: rules(&cohort, chosen, today),
            other: (chosen != cohort.late_rule).then_some(chosen),
            people,
            errors,
            cohort,
        })
    }
}

fn in_words(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

/// Both rules, each with what it means for somebody who joins today, or two weeks after a start that is to come.
fn rules(cohort: &CohortJourney, chosen: LateRule, today: NaiveDate) -> Vec<RuleView> {
    let first = cohort.starts_on;
    let joins = if first < today { today } else { later(first, 14) };
    let weeks = (joins - first).num_days() / 7;
    let example = |rule: LateRule| match rule {
        LateRule::OwnDay => {
            let opens = in_words(later(joins, 7));
            let pace = cohort.pace.map(|pace| {
                let lessons = lessons(pace.into());
                format!(" At {lessons} a week, they are expected to have done {lessons} by {opens}.")
            });
            format!(
                "Somebody who joins on {} begins that day: what opens 7 days after the start opens to them on {opens}.{}",
                in_words(joins),
                pace.unwrap_or_default()
            )
        }
        LateRule::WithCohort => {
            let opens = later(first, 7);
            let verb = if opens <= joins {
                "is open to them at once, as it has been since"
            } else {
                "opens to them with everybody else, on"
            };
            let behind = cohort
                .pace
                .map(|pace| i64::from(pace) * weeks)
                .filter(|behind| *behind > 0);
            let pace = behind.map(|behind| {
                format!(
                    " By the pace, they have {} to catch up with on their first day.",
                    lessons(behind)
                )
            });
            format!(
                "Somebody who joins on {} counts from {}, as everybody does: what opens 7 days after the start {verb} {}.{}",
                in_words(joins),
                in_words(first),
                in_words(opens),
                pace.unwrap_or_default()
            )
        }
    };
    let view = |rule: &LateRule| RuleView {
        value: rule.as_str(),
        label: rule.label(),
        example: example(*rule),
        is_chosen: *rule == chosen,
    };
    LateRule::ALL.iter().map(view).collect()
}

fn lessons(count: i64) -> String {
    match count {
        1 => "1 lesson".to_owned(),
        count => format!("{count} lessons"),
    }
}

fn late_line(card: MemberCard, one: &Late, cohort: &CohortJourney, chosen: LateRule) -> LateLine {
    let from = |rule| match rule {
        LateRule::OwnDay => (in_words(one.joined_on), one.own_pace),
        LateRule::WithCohort => (in_words(cohort.starts_on), one.cohort_pace),
    };
    let ((was, _), (becomes, pace)) = (from(cohort.late_rule), from(chosen));
    let behind = |expected: i32| match i64::from(expected) - i64::from(one.done) {
        ..=0 => "keeps pace".to_owned(),
        behind => format!("{} behind pace", lessons(behind)),
    };
    LateLine {
        card,
        joined: in_words(one.joined_on),
        was,
        becomes,
        pace: pace.map(behind).unwrap_or_default(),
    }
}
