//! Reports of messages.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::channels::messages::model::Message;
use crate::domains::channels::model::{Channel, ChannelRole};
use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::db::schema::message_reports;
use crate::{pg_enum, typed_id};

typed_id!(
    /// One person's report of one message.
    ReportId
);

pg_enum! {
    /// Why a message was reported.
    ReportReason as ReportReason {
        /// Someone is hurt or pressed.
        Harassment = "harassment": "Harassment or threats",
        /// It tells what should not be told.
        PrivateInformation = "private_information": "Someone's private information",
        /// Advertising, chain letters.
        Spam = "spam": "Spam",
        /// Does not belong here.
        OffTopic = "off_topic": "Does not belong here",
        /// As the note says.
        Other = "other": "Something else",
    }
}

pg_enum! {
    /// What came of a report.
    ReportOutcome as ReportOutcome {
        /// Nobody has decided yet.
        Open = "open": "Open",
        /// The message was removed.
        Removed = "removed": "Message removed",
        /// The message stays; its author was warned.
        Warned = "warned": "Author warned",
        /// Nothing was done.
        Dismissed = "dismissed": "Dismissed",
    }
}

/// One person's report.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = message_reports)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// The message's channel.
    pub channel_id: ChannelId,
    /// The message's number.
    pub seq: i64,
    /// Who reported it.
    pub reporter_id: MemberId,
    /// Why.
    pub reason: ReportReason,
    /// In their words.
    pub note: String,
    /// What came of it.
    pub outcome: ReportOutcome,
    /// What whoever handled it said.
    pub outcome_note: String,
    /// Who handled it.
    pub handled_by: Option<MemberId>,
    /// When it was handled.
    pub handled_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// All reports of one message that wait together, or were handled together.
#[derive(Debug, Clone)]
pub struct Case {
    /// The channel.
    pub channel: Channel,
    /// The reader's role in it; none when they are not in it.
    pub role: Option<ChannelRole>,
    /// The message as it stands.
    pub message: Message,
    /// The reports, the oldest first; never empty.
    pub reports: Vec<Report>,
}

impl Case {
    /// Whether nobody has decided yet.
    pub fn is_open(&self) -> bool {
        self.reports
            .iter()
            .any(|report| report.outcome == ReportOutcome::Open)
    }
}
