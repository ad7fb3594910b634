-- What belongs to a task: its steps, talk, history, time, who watches it; how it repeats and which case it refers to.

CREATE TYPE task_repeat AS ENUM ('day', 'week', 'month');

ALTER TABLE tasks ADD COLUMN reference text NOT NULL DEFAULT '' CONSTRAINT tasks_reference_length CHECK (char_length(reference) <= 60);
ALTER TABLE tasks ADD COLUMN estimate_minutes integer CONSTRAINT tasks_estimate CHECK (estimate_minutes BETWEEN 1 AND 60000);
ALTER TABLE tasks ADD COLUMN repeat_unit task_repeat;
ALTER TABLE tasks ADD COLUMN repeat_every integer NOT NULL DEFAULT 1 CONSTRAINT tasks_repeat_every CHECK (repeat_every BETWEEN 1 AND 99);
ALTER TABLE tasks ADD COLUMN repeat_until date;
-- The day of the month it began on: after the 28th of February comes the 31st of March again.
ALTER TABLE tasks ADD COLUMN repeat_day integer CONSTRAINT tasks_repeat_day CHECK (repeat_day BETWEEN 1 AND 31);
-- The first task of a series, and the number of this one in it: so that a next one is made once.
ALTER TABLE tasks ADD COLUMN series_id uuid;
ALTER TABLE tasks ADD COLUMN occurrence integer NOT NULL DEFAULT 1;
ALTER TABLE tasks ADD CONSTRAINT tasks_repeat_from_a_day CHECK (repeat_unit IS NULL OR (due_on IS NOT NULL AND series_id IS NOT NULL));
CREATE UNIQUE INDEX tasks_once_in_series ON tasks (org_id, series_id, occurrence) WHERE series_id IS NOT NULL;

CREATE TABLE task_items (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  task_id uuid NOT NULL,
  position integer NOT NULL,
  title text NOT NULL CONSTRAINT task_items_title_length CHECK (char_length(title) BETWEEN 1 AND 200),
  done_at timestamptz,
  done_by uuid,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, task_id) REFERENCES tasks (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, done_by) REFERENCES members (org_id, id)
);
CREATE INDEX task_items_by_task ON task_items (org_id, task_id, position, id);
SELECT app.protect('task_items');

CREATE TABLE task_watchers (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  task_id uuid NOT NULL,
  member_id uuid NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (org_id, task_id, member_id),
  FOREIGN KEY (org_id, task_id) REFERENCES tasks (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX task_watchers_by_member ON task_watchers (org_id, member_id, task_id);
SELECT app.protect('task_watchers');

-- Two levels: a comment, and the answers to it.
CREATE TABLE task_comments (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  task_id uuid NOT NULL,
  parent_id uuid,
  author_id uuid NOT NULL,
  body text NOT NULL CONSTRAINT task_comments_body_length CHECK (char_length(body) <= 4000),
  created_at timestamptz NOT NULL,
  edited_at timestamptz,
  deleted_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT task_comments_of_task UNIQUE (org_id, task_id, id),
  CONSTRAINT task_comments_deleted_is_empty CHECK ((deleted_at IS NOT NULL) = (body = '')),
  FOREIGN KEY (org_id, task_id) REFERENCES tasks (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, task_id, parent_id) REFERENCES task_comments (org_id, task_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, author_id) REFERENCES members (org_id, id)
);
CREATE INDEX task_comments_by_task ON task_comments (org_id, task_id, parent_id, id);
SELECT app.protect('task_comments');

CREATE TABLE task_mentions (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  task_id uuid NOT NULL,
  comment_id uuid NOT NULL,
  member_id uuid NOT NULL,
  seen_at timestamptz,
  PRIMARY KEY (org_id, comment_id, member_id),
  FOREIGN KEY (org_id, task_id, comment_id) REFERENCES task_comments (org_id, task_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX task_mentions_unseen ON task_mentions (org_id, member_id, comment_id) WHERE seen_at IS NULL;
SELECT app.protect('task_mentions');

-- What changed, word for word as it is shown: under the sight of the task, unlike the audit log.
CREATE TABLE task_changes (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  task_id uuid NOT NULL,
  made_at timestamptz NOT NULL,
  made_by uuid,
  what text NOT NULL CONSTRAINT task_changes_what CHECK (what IN (
    'created', 'title', 'details', 'status', 'due', 'priority', 'assignee', 'reference', 'estimate', 'repeat',
    'item_added', 'item_done', 'item_open', 'item_removed', 'spoken')),
  before text NOT NULL DEFAULT '',
  after text NOT NULL DEFAULT '',
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, task_id) REFERENCES tasks (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, made_by) REFERENCES members (org_id, id)
);
CREATE INDEX task_changes_by_task ON task_changes (org_id, task_id, id DESC);
SELECT app.protect_append_only('task_changes');

CREATE TABLE task_time_entries (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  task_id uuid NOT NULL,
  member_id uuid NOT NULL,
  worked_on date NOT NULL,
  minutes integer NOT NULL CONSTRAINT task_time_entries_minutes CHECK (minutes BETWEEN 1 AND 1440),
  note text NOT NULL DEFAULT '' CONSTRAINT task_time_entries_note_length CHECK (char_length(note) <= 200),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, task_id) REFERENCES tasks (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
CREATE INDEX task_time_entries_by_task ON task_time_entries (org_id, task_id, worked_on DESC, id DESC);
SELECT app.protect('task_time_entries');

-- Whatever belongs to a task is seen by who sees the task.
CREATE POLICY sight ON task_items AS RESTRICTIVE FOR SELECT
  USING (EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_items.org_id AND t.id = task_id));
CREATE POLICY sight ON task_watchers AS RESTRICTIVE FOR SELECT
  USING (EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_watchers.org_id AND t.id = task_id));
CREATE POLICY sight ON task_comments AS RESTRICTIVE FOR SELECT
  USING (EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_comments.org_id AND t.id = task_id));
CREATE POLICY sight ON task_mentions AS RESTRICTIVE FOR SELECT
  USING (EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_mentions.org_id AND t.id = task_id));
CREATE POLICY sight ON task_changes AS RESTRICTIVE FOR SELECT
  USING (EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_changes.org_id AND t.id = task_id));
CREATE POLICY sight ON task_time_entries AS RESTRICTIVE FOR SELECT
  USING (EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_time_entries.org_id AND t.id = task_id));
