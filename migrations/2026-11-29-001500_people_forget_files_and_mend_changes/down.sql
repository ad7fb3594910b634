ALTER TABLE bulk_changes DROP COLUMN moment, DROP COLUMN to_id, DROP COLUMN from_id;
DROP INDEX import_rows_by_fresh;
ALTER TABLE people_imports DROP COLUMN checked_at, DROP COLUMN forgotten_at, DROP COLUMN file_gone_at, DROP COLUMN file_id;
