DROP TABLE bulk_items;
DROP TABLE bulk_changes;
DROP TYPE bulk_kind;
DROP TABLE member_filters;
ALTER TABLE members DROP COLUMN in_directory;
