DROP TABLE push_tokens, reading_undos, hidden_messages, drafts, attachments, mentions, reactions, message_edits, messages, channel_memberships, channels;
DROP TYPE attachment_kind, notify_level, history_rule, join_rule, post_policy, channel_role, channel_type;
