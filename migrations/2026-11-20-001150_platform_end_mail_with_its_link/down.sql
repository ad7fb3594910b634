ALTER TABLE outbox_mails DROP COLUMN readable_until;
