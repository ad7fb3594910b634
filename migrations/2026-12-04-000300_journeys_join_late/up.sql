-- Who joins a cohort after its first day: with the cohort, whose dates count, or from their own first day. What was so far is the second.

CREATE TYPE late_rule AS ENUM ('own_day', 'with_cohort');

ALTER TABLE cohort_journeys ADD COLUMN late_rule late_rule NOT NULL DEFAULT 'own_day';

-- What stays known of a late joiner whichever rule holds, so that a rule can be changed and changed back: the day they joined, and the days
-- the cohort had stood still by then. `own_start` and `paused_before` are what counts.
ALTER TABLE journey_enrolments
  ADD COLUMN joined_late_on date,
  ADD COLUMN paused_when_joined integer NOT NULL DEFAULT 0 CONSTRAINT journey_enrolments_paused_when_joined CHECK (paused_when_joined >= 0);
UPDATE journey_enrolments SET joined_late_on = own_start, paused_when_joined = paused_before WHERE cohort_id IS NOT NULL AND own_start IS NOT NULL;
ALTER TABLE journey_enrolments ADD CONSTRAINT journey_enrolments_late CHECK (joined_late_on IS NULL OR own_start IS NULL OR own_start = joined_late_on);
