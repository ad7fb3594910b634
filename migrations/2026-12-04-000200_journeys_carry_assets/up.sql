-- Journeys travel with what their lessons show.

-- Of the bytes that are stored: what comes again is known again. Nothing for files from before, until somebody asks.
ALTER TABLE asset_media ADD COLUMN sha256 bytea CONSTRAINT asset_media_sha256_length CHECK (octet_length(sha256) = 32);
CREATE INDEX asset_media_by_size ON asset_media (org_id, size_bytes);

CREATE TYPE journey_import_state AS ENUM ('working', 'done', 'stopped', 'failed');

-- An archive that is brought in by a job: what came of it stays to be read.
CREATE TABLE journey_imports (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  state journey_import_state NOT NULL DEFAULT 'working',
  -- What the journey is to be called; as the archive says when empty.
  title text NOT NULL CONSTRAINT journey_imports_title_length CHECK (char_length(title) <= 120),
  -- Whose it will be; the whole organization's without one.
  team_id uuid,
  file_name text NOT NULL CONSTRAINT journey_imports_file_name_length CHECK (char_length(file_name) BETWEEN 1 AND 255),
  -- Where the archive is until it is through.
  storage_key text,
  -- Never there: what the trigger that forgets bytes asks for.
  thumb_key text CONSTRAINT journey_imports_no_thumb CHECK (thumb_key IS NULL),
  job_id uuid NOT NULL,
  -- What became of each asset of the archive so far: an import that is taken up again does nothing twice.
  assets jsonb NOT NULL DEFAULT '{}',
  -- What was left out and why, in sentences.
  report text[] NOT NULL DEFAULT '{}',
  journey_id uuid,
  made_by uuid NOT NULL,
  made_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT journey_imports_finished CHECK ((state = 'working') = (finished_at IS NULL)),
  FOREIGN KEY (org_id, team_id) REFERENCES contexts (org_id, id),
  FOREIGN KEY (org_id, journey_id) REFERENCES journeys (org_id, id) ON DELETE SET NULL (journey_id),
  FOREIGN KEY (org_id, made_by) REFERENCES members (org_id, id)
);
CREATE INDEX journey_imports_refer_made_by ON journey_imports (org_id, made_by, id DESC);
CREATE INDEX journey_imports_refer_team ON journey_imports (org_id, team_id);
CREATE INDEX journey_imports_refer_journey ON journey_imports (org_id, journey_id);
SELECT app.protect('journey_imports');
CREATE TRIGGER journey_imports_forget_bytes AFTER DELETE ON journey_imports REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION app.forget_bytes();
