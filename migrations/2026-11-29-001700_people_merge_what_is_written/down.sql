CREATE OR REPLACE FUNCTION app.laid_open() RETURNS SETOF uuid
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT o.member_id FROM sight_openings o WHERE o.org_id = app.current_org() AND o.officer_id = app.current_member() AND o.basis = 'subject_request'
    AND app.is_gathering(app.current_member(), o.member_id)
  UNION SELECT e.member_id FROM erasures e WHERE e.org_id = app.current_org() AND app.is_erasing(e.member_id);
END;
DROP POLICY sight ON cases;
CREATE POLICY sight ON cases AS RESTRICTIVE FOR SELECT
  USING (app.sees_case(app.current_member(), id, member_id) OR app.is_gathering(app.current_member(), member_id) OR app.is_erasing(member_id));
DROP POLICY sight ON field_notes;
CREATE POLICY sight ON field_notes AS RESTRICTIVE FOR SELECT
  USING (app.sees_note(app.current_member(), id, member_id, author_id, visibility, case_id) OR app.is_erasing(member_id)
    OR ((SELECT app.current_member()) IS NULL AND (SELECT current_setting('app.shredding', true)) = 'on' AND app.is_abandoned(author_id, member_id, visibility)));
DROP FUNCTION app.is_merging(uuid);
ALTER TABLE field_notes DROP COLUMN sealed_for;
ALTER TABLE note_reads ADD FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE;
