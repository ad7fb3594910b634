ALTER TABLE jobs DROP COLUMN correlation_id;
