-- Files on tasks, and reminders that start anew whenever somebody noted that they spoke with the person.

-- An id as the portal makes them (UUID version 7, RFC 9562 §5.7), for rows that triggers write.
CREATE FUNCTION app.fresh_id() RETURNS uuid LANGUAGE sql VOLATILE
  RETURN encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
      52, 1), 53, 1), 'hex')::uuid;
GRANT EXECUTE ON FUNCTION app.fresh_id() TO waymark_app, waymark_system;

CREATE TABLE task_files (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  task_id uuid NOT NULL,
  uploaded_by uuid NOT NULL,
  name text NOT NULL CONSTRAINT task_files_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
  mime text NOT NULL,
  size_bytes bigint NOT NULL,
  storage_key text NOT NULL,
  thumb_key text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, task_id) REFERENCES tasks (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, uploaded_by) REFERENCES members (org_id, id)
);
CREATE INDEX task_files_by_task ON task_files (org_id, task_id, created_at, id);
CREATE INDEX task_files_refer_uploaded_by ON task_files (org_id, uploaded_by);
SELECT app.protect('task_files');
CREATE POLICY sight ON task_files AS RESTRICTIVE FOR SELECT
  USING (EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_files.org_id AND t.id = task_id));
CREATE POLICY written_where_seen ON task_files AS RESTRICTIVE FOR INSERT
  WITH CHECK ((SELECT app.current_member()) IS NULL OR EXISTS (SELECT 1 FROM tasks t WHERE t.org_id = task_files.org_id AND t.id = task_id));

-- Rows go with their task, which goes with a note or a person; whatever takes them away, the bytes go too. Where the organization
-- itself goes there is nothing left to enqueue for.
CREATE FUNCTION app.forget_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO jobs (org_id, id, kind, args)
    SELECT g.org_id, app.fresh_id(), 'files.remove_bytes', jsonb_build_object('keys', jsonb_agg(k.key))
    FROM gone g CROSS JOIN LATERAL unnest(ARRAY[g.storage_key, g.thumb_key]) AS k (key)
    WHERE k.key IS NOT NULL AND EXISTS (SELECT 1 FROM organizations o WHERE o.id = g.org_id)
    GROUP BY g.org_id;
  RETURN NULL;
END $$;
CREATE TRIGGER task_files_forget_bytes AFTER DELETE ON task_files REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION app.forget_bytes();

-- A task about a person that repeats from the last conversation instead of from its own day.
ALTER TABLE tasks ADD COLUMN counts_from_contact boolean NOT NULL DEFAULT false;
ALTER TABLE tasks ADD CONSTRAINT tasks_count_from_contact_with_somebody CHECK (NOT counts_from_contact OR (member_id IS NOT NULL AND repeat_unit IS NOT NULL));
CREATE INDEX tasks_counting_from_contact ON tasks (org_id, member_id) WHERE counts_from_contact AND completed_at IS NULL;

ALTER TABLE task_changes DROP CONSTRAINT task_changes_what;
ALTER TABLE task_changes ADD CONSTRAINT task_changes_what CHECK (what IN (
  'created', 'title', 'details', 'status', 'due', 'priority', 'assignee', 'reference', 'estimate', 'repeat',
  'item_added', 'item_done', 'item_open', 'item_removed', 'spoken', 'anew', 'file_added', 'file_removed'));
