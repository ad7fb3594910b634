-- Journeys: what a coach builds of milestones and lessons. A draft is a version without a number; a version with one never changes.

CREATE TYPE lesson_kind AS ENUM ('text', 'video', 'file', 'link', 'quiz', 'reflection', 'assignment', 'checklist', 'live');
CREATE TYPE lesson_goal AS ENUM ('viewed', 'marked', 'watched', 'scored', 'submitted', 'approved', 'attended');
CREATE TYPE unlock_kind AS ENUM ('previous', 'done', 'score', 'at', 'until', 'elapsed', 'approval');
CREATE TYPE unlock_anchor AS ENUM ('enrolled', 'cohort_start', 'done');

CREATE TABLE journeys (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- The draft's title; learners read that of their version.
  title text NOT NULL CONSTRAINT journeys_title_length CHECK (char_length(title) BETWEEN 1 AND 120),
  -- Whose it is; the whole organization's without one.
  team_id uuid,
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  archived_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, team_id) REFERENCES contexts (org_id, id),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id)
);
CREATE INDEX journeys_refer_team ON journeys (org_id, team_id);
CREATE INDEX journeys_refer_created_by ON journeys (org_id, created_by);
CREATE INDEX journeys_by_change ON journeys (org_id, changed_at DESC, id DESC) WHERE archived_at IS NULL;
SELECT app.protect('journeys');

CREATE TABLE journey_versions (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  journey_id uuid NOT NULL,
  -- 1, 2, 3 … of published versions; nothing for the draft, of which each journey has one.
  number integer CONSTRAINT journey_versions_number CHECK (number > 0),
  title text NOT NULL CONSTRAINT journey_versions_title_length CHECK (char_length(title) BETWEEN 1 AND 120),
  summary text NOT NULL DEFAULT '' CONSTRAINT journey_versions_summary_length CHECK (char_length(summary) <= 2000),
  -- Milestones one after the other.
  in_order boolean NOT NULL DEFAULT true,
  -- Counts every change of a draft: who writes on an older one is told.
  revision integer NOT NULL DEFAULT 0,
  -- What changed, in the words of who published it.
  note text NOT NULL DEFAULT '' CONSTRAINT journey_versions_note_length CHECK (char_length(note) <= 500),
  -- How many lessons count.
  required integer NOT NULL DEFAULT 0 CONSTRAINT journey_versions_required CHECK (required >= 0),
  published_at timestamptz,
  published_by uuid,
  -- When a draft is to be published by itself.
  publish_at timestamptz,
  publish_by uuid,
  PRIMARY KEY (id, org_id),
  CONSTRAINT journey_versions_once UNIQUE (org_id, id),
  CONSTRAINT journey_versions_published CHECK ((number IS NULL) = (published_at IS NULL) AND (number IS NULL) = (published_by IS NULL)),
  FOREIGN KEY (org_id, journey_id) REFERENCES journeys (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, published_by) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, publish_by) REFERENCES members (org_id, id)
);
CREATE UNIQUE INDEX journey_versions_numbered ON journey_versions (org_id, journey_id, number) NULLS NOT DISTINCT;
CREATE INDEX journey_versions_refer_published_by ON journey_versions (org_id, published_by);
CREATE INDEX journey_versions_refer_publish_by ON journey_versions (org_id, publish_by);
CREATE INDEX journey_versions_due ON journey_versions (publish_at) WHERE publish_at IS NOT NULL;
SELECT app.protect('journey_versions');

CREATE TABLE journey_nodes (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  version_id uuid NOT NULL,
  -- The same from version to version: what learners did hangs on it.
  key uuid NOT NULL,
  -- The milestone of a lesson; nothing for a milestone.
  parent uuid,
  -- 0, 1, 2 … among its siblings, without gaps.
  position integer NOT NULL CONSTRAINT journey_nodes_position CHECK (position >= 0),
  title text NOT NULL CONSTRAINT journey_nodes_title_length CHECK (char_length(title) BETWEEN 1 AND 160),
  -- Nothing for a milestone.
  kind lesson_kind,
  -- A milestone's: its lessons one after the other.
  in_order boolean NOT NULL DEFAULT false,
  is_optional boolean NOT NULL DEFAULT false,
  goal lesson_goal,
  -- Percent watched or scored.
  goal_percent smallint CONSTRAINT journey_nodes_goal_percent CHECK (goal_percent BETWEEN 1 AND 100),
  -- How long it takes, about.
  minutes integer CONSTRAINT journey_nodes_minutes CHECK (minutes BETWEEN 1 AND 6000),
  -- Markdown.
  body text NOT NULL DEFAULT '' CONSTRAINT journey_nodes_body_length CHECK (char_length(body) <= 100000),
  asset_id uuid,
  content jsonb,
  PRIMARY KEY (version_id, key, org_id),
  CONSTRAINT journey_nodes_lesson CHECK ((kind IS NULL) = (parent IS NULL) AND (kind IS NULL) = (goal IS NULL)),
  CONSTRAINT journey_nodes_in_place UNIQUE NULLS NOT DISTINCT (version_id, parent, position) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (org_id, version_id) REFERENCES journey_versions (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (version_id, parent, org_id) REFERENCES journey_nodes (version_id, key, org_id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX journey_nodes_refer_version ON journey_nodes (org_id, version_id);
CREATE INDEX journey_nodes_by_asset ON journey_nodes (org_id, asset_id) WHERE asset_id IS NOT NULL;
SELECT app.protect('journey_nodes');

-- A node is open when every clause has an atom that holds.
CREATE TABLE unlock_atoms (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  version_id uuid NOT NULL,
  node uuid NOT NULL,
  clause smallint NOT NULL CONSTRAINT unlock_atoms_clause CHECK (clause BETWEEN 0 AND 31),
  place smallint NOT NULL CONSTRAINT unlock_atoms_place CHECK (place BETWEEN 0 AND 31),
  kind unlock_kind NOT NULL,
  -- The node it is about: done, score, and elapsed since one was done.
  argument uuid,
  -- Percent of score.
  percent smallint CONSTRAINT unlock_atoms_percent CHECK (percent BETWEEN 1 AND 100),
  at timestamptz,
  days integer CONSTRAINT unlock_atoms_days CHECK (days BETWEEN 0 AND 3650),
  is_business boolean NOT NULL DEFAULT false,
  anchor unlock_anchor,
  PRIMARY KEY (version_id, node, clause, place, org_id),
  FOREIGN KEY (version_id, node, org_id) REFERENCES journey_nodes (version_id, key, org_id) ON DELETE CASCADE,
  CONSTRAINT unlock_atoms_whole CHECK (
    CASE kind
      WHEN 'done' THEN argument IS NOT NULL
      WHEN 'score' THEN argument IS NOT NULL AND percent IS NOT NULL
      WHEN 'at' THEN at IS NOT NULL
      WHEN 'until' THEN at IS NOT NULL
      WHEN 'elapsed' THEN days IS NOT NULL AND anchor IS NOT NULL AND (anchor = 'done') = (argument IS NOT NULL)
      ELSE true
    END)
);
SELECT app.protect('unlock_atoms');

-- A version with a number does not change any more, nor does what it consists of. Whole versions go with their organization or journey, so
-- nothing here stands in the way of deletes; no statement of the portal deletes from a published version.
CREATE FUNCTION app.refuse_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Who published it may become somebody else when people are merged.
  IF OLD.number IS NOT NULL AND to_jsonb(NEW) - 'published_by' IS DISTINCT FROM to_jsonb(OLD) - 'published_by' THEN
    RAISE EXCEPTION 'a published version does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER journey_versions_frozen BEFORE UPDATE ON journey_versions
  FOR EACH ROW EXECUTE FUNCTION app.refuse_published_version();

CREATE FUNCTION app.refuse_published_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM journey_versions WHERE id = NEW.version_id AND number IS NOT NULL) THEN
    RAISE EXCEPTION 'a published version does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER journey_nodes_frozen BEFORE INSERT OR UPDATE ON journey_nodes
  FOR EACH ROW EXECUTE FUNCTION app.refuse_published_part();
CREATE TRIGGER unlock_atoms_frozen BEFORE INSERT OR UPDATE ON unlock_atoms
  FOR EACH ROW EXECUTE FUNCTION app.refuse_published_part();
