-- People out of a file. Its rows are staged, compared with who is known, and only then taken over, batch by batch, so that a
-- hundred thousand are a few statements each and what was taken over can be taken back for a day.

CREATE TYPE import_state AS ENUM ('uploaded', 'checking', 'checked', 'running', 'stopped', 'done', 'undoing', 'undone');
CREATE TYPE import_verdict AS ENUM ('new', 'changed', 'unchanged', 'possible', 'wrong');
-- What happens with a row that is possibly about somebody who is known.
CREATE TYPE import_choice AS ENUM ('skip', 'same', 'new');

CREATE TABLE people_imports (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  file_name text NOT NULL,
  made_by uuid NOT NULL,
  made_at timestamptz NOT NULL,
  -- How the file was written, as found.
  encoding text NOT NULL,
  delimiter text NOT NULL,
  header text[] NOT NULL,
  -- The first rows, for choosing what each column is.
  sample jsonb NOT NULL DEFAULT '[]',
  total integer NOT NULL,
  -- What was chosen: the columns' meanings and what holds for the whole file.
  choices jsonb NOT NULL DEFAULT '{}',
  state import_state NOT NULL DEFAULT 'uploaded',
  job_id uuid,
  -- When the last of it was taken over: for a day from then on it can be taken back.
  applied_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, made_by) REFERENCES members (org_id, id)
);
CREATE INDEX people_imports_newest ON people_imports (org_id, made_at DESC, id DESC);
SELECT app.protect('people_imports');

CREATE TABLE import_rows (
  org_id uuid NOT NULL DEFAULT app.current_org(),
  import_id uuid NOT NULL,
  -- The line of the file it begins on.
  line integer NOT NULL,
  -- The id it gets when it becomes a new person: made once, so that a batch repeated makes nobody twice.
  fresh_id uuid NOT NULL,
  handle text NOT NULL,
  name text NOT NULL,
  email text,
  phone text,
  worksite text,
  department text,
  shift text,
  stage member_stage,
  joined_on date,
  locale text,
  -- One a line.
  tags text,
  fields jsonb NOT NULL DEFAULT '{}',
  worksite_id uuid,
  department_id uuid,
  shift_id uuid,
  -- Whom it is about, when somebody known: a suggestion until it is taken over, so no foreign key.
  member_id uuid,
  matched_by text NOT NULL DEFAULT '',
  verdict import_verdict,
  choice import_choice NOT NULL DEFAULT 'skip',
  problem text NOT NULL DEFAULT '',
  -- By field: how it was, how it is in the file.
  changes jsonb NOT NULL DEFAULT '{}',
  -- As what it was taken over.
  applied import_verdict,
  undone boolean NOT NULL DEFAULT false,
  PRIMARY KEY (org_id, import_id, line),
  FOREIGN KEY (org_id, import_id) REFERENCES people_imports (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('import_rows');

-- What the columns of a header row meant the last time.
CREATE TABLE import_mappings (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  -- SHA-256 of the header.
  header_hash bytea NOT NULL,
  choices jsonb NOT NULL,
  used_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, header_hash)
);
SELECT app.protect('import_mappings');
