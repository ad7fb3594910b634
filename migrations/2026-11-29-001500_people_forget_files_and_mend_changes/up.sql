-- That an import was forgotten, and that its file is gone, are facts of their own: an empty sample says neither. A file has an id
-- of its own, so that one sent a second time never takes the place of the first.
ALTER TABLE people_imports
  ADD COLUMN file_id uuid,
  ADD COLUMN file_gone_at timestamptz,
  ADD COLUMN forgotten_at timestamptz,
  -- When its rows were last compared with who is known: who came since is looked for again before a row becomes a new person.
  ADD COLUMN checked_at timestamptz;

-- Whom a row made: asked when rows are compared with who came since, and when somebody is erased.
CREATE INDEX import_rows_by_fresh ON import_rows (org_id, fresh_id);

-- Whose assignments a change moved, to whom, and from which moment on: what is still so is what can be taken back. The names are
-- asked for when a change is shown, so that none outlives its person here.
ALTER TABLE bulk_changes
  ADD COLUMN from_id uuid,
  ADD COLUMN to_id uuid,
  ADD COLUMN moment timestamptz,
  ADD CONSTRAINT bulk_changes_from FOREIGN KEY (org_id, from_id) REFERENCES members (org_id, id),
  ADD CONSTRAINT bulk_changes_to FOREIGN KEY (org_id, to_id) REFERENCES members (org_id, id);
