DROP INDEX jobs_by_asker, message_reports_unnoticed, message_reports_handled, message_reports_by_reporter, channels_by_title;
ALTER TABLE message_reports DROP COLUMN notice_seen_at;
ALTER TABLE channels DROP COLUMN legal_hold_since, DROP COLUMN legal_hold_reason;
ALTER TABLE channel_memberships DROP COLUMN silence_reason;
