ALTER TABLE tasks DROP CONSTRAINT tasks_org_id_note_id_fkey;
ALTER TABLE tasks ADD CONSTRAINT tasks_org_id_note_id_fkey FOREIGN KEY (org_id, note_id) REFERENCES field_notes (org_id, id) ON DELETE SET NULL (note_id);
DROP INDEX tasks_by_note;
DROP POLICY sight ON tasks;
CREATE POLICY sight ON tasks AS RESTRICTIVE FOR SELECT USING (((SELECT app.current_member()) IS NOT NULL AND (SELECT app.current_member()) IS DISTINCT FROM member_id
  AND CASE WHEN member_id IS NULL OR is_private THEN (SELECT app.current_member()) IN (assignee_id, created_by)
      ELSE EXISTS (SELECT 1 FROM app.people_of((SELECT app.current_member()), (SELECT app.moment())) p WHERE p.member_id = tasks.member_id) END) OR member_id IN (SELECT app.laid_open()));
DROP FUNCTION app.sees_task(uuid, uuid, uuid, uuid, boolean, uuid);
CREATE FUNCTION app.sees_task(viewer uuid, assignee uuid, maker uuid, person uuid, is_private boolean) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN viewer IS NOT NULL AND viewer IS DISTINCT FROM person
    AND CASE
      WHEN person IS NULL OR is_private THEN viewer = assignee OR viewer = maker
      ELSE app.covers(viewer, person, app.moment())
    END;
GRANT EXECUTE ON FUNCTION app.sees_task(uuid, uuid, uuid, uuid, boolean) TO waymark_app;
DROP FUNCTION app.sees_followed(uuid, uuid);
