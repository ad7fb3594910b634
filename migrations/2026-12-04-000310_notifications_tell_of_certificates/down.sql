-- The word of the enumeration stays: PostgreSQL does not take it out, and nothing else names it.
DELETE FROM notifications WHERE path <> '';
ALTER TABLE notifications DROP COLUMN title, DROP COLUMN path, DROP COLUMN seen_at, DROP COLUMN gone_at;
