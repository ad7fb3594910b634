DROP POLICY sight ON unplaced_notes;
CREATE POLICY sight ON unplaced_notes AS RESTRICTIVE FOR SELECT USING (author_id = app.current_member());
DROP FUNCTION app.left_long_ago(uuid);
