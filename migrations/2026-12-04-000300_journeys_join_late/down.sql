UPDATE journey_enrolments SET own_start = joined_late_on, paused_before = paused_when_joined WHERE joined_late_on IS NOT NULL;
ALTER TABLE journey_enrolments DROP COLUMN joined_late_on, DROP COLUMN paused_when_joined;
ALTER TABLE cohort_journeys DROP COLUMN late_rule;
DROP TYPE late_rule;
