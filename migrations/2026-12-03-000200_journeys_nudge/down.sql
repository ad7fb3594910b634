ALTER TABLE journey_enrolments DROP COLUMN no_nudges_until;
DROP TABLE journey_nudges;
DROP TYPE nudge_reason;
