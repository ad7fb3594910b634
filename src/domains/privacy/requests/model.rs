//! Requests and what was gathered for them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{MemberId, SubjectRequestId};
use crate::pg_enum;
use crate::platform::db::schema::{subject_request_items, subject_requests};

pg_enum! {
    /// How far a request is.
    RequestState as SubjectRequestState {
        /// Noted, nobody works on it.
        Received = "received": "Received",
        /// Gathered, being looked through.
        Review = "review": "In review",
        /// Looked through, waiting for another privacy officer.
        Ready = "ready": "Ready to release",
        /// The person has it.
        Released = "released": "Released",
        /// The person no longer wants it.
        Withdrawn = "withdrawn": "Withdrawn",
    }
}

pg_enum! {
    /// What happens with one thing that was gathered.
    Disclosure as Disclosure {
        /// Nobody looked at it yet.
        Pending = "pending": "Not decided",
        /// The person gets it as it is.
        Include = "include": "Give it",
        /// The person gets a text without what is others' business.
        Redact = "redact": "Give it in part",
        /// The person does not get it, for a reason they are told.
        Withhold = "withhold": "Hold it back",
    }
}

/// One request.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = subject_requests)]
pub struct Request {
    /// Which.
    pub id: SubjectRequestId,
    /// Who asked.
    pub member_id: MemberId,
    /// How far it is.
    pub state: RequestState,
    /// The day they asked.
    pub asked_on: NaiveDate,
    /// The last day to answer.
    pub due_on: NaiveDate,
    /// Who noted it.
    pub noted_by: MemberId,
    /// Who gathered and reviewed.
    pub reviewer_id: Option<MemberId>,
    /// Who released it.
    pub released_by: Option<MemberId>,
    /// When.
    pub released_at: Option<DateTime<Utc>>,
}

/// One thing that was gathered, sealed.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = subject_request_items)]
pub struct Item {
    /// Its place, from 1.
    pub position: i32,
    /// As it was gathered.
    pub sealed: Vec<u8>,
    /// Without what is others' business.
    pub redacted: Option<Vec<u8>>,
    /// What happens with it.
    pub decision: Disclosure,
    /// Why not all of it.
    pub reason: String,
}

/// How many things have which decision.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Not decided yet.
    pub pending: i64,
    /// Given as they are.
    pub include: i64,
    /// Given in part.
    pub redact: i64,
    /// Held back.
    pub withhold: i64,
}
