REVOKE UPDATE ON outbox_mails FROM waymark_system;
DROP INDEX outbox_mails_leaving;
ALTER TABLE outbox_mails
  DROP COLUMN lane,
  DROP COLUMN leaves_at,
  DROP COLUMN attempt,
  DROP COLUMN is_secret,
  DROP COLUMN left_at,
  DROP COLUMN left_through,
  DROP COLUMN trouble;
DROP TYPE letter_lane;
