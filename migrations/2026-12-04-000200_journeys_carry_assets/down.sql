DROP TABLE journey_imports;
DROP TYPE journey_import_state;
DROP INDEX asset_media_by_size;
ALTER TABLE asset_media DROP COLUMN sha256;
