-- The words of the enumeration stay: PostgreSQL does not take them out.
DROP TABLE asset_drafts;
ALTER TABLE asset_versions DROP COLUMN parts;
