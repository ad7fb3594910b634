//! What happens with every row that refers to somebody whose record is given up.

/// What happens with rows of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// They become the kept person's.
    Moved,
    /// They stay with the record that was given up: they say what it was, not who the person is.
    Beside,
    /// The same of what nobody takes away: its foreign key is called `<table>_of_member` and can be deferred.
    Written,
    /// While there is one, the record is not given up.
    Refused,
}

use Treatment::{Beside, Moved, Refused, Written};

/// Every foreign key to members: table, column, what happens. A test reads the database's own list and fails for a new one.
pub const REGISTRY: &[(&str, &str, Treatment)] = &[
    // What refers to others comes before them.
    ("tasks", "member_id", Moved),
    ("field_notes", "member_id", Moved),
    ("cases", "member_id", Moved),
    ("journey_enrolments", "member_id", Moved),
    ("contact_points", "member_id", Moved),
    ("member_tags", "member_id", Moved),
    ("member_values", "member_id", Moved),
    ("steward_assignments", "member_id", Moved),
    ("steward_blocks", "member_id", Moved),
    // What the record was to lists and groups; the kept person has their own.
    ("member_roles", "member_id", Beside),
    ("member_words", "member_id", Beside),
    ("context_members", "member_id", Beside),
    ("channel_memberships", "member_id", Beside),
    ("broadcast_recipients", "member_id", Beside),
    ("notifications", "member_id", Beside),
    ("delivery_values", "member_id", Beside),
    ("onboarding_dismissals", "member_id", Beside),
    ("bulk_items", "member_id", Beside),
    ("member_merges", "kept_id", Beside),
    ("member_merges", "given_up_id", Beside),
    // Notes stay sealed under the key they were written under. When somebody was spoken with is counted from the notes again.
    ("field_notes", "sealed_for", Beside),
    ("subject_keys", "member_id", Beside),
    ("member_contacts", "member_id", Beside),
    // What the one said no to counts for the other; the words themselves stay whose they were.
    ("consent_records", "member_id", Written),
    ("consent_evidence", "member_id", Written),
    ("campaign_exclusions", "member_id", Written),
    // Deliveries stay whose they were as well: no foreign key says so, a trigger on the removal of people does (`app.keep_recipient`).
    ("preferences", "member_id", Beside),
    ("message_pauses", "member_id", Beside),
    // To whom what was opened stays as it happened.
    ("sight_openings", "member_id", Beside),
    ("note_readers", "member_id", Refused),
    ("tasks", "assignee_id", Refused),
    // What somebody did: a record that acted is the one to keep.
    ("api_tokens", "member_id", Refused),
    ("attachments", "uploaded_by", Refused),
    ("task_files", "uploaded_by", Refused),
    ("audit_entries", "member_id", Refused),
    ("broadcast_log", "actor_id", Refused),
    ("broadcasts", "author_id", Refused),
    ("message_templates", "created_by", Refused),
    ("template_versions", "made_by", Refused),
    ("template_drafts", "kept_by", Refused),
    ("block_drafts", "member_id", Refused),
    ("campaign_images", "uploaded_by", Refused),
    ("asset_folders", "created_by", Refused),
    ("asset_media", "created_by", Refused),
    ("asset_versions", "made_by", Refused),
    ("library_assets", "created_by", Refused),
    ("journey_imports", "made_by", Refused),
    ("knowledge_documents", "added_by", Refused),
    ("journey_suggestions", "decided_by", Refused),
    ("suggestion_settings", "changed_by", Refused),
    ("media_captions", "made_by", Refused),
    ("mux_accounts", "changed_by", Refused),
    ("bulk_changes", "from_id", Refused),
    ("bulk_changes", "made_by", Refused),
    ("bulk_changes", "to_id", Refused),
    ("channels", "created_by", Refused),
    ("consent_records", "recorded_by", Refused),
    ("contexts", "created_by", Refused),
    ("drafts", "member_id", Refused),
    ("field_notes", "author_id", Refused),
    ("hidden_messages", "member_id", Refused),
    ("idempotency_keys", "member_id", Refused),
    ("invitations", "invited_by", Refused),
    ("jobs", "created_by", Refused),
    ("member_filters", "owner_id", Refused),
    ("member_merges", "merged_by", Refused),
    ("member_tags", "added_by", Refused),
    ("mentions", "member_id", Refused),
    ("message_edits", "edited_by", Refused),
    ("message_reports", "handled_by", Refused),
    ("message_reports", "reporter_id", Refused),
    ("messages", "author_id", Refused),
    ("note_receipts", "author_id", Refused),
    ("note_revisions", "replaced_by", Refused),
    ("people_filters", "created_by", Refused),
    ("people_imports", "made_by", Refused),
    ("push_tokens", "member_id", Refused),
    ("reactions", "member_id", Refused),
    ("reading_undos", "member_id", Refused),
    ("suppressions", "created_by", Refused),
    ("suppressions", "lifted_by", Refused),
    ("segments", "created_by", Refused),
    ("campaigns", "created_by", Refused),
    ("campaigns", "launched_by", Refused),
    ("campaigns", "approved_by", Refused),
    ("campaign_tests", "decided_by", Refused),
    ("message_providers", "created_by", Refused),
    ("webhooks", "created_by", Refused),
    ("journeys", "created_by", Refused),
    ("journey_versions", "published_by", Refused),
    ("journey_versions", "publish_by", Refused),
    ("steward_assignments", "ended_by", Refused),
    ("steward_assignments", "given_by", Refused),
    ("steward_assignments", "steward_id", Refused),
    ("steward_blocks", "created_by", Refused),
    ("steward_blocks", "steward_id", Refused),
    ("steward_leaves", "created_by", Refused),
    ("steward_leaves", "steward_id", Refused),
    ("case_team", "member_id", Refused),
    ("cases", "opened_by", Refused),
    ("erasures", "erased_by", Refused),
    ("erasures", "member_id", Refused),
    ("enrolment_moves", "moved_by", Refused),
    ("journey_enrolments", "enrolled_by", Refused),
    ("journey_awards", "changed_by", Refused),
    ("journey_certificates", "revoked_by", Refused),
    ("lesson_acts", "acted_by", Refused),
    ("journey_nudges", "sent_by", Refused),
    ("lesson_submissions", "reviewed_by", Refused),
    ("field_receipts", "author_id", Refused),
    ("legal_holds", "lifted_by", Refused),
    ("legal_holds", "member_id", Refused),
    ("legal_holds", "placed_by", Refused),
    ("note_reads", "reader_id", Refused),
    ("officers", "appointed_by", Refused),
    ("officers", "member_id", Refused),
    ("sight_openings", "officer_id", Refused),
    ("subject_request_items", "member_id", Refused),
    ("subject_requests", "member_id", Refused),
    ("subject_requests", "noted_by", Refused),
    ("subject_requests", "released_by", Refused),
    ("subject_requests", "reviewer_id", Refused),
    ("task_bulk_changes", "made_by", Refused),
    ("task_bulk_rows", "assignee_id", Refused),
    ("task_changes", "made_by", Refused),
    ("task_comments", "author_id", Refused),
    ("task_feeds", "member_id", Refused),
    ("task_items", "done_by", Refused),
    ("task_mentions", "member_id", Refused),
    ("task_time_entries", "member_id", Refused),
    ("task_watchers", "member_id", Refused),
    ("unplaced_notes", "author_id", Refused),
    ("tasks", "completed_by", Refused),
    ("tasks", "created_by", Refused),
];

/// Why a record cannot be given up, by the table that refers to it.
pub fn reason(table: &str) -> &'static str {
    match table {
        "legal_holds" => {
            "That record is or was under a hold, so it can't be given up. Start from it and give this one up."
        }
        "subject_requests" | "subject_request_items" => {
            "This person asked for their data under that record. Start from it and give this one up."
        }
        _ => {
            "That record has been used here: something was done in its name. Start from it and give this one up."
        }
    }
}
