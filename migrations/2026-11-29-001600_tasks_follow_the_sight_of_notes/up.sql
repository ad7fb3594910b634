-- What follows a note is seen by whose it is and who made it, and by them only as long as they may read the note: who left the
-- case team or the office, or is kept apart from the person, has no business with the next step either.

-- Whether what follows a note may be seen. A function, so that the planner looks for one note a task instead of reading them all.
CREATE FUNCTION app.sees_followed(viewer uuid, note uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN EXISTS (SELECT 1 FROM field_notes n WHERE n.org_id = app.current_org() AND n.id = note
    AND app.sees_note_unaided(viewer, n.id, n.member_id, n.author_id, n.visibility, n.case_id));
GRANT EXECUTE ON FUNCTION app.sees_followed(uuid, uuid) TO waymark_app;

DROP FUNCTION app.sees_task(uuid, uuid, uuid, uuid, boolean);
CREATE FUNCTION app.sees_task(viewer uuid, assignee uuid, maker uuid, person uuid, is_private boolean, note uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN viewer IS NOT NULL AND viewer IS DISTINCT FROM person
    AND CASE
      WHEN person IS NULL THEN viewer = assignee OR viewer = maker
      WHEN is_private THEN (viewer = assignee OR viewer = maker)
        AND CASE WHEN note IS NULL THEN app.covers(viewer, person, app.moment()) ELSE app.sees_followed(viewer, note) END
      ELSE app.covers(viewer, person, app.moment())
    END;
GRANT EXECUTE ON FUNCTION app.sees_task(uuid, uuid, uuid, uuid, boolean, uuid) TO waymark_app;

-- The same rule, asked once for the people a steward looks after; a test holds both to the same answers. Besides, whose data is
-- gathered or erased, and what nobody is left to see while the portal shreds.
DROP POLICY sight ON tasks;
CREATE POLICY sight ON tasks AS RESTRICTIVE FOR SELECT USING (
  ((SELECT app.current_member()) IS NOT NULL AND (SELECT app.current_member()) IS DISTINCT FROM member_id
    AND CASE
      WHEN member_id IS NULL THEN (SELECT app.current_member()) IN (assignee_id, created_by)
      WHEN is_private THEN (SELECT app.current_member()) IN (assignee_id, created_by)
        AND CASE WHEN note_id IS NULL THEN app.covers((SELECT app.current_member()), member_id, (SELECT app.moment()))
            ELSE app.sees_followed((SELECT app.current_member()), note_id) END
      ELSE EXISTS (SELECT 1 FROM app.people_of((SELECT app.current_member()), (SELECT app.moment())) p WHERE p.member_id = tasks.member_id)
    END)
  OR member_id IN (SELECT app.laid_open())
  OR ((SELECT app.current_member()) IS NULL AND (SELECT current_setting('app.shredding', true)) = 'on'
    AND is_private AND app.is_abandoned(created_by, member_id, 'private') AND app.is_abandoned(assignee_id, member_id, 'private')));

-- What follows a note goes with it.
CREATE INDEX tasks_by_note ON tasks (org_id, note_id) WHERE note_id IS NOT NULL;
ALTER TABLE tasks DROP CONSTRAINT tasks_org_id_note_id_fkey;
ALTER TABLE tasks ADD CONSTRAINT tasks_org_id_note_id_fkey FOREIGN KEY (org_id, note_id) REFERENCES field_notes (org_id, id) ON DELETE CASCADE;

-- Notes whose level was raised before this left their follow-ups open to the team, and notes that were shredded left theirs behind.
ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY;
ALTER TABLE field_notes NO FORCE ROW LEVEL SECURITY;
UPDATE tasks t SET is_private = true FROM field_notes n WHERE n.org_id = t.org_id AND n.id = t.note_id AND n.visibility <> 'team' AND NOT t.is_private;
DELETE FROM tasks WHERE is_private AND is_follow_up AND note_id IS NULL;
ALTER TABLE field_notes FORCE ROW LEVEL SECURITY;
ALTER TABLE tasks FORCE ROW LEVEL SECURITY;
