-- Cases and their teams, office holders, opening what one may not usually read, and the log of such reading.

CREATE TABLE cases (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  -- The organization's own number. Not unique: a refusal would tell of a case that the writer must not know.
  reference text NOT NULL CONSTRAINT cases_reference_length CHECK (char_length(reference) BETWEEN 1 AND 40),
  title text NOT NULL CONSTRAINT cases_title_length CHECK (char_length(title) BETWEEN 1 AND 200),
  opened_by uuid NOT NULL,
  opened_at timestamptz NOT NULL,
  closed_at timestamptz,
  outcome text NOT NULL DEFAULT '' CONSTRAINT cases_outcome_length CHECK (char_length(outcome) <= 500),
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, opened_by) REFERENCES members (org_id, id)
);
CREATE INDEX cases_by_member ON cases (org_id, member_id, id);

CREATE TABLE case_team (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  case_id uuid NOT NULL,
  member_id uuid NOT NULL,
  joined_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, case_id, member_id),
  FOREIGN KEY (org_id, case_id) REFERENCES cases (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX case_team_by_member ON case_team (org_id, member_id, case_id);
SELECT app.protect('case_team');

-- Who holds an office, such as president or chief steward, and from when until when.
CREATE TABLE officers (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  office text NOT NULL CONSTRAINT officers_office_length CHECK (char_length(office) BETWEEN 1 AND 80),
  effective_from timestamptz NOT NULL,
  effective_to timestamptz,
  appointed_by uuid NOT NULL,
  PRIMARY KEY (org_id, id),
  -- Whoever could appoint themselves could read everything.
  CONSTRAINT officers_not_by_oneself CHECK (appointed_by <> member_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, appointed_by) REFERENCES members (org_id, id)
);
CREATE INDEX officers_by_member ON officers (org_id, member_id);
SELECT app.protect('officers');

CREATE FUNCTION app.is_officer(who uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN EXISTS (SELECT 1 FROM officers o WHERE o.org_id = app.current_org() AND o.member_id = who
    AND o.effective_from <= app.moment() AND (o.effective_to IS NULL OR o.effective_to > app.moment()));
-- A case shows only to who still holds a role or an office in which people work on cases: taking that away is enough.
CREATE FUNCTION app.may_work_on_cases(who uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN app.may_look_after(who) OR app.is_officer(who);
GRANT EXECUTE ON FUNCTION app.is_officer(uuid), app.may_work_on_cases(uuid) TO waymark_app;

-- A case is seen by its team, never by whom it is about, and by nobody who is kept apart from that person.
CREATE FUNCTION app.sees_case(viewer uuid, which uuid, person uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN viewer IS NOT NULL AND viewer <> person
    AND EXISTS (SELECT 1 FROM case_team t WHERE t.org_id = app.current_org() AND t.case_id = which AND t.member_id = viewer)
    AND app.may_work_on_cases(viewer)
    AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = app.current_org() AND b.steward_id = viewer AND b.member_id = person);
GRANT EXECUTE ON FUNCTION app.sees_case(uuid, uuid, uuid) TO waymark_app;
SELECT app.protect('cases');
CREATE POLICY sight ON cases AS RESTRICTIVE FOR SELECT USING (app.sees_case(app.current_member(), id, member_id));

-- What lets a privacy officer read everything about one person for a while, and why.
CREATE TYPE opening_basis AS ENUM ('break_glass', 'subject_request');
CREATE TABLE sight_openings (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  officer_id uuid NOT NULL,
  member_id uuid NOT NULL,
  basis opening_basis NOT NULL,
  reason text NOT NULL CONSTRAINT sight_openings_reason_length CHECK (char_length(reason) BETWEEN 20 AND 500),
  opened_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  closed_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT sight_openings_not_oneself CHECK (officer_id <> member_id),
  CONSTRAINT sight_openings_break_glass_is_short CHECK (basis <> 'break_glass' OR expires_at <= opened_at + interval '60 minutes'),
  FOREIGN KEY (org_id, officer_id) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX sight_openings_of_officer ON sight_openings (org_id, officer_id, member_id);
CREATE INDEX sight_openings_about ON sight_openings (org_id, member_id, opened_at DESC);
SELECT app.protect('sight_openings');

CREATE FUNCTION app.has_opened(viewer uuid, person uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN EXISTS (
    SELECT 1 FROM sight_openings o
    JOIN member_roles r ON r.org_id = o.org_id AND r.member_id = o.officer_id AND r.role = 'privacy_officer'
    WHERE o.org_id = app.current_org() AND o.officer_id = viewer AND o.member_id = person
      AND o.closed_at IS NULL AND o.expires_at > app.moment());
GRANT EXECUTE ON FUNCTION app.has_opened(uuid, uuid) TO waymark_app;

-- Who read what is not read in the daily round, written in the transaction that reads. CJEU C-579/21 (Pankki S): the person is
-- owed when and why, as a rule not by whom.
CREATE TYPE read_purpose AS ENUM ('case', 'office', 'break_glass', 'subject_request', 'export');
CREATE TABLE note_reads (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- No foreign key: the log outlives the note.
  note_id uuid NOT NULL,
  member_id uuid NOT NULL,
  reader_id uuid NOT NULL,
  visibility note_visibility NOT NULL,
  purpose read_purpose NOT NULL,
  read_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, reader_id) REFERENCES members (org_id, id)
);
CREATE INDEX note_reads_by_time ON note_reads (org_id, read_at DESC, id DESC);
CREATE INDEX note_reads_of_note ON note_reads (org_id, note_id, read_at DESC);
SELECT app.protect_append_only('note_reads');

ALTER TABLE field_notes ADD COLUMN case_id uuid,
  ADD FOREIGN KEY (org_id, case_id) REFERENCES cases (org_id, id),
  ADD CONSTRAINT field_notes_case_level CHECK (visibility <> 'case' OR case_id IS NOT NULL);
CREATE INDEX field_notes_by_case ON field_notes (org_id, case_id, occurred_at DESC, id) WHERE case_id IS NOT NULL;
CREATE INDEX field_notes_of_officers ON field_notes (org_id, occurred_at DESC, id) WHERE visibility = 'officers';

-- THE rule of sight, with all its levels. What somebody sees in the daily round is one function, so that reading by an opening
-- can be told apart and noted.
DROP POLICY sight ON field_notes;
DROP POLICY sight ON note_revisions;
DROP FUNCTION app.sees_note(uuid, uuid, uuid, uuid, note_visibility);

CREATE FUNCTION app.sees_note_unaided(viewer uuid, note uuid, person uuid, author uuid, level note_visibility, which uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN viewer IS NOT NULL AND viewer <> person
    AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = app.current_org() AND b.steward_id = viewer AND b.member_id = person)
    AND CASE level
      WHEN 'team' THEN app.covers(viewer, person, app.moment())
      WHEN 'private' THEN viewer = author
        OR EXISTS (SELECT 1 FROM note_readers r WHERE r.org_id = app.current_org() AND r.note_id = note AND r.member_id = viewer)
      WHEN 'case' THEN EXISTS (SELECT 1 FROM case_team t WHERE t.org_id = app.current_org() AND t.case_id = which AND t.member_id = viewer)
        AND app.may_work_on_cases(viewer)
      WHEN 'officers' THEN app.is_officer(viewer)
      ELSE false
    END;
GRANT EXECUTE ON FUNCTION app.sees_note_unaided(uuid, uuid, uuid, uuid, note_visibility, uuid) TO waymark_app;

CREATE FUNCTION app.sees_note(viewer uuid, note uuid, person uuid, author uuid, level note_visibility, which uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN app.sees_note_unaided(viewer, note, person, author, level, which)
    OR (app.has_opened(viewer, person)
      AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = app.current_org() AND b.steward_id = viewer AND b.member_id = person));
GRANT EXECUTE ON FUNCTION app.sees_note(uuid, uuid, uuid, uuid, note_visibility, uuid) TO waymark_app;

CREATE POLICY sight ON field_notes AS RESTRICTIVE FOR SELECT
  USING (app.sees_note(app.current_member(), id, member_id, author_id, visibility, case_id));
-- What a note said while fewer people could read it stays with those.
CREATE POLICY sight ON note_revisions AS RESTRICTIVE FOR SELECT
  USING (EXISTS (SELECT 1 FROM field_notes n WHERE n.org_id = note_revisions.org_id AND n.id = note_id
    AND app.sees_note(app.current_member(), n.id, n.member_id, n.author_id, note_revisions.visibility, n.case_id)));
