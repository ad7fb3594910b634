-- What another part of the portal has to tell somebody: that they were given a certificate.

ALTER TYPE notification_kind ADD VALUE 'certificate';

ALTER TABLE notifications
  -- What it is called and where it is; empty for messages and broadcasts, which are asked themselves.
  ADD COLUMN title text NOT NULL DEFAULT '' CONSTRAINT notifications_title_length CHECK (char_length(title) <= 200),
  ADD COLUMN path text NOT NULL DEFAULT '' CONSTRAINT notifications_path CHECK (path = '' OR (path LIKE '/%' AND char_length(path) <= 300)),
  -- When they saw it there, and when it was taken back.
  ADD COLUMN seen_at timestamptz,
  ADD COLUMN gone_at timestamptz;
