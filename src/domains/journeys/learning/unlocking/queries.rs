//! What is asked about a learner and a version, in SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "rows beside what others say of them have no typed form"
)]

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Int4, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::journeys::building::model::{Atom, LessonGoal, LessonKind};
use crate::domains::journeys::learning::model::{ActKind, Enrolment, EnrolmentState, LessonState};
use crate::domains::journeys::learning::queries::{ENROLMENT, ENROLMENTS};
use crate::kernel::ids::{EnrolmentId, JourneyVersionId, NodeKey};
use crate::kernel::sql_types;
use crate::platform::db::{TenantTx, statement};

use super::evaluation::{Learner, Touched, Word};

/// What is said of a version as a whole.
#[derive(QueryableByName)]
pub struct Shape {
    /// Whether milestones are done one after the other.
    #[diesel(sql_type = Bool)]
    pub in_order: bool,
    /// Whether it is published, and stays as it is for ever.
    #[diesel(sql_type = Bool)]
    pub is_fixed: bool,
}

/// A version as a whole.
pub fn shape(tx: &mut TenantTx<'_>, version: JourneyVersionId) -> QueryResult<Shape> {
    statement("SELECT v.in_order, v.number IS NOT NULL AS is_fixed FROM journey_versions v WHERE v.id = $1")
        .bind::<SqlUuid, _>(version)
        .get_result(tx.conn())
}

/// A milestone or lesson without what it holds.
#[derive(QueryableByName)]
pub struct Stem {
    #[diesel(sql_type = SqlUuid)]
    pub key: NodeKey,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub parent: Option<NodeKey>,
    #[diesel(sql_type = Text)]
    pub title: String,
    /// What a milestone is for; of a lesson it is left out.
    #[diesel(sql_type = Text)]
    pub body: String,
    /// Nothing for a milestone.
    #[diesel(sql_type = Nullable<sql_types::LessonKind>)]
    pub kind: Option<LessonKind>,
    #[diesel(sql_type = Bool)]
    pub in_order: bool,
    #[diesel(sql_type = Bool)]
    pub is_optional: bool,
    #[diesel(sql_type = Nullable<sql_types::LessonGoal>)]
    pub goal: Option<LessonGoal>,
    #[diesel(sql_type = Nullable<Int4>)]
    pub minutes: Option<i32>,
}

/// The milestones and lessons of a version, siblings in their order.
pub fn stems(tx: &mut TenantTx<'_>, version: JourneyVersionId) -> QueryResult<Vec<Stem>> {
    statement(
        "SELECT n.key, n.parent, n.title, CASE WHEN n.kind IS NULL THEN n.body ELSE '' END AS body, n.kind, n.in_order, n.is_optional, n.goal, n.minutes FROM journey_nodes n \
         WHERE n.version_id = $1 ORDER BY n.position",
    )
    .bind::<SqlUuid, _>(version)
    .load(tx.conn())
}

/// The conditions of a version, by node and clause.
pub fn atoms(tx: &mut TenantTx<'_>, version: JourneyVersionId) -> QueryResult<Vec<Atom>> {
    use crate::platform::db::schema::unlock_atoms::dsl;
    Atom::query()
        .filter(dsl::version_id.eq(version))
        .order((dsl::node, dsl::clause, dsl::place))
        .load(tx.conn())
}

/// What is known of a learner before it is asked what they did.
#[derive(QueryableByName)]
pub struct Beginning {
    #[diesel(sql_type = Date)]
    enrolled_on: NaiveDate,
    #[diesel(sql_type = Date)]
    starts_on: NaiveDate,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    paused_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Int4)]
    paused_days: i32,
    /// Whether a coach ever decided anything about them.
    #[diesel(sql_type = Bool)]
    has_acts: bool,
}

/// A lesson's row: which, how far, the score, begun, done and waived.
type Row = (
    NodeKey,
    LessonState,
    Option<i16>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);
type RowTypes = (
    SqlUuid,
    sql_types::LessonState,
    Nullable<SmallInt>,
    Nullable<Timestamptz>,
    Nullable<Timestamptz>,
    Nullable<Timestamptz>,
);

#[derive(QueryableByName)]
struct Act {
    #[diesel(sql_type = SqlUuid)]
    node: NodeKey,
    #[diesel(sql_type = sql_types::LessonActKind)]
    kind: ActKind,
    #[diesel(sql_type = Bool)]
    is_over: bool,
}

/// An enrolment, and what is known of its learner before it is asked what they did. Of who joined late and goes with the cohort, its first
/// day counts as the day of enrolment too.
pub fn beginning(tx: &mut TenantTx<'_>, id: EnrolmentId) -> QueryResult<(Enrolment, Beginning)> {
    statement(format!(
        "SELECT {ENROLMENT}, \
           CASE WHEN e.joined_late_on IS NOT NULL AND e.own_start IS NULL THEN c.starts_on ELSE (e.enrolled_at AT TIME ZONE e.zone)::date END AS enrolled_on, \
           coalesce(e.own_start, c.starts_on, (e.enrolled_at AT TIME ZONE e.zone)::date) AS starts_on, c.paused_at, \
           coalesce(c.paused_days, 0) - e.paused_before AS paused_days, \
           EXISTS (SELECT FROM lesson_acts a WHERE a.enrolment_id = e.id) AS has_acts \
         FROM {ENROLMENTS} LEFT JOIN cohort_journeys c ON c.id = e.cohort_id WHERE e.id = $1"
    ))
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())
}

/// What is known of a learner.
pub fn learner(tx: &mut TenantTx<'_>, enrolment: &Enrolment, beginning: &Beginning) -> QueryResult<Learner> {
    let words = match beginning.has_acts {
        true => words(tx, enrolment.id)?,
        false => HashMap::new(),
    };
    Ok(Learner {
        zone: enrolment.zone.parse().unwrap_or(Tz::UTC),
        is_here: enrolment.state != EnrolmentState::Left,
        enrolled_on: beginning.enrolled_on,
        starts_on: beginning.starts_on,
        paused_at: beginning.paused_at,
        paused_days: beginning.paused_days,
        touched: touched(tx, enrolment.id)?,
        words,
    })
}

fn touched(tx: &mut TenantTx<'_>, id: EnrolmentId) -> QueryResult<HashMap<NodeKey, Touched>> {
    let rows: Vec<Row> = statement(
        "SELECT p.lesson, p.state, p.score, p.started_at, p.done_at, p.waived_at FROM lesson_progress p WHERE p.enrolment_id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .columns::<RowTypes>()
    .load(tx.conn())?;
    let touched = |(lesson, state, score, started_at, done_at, waived_at): Row| {
        let touched = Touched {
            state,
            score,
            started_at,
            done_at,
            waived_at,
        };
        (lesson, touched)
    };
    Ok(rows.into_iter().map(touched).collect())
}

/// What coaches said. A revocation takes back what was said before it.
fn words(tx: &mut TenantTx<'_>, id: EnrolmentId) -> QueryResult<HashMap<NodeKey, Word>> {
    let now = tx.now();
    let acts: Vec<Act> = statement(
        "SELECT a.node, a.kind, coalesce(a.expires_at <= $2, false) AS is_over FROM lesson_acts a WHERE a.enrolment_id = $1 ORDER BY a.id",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())?;
    let mut words: HashMap<NodeKey, Word> = HashMap::new();
    for act in acts {
        let word = words.entry(act.node).or_default();
        match act.kind {
            ActKind::Unlock => word.is_unlocked |= !act.is_over,
            ActKind::Approve => word.is_approved = true,
            ActKind::Revoke => *word = Word::default(),
            ActKind::Waive => {}
        }
    }
    Ok(words)
}
