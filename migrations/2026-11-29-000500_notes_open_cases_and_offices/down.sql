DROP POLICY sight ON field_notes;
DROP POLICY sight ON note_revisions;
DROP FUNCTION app.sees_note(uuid, uuid, uuid, uuid, note_visibility, uuid);
DROP FUNCTION app.sees_note_unaided(uuid, uuid, uuid, uuid, note_visibility, uuid);
ALTER TABLE field_notes DROP COLUMN case_id;
DROP TABLE note_reads;
DROP TYPE read_purpose;
DROP FUNCTION app.has_opened(uuid, uuid);
DROP TABLE sight_openings;
DROP TYPE opening_basis;
DROP POLICY sight ON cases;
DROP FUNCTION app.sees_case(uuid, uuid, uuid);
DROP FUNCTION app.may_work_on_cases(uuid);
DROP FUNCTION app.is_officer(uuid);
DROP TABLE officers;
DROP TABLE case_team, cases;

CREATE FUNCTION app.sees_note(viewer uuid, note uuid, person uuid, author uuid, level note_visibility) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN viewer IS NOT NULL AND viewer <> person
    AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = app.current_org() AND b.steward_id = viewer AND b.member_id = person)
    AND CASE level
      WHEN 'team' THEN app.covers(viewer, person, app.moment())
      WHEN 'private' THEN viewer = author
        OR EXISTS (SELECT 1 FROM note_readers r WHERE r.org_id = app.current_org() AND r.note_id = note AND r.member_id = viewer)
      ELSE false
    END;
GRANT EXECUTE ON FUNCTION app.sees_note(uuid, uuid, uuid, uuid, note_visibility) TO waymark_app;
CREATE POLICY sight ON field_notes AS RESTRICTIVE FOR SELECT
  USING (app.sees_note(app.current_member(), id, member_id, author_id, visibility));
CREATE POLICY sight ON note_revisions AS RESTRICTIVE FOR SELECT
  USING (EXISTS (SELECT 1 FROM field_notes n WHERE n.org_id = note_revisions.org_id AND n.id = note_id)
    AND (visibility = 'team' OR replaced_by = app.current_member()));
