DROP POLICY sight ON field_notes;
CREATE POLICY sight ON field_notes AS RESTRICTIVE FOR SELECT
  USING (app.sees_note(app.current_member(), id, member_id, author_id, visibility, case_id) OR app.is_erasing(member_id));
DROP FUNCTION app.is_abandoned(uuid, uuid, note_visibility);
DROP TRIGGER note_leaving ON members;
DROP FUNCTION app.note_leaving();
ALTER TABLE members DROP COLUMN left_at;
