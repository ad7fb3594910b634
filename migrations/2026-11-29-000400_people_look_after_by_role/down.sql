DROP POLICY sight ON note_revisions;
CREATE POLICY sight ON note_revisions AS RESTRICTIVE FOR SELECT
  USING (EXISTS (SELECT 1 FROM field_notes n WHERE n.org_id = note_revisions.org_id AND n.id = note_id));

DROP POLICY sight ON tasks;
DROP FUNCTION app.sees_task(uuid, uuid, uuid, uuid, boolean);
ALTER TABLE tasks DROP COLUMN is_private;
CREATE FUNCTION app.sees_task(viewer uuid, assignee uuid, maker uuid, person uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN viewer IS NOT NULL AND viewer IS DISTINCT FROM person
    AND CASE
      WHEN person IS NOT NULL THEN app.covers(viewer, person, app.moment())
      ELSE viewer = assignee OR viewer = maker
    END;
GRANT EXECUTE ON FUNCTION app.sees_task(uuid, uuid, uuid, uuid) TO waymark_app;
CREATE POLICY sight ON tasks AS RESTRICTIVE FOR SELECT
  USING (app.sees_task(app.current_member(), assignee_id, created_by, member_id));

CREATE OR REPLACE FUNCTION app.steward_of(person uuid, moment timestamptz) RETURNS uuid
  LANGUAGE sql STABLE
  RETURN (
    SELECT a.steward_id
    FROM app.assignments_of(person, moment) a
    JOIN members s ON s.org_id = app.current_org() AND s.id = a.steward_id AND s.state = 'active'
    WHERE a.kind <> 'training' AND NOT app.is_away(a.steward_id, moment)
      AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = app.current_org() AND b.steward_id = a.steward_id AND b.member_id = person)
    ORDER BY CASE a.kind WHEN 'temporary' THEN 0 WHEN 'primary' THEN 1 ELSE 2 END, a.breadth, a.since DESC, a.assignment_id
    LIMIT 1);

CREATE OR REPLACE FUNCTION app.people_of(steward uuid, moment timestamptz)
  RETURNS TABLE (member_id uuid, kind assignment_kind, until timestamptz)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH mine AS (
    SELECT a.* FROM steward_assignments a
    WHERE a.org_id = app.current_org() AND a.steward_id = steward
      AND a.effective_from <= moment AND (a.effective_to IS NULL OR a.effective_to > moment)
  ), reached AS (
    SELECT a.member_id, a.kind, a.effective_to FROM mine a WHERE a.member_id IS NOT NULL
    UNION ALL
    SELECT m.id, a.kind, a.effective_to
    FROM mine a
    JOIN members m ON m.org_id = a.org_id AND m.worksite_id = a.worksite_id
      AND (a.department_id IS NULL OR m.department_id = a.department_id)
      AND (a.shift_id IS NULL OR m.shift_id = a.shift_id)
    WHERE m.id <> steward
  )
  SELECT DISTINCT ON (r.member_id) r.member_id, r.kind, r.effective_to
  FROM reached r
  WHERE NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = app.current_org() AND b.steward_id = steward AND b.member_id = r.member_id)
  ORDER BY r.member_id, CASE r.kind WHEN 'temporary' THEN 0 WHEN 'primary' THEN 1 WHEN 'backup' THEN 2 ELSE 3 END, r.effective_to DESC NULLS FIRST;
END;

CREATE OR REPLACE FUNCTION app.covers(steward uuid, person uuid, moment timestamptz) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN EXISTS (SELECT 1 FROM app.assignments_of(person, moment) a WHERE a.steward_id = steward)
    AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = app.current_org() AND b.steward_id = steward AND b.member_id = person);

DROP FUNCTION app.may_look_after(uuid);
