//! Tables as diesel sees them, generated from the migrations by the diesel command line (`diesel print-schema`).
//! Columns of type tsvector are left out: only SQL functions touch them.

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    access_changes (id) {
        id -> Int8,
        user_id -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    api_tokens (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        member_id -> Uuid,
        token_hash -> Bytea,
        name -> Text,
        scopes -> Array<Text>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    asset_folders (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        parent_id -> Nullable<Uuid>,
        name -> Text,
        created_by -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    asset_media (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        asset_id -> Uuid,
        state -> MediaState,
        name -> Text,
        mime -> Text,
        size_bytes -> Int8,
        storage_key -> Nullable<Text>,
        thumb_key -> Nullable<Text>,
        width -> Nullable<Int4>,
        height -> Nullable<Int4>,
        duration_ms -> Nullable<Int8>,
        alt -> Text,
        transcript -> Text,
        failure -> Text,
        created_by -> Uuid,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        sha256 -> Nullable<Bytea>,
        takes_words -> Bool,
        corrects -> Bool,
        has_borrowed_words -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    asset_versions (org_id, asset_id, version) {
        org_id -> Uuid,
        asset_id -> Uuid,
        version -> Int4,
        body -> Text,
        url -> Nullable<Text>,
        media_id -> Nullable<Uuid>,
        parts -> Nullable<Jsonb>,
        made_by -> Uuid,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    asset_drafts (org_id, asset_id) {
        org_id -> Uuid,
        asset_id -> Uuid,
        parts -> Jsonb,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    library_assets (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        kind -> AssetKind,
        title -> Text,
        folder_id -> Nullable<Uuid>,
        team_id -> Nullable<Uuid>,
        tags -> Array<Text>,
        version -> Int4,
        words -> Text,
        created_by -> Uuid,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    media_captions (org_id, media_id, language) {
        org_id -> Uuid,
        media_id -> Uuid,
        language -> Text,
        vtt -> Text,
        made_by -> Uuid,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    media_parts (org_id, media_id, starts) {
        org_id -> Uuid,
        media_id -> Uuid,
        starts -> Int8,
        size_bytes -> Int8,
        storage_key -> Text,
        thumb_key -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    mux_accounts (org_id) {
        org_id -> Uuid,
        token_id -> Text,
        token_secret -> Bytea,
        signing_key_id -> Text,
        signing_key -> Bytea,
        webhook_secret -> Nullable<Bytea>,
        api -> Text,
        stream -> Text,
        audience -> FilmAudience,
        stopped_because -> Text,
        checked_at -> Nullable<Timestamptz>,
        check_said -> Text,
        changed_by -> Uuid,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    mux_films (org_id, media_id) {
        org_id -> Uuid,
        media_id -> Uuid,
        state -> MediaState,
        upload_ref -> Nullable<Text>,
        asset_ref -> Nullable<Text>,
        playback_ref -> Nullable<Text>,
        is_doubtful -> Bool,
        failure -> Text,
        attempts -> Int4,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    mux_reports (org_id, id) {
        org_id -> Uuid,
        id -> Text,
        kind -> Text,
        upload_ref -> Nullable<Text>,
        asset_ref -> Nullable<Text>,
        media_id -> Nullable<Uuid>,
        fate -> Text,
        body -> Jsonb,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    mux_refusals (org_id, hour, why) {
        org_id -> Uuid,
        hour -> Timestamptz,
        why -> Text,
        count -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    attachments (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        channel_id -> Uuid,
        seq -> Nullable<Int8>,
        uploaded_by -> Uuid,
        kind -> AttachmentKind,
        name -> Text,
        mime -> Text,
        size_bytes -> Int8,
        alt_text -> Text,
        width -> Nullable<Int4>,
        height -> Nullable<Int4>,
        thumb_width -> Nullable<Int4>,
        thumb_height -> Nullable<Int4>,
        storage_key -> Text,
        thumb_key -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    audit_chain (org_id, position) {
        org_id -> Uuid,
        position -> Int8,
        entry_id -> Uuid,
        details_hash -> Bytea,
        hash -> Bytea,
        chained_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    audit_entries (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        member_id -> Nullable<Uuid>,
        portal_task -> Nullable<Text>,
        action -> Text,
        subject_kind -> Text,
        subject_id -> Nullable<Uuid>,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        request_id -> Nullable<Uuid>,
        erased_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    broadcast_log (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        broadcast_id -> Uuid,
        actor_id -> Nullable<Uuid>,
        action -> Text,
        recipient_count -> Int4,
        details -> Jsonb,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    broadcast_recipients (org_id, broadcast_id, member_id) {
        org_id -> Uuid,
        broadcast_id -> Uuid,
        member_id -> Uuid,
        delivered_at -> Timestamptz,
        seen_at -> Nullable<Timestamptz>,
        acknowledged_at -> Nullable<Timestamptz>,
        nudged_at -> Nullable<Timestamptz>,
        first_seen_at -> Nullable<Timestamptz>,
        surfaced_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    broadcasts (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        author_id -> Uuid,
        author_role -> MemberRole,
        title -> Text,
        body -> Text,
        body_html -> Text,
        body_text -> Text,
        audience_kind -> AudienceKind,
        audience_id -> Nullable<Uuid>,
        audience_role -> Nullable<MemberRole>,
        audience_filter -> Nullable<Jsonb>,
        audience_label -> Text,
        requires_ack -> Bool,
        state -> BroadcastState,
        send_at -> Timestamptz,
        cancellable_until -> Timestamptz,
        recipient_count -> Int4,
        created_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>,
        cancelled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    bulk_changes (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        kind -> BulkKind,
        made_by -> Uuid,
        made_at -> Timestamptz,
        words -> Text,
        affected -> Int4,
        skipped -> Int4,
        undone_at -> Nullable<Timestamptz>,
        from_id -> Nullable<Uuid>,
        to_id -> Nullable<Uuid>,
        moment -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    bulk_items (org_id, bulk_id, position) {
        org_id -> Uuid,
        bulk_id -> Uuid,
        position -> Int4,
        member_id -> Nullable<Uuid>,
        tag_id -> Nullable<Uuid>,
        assignment_id -> Nullable<Uuid>,
        replaced_id -> Nullable<Uuid>,
        replaced_to -> Nullable<Timestamptz>,
        moved_from -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    case_team (org_id, case_id, member_id) {
        org_id -> Uuid,
        case_id -> Uuid,
        member_id -> Uuid,
        joined_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    cases (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        member_id -> Uuid,
        reference -> Text,
        title -> Text,
        opened_by -> Uuid,
        opened_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
        outcome -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    channel_memberships (org_id, member_id, channel_id) {
        org_id -> Uuid,
        channel_id -> Uuid,
        member_id -> Uuid,
        role -> ChannelRole,
        last_read_seq -> Int8,
        visible_from_seq -> Int8,
        notify -> NotifyLevel,
        muted_until -> Nullable<Timestamptz>,
        silenced_until -> Nullable<Timestamptz>,
        follows_context -> Bool,
        joined_at -> Timestamptz,
        silence_reason -> Text,
        role_follows_context -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    channels (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        #[sql_name = "type"]
        type_ -> ChannelType,
        context_id -> Nullable<Uuid>,
        title -> Text,
        description -> Text,
        direct_key -> Nullable<Bytea>,
        post_policy -> PostPolicy,
        join_rule -> JoinRule,
        history_rule -> HistoryRule,
        last_seq -> Int8,
        rev -> Int8,
        purged_rev -> Int8,
        last_message_at -> Nullable<Timestamptz>,
        changed_at -> Timestamptz,
        retention_days -> Nullable<Int4>,
        legal_hold -> Bool,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
        legal_hold_reason -> Text,
        legal_hold_since -> Nullable<Timestamptz>,
        member_count -> Int4,
        archived_with_context -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    contact_points (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        member_id -> Uuid,
        kind -> ContactKind,
        value -> Text,
        label -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    contact_words (org_id, word, member_id) {
        org_id -> Uuid,
        member_id -> Uuid,
        word -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    context_members (org_id, context_id, member_id) {
        org_id -> Uuid,
        context_id -> Uuid,
        member_id -> Uuid,
        is_leader -> Bool,
        joined_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    contexts (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        kind -> ContextKind,
        name -> Text,
        description -> Text,
        team_id -> Nullable<Uuid>,
        starts_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    custom_fields (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        name -> Text,
        kind -> FieldKind,
        choices -> Array<Text>,
        sensitivity -> FieldSensitivity,
        position -> Int4,
        created_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    departments (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        worksite_id -> Uuid,
        name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    drafts (org_id, member_id, channel_id) {
        org_id -> Uuid,
        member_id -> Uuid,
        channel_id -> Uuid,
        body -> Text,
        reply_to_seq -> Nullable<Int8>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    erasures (org_id, member_id) {
        org_id -> Uuid,
        member_id -> Uuid,
        erased_by -> Uuid,
        erased_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    event_deliveries (org_id, event_id, subscriber) {
        org_id -> Uuid,
        event_id -> Uuid,
        subscriber -> Text,
        state -> DeliveryState,
        attempts -> Int4,
        next_attempt_at -> Timestamptz,
        last_error -> Nullable<Text>,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    events (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        seq -> Int8,
        event_type -> Text,
        version -> Int2,
        source_module -> Text,
        target_module -> Nullable<Text>,
        member_id -> Nullable<Uuid>,
        occurred_at -> Timestamptz,
        payload -> Jsonb,
        correlation_id -> Uuid,
        causation_id -> Nullable<Uuid>,
        requires_response -> Bool,
        timeout_seconds -> Nullable<Int4>,
        dispatched_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    field_notes (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        member_id -> Uuid,
        author_id -> Uuid,
        kind -> NoteKind,
        visibility -> NoteVisibility,
        occurred_at -> Timestamptz,
        received_at -> Timestamptz,
        reached -> Bool,
        sealed -> Bytea,
        sentiment -> Nullable<NoteSentiment>,
        engagement -> Nullable<Int2>,
        support -> Nullable<Int2>,
        tags -> Array<Text>,
        follow_up_on -> Nullable<Date>,
        version -> Int4,
        edited_at -> Nullable<Timestamptz>,
        case_id -> Nullable<Uuid>,
        sealed_for -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    field_receipts (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        author_id -> Uuid,
        sent_hash -> Bytea,
        outcome -> FieldOutcome,
        occurred_at -> Timestamptz,
        received_at -> Timestamptz,
        is_doubtful -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    hidden_messages (org_id, member_id, channel_id, seq) {
        org_id -> Uuid,
        member_id -> Uuid,
        channel_id -> Uuid,
        seq -> Int8,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    idempotency_keys (org_id, member_id, key) {
        org_id -> Uuid,
        member_id -> Uuid,
        key -> Uuid,
        fingerprint -> Bytea,
        status -> Nullable<Int2>,
        location -> Nullable<Text>,
        content_type -> Nullable<Text>,
        body -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    import_mappings (org_id, header_hash) {
        org_id -> Uuid,
        header_hash -> Bytea,
        choices -> Jsonb,
        used_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    import_rows (org_id, import_id, line) {
        org_id -> Uuid,
        import_id -> Uuid,
        line -> Int4,
        fresh_id -> Uuid,
        handle -> Text,
        name -> Text,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        worksite -> Nullable<Text>,
        department -> Nullable<Text>,
        shift -> Nullable<Text>,
        stage -> Nullable<MemberStage>,
        joined_on -> Nullable<Date>,
        locale -> Nullable<Text>,
        tags -> Nullable<Text>,
        fields -> Jsonb,
        worksite_id -> Nullable<Uuid>,
        department_id -> Nullable<Uuid>,
        shift_id -> Nullable<Uuid>,
        member_id -> Nullable<Uuid>,
        matched_by -> Text,
        verdict -> Nullable<ImportVerdict>,
        choice -> ImportChoice,
        problem -> Text,
        changes -> Jsonb,
        applied -> Nullable<ImportVerdict>,
        undone -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    invitations (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        token_hash -> Bytea,
        email -> Text,
        display_name -> Text,
        roles -> Array<MemberRole>,
        team_id -> Nullable<Uuid>,
        invited_by -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        accepted_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    jobs (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        args -> Jsonb,
        state -> JobState,
        attempts -> Int4,
        max_attempts -> Int4,
        run_at -> Timestamptz,
        lease_until -> Nullable<Timestamptz>,
        unique_key -> Nullable<Text>,
        progress_done -> Int4,
        progress_total -> Nullable<Int4>,
        cancel_requested -> Bool,
        last_error -> Nullable<Text>,
        result -> Nullable<Jsonb>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
        correlation_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    journey_imports (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        state -> JourneyImportState,
        title -> Text,
        team_id -> Nullable<Uuid>,
        file_name -> Text,
        storage_key -> Nullable<Text>,
        thumb_key -> Nullable<Text>,
        job_id -> Uuid,
        assets -> Jsonb,
        report -> Array<Text>,
        journey_id -> Nullable<Uuid>,
        made_by -> Uuid,
        made_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    journey_nodes (version_id, key, org_id) {
        org_id -> Uuid,
        version_id -> Uuid,
        key -> Uuid,
        parent -> Nullable<Uuid>,
        position -> Int4,
        title -> Text,
        kind -> Nullable<LessonKind>,
        in_order -> Bool,
        is_optional -> Bool,
        goal -> Nullable<LessonGoal>,
        goal_percent -> Nullable<Int2>,
        minutes -> Nullable<Int4>,
        body -> Text,
        asset_id -> Nullable<Uuid>,
        content -> Nullable<Jsonb>,
        asset_version -> Nullable<Int4>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    journey_removals (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        journey_id -> Uuid,
        removed_at -> Timestamptz,
        title -> Text,
        taken -> Jsonb,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    journey_versions (id, org_id) {
        org_id -> Uuid,
        id -> Uuid,
        journey_id -> Uuid,
        number -> Nullable<Int4>,
        title -> Text,
        summary -> Text,
        in_order -> Bool,
        revision -> Int4,
        note -> Text,
        required -> Int4,
        published_at -> Nullable<Timestamptz>,
        published_by -> Nullable<Uuid>,
        publish_at -> Nullable<Timestamptz>,
        publish_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    journeys (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        title -> Text,
        team_id -> Nullable<Uuid>,
        created_by -> Uuid,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    legal_holds (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        member_id -> Uuid,
        reason -> Text,
        placed_by -> Uuid,
        placed_at -> Timestamptz,
        lifted_at -> Nullable<Timestamptz>,
        lifted_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    member_contacts (org_id, member_id) {
        org_id -> Uuid,
        member_id -> Uuid,
        last_reached_at -> Nullable<Timestamptz>,
        last_tried_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    member_filters (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        name -> Text,
        rule -> Jsonb,
        owner_id -> Uuid,
        shared_with -> Nullable<MemberRole>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    member_merges (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        kept_id -> Uuid,
        given_up_id -> Uuid,
        merged_by -> Uuid,
        merged_at -> Timestamptz,
        before -> Jsonb,
        after -> Jsonb,
        moved -> Jsonb,
        given_up_state -> MemberState,
        parted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    member_roles (org_id, member_id, role) {
        org_id -> Uuid,
        member_id -> Uuid,
        role -> MemberRole,
        granted_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    member_tags (org_id, member_id, tag_id) {
        org_id -> Uuid,
        member_id -> Uuid,
        tag_id -> Uuid,
        added_by -> Nullable<Uuid>,
        added_at -> Timestamptz,
        expires_on -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    member_values (org_id, member_id, field_id) {
        org_id -> Uuid,
        member_id -> Uuid,
        field_id -> Uuid,
        value -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    member_words (org_id, member_id, word) {
        org_id -> Uuid,
        member_id -> Uuid,
        word -> Text,
        sort_name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    members (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        user_id -> Nullable<Uuid>,
        display_name -> Text,
        handle -> Text,
        email -> Nullable<Text>,
        headline -> Text,
        time_zone -> Text,
        locale -> Text,
        state -> MemberState,
        created_at -> Timestamptz,
        last_active_at -> Nullable<Timestamptz>,
        sort_name -> Text,
        stage -> MemberStage,
        worksite_id -> Nullable<Uuid>,
        department_id -> Nullable<Uuid>,
        shift_id -> Nullable<Uuid>,
        joined_on -> Nullable<Date>,
        legal_basis -> Text,
        basis_noted_on -> Nullable<Date>,
        in_directory -> Bool,
        left_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    mentions (org_id, member_id, channel_id, seq) {
        org_id -> Uuid,
        member_id -> Uuid,
        channel_id -> Uuid,
        seq -> Int8,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    message_edits (org_id, channel_id, seq, version) {
        org_id -> Uuid,
        channel_id -> Uuid,
        seq -> Int8,
        version -> Int4,
        body -> Text,
        body_html -> Text,
        edited_by -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    message_reports (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        channel_id -> Uuid,
        seq -> Int8,
        reporter_id -> Uuid,
        reason -> ReportReason,
        note -> Text,
        outcome -> ReportOutcome,
        outcome_note -> Text,
        handled_by -> Nullable<Uuid>,
        handled_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        notice_seen_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    messages (org_id, channel_id, seq) {
        org_id -> Uuid,
        channel_id -> Uuid,
        seq -> Int8,
        id -> Uuid,
        author_id -> Uuid,
        rev -> Int8,
        body -> Text,
        body_html -> Text,
        body_text -> Text,
        html_version -> Int2,
        reply_to_seq -> Nullable<Int8>,
        broadcast_id -> Nullable<Uuid>,
        mentions_all -> Bool,
        has_link -> Bool,
        has_attachment -> Bool,
        created_at -> Timestamptz,
        edited_at -> Nullable<Timestamptz>,
        deleted_at -> Nullable<Timestamptz>,
        deleted_by -> Nullable<Uuid>,
        removal_reason -> Nullable<Text>,
        pinned_at -> Nullable<Timestamptz>,
        pinned_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    note_readers (org_id, note_id, member_id) {
        org_id -> Uuid,
        note_id -> Uuid,
        member_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    note_reads (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        note_id -> Uuid,
        member_id -> Uuid,
        reader_id -> Uuid,
        visibility -> NoteVisibility,
        purpose -> ReadPurpose,
        read_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    note_receipts (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        author_id -> Uuid,
        sent_hash -> Bytea,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    note_revisions (org_id, note_id, version) {
        org_id -> Uuid,
        note_id -> Uuid,
        version -> Int4,
        sealed -> Bytea,
        visibility -> NoteVisibility,
        replaced_by -> Uuid,
        replaced_at -> Timestamptz,
        reason -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    officers (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        member_id -> Uuid,
        office -> Text,
        effective_from -> Timestamptz,
        effective_to -> Nullable<Timestamptz>,
        appointed_by -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    onboarding_dismissals (org_id, member_id, step) {
        org_id -> Uuid,
        member_id -> Uuid,
        step -> Text,
        dismissed_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    one_time_links (token_hash) {
        token_hash -> Bytea,
        purpose -> LinkPurpose,
        user_id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    organizations (id) {
        id -> Uuid,
        name -> Text,
        slug -> Text,
        time_zone -> Text,
        locale -> Text,
        second_factor_required -> Bool,
        is_sample -> Bool,
        created_at -> Timestamptz,
        people_per_steward -> Int4,
        one_is_strong -> Bool,
        people_exporters -> Array<MemberRole>,
        postal_address -> Text,
        contact_line -> Text,
        jurisdiction -> Text,
        approve_above -> Nullable<Int4>,
        cap_messages -> Nullable<Int2>,
        cap_days -> Int2,
        asks_to_renew -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    notifications (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        member_id -> Uuid,
        kind -> NotificationKind,
        channel_id -> Nullable<Uuid>,
        about_id -> Uuid,
        at -> Timestamptz,
        due_at -> Timestamptz,
        state -> NotificationState,
        settled_at -> Nullable<Timestamptz>,
        reason -> Text,
        push_state -> Nullable<NotificationPushState>,
        push_due_at -> Nullable<Timestamptz>,
        pushed_at -> Nullable<Timestamptz>,
        push_settled_at -> Nullable<Timestamptz>,
        push_reason -> Text,
        title -> Text,
        path -> Text,
        seen_at -> Nullable<Timestamptz>,
        gone_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    outbox_mails (id) {
        id -> Uuid,
        org_id_hint -> Nullable<Uuid>,
        recipient -> Text,
        subject -> Text,
        mime -> Bytea,
        created_at -> Timestamptz,
        readable_until -> Timestamptz,
        lane -> LetterLane,
        leaves_at -> Nullable<Timestamptz>,
        attempt -> Int2,
        is_secret -> Bool,
        left_at -> Nullable<Timestamptz>,
        left_through -> Text,
        trouble -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    people_filters (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        name -> Text,
        shared_with -> MemberRole,
        rule -> Jsonb,
        created_by -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    people_imports (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        file_name -> Text,
        made_by -> Uuid,
        made_at -> Timestamptz,
        encoding -> Text,
        delimiter -> Text,
        header -> Array<Text>,
        sample -> Jsonb,
        total -> Int4,
        choices -> Jsonb,
        state -> ImportState,
        job_id -> Nullable<Uuid>,
        applied_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        file_id -> Nullable<Uuid>,
        file_gone_at -> Nullable<Timestamptz>,
        forgotten_at -> Nullable<Timestamptz>,
        checked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    push_tokens (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        member_id -> Uuid,
        platform -> Text,
        token -> Text,
        device_name -> Text,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        public_key -> Nullable<Text>,
        auth -> Nullable<Bytea>,
        told_at -> Nullable<Timestamptz>,
        trouble -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    pushes (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        device_id -> Uuid,
        about -> Array<Uuid>,
        service -> Text,
        state -> PushState,
        attempts -> Int4,
        due_at -> Timestamptz,
        lease_until -> Nullable<Timestamptz>,
        give_up_at -> Timestamptz,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    reactions (org_id, channel_id, seq, emoji, member_id) {
        org_id -> Uuid,
        channel_id -> Uuid,
        seq -> Int8,
        member_id -> Uuid,
        emoji -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    reading_undos (org_id, member_id) {
        org_id -> Uuid,
        member_id -> Uuid,
        pointers -> Jsonb,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    recovery_codes (user_id, code_hash) {
        user_id -> Uuid,
        code_hash -> Bytea,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    sessions (id) {
        id -> Uuid,
        key_hash -> Bytea,
        user_id -> Nullable<Uuid>,
        state -> Jsonb,
        device -> Text,
        address -> Text,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        expires_at -> Timestamptz,
        ends_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    shifts (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        name -> Text,
        position -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    sight_openings (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        officer_id -> Uuid,
        member_id -> Uuid,
        basis -> OpeningBasis,
        reason -> Text,
        opened_at -> Timestamptz,
        expires_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    sign_in_attempts (id) {
        id -> Int8,
        subject -> Bytea,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    steward_assignments (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        steward_id -> Uuid,
        kind -> AssignmentKind,
        member_id -> Nullable<Uuid>,
        worksite_id -> Nullable<Uuid>,
        department_id -> Nullable<Uuid>,
        shift_id -> Nullable<Uuid>,
        effective_from -> Timestamptz,
        effective_to -> Nullable<Timestamptz>,
        leave_id -> Nullable<Uuid>,
        given_by -> Nullable<Uuid>,
        given_at -> Timestamptz,
        ended_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    steward_blocks (org_id, steward_id, member_id) {
        org_id -> Uuid,
        steward_id -> Uuid,
        member_id -> Uuid,
        reason -> Text,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    steward_leaves (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        steward_id -> Uuid,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    subject_keys (org_id, member_id) {
        org_id -> Uuid,
        member_id -> Uuid,
        wrapped -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    subject_request_items (org_id, request_id, position) {
        org_id -> Uuid,
        request_id -> Uuid,
        position -> Int4,
        member_id -> Uuid,
        note_id -> Nullable<Uuid>,
        sealed -> Bytea,
        redacted -> Nullable<Bytea>,
        decision -> Disclosure,
        reason -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    subject_requests (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        member_id -> Uuid,
        state -> SubjectRequestState,
        asked_on -> Date,
        due_on -> Date,
        noted_by -> Uuid,
        noted_at -> Timestamptz,
        reviewer_id -> Nullable<Uuid>,
        ready_at -> Nullable<Timestamptz>,
        released_by -> Nullable<Uuid>,
        released_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    tags (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    task_bulk_changes (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        made_by -> Uuid,
        made_at -> Timestamptz,
        undone_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    task_bulk_rows (org_id, change_id, task_id) {
        org_id -> Uuid,
        change_id -> Uuid,
        task_id -> Uuid,
        status -> TaskStatus,
        priority -> TaskPriority,
        due_on -> Nullable<Date>,
        assignee_id -> Uuid,
        blocked_reason -> Text,
        version_after -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    task_changes (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        task_id -> Uuid,
        made_at -> Timestamptz,
        made_by -> Nullable<Uuid>,
        what -> Text,
        before -> Text,
        after -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    task_comments (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        task_id -> Uuid,
        parent_id -> Nullable<Uuid>,
        author_id -> Uuid,
        body -> Text,
        created_at -> Timestamptz,
        edited_at -> Nullable<Timestamptz>,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    task_feeds (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        member_id -> Uuid,
        token_hash -> Bytea,
        name -> Text,
        shows_titles -> Bool,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    task_files (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        task_id -> Uuid,
        uploaded_by -> Uuid,
        name -> Text,
        mime -> Text,
        size_bytes -> Int8,
        storage_key -> Text,
        thumb_key -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    task_items (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        task_id -> Uuid,
        position -> Int4,
        title -> Text,
        done_at -> Nullable<Timestamptz>,
        done_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    task_mentions (org_id, comment_id, member_id) {
        org_id -> Uuid,
        task_id -> Uuid,
        comment_id -> Uuid,
        member_id -> Uuid,
        seen_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    task_time_entries (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        task_id -> Uuid,
        member_id -> Uuid,
        worked_on -> Date,
        minutes -> Int4,
        note -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    task_watchers (org_id, task_id, member_id) {
        org_id -> Uuid,
        task_id -> Uuid,
        member_id -> Uuid,
        since -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    tasks (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        title -> Text,
        details -> Text,
        status -> TaskStatus,
        priority -> TaskPriority,
        due_on -> Nullable<Date>,
        assignee_id -> Uuid,
        member_id -> Nullable<Uuid>,
        note_id -> Nullable<Uuid>,
        is_follow_up -> Bool,
        blocked_reason -> Text,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        completed_at -> Nullable<Timestamptz>,
        completed_by -> Nullable<Uuid>,
        version -> Int4,
        is_private -> Bool,
        reference -> Text,
        estimate_minutes -> Nullable<Int4>,
        repeat_unit -> Nullable<TaskRepeat>,
        repeat_every -> Int4,
        repeat_until -> Nullable<Date>,
        repeat_day -> Nullable<Int4>,
        series_id -> Nullable<Uuid>,
        occurrence -> Int4,
        counts_from_contact -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    unlock_atoms (version_id, node, clause, place, org_id) {
        org_id -> Uuid,
        version_id -> Uuid,
        node -> Uuid,
        clause -> Int2,
        place -> Int2,
        kind -> UnlockKind,
        argument -> Nullable<Uuid>,
        percent -> Nullable<Int2>,
        at -> Nullable<Timestamptz>,
        days -> Nullable<Int4>,
        is_business -> Bool,
        anchor -> Nullable<UnlockAnchor>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    unplaced_notes (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        author_id -> Uuid,
        occurred_at -> Timestamptz,
        received_at -> Timestamptz,
        sealed -> Bytea,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    users (id) {
        id -> Uuid,
        email -> Text,
        password_hash -> Nullable<Text>,
        totp_secret -> Nullable<Bytea>,
        totp_confirmed_at -> Nullable<Timestamptz>,
        totp_last_step -> Nullable<Int8>,
        auth_epoch -> Int4,
        is_super_admin -> Bool,
        locale -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    visitor_answers (id) {
        id -> Bytea,
        answer -> Nullable<Bytea>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    worksites (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        name -> Text,
        sort_name -> Text,
        address -> Text,
        created_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    message_categories (org_id, key) {
        org_id -> Uuid,
        key -> Text,
        name_en -> Text,
        name_fr -> Text,
        about_en -> Text,
        about_fr -> Text,
        created_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    consent_texts (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        name -> Text,
        version -> Int4,
        locale -> Text,
        body -> Text,
        sha256 -> Binary,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    consent_records (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        member_id -> Uuid,
        channel -> ContactChannel,
        category -> Text,
        action -> ConsentAction,
        basis -> Nullable<ConsentBasis>,
        method -> ConsentMethod,
        text_id -> Nullable<Uuid>,
        effective_at -> Timestamptz,
        recorded_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        recorded_by -> Nullable<Uuid>,
        answers_id -> Nullable<Uuid>,
        evidence_hash -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    consent_evidence (org_id, record_id) {
        org_id -> Uuid,
        record_id -> Uuid,
        member_id -> Uuid,
        address -> Text,
        ip -> Text,
        user_agent -> Text,
        note -> Text,
        salt -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    preferences (org_id, member_id, channel, category) {
        org_id -> Uuid,
        member_id -> Uuid,
        channel -> ContactChannel,
        category -> Text,
        is_allowed -> Nullable<Bool>,
        basis -> Nullable<ConsentBasis>,
        expires_at -> Nullable<Timestamptz>,
        decided_at -> Nullable<Timestamptz>,
        record_id -> Nullable<Uuid>,
        frequency -> MessageFrequency,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    message_pauses (org_id, member_id) {
        org_id -> Uuid,
        member_id -> Uuid,
        quiet_from -> Nullable<Time>,
        quiet_to -> Nullable<Time>,
        paused_until -> Nullable<Timestamptz>,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    suppressions (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        channel -> ContactChannel,
        address_hash -> Binary,
        reason -> SuppressionReason,
        note -> Text,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        lifted_at -> Nullable<Timestamptz>,
        lifted_by -> Nullable<Uuid>,
        lift_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    segments (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        name -> Text,
        about -> Text,
        rule -> Jsonb,
        created_by -> Uuid,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    message_templates (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        name -> Text,
        channel -> TemplateChannel,
        purpose -> MessagePurpose,
        category -> Text,
        current_version -> Int4,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
        is_of_blocks -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    template_drafts (org_id, template_id) {
        org_id -> Uuid,
        template_id -> Uuid,
        draft -> Jsonb,
        kept_by -> Nullable<Uuid>,
        kept_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    template_versions (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        template_id -> Uuid,
        version -> Int4,
        purpose -> MessagePurpose,
        draft -> Jsonb,
        digest -> Bytea,
        note -> Text,
        made_by -> Nullable<Uuid>,
        made_at -> Timestamptz,
        blocks -> Nullable<Jsonb>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    block_drafts (org_id, template_id, member_id) {
        org_id -> Uuid,
        template_id -> Uuid,
        member_id -> Uuid,
        base -> Int4,
        revision -> Int4,
        tab -> Uuid,
        layout -> Nullable<Jsonb>,
        words -> Nullable<Jsonb>,
        past -> Jsonb,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    campaign_images (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        token -> Bytea,
        name -> Text,
        alt -> Text,
        decorates -> Bool,
        mime -> Text,
        size_bytes -> Int8,
        width -> Int4,
        height -> Int4,
        storage_key -> Text,
        thumb_key -> Text,
        uploaded_by -> Uuid,
        created_at -> Timestamptz,
        hidden_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    template_version_images (org_id, version_id, image_id) {
        org_id -> Uuid,
        version_id -> Uuid,
        image_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    campaign_counts (org_id, campaign_id, what) {
        org_id -> Uuid,
        campaign_id -> Uuid,
        what -> Text,
        amount -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    campaign_exclusions (org_id, campaign_id, member_id) {
        org_id -> Uuid,
        campaign_id -> Uuid,
        member_id -> Uuid,
        reason -> ExclusionReason,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    campaign_segments (org_id, campaign_id, segment_id) {
        org_id -> Uuid,
        campaign_id -> Uuid,
        segment_id -> Uuid,
        is_excluded -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    campaign_tests (org_id, campaign_id) {
        org_id -> Uuid,
        campaign_id -> Uuid,
        share -> Int2,
        hours -> Nullable<Int2>,
        decides_at -> Nullable<Timestamptz>,
        winner -> Nullable<Int2>,
        decided_at -> Nullable<Timestamptz>,
        decided_by -> Nullable<Uuid>,
        because -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    campaign_variants (org_id, campaign_id, number) {
        org_id -> Uuid,
        campaign_id -> Uuid,
        number -> Int2,
        template_id -> Nullable<Uuid>,
        version_id -> Nullable<Uuid>,
        subject -> Text,
        fill -> Jsonb,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    campaigns (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        name -> Text,
        channel -> TemplateChannel,
        state -> CampaignState,
        template_id -> Nullable<Uuid>,
        version_id -> Nullable<Uuid>,
        is_everyone -> Bool,
        fill -> Jsonb,
        from_name -> Text,
        reply_to -> Text,
        starts -> CampaignStart,
        starts_at -> Nullable<Timestamptz>,
        starts_local -> Nullable<Timestamp>,
        quiet_from -> Nullable<Time>,
        quiet_to -> Nullable<Time>,
        late_hours -> Int2,
        is_tracked -> Bool,
        in_doubt -> DoubtPolicy,
        revision -> Int4,
        created_by -> Uuid,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        launched_by -> Nullable<Uuid>,
        launched_at -> Nullable<Timestamptz>,
        needs_approval -> Bool,
        approved_by -> Nullable<Uuid>,
        approved_at -> Nullable<Timestamptz>,
        gathered_to -> Nullable<Uuid>,
        gathered_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        trouble -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    single_campaigns (org_id, campaign_id) {
        org_id -> Uuid,
        campaign_id -> Uuid,
        version_id -> Uuid,
        month -> Date,
        is_open -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    campaign_entries (org_id, campaign_id) {
        org_id -> Uuid,
        campaign_id -> Uuid,
        until -> Timestamptz,
        with_present -> Bool,
        present_at -> Nullable<Timestamptz>,
        looked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    delivery_values (org_id, delivery_id) {
        org_id -> Uuid,
        delivery_id -> Uuid,
        member_id -> Uuid,
        said -> Jsonb,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    deliveries (org_id, bucket, id) {
        org_id -> Uuid,
        bucket -> Date,
        id -> Uuid,
        campaign_id -> Uuid,
        member_id -> Uuid,
        channel -> TemplateChannel,
        address_hash -> Bytea,
        made_at -> Timestamptz,
        due_at -> Timestamptz,
        is_single -> Bool,
        variant -> Nullable<Int2>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    delivery_events (delivery_id, org_id, at, id) {
        org_id -> Uuid,
        at -> Timestamptz,
        id -> Uuid,
        delivery_id -> Uuid,
        campaign_id -> Uuid,
        kind -> DeliveryEventKind,
        detail -> Text,
        provider_ref -> Nullable<Text>,
        sha256 -> Nullable<Bytea>,
        link -> Nullable<Int2>,
        is_machine -> Bool,
        variant -> Nullable<Int2>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    message_providers (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        kind -> ProviderKind,
        name -> Text,
        settings -> Jsonb,
        secret -> Nullable<Bytea>,
        webhook_secret -> Nullable<Bytea>,
        from_name -> Text,
        from_address -> Text,
        connections -> Int2,
        per_second -> Nullable<Int4>,
        rank -> Int2,
        stopped_at -> Nullable<Timestamptz>,
        stopped_because -> Text,
        checked_at -> Nullable<Timestamptz>,
        check_said -> Text,
        created_by -> Uuid,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    sending_paces (org_id, provider_id, domain) {
        org_id -> Uuid,
        provider_id -> Uuid,
        domain -> Text,
        tokens -> Float8,
        counted_at -> Timestamptz,
        slowed_to -> Nullable<Float8>,
        slowed_at -> Nullable<Timestamptz>,
        said -> Text,
        rests_until -> Nullable<Timestamptz>,
        placed_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    return_mailboxes (org_id) {
        org_id -> Uuid,
        id -> Uuid,
        address -> Text,
        host -> Text,
        port -> Int4,
        security -> Text,
        user_name -> Text,
        secret -> Bytea,
        root -> Text,
        uid_validity -> Nullable<Int8>,
        last_uid -> Int8,
        due_at -> Timestamptz,
        read_at -> Nullable<Timestamptz>,
        failures -> Int2,
        trouble -> Text,
        paused_at -> Nullable<Timestamptz>,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    return_mails (org_id, sha256) {
        org_id -> Uuid,
        sha256 -> Bytea,
        kind -> Text,
        at -> Timestamptz,
        mailbox_id -> Uuid,
        uid_validity -> Int8,
        uid -> Int8,
        is_marked -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    phone_replies (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        number -> Text,
        body -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    provider_reports (org_id, provider_id, report_id) {
        org_id -> Uuid,
        provider_id -> Uuid,
        report_id -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    send_queue (org_id, delivery_id) {
        org_id -> Uuid,
        delivery_id -> Uuid,
        campaign_id -> Uuid,
        member_id -> Uuid,
        bucket -> Date,
        due_at -> Timestamptz,
        attempt -> Int2,
        lease_owner -> Nullable<Uuid>,
        leased_at -> Nullable<Timestamptz>,
        may_leave_doubt -> Bool,
        is_held -> Bool,
        variant -> Nullable<Int2>,
        winner -> Nullable<Int2>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    sending_workers (id) {
        id -> Uuid,
        seen_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    webhook_attempts (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        notice_id -> Uuid,
        at -> Timestamptz,
        took_ms -> Int4,
        status -> Nullable<Int2>,
        said -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    webhook_notices (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        webhook_id -> Uuid,
        kind -> Text,
        event_id -> Nullable<Uuid>,
        body -> Text,
        state -> WebhookNoticeState,
        attempts -> Int4,
        due_at -> Nullable<Timestamptz>,
        lease_until -> Nullable<Timestamptz>,
        give_up_at -> Timestamptz,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    webhooks (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        name -> Text,
        url -> Text,
        kinds -> Array<Text>,
        secret -> Nullable<Bytea>,
        former_secret -> Nullable<Bytea>,
        former_until -> Nullable<Timestamptz>,
        stopped_at -> Nullable<Timestamptz>,
        stopped_because -> Text,
        failing_since -> Nullable<Timestamptz>,
        failures -> Int4,
        rests_until -> Nullable<Timestamptz>,
        created_by -> Uuid,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::kernel::sql_types::*;

    knowledge_documents (org_id, id) {
        org_id -> Uuid,
        id -> Uuid,
        kind -> KnowledgeKind,
        title -> Text,
        language -> Text,
        tags -> Array<Text>,
        body -> Text,
        url -> Nullable<Text>,
        file_name -> Nullable<Text>,
        size_bytes -> Nullable<Int8>,
        storage_key -> Nullable<Text>,
        state -> ReadingState,
        failure -> Text,
        read_at -> Nullable<Timestamptz>,
        pages -> Nullable<Int4>,
        words -> Text,
        revision -> Int4,
        added_by -> Uuid,
        added_at -> Timestamptz,
        changed_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    knowledge_passages (org_id, document_id, number) {
        org_id -> Uuid,
        document_id -> Uuid,
        number -> Int4,
        heading -> Text,
        page -> Nullable<Int4>,
        text -> Text,
        source -> Text,
        language -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    suggestion_settings (org_id) {
        org_id -> Uuid,
        is_on -> Bool,
        uses_model -> Bool,
        days_open -> Int2,
        base_url -> Text,
        model -> Text,
        key_sealed -> Nullable<Bytea>,
        checked_at -> Nullable<Timestamptz>,
        check_said -> Text,
        changed_by -> Uuid,
        changed_at -> Timestamptz,
    }
}

diesel::joinable!(api_tokens -> organizations (org_id));
diesel::joinable!(attachments -> organizations (org_id));
diesel::joinable!(audit_entries -> organizations (org_id));
diesel::joinable!(broadcast_log -> organizations (org_id));
diesel::joinable!(broadcast_recipients -> organizations (org_id));
diesel::joinable!(broadcasts -> organizations (org_id));
diesel::joinable!(channel_memberships -> organizations (org_id));
diesel::joinable!(channels -> organizations (org_id));
diesel::joinable!(context_members -> organizations (org_id));
diesel::joinable!(contexts -> organizations (org_id));
diesel::joinable!(drafts -> organizations (org_id));
diesel::joinable!(event_deliveries -> organizations (org_id));
diesel::joinable!(events -> organizations (org_id));
diesel::joinable!(hidden_messages -> organizations (org_id));
diesel::joinable!(idempotency_keys -> organizations (org_id));
diesel::joinable!(invitations -> organizations (org_id));
diesel::joinable!(jobs -> organizations (org_id));
diesel::joinable!(member_roles -> organizations (org_id));
diesel::joinable!(members -> organizations (org_id));
diesel::joinable!(members -> users (user_id));
diesel::joinable!(mentions -> organizations (org_id));
diesel::joinable!(message_edits -> organizations (org_id));
diesel::joinable!(message_reports -> organizations (org_id));
diesel::joinable!(messages -> organizations (org_id));
diesel::joinable!(onboarding_dismissals -> organizations (org_id));
diesel::joinable!(one_time_links -> users (user_id));
diesel::joinable!(people_filters -> organizations (org_id));
diesel::joinable!(push_tokens -> organizations (org_id));
diesel::joinable!(reactions -> organizations (org_id));
diesel::joinable!(reading_undos -> organizations (org_id));
diesel::joinable!(recovery_codes -> users (user_id));
diesel::joinable!(sessions -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(library_assets, asset_versions, asset_media, mux_films);

diesel::allow_tables_to_appear_in_same_query!(consent_records, consent_texts, consent_evidence, members);

diesel::allow_tables_to_appear_in_same_query!(
    api_tokens,
    attachments,
    audit_entries,
    broadcast_log,
    broadcast_recipients,
    broadcasts,
    channel_memberships,
    channels,
    context_members,
    contexts,
    drafts,
    event_deliveries,
    events,
    hidden_messages,
    idempotency_keys,
    invitations,
    jobs,
    member_roles,
    members,
    mentions,
    message_edits,
    message_reports,
    messages,
    onboarding_dismissals,
    one_time_links,
    organizations,
    people_filters,
    push_tokens,
    reactions,
    reading_undos,
    recovery_codes,
    sessions,
    users,
    visitor_answers,
);

diesel::allow_tables_to_appear_in_same_query!(
    campaigns,
    campaign_segments,
    message_templates,
    segments,
    single_campaigns,
    campaign_entries
);

diesel::allow_tables_to_appear_in_same_query!(template_version_images, template_versions);
diesel::allow_tables_to_appear_in_same_query!(template_versions, message_templates);
diesel::allow_tables_to_appear_in_same_query!(template_version_images, message_templates);

diesel::allow_tables_to_appear_in_same_query!(journeys, journey_versions, journey_nodes, unlock_atoms);
