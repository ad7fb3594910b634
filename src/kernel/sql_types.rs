//! The native PostgreSQL enums by name: what diesel needs to send and read them. The Rust values live with their nouns.

use diesel::query_builder::QueryId;
use diesel::sql_types::SqlType;

macro_rules! native_enums {
    ($($name:ident = $sql:literal),+ $(,)?) => {$(
        #[doc = concat!("`", $sql, "`")]
        #[derive(Debug, Clone, Copy, SqlType, QueryId)]
        #[diesel(postgres_type(name = $sql))]
        pub struct $name;
    )+};
}

native_enums! {
    MemberRole = "member_role",
    MemberState = "member_state",
    ContextKind = "context_kind",
    LinkPurpose = "link_purpose",
    DeliveryState = "delivery_state",
    JobState = "job_state",
    ChannelType = "channel_type",
    ChannelRole = "channel_role",
    PostPolicy = "post_policy",
    JoinRule = "join_rule",
    HistoryRule = "history_rule",
    NotifyLevel = "notify_level",
    AttachmentKind = "attachment_kind",
    AssetKind = "asset_kind",
    MediaState = "media_state",
    FilmAudience = "film_audience",
    BroadcastState = "broadcast_state",
    AudienceKind = "audience_kind",
    ReportReason = "report_reason",
    ReportOutcome = "report_outcome",
    MemberStage = "member_stage",
    ContactKind = "contact_kind",
    AssignmentKind = "assignment_kind",
    FieldKind = "field_kind",
    FieldSensitivity = "field_sensitivity",
    ImportState = "import_state",
    ImportVerdict = "import_verdict",
    ImportChoice = "import_choice",
    BulkKind = "bulk_kind",
    NoteKind = "note_kind",
    NoteVisibility = "note_visibility",
    NoteSentiment = "note_sentiment",
    OpeningBasis = "opening_basis",
    ReadPurpose = "read_purpose",
    SubjectRequestState = "subject_request_state",
    Disclosure = "disclosure",
    TaskStatus = "task_status",
    TaskPriority = "task_priority",
    FieldOutcome = "field_outcome",
    EnrolmentState = "enrolment_state",
    LessonState = "lesson_state",
    LessonActKind = "lesson_act_kind",
    SubmissionState = "submission_state",
    TaskRepeat = "task_repeat",
    ContactChannel = "contact_channel",
    ConsentAction = "consent_action",
    ConsentBasis = "consent_basis",
    ConsentMethod = "consent_method",
    MessageFrequency = "message_frequency",
    SuppressionReason = "suppression_reason",
    TemplateChannel = "template_channel",
    MessagePurpose = "message_purpose",
    CampaignState = "campaign_state",
    CampaignStart = "campaign_start",
    DoubtPolicy = "doubt_policy",
    ExclusionReason = "exclusion_reason",
    DeliveryEventKind = "delivery_event_kind",
    ProviderKind = "provider_kind",
    LetterLane = "letter_lane",
    NotificationKind = "notification_kind",
    NotificationState = "notification_state",
    NotificationPushState = "notification_push_state",
    PushState = "push_state",
    WebhookNoticeState = "webhook_notice_state",
    LessonKind = "lesson_kind",
    LessonGoal = "lesson_goal",
    UnlockKind = "unlock_kind",
    UnlockAnchor = "unlock_anchor",
}
