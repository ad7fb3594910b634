-- Days for which a cohort had been paused before somebody joined it: their own clock never stood still for those.
ALTER TABLE journey_enrolments ADD COLUMN paused_before integer NOT NULL DEFAULT 0
  CONSTRAINT journey_enrolments_paused_before CHECK (paused_before >= 0);
