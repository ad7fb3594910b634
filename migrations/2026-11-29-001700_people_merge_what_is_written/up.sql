-- Records about whom something is written can be merged: notes, tasks and cases become the kept person's. Nothing is opened for that.
-- A note stays sealed under the key of the record it was written about, which it names from then on.

ALTER TABLE field_notes ADD COLUMN sealed_for uuid;
ALTER TABLE field_notes ADD CONSTRAINT field_notes_sealed_for FOREIGN KEY (org_id, sealed_for) REFERENCES members (org_id, id);
-- The log of readings can't be changed, so it keeps the record it was written about even when that becomes another's.
ALTER TABLE note_reads DROP CONSTRAINT note_reads_org_id_member_id_fkey;
CREATE INDEX field_notes_by_key ON field_notes (org_id, sealed_for) WHERE sealed_for IS NOT NULL;

-- Whether an admin is just now making two records one, or two of one, and this is one of the two. The setting names both and lasts for
-- the transaction.
CREATE FUNCTION app.is_merging(person uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN person::text = ANY (string_to_array(nullif(current_setting('app.merging', true), ''), ' '))
    AND EXISTS (SELECT 1 FROM member_roles r WHERE r.org_id = app.current_org() AND r.member_id = app.current_member() AND r.role = 'admin');
GRANT EXECUTE ON FUNCTION app.is_merging(uuid) TO waymark_app;

DROP POLICY sight ON field_notes;
CREATE POLICY sight ON field_notes AS RESTRICTIVE FOR SELECT
  USING (app.sees_note(app.current_member(), id, member_id, author_id, visibility, case_id) OR app.is_erasing(member_id) OR app.is_merging(member_id)
    OR ((SELECT app.current_member()) IS NULL AND (SELECT current_setting('app.shredding', true)) = 'on' AND app.is_abandoned(author_id, member_id, visibility)));
DROP POLICY sight ON cases;
CREATE POLICY sight ON cases AS RESTRICTIVE FOR SELECT
  USING (app.sees_case(app.current_member(), id, member_id) OR app.is_gathering(app.current_member(), member_id) OR app.is_erasing(member_id)
    OR app.is_merging(member_id));
-- Asked once, not for each task: whose data this transaction gathers, erases or merges.
CREATE OR REPLACE FUNCTION app.laid_open() RETURNS SETOF uuid
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT o.member_id FROM sight_openings o WHERE o.org_id = app.current_org() AND o.officer_id = app.current_member() AND o.basis = 'subject_request'
    AND app.is_gathering(app.current_member(), o.member_id)
  UNION SELECT e.member_id FROM erasures e WHERE e.org_id = app.current_org() AND app.is_erasing(e.member_id)
  UNION SELECT p::uuid FROM unnest(string_to_array(nullif(current_setting('app.merging', true), ''), ' ')) p WHERE app.is_merging(p::uuid);
END;
