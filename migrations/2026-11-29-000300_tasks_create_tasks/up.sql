-- Things to do: follow-ups of conversations, and whatever else has an owner and perhaps a day.

CREATE TYPE task_status AS ENUM ('pending', 'in_progress', 'blocked', 'completed', 'cancelled');
CREATE TYPE task_priority AS ENUM ('low', 'medium', 'high', 'urgent');

-- Who sees a task: whose it is and who made it; about a person only who looks after that person.
CREATE FUNCTION app.sees_task(viewer uuid, assignee uuid, maker uuid, person uuid) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN viewer IS NOT NULL AND viewer IS DISTINCT FROM person
    AND CASE
      WHEN person IS NOT NULL THEN app.covers(viewer, person, app.moment())
      ELSE viewer = assignee OR viewer = maker
    END;
GRANT EXECUTE ON FUNCTION app.sees_task(uuid, uuid, uuid, uuid) TO waymark_app;

CREATE TABLE tasks (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  title text NOT NULL CONSTRAINT tasks_title_length CHECK (char_length(title) BETWEEN 1 AND 200),
  details text NOT NULL DEFAULT '' CONSTRAINT tasks_details_length CHECK (char_length(details) <= 4000),
  status task_status NOT NULL DEFAULT 'pending',
  priority task_priority NOT NULL DEFAULT 'medium',
  due_on date,
  assignee_id uuid NOT NULL,
  member_id uuid,
  note_id uuid,
  -- Done by itself as soon as somebody logs that they spoke with the person.
  is_follow_up boolean NOT NULL DEFAULT false,
  blocked_reason text NOT NULL DEFAULT '' CONSTRAINT tasks_blocked_reason_length CHECK (char_length(blocked_reason) <= 300),
  created_by uuid,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  completed_at timestamptz,
  completed_by uuid,
  version integer NOT NULL DEFAULT 1,
  PRIMARY KEY (org_id, id),
  CONSTRAINT tasks_blocked_has_reason CHECK (status <> 'blocked' OR blocked_reason <> ''),
  CONSTRAINT tasks_completed_has_moment CHECK ((status = 'completed') = (completed_at IS NOT NULL)),
  CONSTRAINT tasks_follow_somebody CHECK (NOT is_follow_up OR member_id IS NOT NULL),
  FOREIGN KEY (org_id, assignee_id) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, note_id) REFERENCES field_notes (org_id, id) ON DELETE SET NULL (note_id),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, completed_by) REFERENCES members (org_id, id)
);
CREATE INDEX tasks_open_of_assignee ON tasks (org_id, assignee_id, due_on, id) WHERE completed_at IS NULL;
CREATE INDEX tasks_open_about ON tasks (org_id, member_id, due_on, id) WHERE completed_at IS NULL AND member_id IS NOT NULL;
CREATE INDEX tasks_by_member ON tasks (org_id, member_id, id) WHERE member_id IS NOT NULL;
SELECT app.protect('tasks');
CREATE POLICY sight ON tasks AS RESTRICTIVE FOR SELECT
  USING (app.sees_task(app.current_member(), assignee_id, created_by, member_id));

-- Whose a task is now: its assignee's, or while that one is on leave the steward's whom the person falls to.
CREATE FUNCTION app.task_falls_to(assignee uuid, person uuid, moment timestamptz) RETURNS uuid
  LANGUAGE sql STABLE
  RETURN CASE WHEN person IS NOT NULL AND (app.is_away(assignee, moment) OR NOT app.covers(assignee, person, moment))
              THEN coalesce(app.steward_of(person, moment), assignee) ELSE assignee END;
GRANT EXECUTE ON FUNCTION app.task_falls_to(uuid, uuid, timestamptz) TO waymark_app;
