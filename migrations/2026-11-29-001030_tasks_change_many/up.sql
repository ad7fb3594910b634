-- A change of many tasks at once, and how they were, so that whoever made it can undo it for a day.
CREATE TABLE task_bulk_changes (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  made_by uuid NOT NULL,
  made_at timestamptz NOT NULL,
  undone_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, made_by) REFERENCES members (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('task_bulk_changes');
CREATE POLICY sight ON task_bulk_changes AS RESTRICTIVE FOR SELECT USING (made_by = (SELECT app.current_member()));

CREATE TABLE task_bulk_rows (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  change_id uuid NOT NULL,
  task_id uuid NOT NULL,
  status task_status NOT NULL,
  priority task_priority NOT NULL,
  due_on date,
  assignee_id uuid NOT NULL,
  blocked_reason text NOT NULL,
  -- What the change made of it; a task that was changed again since is not put back.
  version_after integer NOT NULL,
  PRIMARY KEY (org_id, change_id, task_id),
  FOREIGN KEY (org_id, change_id) REFERENCES task_bulk_changes (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, task_id) REFERENCES tasks (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, assignee_id) REFERENCES members (org_id, id)
);
SELECT app.protect('task_bulk_rows');
CREATE POLICY sight ON task_bulk_rows AS RESTRICTIVE FOR SELECT
  USING (EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_bulk_rows.org_id AND t.id = task_id)
    AND EXISTS (SELECT 1 FROM task_bulk_changes c WHERE c.org_id = task_bulk_rows.org_id AND c.id = change_id));
