-- Why a moderator paused someone's writing: that person reads it where the composer was.
ALTER TABLE channel_memberships
  ADD COLUMN silence_reason text NOT NULL DEFAULT '' CONSTRAINT channel_memberships_silence_reason CHECK (char_length(silence_reason) <= 300);

-- Why nothing may be deleted, and since when.
ALTER TABLE channels
  ADD COLUMN legal_hold_reason text NOT NULL DEFAULT '' CONSTRAINT channels_legal_hold_reason CHECK (char_length(legal_hold_reason) <= 300),
  ADD COLUMN legal_hold_since timestamptz;
CREATE INDEX channels_by_title ON channels (org_id, title, id);

-- When the author of a reported message has read what was decided about it.
ALTER TABLE message_reports ADD COLUMN notice_seen_at timestamptz;
CREATE INDEX message_reports_by_reporter ON message_reports (org_id, reporter_id, id DESC);
CREATE INDEX message_reports_handled ON message_reports (org_id, handled_at DESC, id DESC) WHERE handled_at IS NOT NULL;
CREATE INDEX message_reports_unnoticed ON message_reports (org_id, channel_id, seq) WHERE handled_at IS NOT NULL AND notice_seen_at IS NULL;

-- What a person asked the portal to make for them.
CREATE INDEX jobs_by_asker ON jobs (org_id, created_by, id DESC) WHERE created_by IS NOT NULL;
