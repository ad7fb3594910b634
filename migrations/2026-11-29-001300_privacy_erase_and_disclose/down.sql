DROP POLICY sight ON subject_request_items;
DROP FUNCTION app.sees_disclosure(uuid, uuid, uuid);
DROP TABLE subject_request_items, subject_requests;
DROP TYPE disclosure, subject_request_state;
DROP FUNCTION app.erase_mail(uuid), app.erase_audit_details(uuid);
DROP POLICY sight ON tasks;
CREATE POLICY sight ON tasks AS RESTRICTIVE FOR SELECT USING (
  (SELECT app.current_member()) IS NOT NULL AND (SELECT app.current_member()) IS DISTINCT FROM member_id
  AND CASE WHEN member_id IS NULL OR is_private THEN (SELECT app.current_member()) IN (assignee_id, created_by)
      ELSE EXISTS (SELECT 1 FROM app.people_of((SELECT app.current_member()), (SELECT app.moment())) p WHERE p.member_id = tasks.member_id) END);
DROP FUNCTION app.laid_open();
DROP POLICY sight ON cases;
CREATE POLICY sight ON cases AS RESTRICTIVE FOR SELECT USING (app.sees_case(app.current_member(), id, member_id));
DROP POLICY sight ON field_notes;
CREATE POLICY sight ON field_notes AS RESTRICTIVE FOR SELECT
  USING (app.sees_note(app.current_member(), id, member_id, author_id, visibility, case_id));
DROP FUNCTION app.is_gathering(uuid, uuid), app.is_erasing(uuid);
DROP TABLE erasures, legal_holds;
