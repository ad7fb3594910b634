ALTER TABLE journey_enrolments DROP COLUMN paused_before;
