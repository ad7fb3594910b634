ALTER TABLE organizations DROP COLUMN people_exporters;
