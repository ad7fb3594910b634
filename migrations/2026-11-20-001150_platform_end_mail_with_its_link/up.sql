-- A kept mail with a secret link is readable for as long as the link works, any other for thirty days.
ALTER TABLE outbox_mails ADD COLUMN readable_until timestamptz NOT NULL DEFAULT now() + interval '30 days';
UPDATE outbox_mails SET readable_until = created_at + interval '30 days';
CREATE INDEX outbox_mails_over ON outbox_mails (readable_until);
