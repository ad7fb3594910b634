//! What consent is made of.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{ConsentRecordId, ConsentTextId, MemberId};
use crate::pg_enum;
use crate::platform::db::schema::{consent_records, message_pauses, preferences};

pg_enum! {
    /// A way to reach somebody.
    Channel as ContactChannel {
        Email = "email": "E-mail",
        Sms = "sms": "Text message",
        Push = "push": "Push",
        Phone = "phone": "Phone call",
        Mail = "mail": "Letter",
    }
}

pg_enum! {
    /// What was said.
    Action as ConsentAction {
        /// They agree.
        Grant = "grant": "Agreed",
        /// They were asked to confirm; nothing is allowed by it.
        Request = "request": "Was asked to confirm",
        /// They confirmed what was requested, from the address it is about (double opt-in).
        Confirm = "confirm": "Confirmed",
        /// They take it back.
        Withdraw = "withdraw": "Took it back",
        /// They take a withdrawal back, which then counts as never made.
        Undo = "undo": "Undid that",
    }
}

pg_enum! {
    /// Why somebody may be written to.
    Basis as ConsentBasis {
        /// They said so (CASL s. 6(1)(a), GDPR Art. 6(1)(a)).
        Express = "express": "They agreed",
        /// They belong to a club, association or voluntary organisation (CASL s. 10(9)(a), 10(13)).
        Membership = "membership": "Membership",
        /// They bought something (CASL s. 10(10)(a)).
        Purchase = "purchase": "A purchase",
        /// They asked about something (CASL s. 10(10)(e)).
        Inquiry = "inquiry": "An inquiry",
        /// Their address is published for their role, without a note against unasked mail (CASL s. 10(9)(b)).
        Published = "published": "A published address",
        /// It belongs to what was agreed with them (GDPR Art. 6(1)(b)).
        Contract = "contract": "A contract",
        /// Interests that outweigh theirs, which somebody weighed (GDPR Art. 6(1)(f)).
        LegitimateInterest = "legitimate_interest": "Legitimate interest",
        /// Somebody's life or health (GDPR Art. 6(1)(d)).
        Vital = "vital": "A vital interest",
    }
}

pg_enum! {
    /// By what it was said.
    #[schemars(rename = "ConsentMethod")]
    Method as ConsentMethod {
        Preferences = "preferences": "On the preferences page",
        OneClick = "one_click": "With the unsubscribe button of their mail program",
        UnsubscribePage = "unsubscribe_page": "On the unsubscribe page",
        Undo = "undo": "With the undo button",
        Confirmation = "confirmation": "With the link in a confirmation mail",
        Mail = "mail": "By e-mail",
        Sms = "sms": "By text message",
        Form = "form": "On a form",
        Paper = "paper": "On paper",
        Spoken = "spoken": "In a conversation",
        Import = "import": "In an imported file",
        Api = "api": "Through the API",
        Bounce = "bounce": "Their address no longer exists",
        Complaint = "complaint": "They marked a message as unwanted",
        Merge = "merge": "On a record that was made one with this",
    }
}

pg_enum! {
    /// How often somebody wants to hear.
    Frequency as MessageFrequency {
        RealTime = "real_time": "At once",
        Daily = "daily_digest": "Once a day",
        Weekly = "weekly_digest": "Once a week",
    }
}

pg_enum! {
    /// Why nothing is sent to an address any more.
    SuppressionReason as SuppressionReason {
        Unsubscribed = "unsubscribed": "Unsubscribed from everything",
        Complaint = "complaint": "Marked a message as unwanted",
        Bounce = "bounce": "Does not exist",
        Asked = "asked": "Asked not to be written to",
        Erased = "erased": "Belonged to somebody who was erased",
        Imported = "imported": "From another system's list",
    }
}

/// All categories of a channel.
pub const EVERYTHING: &str = "all";
/// What belongs to what somebody asked for or is bound to: receipts, passwords, notices of meetings one is to attend. No consent is
/// asked for it and none can be taken back (CASL s. 6(6)).
pub const TRANSACTIONAL: &str = "transactional";

/// A kind of messages, in words of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// What tables and addresses call it.
    pub key: String,
    /// What people read.
    pub name: String,
    /// What comes under it; may be empty.
    pub about: String,
}

/// One word in the ledger.
#[derive(HasQuery, Debug, Clone, PartialEq, Eq)]
#[diesel(table_name = consent_records)]
pub struct Record {
    pub id: ConsentRecordId,
    pub member_id: MemberId,
    pub channel: Channel,
    pub category: String,
    pub action: Action,
    pub basis: Option<Basis>,
    pub method: Method,
    pub text_id: Option<ConsentTextId>,
    /// When it was said.
    pub effective_at: DateTime<Utc>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    /// Who wrote it down for them.
    pub recorded_by: Option<MemberId>,
    /// What it confirms or undoes.
    pub answers_id: Option<ConsentRecordId>,
    pub evidence_hash: Vec<u8>,
}

/// What the records come to for one channel and category.
#[derive(HasQuery, Debug, Clone, PartialEq, Eq)]
#[diesel(table_name = preferences)]
pub struct Preference {
    pub channel: Channel,
    pub category: String,
    /// None while they said nothing about it.
    pub is_allowed: Option<bool>,
    pub basis: Option<Basis>,
    pub expires_at: Option<DateTime<Utc>>,
    pub decided_at: Option<DateTime<Utc>>,
    pub record_id: Option<ConsentRecordId>,
    pub frequency: Frequency,
}

/// When somebody wants no message.
#[derive(HasQuery, Debug, Clone, Default, PartialEq, Eq)]
#[diesel(table_name = message_pauses)]
pub struct Pauses {
    /// Quiet from this time of day in their zone,
    pub quiet_from: Option<chrono::NaiveTime>,
    /// until this one, perhaps of the next day.
    pub quiet_to: Option<chrono::NaiveTime>,
    /// Nothing but what is transactional until then.
    pub paused_until: Option<DateTime<Utc>>,
}
