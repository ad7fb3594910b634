DROP TABLE people_filters;
ALTER TABLE broadcast_recipients DROP COLUMN first_seen_at, DROP COLUMN surfaced_at;
