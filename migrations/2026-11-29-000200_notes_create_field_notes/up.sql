-- Field notes: what stewards write about conversations with people, and who may read which.
--
-- The rule of sight is one function, and PostgreSQL itself asks it: a restrictive policy on the notes, so that a list, a count,
-- a search, an export or a forgotten condition can never show more than the page of the note would.

CREATE TYPE note_kind AS ENUM ('contact', 'grievance', 'organizing', 'meeting', 'personal', 'workplace');
CREATE TYPE note_visibility AS ENUM ('team', 'private', 'case', 'officers');
CREATE TYPE note_sentiment AS ENUM ('positive', 'neutral', 'negative', 'concerned', 'engaged', 'disengaged');

-- The key under which everything written about one person is encrypted, itself encrypted under the installation's secret.
-- Erasing a person is deleting it.
CREATE TABLE subject_keys (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  wrapped bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, member_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('subject_keys');

CREATE TABLE field_notes (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  -- Made by the writer's device, so that a note sent twice is one note.
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  author_id uuid NOT NULL,
  kind note_kind NOT NULL,
  visibility note_visibility NOT NULL,
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  -- Whether the person answered: an attempt is no contact.
  reached boolean NOT NULL DEFAULT true,
  -- The text under the person's key.
  sealed bytea NOT NULL,
  sentiment note_sentiment,
  engagement smallint CONSTRAINT field_notes_engagement CHECK (engagement BETWEEN 1 AND 5),
  -- 1 to 5, 5 the strongest whatever an organization shows it as.
  support smallint CONSTRAINT field_notes_support CHECK (support BETWEEN 1 AND 5),
  tags text[] NOT NULL DEFAULT '{}',
  follow_up_on date,
  version integer NOT NULL DEFAULT 1,
  edited_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT field_notes_not_oneself CHECK (member_id <> author_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, author_id) REFERENCES members (org_id, id)
);
CREATE INDEX field_notes_by_member ON field_notes (org_id, member_id, occurred_at DESC, id);
CREATE INDEX field_notes_by_author ON field_notes (org_id, author_id, occurred_at DESC, id);

-- That a note of this id was taken in, and from whom. It says nothing of the note, so that a device that sends again after the
-- writer lost sight of the person hears that all is well.
CREATE TABLE note_receipts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  author_id uuid NOT NULL,
  -- SHA-256 of what was sent: other words under the same id are a conflict, the same ones a repetition.
  sent_hash bytea NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, author_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('note_receipts');

-- People the author lets read a private note.
CREATE TABLE note_readers (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  note_id uuid NOT NULL,
  member_id uuid NOT NULL,
  PRIMARY KEY (org_id, note_id, member_id),
  FOREIGN KEY (org_id, note_id) REFERENCES field_notes (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('note_readers');

-- Earlier texts of a note that was changed, and the levels it had.
CREATE TABLE note_revisions (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  note_id uuid NOT NULL,
  version integer NOT NULL,
  sealed bytea NOT NULL,
  visibility note_visibility NOT NULL,
  replaced_by uuid NOT NULL,
  replaced_at timestamptz NOT NULL,
  reason text NOT NULL DEFAULT '',
  PRIMARY KEY (org_id, note_id, version),
  FOREIGN KEY (org_id, note_id) REFERENCES field_notes (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, replaced_by) REFERENCES members (org_id, id)
);
SELECT app.protect_append_only('note_revisions');

-- When somebody was last spoken with and last tried, kept with every note, so that a list of people need not read notes.
CREATE TABLE member_contacts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  last_reached_at timestamptz,
  last_tried_at timestamptz,
  PRIMARY KEY (org_id, member_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('member_contacts');

-- THE rule of sight. Nobody reads about themselves; a block wins over everything; being an admin gives nothing. The levels of
-- cases and officers have no readers until there are cases and officers.
CREATE FUNCTION app.sees_note(viewer uuid, note uuid, person uuid, author uuid, level note_visibility) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN viewer IS NOT NULL AND viewer <> person
    AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = app.current_org() AND b.steward_id = viewer AND b.member_id = person)
    AND CASE level
      WHEN 'team' THEN app.covers(viewer, person, app.moment())
      WHEN 'private' THEN viewer = author
        OR EXISTS (SELECT 1 FROM note_readers r WHERE r.org_id = app.current_org() AND r.note_id = note AND r.member_id = viewer)
      ELSE false
    END;
GRANT EXECUTE ON FUNCTION app.sees_note(uuid, uuid, uuid, uuid, note_visibility) TO waymark_app;

SELECT app.protect('field_notes');
CREATE POLICY sight ON field_notes AS RESTRICTIVE FOR SELECT
  USING (app.sees_note(app.current_member(), id, member_id, author_id, visibility));
CREATE POLICY sight ON note_revisions AS RESTRICTIVE FOR SELECT
  USING (EXISTS (SELECT 1 FROM field_notes n WHERE n.org_id = note_revisions.org_id AND n.id = note_id));
