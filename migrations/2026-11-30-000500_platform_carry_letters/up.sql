-- Letters of the portal leave: an invitation that nobody gets invites nobody.

-- Which of them are waited for, and which may come a moment later.
CREATE TYPE letter_lane AS ENUM ('prompt', 'notice');

ALTER TABLE outbox_mails
  ADD COLUMN lane letter_lane NOT NULL DEFAULT 'prompt',
  -- When it is tried next; none for what is kept here, has left, or was given up.
  ADD COLUMN leaves_at timestamptz,
  ADD COLUMN attempt smallint NOT NULL DEFAULT 0,
  -- Whether it holds a secret, such as a link that sets a password: then it is forgotten when it has left.
  ADD COLUMN is_secret boolean NOT NULL DEFAULT false,
  ADD COLUMN left_at timestamptz,
  -- The name of what took it.
  ADD COLUMN left_through text NOT NULL DEFAULT '',
  -- Why it has not left.
  ADD COLUMN trouble text NOT NULL DEFAULT '' CONSTRAINT outbox_mails_trouble_length CHECK (char_length(trouble) <= 600);
CREATE INDEX outbox_mails_leaving ON outbox_mails (lane, leaves_at) WHERE leaves_at IS NOT NULL;
GRANT UPDATE ON outbox_mails TO waymark_system;
