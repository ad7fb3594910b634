DROP TABLE pushes;
DROP TYPE push_state;
ALTER TABLE notifications DROP COLUMN push_state, DROP COLUMN push_due_at, DROP COLUMN pushed_at, DROP COLUMN push_settled_at, DROP COLUMN push_reason;
DROP TYPE notification_push_state;
ALTER TABLE push_tokens DROP COLUMN public_key, DROP COLUMN auth, DROP COLUMN told_at, DROP COLUMN trouble;
