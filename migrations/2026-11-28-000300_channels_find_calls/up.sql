-- Calls of everyone are few; without an index of their own, counting them looks at everything somebody has not read.
CREATE INDEX messages_calls ON messages (org_id, channel_id, seq) WHERE mentions_all AND deleted_at IS NULL;
