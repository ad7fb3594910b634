DROP TABLE journey_removals;
COMMENT ON COLUMN journey_versions.revision IS NULL;
