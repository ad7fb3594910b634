-- Where people work, what is known about reaching them, and who looks after them on which dates.

-- Exclusion constraints over ids and periods together. A trusted extension: the database's owner may make it.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- The acting member of the running transaction; null when the portal itself acts.
CREATE FUNCTION app.current_member() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.member_id', true), '')::uuid;
-- The present moment as the portal sees it, so that dates begin and end by one clock.
CREATE FUNCTION app.moment() RETURNS timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(nullif(current_setting('app.moment', true), '')::timestamptz, now());
GRANT EXECUTE ON FUNCTION app.current_member(), app.moment() TO waymark_app, waymark_system;

CREATE TABLE worksites (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL CONSTRAINT worksites_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
  sort_name text NOT NULL GENERATED ALWAYS AS (app.search_fold(name)) STORED,
  address text NOT NULL DEFAULT '' CONSTRAINT worksites_address_length CHECK (char_length(address) <= 300),
  created_at timestamptz NOT NULL DEFAULT now(),
  archived_at timestamptz,
  PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX worksites_name_taken ON worksites (org_id, lower(name)) WHERE archived_at IS NULL;
CREATE INDEX worksites_by_name ON worksites (org_id, sort_name, id);
SELECT app.protect('worksites');

CREATE TABLE departments (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  worksite_id uuid NOT NULL,
  name text NOT NULL CONSTRAINT departments_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
  PRIMARY KEY (org_id, id),
  CONSTRAINT departments_of_worksite UNIQUE (org_id, worksite_id, id),
  FOREIGN KEY (org_id, worksite_id) REFERENCES worksites (org_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX departments_name_taken ON departments (org_id, worksite_id, lower(name));
SELECT app.protect('departments');

-- Day, evening, night: the same words at every worksite of an organization.
CREATE TABLE shifts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL CONSTRAINT shifts_name_length CHECK (char_length(name) BETWEEN 1 AND 40),
  position integer NOT NULL DEFAULT 0,
  PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX shifts_name_taken ON shifts (org_id, lower(name));
SELECT app.protect('shifts');

-- How many people one steward is meant to look after, and which end of the support scale an organization reads as strong.
ALTER TABLE organizations ADD COLUMN people_per_steward integer NOT NULL DEFAULT 20
  CONSTRAINT organizations_ratio CHECK (people_per_steward BETWEEN 1 AND 1000);
ALTER TABLE organizations ADD COLUMN one_is_strong boolean NOT NULL DEFAULT true;

CREATE TYPE member_stage AS ENUM ('lead', 'member', 'former');
ALTER TABLE members ADD COLUMN stage member_stage NOT NULL DEFAULT 'member';
ALTER TABLE members ADD COLUMN worksite_id uuid;
ALTER TABLE members ADD COLUMN department_id uuid;
ALTER TABLE members ADD COLUMN shift_id uuid;
ALTER TABLE members ADD COLUMN joined_on date;
ALTER TABLE members ADD COLUMN legal_basis text NOT NULL DEFAULT 'membership'
  CONSTRAINT members_legal_basis CHECK (legal_basis IN ('membership', 'regular_contact', 'consent', 'legitimate_interest'));
ALTER TABLE members ADD COLUMN basis_noted_on date;
ALTER TABLE members ADD CONSTRAINT members_department_of_worksite CHECK (department_id IS NULL OR worksite_id IS NOT NULL);
ALTER TABLE members ADD FOREIGN KEY (org_id, worksite_id) REFERENCES worksites (org_id, id);
ALTER TABLE members ADD FOREIGN KEY (org_id, worksite_id, department_id) REFERENCES departments (org_id, worksite_id, id);
ALTER TABLE members ADD FOREIGN KEY (org_id, shift_id) REFERENCES shifts (org_id, id);
CREATE INDEX members_by_cell ON members (org_id, worksite_id, department_id, shift_id, id) WHERE worksite_id IS NOT NULL;

-- Ways to reach a person beside the address the portal's mail goes to.
CREATE TYPE contact_kind AS ENUM ('email', 'phone');
CREATE TABLE contact_points (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  kind contact_kind NOT NULL,
  -- An address, or a number in E.164.
  value text NOT NULL,
  label text NOT NULL DEFAULT '' CONSTRAINT contact_points_label_length CHECK (char_length(label) <= 40),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  CONSTRAINT contact_points_once UNIQUE (org_id, member_id, value),
  CONSTRAINT contact_points_shape CHECK (CASE kind WHEN 'phone' THEN value ~ '^\+[1-9][0-9]{6,14}$' ELSE value ~ '^[^@\s]+@[^@\s]+$' AND char_length(value) <= 254 END),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_points_by_value ON contact_points (org_id, value text_pattern_ops, member_id);
SELECT app.protect('contact_points');

-- Words put on people, for a while or for good.
CREATE TABLE tags (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL CONSTRAINT tags_name_length CHECK (char_length(name) BETWEEN 1 AND 40),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX tags_name_taken ON tags (org_id, lower(name));
SELECT app.protect('tags');

CREATE TABLE member_tags (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  tag_id uuid NOT NULL,
  added_by uuid,
  added_at timestamptz NOT NULL DEFAULT now(),
  expires_on date,
  PRIMARY KEY (org_id, member_id, tag_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, tag_id) REFERENCES tags (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, added_by) REFERENCES members (org_id, id)
);
CREATE INDEX member_tags_by_tag ON member_tags (org_id, tag_id, member_id);
SELECT app.protect('member_tags');

-- When a steward is away. While it lasts, what is theirs falls to whoever comes next; nothing is copied and nothing put back.
CREATE TABLE steward_leaves (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  steward_id uuid NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  CONSTRAINT steward_leaves_in_order CHECK (ends_at > starts_at),
  CONSTRAINT steward_leaves_apart EXCLUDE USING gist (org_id WITH =, steward_id WITH =, tstzrange(starts_at, ends_at) WITH &&),
  FOREIGN KEY (org_id, steward_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id)
);
SELECT app.protect('steward_leaves');

CREATE TYPE assignment_kind AS ENUM ('primary', 'backup', 'temporary', 'training');

-- Who looks after whom: one person, or everybody in a cell (a worksite, and in it perhaps a department, perhaps a shift).
CREATE TABLE steward_assignments (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  steward_id uuid NOT NULL,
  kind assignment_kind NOT NULL,
  member_id uuid,
  worksite_id uuid,
  department_id uuid,
  shift_id uuid,
  effective_from timestamptz NOT NULL,
  effective_to timestamptz,
  leave_id uuid,
  given_by uuid,
  given_at timestamptz NOT NULL DEFAULT now(),
  ended_by uuid,
  PRIMARY KEY (org_id, id),
  CONSTRAINT steward_assignments_reach CHECK ((member_id IS NULL) <> (worksite_id IS NULL)),
  CONSTRAINT steward_assignments_cell CHECK (worksite_id IS NOT NULL OR (department_id IS NULL AND shift_id IS NULL)),
  CONSTRAINT steward_assignments_in_order CHECK (effective_to > effective_from),
  CONSTRAINT steward_assignments_not_oneself CHECK (member_id IS DISTINCT FROM steward_id),
  -- Two primaries of one person, or of one cell, never at the same time.
  CONSTRAINT one_primary_of_a_person EXCLUDE USING gist
    (org_id WITH =, member_id WITH =, tstzrange(effective_from, effective_to) WITH &&) WHERE (kind = 'primary' AND member_id IS NOT NULL),
  CONSTRAINT one_primary_of_a_cell EXCLUDE USING gist
    (org_id WITH =, worksite_id WITH =, coalesce(department_id, '00000000-0000-0000-0000-000000000000'::uuid) WITH =,
     coalesce(shift_id, '00000000-0000-0000-0000-000000000000'::uuid) WITH =, tstzrange(effective_from, effective_to) WITH &&)
    WHERE (kind = 'primary' AND worksite_id IS NOT NULL),
  FOREIGN KEY (org_id, steward_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, worksite_id) REFERENCES worksites (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, worksite_id, department_id) REFERENCES departments (org_id, worksite_id, id),
  FOREIGN KEY (org_id, shift_id) REFERENCES shifts (org_id, id),
  FOREIGN KEY (org_id, leave_id) REFERENCES steward_leaves (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, given_by) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, ended_by) REFERENCES members (org_id, id)
);
CREATE INDEX steward_assignments_by_steward ON steward_assignments (org_id, steward_id);
CREATE INDEX steward_assignments_by_member ON steward_assignments (org_id, member_id) WHERE member_id IS NOT NULL;
CREATE INDEX steward_assignments_by_worksite ON steward_assignments (org_id, worksite_id) WHERE worksite_id IS NOT NULL;
SELECT app.protect('steward_assignments');

-- A person and a steward who must not meet here, because they are relatives, rivals or worse. Wins over every assignment.
CREATE TABLE steward_blocks (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  steward_id uuid NOT NULL,
  member_id uuid NOT NULL,
  reason text NOT NULL CONSTRAINT steward_blocks_reason_length CHECK (char_length(reason) BETWEEN 1 AND 300),
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, steward_id, member_id),
  FOREIGN KEY (org_id, steward_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id)
);
SELECT app.protect('steward_blocks');

-- The assignments in force at a moment that reach a person. `breadth` is 0 for the person alone, then the narrower cell first.
CREATE FUNCTION app.assignments_of(person uuid, moment timestamptz)
  RETURNS TABLE (assignment_id uuid, steward_id uuid, kind assignment_kind, breadth integer, since timestamptz, until timestamptz)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.id, a.steward_id, a.kind, 0, a.effective_from, a.effective_to
  FROM steward_assignments a
  WHERE a.org_id = app.current_org() AND a.member_id = person
    AND a.effective_from <= moment AND (a.effective_to IS NULL OR a.effective_to > moment)
  UNION ALL
  SELECT a.id, a.steward_id, a.kind,
         CASE WHEN a.department_id IS NOT NULL AND a.shift_id IS NOT NULL THEN 1 WHEN a.department_id IS NOT NULL THEN 2
              WHEN a.shift_id IS NOT NULL THEN 3 ELSE 4 END,
         a.effective_from, a.effective_to
  FROM members m
  JOIN steward_assignments a ON a.org_id = m.org_id AND a.worksite_id = m.worksite_id
  WHERE m.org_id = app.current_org() AND m.id = person AND a.steward_id <> person
    AND (a.department_id IS NULL OR a.department_id = m.department_id)
    AND (a.shift_id IS NULL OR a.shift_id = m.shift_id)
    AND a.effective_from <= moment AND (a.effective_to IS NULL OR a.effective_to > moment);
END;

-- Whether a steward is on leave at a moment.
CREATE FUNCTION app.is_away(steward uuid, moment timestamptz) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN EXISTS (SELECT 1 FROM steward_leaves l WHERE l.org_id = app.current_org() AND l.steward_id = steward
                 AND l.starts_at <= moment AND l.ends_at > moment);

-- Who a person's steward is at a moment: temporary before primary before backup, the narrower assignment first; who is away,
-- gone or blocked is passed over. Every question "whose is this now" is answered here.
CREATE FUNCTION app.steward_of(person uuid, moment timestamptz) RETURNS uuid
  LANGUAGE sql STABLE
  RETURN (
    SELECT a.steward_id
    FROM app.assignments_of(person, moment) a
    JOIN members s ON s.org_id = app.current_org() AND s.id = a.steward_id AND s.state = 'active'
    WHERE a.kind <> 'training' AND NOT app.is_away(a.steward_id, moment)
      AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = app.current_org() AND b.steward_id = a.steward_id AND b.member_id = person)
    ORDER BY CASE a.kind WHEN 'temporary' THEN 0 WHEN 'primary' THEN 1 ELSE 2 END, a.breadth, a.since DESC, a.assignment_id
    LIMIT 1);

-- Everybody whom a steward's assignments in force reach, with the strongest of them. Blocked pairs are left out.
CREATE FUNCTION app.people_of(steward uuid, moment timestamptz)
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

-- Whether a steward's assignments in force reach a person: what every sight of a person's record, notes and tasks starts from.
CREATE FUNCTION app.covers(steward uuid, person uuid, moment timestamptz) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN EXISTS (SELECT 1 FROM app.assignments_of(person, moment) a WHERE a.steward_id = steward)
    AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = app.current_org() AND b.steward_id = steward AND b.member_id = person);

GRANT EXECUTE ON FUNCTION app.assignments_of(uuid, timestamptz), app.is_away(uuid, timestamptz), app.steward_of(uuid, timestamptz),
  app.people_of(uuid, timestamptz), app.covers(uuid, uuid, timestamptz) TO waymark_app;
