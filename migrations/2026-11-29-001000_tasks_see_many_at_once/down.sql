DROP INDEX tasks_by_maker;
DROP INDEX tasks_by_assignee;
DROP POLICY sight ON tasks;
CREATE POLICY sight ON tasks AS RESTRICTIVE FOR SELECT
  USING (app.sees_task(app.current_member(), assignee_id, created_by, member_id, is_private));
