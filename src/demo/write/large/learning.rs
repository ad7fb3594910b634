//! A journey of two hundred lessons, and everybody of the large organization on it.
//!
//! Member `n` began `n` mod 300 days ago and has touched about as many lessons as their number says: many few, some nearly all. The first ten
//! thousand learn in cohorts of fifty.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Timestamptz, Uuid as SqlUuid};

use crate::app::App;
use crate::demo::plan::LargePlan;
use crate::domains::journeys::building::content::{
    Assignment, Content, Question, QuestionKind, Quiz, QuizOption, new_key,
};
use crate::domains::journeys::building::model::{LessonGoal, UnlockAnchor, UnlockKind};
use crate::domains::journeys::building::policy;
use crate::domains::journeys::building::publishing::actions as publishing;
use crate::domains::journeys::building::transfer::book::{Book, Chapter, Condition, EDITION, FORMAT, Page};
use crate::domains::journeys::building::transfer::intake;
use crate::kernel::error::AppError;
use crate::kernel::ids::{JourneyId, JourneyVersionId};
use crate::platform::db::{TenantScope, TenantTx};

use super::{SIGN_INS, id_sql, member_id, patient};

/// Milestones of the journey.
const MILESTONES: u32 = 10;
/// Lessons of each.
const LESSONS: u32 = 20;
/// Cohorts that learn it.
const COHORTS: u32 = 200;
/// People of each.
const COHORT: u32 = 50;
/// Learners whose progress is written in one transaction.
const BATCH: u32 = 2_000;

/// Writes it all, telling how far it is.
///
/// # Errors
/// When the database refuses.
pub fn write(
    app: &App,
    scope: &TenantScope,
    plan: &LargePlan,
    period: (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), AppError> {
    println!(
        "  a journey of {} lessons and {} learners …",
        MILESTONES * LESSONS,
        plan.members
    );
    let (journey, version) = app.db.tenant_blocking(scope, |tx| {
        patient(tx)?;
        let (journey, version) = published(tx, plan, period.0)?;
        enrolments(tx, plan, (journey, version), period)?;
        Ok((journey, version))
    })?;
    let mut first = 0;
    while first < plan.members {
        let people = first..plan.members.min(first + BATCH);
        app.db.tenant_blocking(scope, |tx| {
            patient(tx)?;
            // Plans are made when the tables are nearly empty, and kept when they are not any more.
            tx.by_index()?;
            Ok(progress(tx, version, period, people)?)
        })?;
        first += BATCH;
        if first.is_multiple_of(BATCH * 10) {
            println!("  {first} of {} learners …", plan.members);
        }
    }
    app.db.tenant_blocking(scope, |tx| {
        patient(tx)?;
        Ok(finished(tx, journey)?)
    })
}

/// The journey, in the name of the first member, and its first version.
fn published(
    tx: &mut TenantTx<'_>,
    plan: &LargePlan,
    start: DateTime<Utc>,
) -> Result<(JourneyId, JourneyVersionId), AppError> {
    let by = member_id(start, 0);
    let id = intake::bring_in_sample(tx, by, &book(plan))?;
    let (version, _) = publishing::publish(tx, &policy::sample(id, by), "The first edition.")?;
    Ok((id, version))
}

/// Every milestone but the first opens after some weeks or when the one before is done; every second lesson says what comes before it,
/// beside the order that milestones with an even number have. Nothing is needed that cannot be marked as done.
fn book(plan: &LargePlan) -> Book {
    let milestones = (1..=MILESTONES).map(|milestone| Chapter {
        name: format!("m{milestone}"),
        title: format!("Milestone {milestone}"),
        body: text(plan, milestone),
        in_order: milestone % 2 == 0,
        opens: match milestone {
            1 => Vec::new(),
            _ => vec![vec![
                Condition {
                    days: Some(7 * (i32::try_from(milestone).unwrap_or(1) - 1)),
                    anchor: Some(UnlockAnchor::CohortStart),
                    ..condition(UnlockKind::Elapsed)
                },
                Condition {
                    about: Some(format!("m{}", milestone - 1)),
                    ..condition(UnlockKind::Done)
                },
            ]],
        },
        lessons: (1..=LESSONS)
            .map(|lesson| page(plan, milestone, lesson))
            .collect(),
    });
    Book {
        format: FORMAT.to_owned(),
        edition: EDITION,
        title: "Two hundred lessons".to_owned(),
        summary: "A journey as long as anybody would want one.".to_owned(),
        in_order: false,
        milestones: milestones.collect(),
        assets: Vec::new(),
    }
}

const fn condition(kind: UnlockKind) -> Condition {
    Condition {
        kind,
        about: None,
        percent: None,
        at: None,
        days: None,
        business: false,
        anchor: None,
    }
}

fn page(plan: &LargePlan, milestone: u32, lesson: u32) -> Page {
    let before = |other: u32| Some(format!("m{milestone}l{other}"));
    let (content, goal, percent) = match lesson {
        10 => (Content::Quiz(quiz()), LessonGoal::Scored, Some(80)),
        15 => (
            Content::Assignment(Assignment {
                brief: "Write down what you would say.".to_owned(),
                ..Assignment::default()
            }),
            LessonGoal::Approved,
            None,
        ),
        _ => (Content::Text, LessonGoal::Marked, None),
    };
    let opens = match lesson {
        // Whoever passed the quiz, or read what comes before it.
        12 => vec![vec![
            Condition {
                about: before(10),
                percent: Some(80),
                ..condition(UnlockKind::Score)
            },
            Condition {
                about: before(9),
                ..condition(UnlockKind::Done)
            },
        ]],
        2 | 4 | 6 | 8 | 14 | 18 | 20 => vec![vec![
            Condition {
                about: before(lesson - 1),
                ..condition(UnlockKind::Done)
            },
            condition(UnlockKind::Approval),
        ]],
        _ => Vec::new(),
    };
    Page {
        name: format!("m{milestone}l{lesson}"),
        title: format!("Lesson {milestone}.{lesson}"),
        body: text(plan, milestone * LESSONS + lesson),
        goal: Some(goal),
        percent,
        minutes: Some(10),
        optional: matches!(lesson, 10 | 15),
        asset: None,
        opens,
        content,
    }
}

/// About a page of it.
fn text(plan: &LargePlan, number: u32) -> String {
    let first = usize::try_from(number * 17).unwrap_or_default();
    let paragraphs: Vec<&str> = plan
        .bodies
        .iter()
        .cycle()
        .skip(first % plan.bodies.len().max(1))
        .take(8)
        .map(String::as_str)
        .collect();
    paragraphs.join("\n\n")
}

fn quiz() -> Quiz {
    let option = |text: &str, right: bool| QuizOption {
        key: new_key(),
        text: text.to_owned(),
        right,
        feedback: String::new(),
    };
    let question = |prompt: &str| Question {
        key: new_key(),
        kind: QuestionKind::Single,
        prompt: prompt.to_owned(),
        points: 1,
        options: vec![
            option("To listen", true),
            option("To answer", false),
            option("To write", false),
        ],
        answer: Default::default(),
        feedback: String::new(),
    };
    Quiz {
        attempts: Some(3),
        pass_percent: 80,
        questions: vec![
            question("What comes first?"),
            question("And what comes before that?"),
        ],
        ..Quiz::default()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "INSERT … SELECT FROM generate_series has no typed form"
)]
fn enrolments(
    tx: &mut TenantTx<'_>,
    plan: &LargePlan,
    (journey, version): (JourneyId, JourneyVersionId),
    (start, now): (DateTime<Utc>, DateTime<Utc>),
) -> QueryResult<()> {
    let member = id_sql("$1 + n", "n", "n");
    // Beside the contexts of channels.
    let cohort = id_sql("$1 + c", "c", "281474976710656 + c");
    let first = id_sql("$1 + 0", "0", "0");
    let of_cohorts = format!(
        "generate_series({SIGN_INS}, least($2, {SIGN_INS} + {COHORTS} * {COHORT}) - 1) n, (SELECT $3::uuid, $4::uuid, $5::timestamptz) unused"
    );
    let in_cohort = format!("n >= {SIGN_INS} AND n < {SIGN_INS} + {COHORTS} * {COHORT}");
    let turn = format!("((n - {SIGN_INS}) / {COHORT})");
    let of_member = id_sql(
        &format!("$1 + {turn}"),
        &turn,
        &format!("281474976710656 + {turn}"),
    );
    let cohorts = format!(
        "generate_series(0, least({COHORTS}, ($2 - {SIGN_INS}) / {COHORT}) - 1) c, (SELECT $3::uuid, $4::uuid, $5::timestamptz) unused"
    );
    for sql in [
        format!(
            "INSERT INTO contexts (id, kind, name, created_at) SELECT {cohort}, 'cohort', 'Cohort ' || (1 + c), $5 FROM {cohorts}"
        ),
        format!(
            "INSERT INTO cohort_journeys (id, context_id, journey_id, starts_on, zone, pace, created_at) \
             SELECT {cohort}, {cohort}, $3, ($5 - c % 200 * interval '1 day')::date, 'America/Toronto', 5, $5 FROM {cohorts}"
        ),
        format!(
            "INSERT INTO context_members (context_id, member_id) SELECT {of_member}, {member} FROM {of_cohorts}"
        ),
        format!(
            "INSERT INTO journey_enrolments (id, member_id, journey_id, version_id, cohort_id, zone, enrolled_by, enrolled_at, required) \
             SELECT {member}, {member}, $3, $4, CASE WHEN {in_cohort} THEN {of_member} END, 'America/Toronto', {first}, $5 - n % 300 * interval '1 day', \
               (SELECT count(*) FROM journey_nodes WHERE version_id = $4 AND kind IS NOT NULL AND NOT is_optional)::integer \
             FROM generate_series(0, $2 - 1) n"
        ),
    ] {
        diesel::sql_query(sql)
            .bind::<BigInt, _>(start.timestamp_millis())
            .bind::<Integer, _>(i32::try_from(plan.members).unwrap_or(i32::MAX))
            .bind::<SqlUuid, _>(journey)
            .bind::<SqlUuid, _>(version)
            .bind::<Timestamptz, _>(now - TimeDelta::hours(1))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// How many lessons member `n` has touched: those who can sign in are in the middle of it.
const TOUCHED: &str = "(CASE WHEN n < 200 THEN 60 + n % 80 ELSE least(200, floor(205 * power((n::bigint * 7919 % 10007) / 10007.0, 8)))::integer END)";

#[expect(
    clippy::disallowed_methods,
    reason = "INSERT … SELECT FROM generate_series has no typed form"
)]
fn progress(
    tx: &mut TenantTx<'_>,
    version: JourneyVersionId,
    (start, now): (DateTime<Utc>, DateTime<Utc>),
    people: std::ops::Range<u32>,
) -> QueryResult<()> {
    let member = id_sql("$1 + n", "n", "n");
    let learners = format!(
        "l AS MATERIALIZED (SELECT n.key, n.kind, NOT n.is_optional AS is_required, row_number() OVER (ORDER BY m.position, n.position) AS place \
           FROM journey_nodes n JOIN journey_nodes m ON m.version_id = n.version_id AND m.key = n.parent WHERE n.version_id = $4), \
         e AS MATERIALIZED (SELECT n, {member} AS id, {TOUCHED} AS touched, $5 - n % 300 * interval '1 day' AS began FROM generate_series($2, $3 - 1) n), \
         t AS MATERIALIZED (SELECT e.n, e.id, e.touched, l.*, e.began + (($5 - e.began) / (e.touched + 1)) * l.place AS at, l.place = e.touched AND l.place < 200 AS is_last \
           FROM e JOIN l ON l.place <= e.touched)"
    );
    for sql in [
        format!(
            "WITH {learners} INSERT INTO lesson_progress (enrolment_id, lesson, state, is_required, score, started_at, done_at) \
             SELECT id, key, (CASE WHEN is_last AND kind = 'assignment' THEN 'submitted' WHEN is_last THEN 'started' ELSE 'done' END)::lesson_state, is_required, \
               CASE WHEN kind = 'quiz' AND NOT is_last THEN 80 + n % 21 END, at, CASE WHEN NOT is_last THEN at END FROM t"
        ),
        format!(
            "WITH {learners} INSERT INTO lesson_submissions (id, enrolment_id, lesson, number, body, submitted_at) \
             SELECT {}, id, key, 1, 'I would ask what happened, and then be quiet.', at FROM t WHERE is_last AND kind = 'assignment'",
            id_sql("extract(epoch FROM at) * 1000", "n", "n")
        ),
        format!(
            "WITH {learners} UPDATE journey_enrolments j SET last_at = t.at, last_lesson = t.key FROM t WHERE t.id = j.id AND t.place = t.touched"
        ),
    ] {
        diesel::sql_query(sql)
            .bind::<BigInt, _>(start.timestamp_millis())
            .bind::<Integer, _>(i32::try_from(people.start).unwrap_or(i32::MAX))
            .bind::<Integer, _>(i32::try_from(people.end).unwrap_or(i32::MAX))
            .bind::<SqlUuid, _>(version)
            .bind::<Timestamptz, _>(now - TimeDelta::hours(1))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Whoever has done all of it has finished.
#[expect(clippy::disallowed_methods, reason = "one statement over all learners")]
fn finished(tx: &mut TenantTx<'_>, journey: JourneyId) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE journey_enrolments SET state = 'completed', completed_at = last_at \
         WHERE org_id = app.current_org() AND journey_id = $1 AND done = required",
    )
    .bind::<SqlUuid, _>(journey)
    .execute(tx.conn())
    .map(|_| ())
}
