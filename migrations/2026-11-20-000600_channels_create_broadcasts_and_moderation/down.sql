DROP TABLE message_reports;
ALTER TABLE messages DROP CONSTRAINT messages_broadcast;
DROP TABLE broadcast_log, broadcast_recipients, broadcasts;
DROP TYPE report_outcome, report_reason, audience_kind, broadcast_state;
