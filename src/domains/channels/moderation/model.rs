//! Reports of messages.

use crate::pg_enum;

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
        /// Nobody has looked at it yet.
        Open = "open": "Open",
        /// The message was removed.
        Removed = "removed": "Message removed",
        /// The message stays; its author was warned.
        Warned = "warned": "Author warned",
        /// Nothing was done.
        Dismissed = "dismissed": "Dismissed",
    }
}
