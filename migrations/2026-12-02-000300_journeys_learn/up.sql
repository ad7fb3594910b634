-- Journeys: who learns what, how far they are, and what coaches decided for them. Whether a lesson is open is never kept: it is asked.

CREATE TYPE enrolment_state AS ENUM ('active', 'completed', 'left');
CREATE TYPE lesson_state AS ENUM ('open', 'started', 'submitted', 'returned', 'done');
CREATE TYPE lesson_act_kind AS ENUM ('unlock', 'approve', 'waive', 'revoke');
CREATE TYPE submission_state AS ENUM ('waiting', 'returned', 'approved');

-- A cohort on a journey, with a clock of its own.
CREATE TABLE cohort_journeys (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  context_id uuid NOT NULL,
  journey_id uuid NOT NULL,
  starts_on date NOT NULL,
  -- Where its days begin at midnight.
  zone text NOT NULL CONSTRAINT cohort_journeys_zone_length CHECK (char_length(zone) BETWEEN 1 AND 60),
  -- Required lessons a week that keep pace.
  pace smallint CONSTRAINT cohort_journeys_pace CHECK (pace BETWEEN 1 AND 100),
  paused_at timestamptz,
  -- Whole days of earlier pauses: what opens some days after the start opens that much later.
  paused_days integer NOT NULL DEFAULT 0 CONSTRAINT cohort_journeys_paused_days CHECK (paused_days >= 0),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (id, org_id),
  CONSTRAINT cohort_journeys_named UNIQUE (org_id, id),
  CONSTRAINT cohort_journeys_once UNIQUE (org_id, journey_id, context_id),
  FOREIGN KEY (org_id, context_id) REFERENCES contexts (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, journey_id) REFERENCES journeys (org_id, id) ON DELETE CASCADE
);
CREATE INDEX cohort_journeys_refer_context ON cohort_journeys (org_id, context_id);
SELECT app.protect('cohort_journeys');

CREATE TABLE journey_enrolments (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  journey_id uuid NOT NULL,
  -- Stays the same until the learner is moved.
  version_id uuid NOT NULL,
  cohort_id uuid,
  state enrolment_state NOT NULL DEFAULT 'active',
  zone text NOT NULL CONSTRAINT journey_enrolments_zone_length CHECK (char_length(zone) BETWEEN 1 AND 60),
  -- The first day of somebody without a cohort, or who joined it late.
  own_start date,
  enrolled_by uuid NOT NULL,
  enrolled_at timestamptz NOT NULL,
  -- How many lessons count in this version, and how many of them are done or waived.
  required integer NOT NULL CONSTRAINT journey_enrolments_required CHECK (required >= 0),
  done integer NOT NULL DEFAULT 0,
  last_at timestamptz,
  -- Where "Continue" leads.
  last_lesson uuid,
  completed_at timestamptz,
  left_at timestamptz,
  PRIMARY KEY (id, org_id),
  CONSTRAINT journey_enrolments_named UNIQUE (org_id, id),
  CONSTRAINT journey_enrolments_once UNIQUE (org_id, member_id, journey_id),
  CONSTRAINT journey_enrolments_within CHECK (done BETWEEN 0 AND required),
  CONSTRAINT journey_enrolments_completed CHECK (state <> 'completed' OR completed_at IS NOT NULL),
  CONSTRAINT journey_enrolments_left CHECK ((state = 'left') = (left_at IS NOT NULL)),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, journey_id) REFERENCES journeys (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, version_id) REFERENCES journey_versions (org_id, id),
  FOREIGN KEY (org_id, cohort_id) REFERENCES cohort_journeys (org_id, id),
  FOREIGN KEY (org_id, enrolled_by) REFERENCES members (org_id, id)
);
CREATE INDEX journey_enrolments_refer_journey ON journey_enrolments (org_id, journey_id, id);
CREATE INDEX journey_enrolments_refer_version ON journey_enrolments (org_id, version_id);
CREATE INDEX journey_enrolments_refer_cohort ON journey_enrolments (org_id, cohort_id);
CREATE INDEX journey_enrolments_refer_enrolled_by ON journey_enrolments (org_id, enrolled_by);
SELECT app.protect('journey_enrolments');

-- From which version to which, when and by whom.
CREATE TABLE enrolment_moves (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  enrolment_id uuid NOT NULL,
  from_version uuid NOT NULL,
  to_version uuid NOT NULL,
  moved_by uuid NOT NULL,
  moved_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, enrolment_id) REFERENCES journey_enrolments (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, from_version) REFERENCES journey_versions (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, to_version) REFERENCES journey_versions (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, moved_by) REFERENCES members (org_id, id)
);
CREATE INDEX enrolment_moves_refer_enrolment ON enrolment_moves (org_id, enrolment_id);
CREATE INDEX enrolment_moves_refer_from ON enrolment_moves (org_id, from_version);
CREATE INDEX enrolment_moves_refer_to ON enrolment_moves (org_id, to_version);
CREATE INDEX enrolment_moves_refer_moved_by ON enrolment_moves (org_id, moved_by);
SELECT app.protect_append_only('enrolment_moves');

-- Only what was touched has a row. `lesson` is a node's key, the same in every version.
CREATE TABLE lesson_progress (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  enrolment_id uuid NOT NULL,
  lesson uuid NOT NULL,
  state lesson_state NOT NULL DEFAULT 'open',
  -- Whether it counts in the learner's version.
  is_required boolean NOT NULL,
  -- The best, in percent.
  score smallint CONSTRAINT lesson_progress_score CHECK (score BETWEEN 0 AND 100),
  -- Seconds of a video that were played: what is sent twice or out of order counts once.
  watched int4multirange NOT NULL DEFAULT '{}',
  watched_at timestamptz,
  second integer CONSTRAINT lesson_progress_second CHECK (second >= 0),
  -- Where in a text they were.
  place text NOT NULL DEFAULT '' CONSTRAINT lesson_progress_place_length CHECK (char_length(place) <= 120),
  -- What they typed and did not send.
  draft jsonb,
  started_at timestamptz,
  done_at timestamptz,
  waived_at timestamptz,
  PRIMARY KEY (enrolment_id, lesson, org_id),
  CONSTRAINT lesson_progress_done CHECK ((state = 'done') = (done_at IS NOT NULL)),
  CONSTRAINT lesson_progress_started CHECK ((state = 'open') = (started_at IS NULL)),
  FOREIGN KEY (org_id, enrolment_id) REFERENCES journey_enrolments (org_id, id) ON DELETE CASCADE
);
CREATE INDEX lesson_progress_refer_enrolment ON lesson_progress (org_id, enrolment_id);
SELECT app.protect('lesson_progress');

-- What a coach decided about one learner and one node, with the reason. A revocation takes back what was decided before it.
CREATE TABLE lesson_acts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  enrolment_id uuid NOT NULL,
  node uuid NOT NULL,
  kind lesson_act_kind NOT NULL,
  reason text NOT NULL CONSTRAINT lesson_acts_reason_length CHECK (char_length(reason) BETWEEN 1 AND 500),
  acted_by uuid NOT NULL,
  acted_at timestamptz NOT NULL,
  expires_at timestamptz,
  PRIMARY KEY (enrolment_id, node, id, org_id),
  FOREIGN KEY (org_id, enrolment_id) REFERENCES journey_enrolments (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, acted_by) REFERENCES members (org_id, id)
);
CREATE INDEX lesson_acts_refer_enrolment ON lesson_acts (org_id, enrolment_id);
CREATE INDEX lesson_acts_refer_acted_by ON lesson_acts (org_id, acted_by);
SELECT app.protect_append_only('lesson_acts');

CREATE TABLE quiz_attempts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  enrolment_id uuid NOT NULL,
  lesson uuid NOT NULL,
  number smallint NOT NULL CONSTRAINT quiz_attempts_number CHECK (number > 0),
  -- Which questions, in which order: drawn once.
  questions jsonb NOT NULL,
  answers jsonb NOT NULL DEFAULT '{}',
  started_at timestamptz NOT NULL,
  submitted_at timestamptz,
  score smallint CONSTRAINT quiz_attempts_score CHECK (score BETWEEN 0 AND 100),
  PRIMARY KEY (enrolment_id, lesson, number, org_id),
  CONSTRAINT quiz_attempts_scored CHECK ((submitted_at IS NULL) = (score IS NULL)),
  FOREIGN KEY (org_id, enrolment_id) REFERENCES journey_enrolments (org_id, id) ON DELETE CASCADE
);
CREATE INDEX quiz_attempts_refer_enrolment ON quiz_attempts (org_id, enrolment_id);
CREATE UNIQUE INDEX quiz_attempts_one_open ON quiz_attempts (enrolment_id, lesson) WHERE submitted_at IS NULL;
SELECT app.protect('quiz_attempts');

-- What was handed in, version by version, and what the coach said to it.
CREATE TABLE lesson_submissions (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  enrolment_id uuid NOT NULL,
  lesson uuid NOT NULL,
  number smallint NOT NULL CONSTRAINT lesson_submissions_number CHECK (number > 0),
  body text NOT NULL CONSTRAINT lesson_submissions_body_length CHECK (char_length(body) BETWEEN 1 AND 50000),
  submitted_at timestamptz NOT NULL,
  -- A reflection is read by the coach and not approved.
  state submission_state NOT NULL DEFAULT 'waiting',
  comments text NOT NULL DEFAULT '' CONSTRAINT lesson_submissions_comments_length CHECK (char_length(comments) <= 10000),
  reviewed_by uuid,
  reviewed_at timestamptz,
  PRIMARY KEY (enrolment_id, lesson, number, org_id),
  CONSTRAINT lesson_submissions_named UNIQUE (org_id, id),
  CONSTRAINT lesson_submissions_reviewed CHECK ((state = 'waiting') = (reviewed_at IS NULL) AND (reviewed_at IS NULL) = (reviewed_by IS NULL)),
  FOREIGN KEY (org_id, enrolment_id) REFERENCES journey_enrolments (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, reviewed_by) REFERENCES members (org_id, id)
);
CREATE INDEX lesson_submissions_refer_enrolment ON lesson_submissions (org_id, enrolment_id);
CREATE INDEX lesson_submissions_refer_reviewed_by ON lesson_submissions (org_id, reviewed_by);
CREATE INDEX lesson_submissions_waiting ON lesson_submissions (org_id, submitted_at, id) WHERE state = 'waiting';
SELECT app.protect('lesson_submissions');

-- A learner's own notes; nobody else reads them.
CREATE TABLE lesson_notes (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  enrolment_id uuid NOT NULL,
  lesson uuid NOT NULL,
  -- Where in the video.
  second integer CONSTRAINT lesson_notes_second CHECK (second >= 0),
  body text NOT NULL CONSTRAINT lesson_notes_body_length CHECK (char_length(body) BETWEEN 1 AND 2000),
  written_at timestamptz NOT NULL,
  PRIMARY KEY (enrolment_id, lesson, id, org_id),
  FOREIGN KEY (org_id, enrolment_id) REFERENCES journey_enrolments (org_id, id) ON DELETE CASCADE
);
CREATE INDEX lesson_notes_refer_enrolment ON lesson_notes (org_id, enrolment_id);
SELECT app.protect('lesson_notes');

-- So many business days after a day: Saturdays and Sundays are none.
CREATE FUNCTION app.business_day(day date, days integer) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN days <= 0 THEN day ELSE day - greatest(extract(isodow FROM day)::integer - 5, 0) + days
    + 2 * ((least(extract(isodow FROM day)::integer, 5) - 1 + days) / 5) END
$$;
GRANT EXECUTE ON FUNCTION app.business_day(date, integer) TO waymark_app;

-- What was done stays done, a score never falls, and nothing that was played is forgotten; unless a coach took it back in writing.
CREATE FUNCTION app.keep_progress() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.done_at IS NOT NULL AND NEW.done_at IS DISTINCT FROM OLD.done_at)
     OR (OLD.waived_at IS NOT NULL AND NEW.waived_at IS NULL)
     OR (OLD.score IS NOT NULL AND (NEW.score IS NULL OR NEW.score < OLD.score))
     OR NOT NEW.watched @> OLD.watched
     OR (OLD.started_at IS NOT NULL AND NEW.started_at IS NULL) THEN
    IF NOT EXISTS (
      SELECT FROM lesson_acts
      WHERE enrolment_id = NEW.enrolment_id AND node = NEW.lesson AND kind = 'revoke'
        AND acted_at >= greatest(OLD.done_at, OLD.waived_at, OLD.started_at)
    ) THEN
      RAISE EXCEPTION 'progress does not fall back' USING ERRCODE = 'restrict_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER lesson_progress_kept BEFORE UPDATE ON lesson_progress FOR EACH ROW EXECUTE FUNCTION app.keep_progress();

-- The roll-up follows the rows, and follows nothing else.
CREATE FUNCTION app.count_progress() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before integer := 0;
  after integer := 0;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    before := (OLD.is_required AND (OLD.done_at IS NOT NULL OR OLD.waived_at IS NOT NULL))::integer;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    after := (NEW.is_required AND (NEW.done_at IS NOT NULL OR NEW.waived_at IS NOT NULL))::integer;
  END IF;
  IF before <> after THEN
    UPDATE journey_enrolments SET done = done + after - before
    WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.enrolment_id ELSE NEW.enrolment_id END;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER lesson_progress_counted AFTER INSERT OR DELETE OR UPDATE OF done_at, waived_at, is_required ON lesson_progress
  FOR EACH ROW EXECUTE FUNCTION app.count_progress();

CREATE FUNCTION app.keep_roll_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.done <> OLD.done AND pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'how many lessons are done is counted from the lessons' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER journey_enrolments_kept BEFORE UPDATE ON journey_enrolments FOR EACH ROW EXECUTE FUNCTION app.keep_roll_up();

-- An attempt that was handed in stays as it was, and so does what was handed in for review.
CREATE FUNCTION app.keep_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.submitted_at IS NOT NULL THEN
    RAISE EXCEPTION 'an attempt that was handed in does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER quiz_attempts_kept BEFORE UPDATE ON quiz_attempts FOR EACH ROW EXECUTE FUNCTION app.keep_attempt();

CREATE FUNCTION app.keep_submission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.body <> OLD.body OR NEW.submitted_at <> OLD.submitted_at OR (OLD.state <> 'waiting' AND NEW.state <> OLD.state) THEN
    RAISE EXCEPTION 'what was handed in does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER lesson_submissions_kept BEFORE UPDATE ON lesson_submissions FOR EACH ROW EXECUTE FUNCTION app.keep_submission();
