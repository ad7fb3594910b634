//! Who learns what, and how far they are.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Date, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::kernel::ids::{CohortJourneyId, EnrolmentId, JourneyId, JourneyVersionId, MemberId, NodeKey};
use crate::kernel::sql_types;
use crate::pg_enum;

pg_enum! {
    /// Whether somebody still learns.
    EnrolmentState as EnrolmentState {
        Active = "active": "Learning",
        Completed = "completed": "Finished",
        Left = "left": "Left",
    }
}

pg_enum! {
    /// How far somebody is with a lesson.
    LessonState as LessonState {
        Open = "open": "Not started",
        Started = "started": "Started",
        Submitted = "submitted": "Waiting for review",
        Returned = "returned": "Returned with comments",
        Done = "done": "Done",
    }
}

pg_enum! {
    /// What a coach decides about a lesson or milestone of one learner.
    ActKind as LessonActKind {
        Unlock = "unlock": "Open it for them",
        Approve = "approve": "Approve it",
        Waive = "waive": "Count it as done",
        Revoke = "revoke": "Take back what was decided or done",
    }
}

pg_enum! {
    /// What became of something that was handed in.
    SubmissionState as SubmissionState {
        Waiting = "waiting": "Waiting for review",
        Returned = "returned": "Returned with comments",
        Approved = "approved": "Approved",
    }
}

pg_enum! {
    /// Whose dates count for who joins a cohort after its first day.
    LateRule as LateRule {
        OwnDay = "own_day": "From their own first day",
        WithCohort = "with_cohort": "With the cohort",
    }
}

impl LateRule {
    /// As the end of a sentence.
    pub const fn in_a_sentence(self) -> &'static str {
        match self {
            Self::OwnDay => "from their own first day",
            Self::WithCohort => "with the cohort",
        }
    }
}

/// That somebody learns a journey.
#[derive(QueryableByName, Debug, Clone)]
pub struct Enrolment {
    #[diesel(sql_type = SqlUuid)]
    pub id: EnrolmentId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub journey_id: JourneyId,
    /// The version they learn.
    #[diesel(sql_type = SqlUuid)]
    pub version_id: JourneyVersionId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub cohort_id: Option<CohortJourneyId>,
    #[diesel(sql_type = sql_types::EnrolmentState)]
    pub state: EnrolmentState,
    /// Where their days begin at midnight.
    #[diesel(sql_type = Text)]
    pub zone: String,
    #[diesel(sql_type = Timestamptz)]
    pub enrolled_at: DateTime<Utc>,
    /// How many lessons count.
    #[diesel(sql_type = Int4)]
    pub required: i32,
    /// How many of them are done or waived.
    #[diesel(sql_type = Int4)]
    pub done: i32,
    /// When they last did something.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_at: Option<DateTime<Utc>>,
    /// Where they were then.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub last_lesson: Option<NodeKey>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub completed_at: Option<DateTime<Utc>>,
    /// Title of their version.
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub summary: String,
    #[diesel(sql_type = Int4)]
    pub number: i32,
}

impl Enrolment {
    /// How much of what counts is done, 0 to 100.
    pub fn percent(&self) -> i32 {
        percent(self.done, self.required)
    }
}

/// `done` of `required` in percent: 0 to 100, and 100 only when all of it is done.
pub fn percent(done: i32, required: i32) -> i32 {
    match required {
        required if required <= 0 => 0,
        required => (done.clamp(0, required) * 100) / required,
    }
}

/// A cohort on a journey.
#[derive(QueryableByName, Debug, Clone)]
pub struct CohortJourney {
    #[diesel(sql_type = SqlUuid)]
    pub id: CohortJourneyId,
    #[diesel(sql_type = SqlUuid)]
    pub context_id: crate::kernel::ids::ContextId,
    #[diesel(sql_type = SqlUuid)]
    pub journey_id: JourneyId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Date)]
    pub starts_on: NaiveDate,
    #[diesel(sql_type = Text)]
    pub zone: String,
    /// Required lessons a week that keep pace.
    #[diesel(sql_type = Nullable<diesel::sql_types::SmallInt>)]
    pub pace: Option<i16>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub paused_at: Option<DateTime<Utc>>,
    /// Whose dates count for who joins after the first day.
    #[diesel(sql_type = sql_types::LateRule)]
    pub late_rule: LateRule,
}

/// How far somebody is with one lesson; what nobody touched has no row.
#[derive(QueryableByName, Debug, Clone)]
pub struct Progress {
    #[diesel(sql_type = sql_types::LessonState)]
    pub state: LessonState,
    #[diesel(sql_type = Nullable<diesel::sql_types::SmallInt>)]
    pub score: Option<i16>,
    /// Seconds of the video that were played.
    #[diesel(sql_type = Int4)]
    pub seconds_watched: i32,
    /// Where in the video they were.
    #[diesel(sql_type = Nullable<Int4>)]
    pub second: Option<i32>,
    /// Where in the text they were.
    #[diesel(sql_type = Text)]
    pub place: String,
    /// What they typed and did not send.
    #[diesel(sql_type = Nullable<diesel::sql_types::Jsonb>)]
    pub draft: Option<serde_json::Value>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub done_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub waived_at: Option<DateTime<Utc>>,
}
