//! Typed identifiers. Each noun has its own type over a UUIDv7 (RFC 9562), so a channel id can never be passed
//! where a member id is meant; the time prefix keeps index inserts local.

/// Declares an identifier type: transparent over `Uuid` in SQL, JSON, paths and templates.
#[macro_export]
macro_rules! typed_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[serde(transparent)]
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        pub struct $name(pub uuid::Uuid);

        impl $crate::kernel::ids::Id for $name {
            fn from_uuid(id: uuid::Uuid) -> Self { Self(id) }
            fn uuid(self) -> uuid::Uuid { self.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(out) }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }

        impl diesel::serialize::ToSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
                <uuid::Uuid as diesel::serialize::ToSql<diesel::sql_types::Uuid, diesel::pg::Pg>>::to_sql(&self.0, out)
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                <uuid::Uuid as diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg>>::from_sql(bytes).map(Self)
            }
        }
    };
}

/// What every identifier type can do.
pub trait Id: Copy {
    /// Wraps a raw UUID.
    fn from_uuid(id: uuid::Uuid) -> Self;
    /// The raw UUID.
    fn uuid(self) -> uuid::Uuid;
}

typed_id!(
    /// The tenant.
    OrgId
);
typed_id!(
    /// A login; may have a member in several organizations.
    UserId
);
typed_id!(
    /// A person in one organization, with or without a login.
    MemberId
);
typed_id!(
    /// A team, challenge, sponsor or cohort: what a channel is bound to.
    ContextId
);
typed_id!(
    /// A place where messages are written.
    ChannelId
);
typed_id!(
    /// A message's public identifier; equals the `client_id` when the browser made one.
    MessageId
);
typed_id!(
    /// An event on the module bus.
    EventId
);
typed_id!(
    /// A unit of background work.
    JobId
);
typed_id!(
    /// One message sent to many people at once.
    BroadcastId
);
typed_id!(
    /// A file or image attached to a message.
    AttachmentId
);

typed_id!(
    /// An address of another program that is told what happens.
    WebhookId
);
typed_id!(
    /// What one such address is told of one thing.
    WebhookNoticeId
);
typed_id!(
    /// One attempt to tell it.
    WebhookAttemptId
);

typed_id!(
    /// A place where people work.
    WorksiteId
);
typed_id!(
    /// A part of a worksite.
    DepartmentId
);
typed_id!(
    /// When people work: day, evening, night.
    ShiftId
);
typed_id!(
    /// Who looks after whom, from when to when.
    AssignmentId
);
typed_id!(
    /// Days on which a steward is away.
    LeaveId
);
typed_id!(
    /// A way to reach somebody.
    ContactPointId
);
typed_id!(
    /// A word put on people.
    TagId
);
typed_id!(
    /// A field of an organization's own on records.
    FieldId
);
typed_id!(
    /// A file of people on its way in.
    ImportId
);
typed_id!(
    /// A filter over people's records that somebody keeps.
    FilterId
);
typed_id!(
    /// One change of many records at once.
    BulkId
);
typed_id!(
    /// Two records made one.
    MergeId
);
typed_id!(
    /// What a steward wrote about a conversation; made by the writer's device.
    NoteId
);
typed_id!(
    /// A matter somebody is represented in.
    CaseId
);
typed_id!(
    /// That somebody holds an office from one moment to another.
    OfficeId
);
typed_id!(
    /// That a privacy officer may read everything about one person for a while.
    OpeningId
);
typed_id!(
    /// That somebody asked for what is kept about them.
    SubjectRequestId
);
typed_id!(
    /// That nothing about somebody is erased for now.
    HoldId
);
typed_id!(
    /// One reading of a note.
    NoteReadId
);
typed_id!(
    /// That somebody learns a journey.
    EnrolmentId
);
typed_id!(
    /// A cohort on a journey.
    CohortJourneyId
);
typed_id!(
    /// What a coach decided about a lesson of one learner.
    LessonActId
);
typed_id!(
    /// What a learner handed in.
    SubmissionId
);
typed_id!(
    /// A learner's own note on a lesson.
    LessonNoteId
);
typed_id!(
    /// What a coach wrote to a learner who does not get on.
    NudgeId
);
typed_id!(
    /// Something to do.
    TaskId
);
typed_id!(
    /// A step of something to do.
    TaskItemId
);
typed_id!(
    /// What somebody said about a task.
    TaskCommentId
);
typed_id!(
    /// A file on a task.
    TaskFileId
);
typed_id!(
    /// Time somebody spent on a task.
    TimeEntryId
);
typed_id!(
    /// An address under which a calendar program fetches tasks.
    TaskFeedId
);
typed_id!(
    /// A change of many tasks at once.
    BulkChangeId
);

typed_id!(
    /// One word about consent in the ledger.
    ConsentRecordId
);
typed_id!(
    /// A wording that somebody was shown.
    ConsentTextId
);
typed_id!(
    /// An address to which nothing is sent.
    SuppressionId
);
typed_id!(
    /// A template of messages.
    TemplateId
);
typed_id!(
    /// One saved version of a template.
    TemplateVersionId
);
typed_id!(
    /// An image that mail shows.
    CampaignImageId
);

typed_id!(
    /// Something in the library that journeys are built from.
    AssetId
);
typed_id!(
    /// A folder of that library.
    AssetFolderId
);
typed_id!(
    /// A file of that library, from the moment its upload begins.
    MediaId
);

typed_id!(
    /// People described by what is true of them.
    SegmentId
);

typed_id!(
    /// Messages to many people: what they say, to whom, and when.
    CampaignId
);
typed_id!(
    /// One message of a campaign to one person.
    DeliveryId
);
typed_id!(
    /// An outside service or mail server through which messages leave.
    ProviderId
);
typed_id!(
    /// The mailbox of an organization to which mail comes back.
    MailboxId
);
typed_id!(
    /// What somebody answered on the outbox's picture of a phone.
    PhoneReplyId
);

typed_id!(
    /// What somebody was to be told of outside the portal.
    NotificationId
);
typed_id!(
    /// A browser or phone that asked for push.
    DeviceId
);
typed_id!(
    /// One push to one device.
    PushId
);

typed_id!(
    /// What people learn step by step.
    JourneyId
);
typed_id!(
    /// A draft or a published state of a journey.
    JourneyVersionId
);
typed_id!(
    /// A milestone or lesson: the same from version to version.
    NodeKey
);
typed_id!(
    /// A journey that is brought in with what its lessons show.
    JourneyImportId
);
typed_id!(
    /// What was taken out of a draft and can be brought back.
    RemovalId
);
typed_id!(
    /// What somebody was given for finishing a journey.
    CertificateId
);
typed_id!(
    /// With what an organization signs what it issues.
    CertificateKeyId
);
typed_id!(
    /// A page, PDF or link of the knowledge base.
    KnowledgeId
);
typed_id!(
    /// What somebody could write to a learner, for a person to decide about.
    SuggestionId
);

/// A new identifier, ordered by the time it was made.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where identifiers are made"
)]
pub fn fresh<I: Id>() -> I {
    I::from_uuid(uuid::Uuid::now_v7())
}
