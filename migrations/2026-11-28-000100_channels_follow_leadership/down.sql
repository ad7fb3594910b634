DROP INDEX attachments_unsent_by_person;
DROP INDEX messages_unread;
CREATE INDEX messages_unread ON messages (org_id, channel_id, seq) INCLUDE (author_id, mentions_all) WHERE deleted_at IS NULL;
-- Lines that tell of removals stay: what was written is not unwritten.
ALTER TABLE broadcast_log DROP CONSTRAINT broadcast_log_action,
  ADD CONSTRAINT broadcast_log_action CHECK (action IN ('created', 'sent', 'cancelled', 'nudged', 'removed'));
ALTER TABLE channel_memberships DROP COLUMN role_follows_context;
