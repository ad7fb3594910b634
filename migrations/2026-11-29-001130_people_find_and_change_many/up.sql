-- Finding people by what their records say, keeping such filters, and changing many at once with a day to take it back.

-- Who is not a member yet is no entry of the directory that every member reads. A column of its own, because an index or a
-- barrier of row-level security takes a boolean where it would not take a comparison of enums.
ALTER TABLE members ADD COLUMN in_directory boolean NOT NULL GENERATED ALWAYS AS (stage <> 'lead') STORED;

CREATE INDEX members_beside_directory ON members (org_id, id) WHERE NOT in_directory;

CREATE TABLE member_filters (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL CONSTRAINT member_filters_name_length CHECK (char_length(name) BETWEEN 1 AND 60),
  -- What is filtered by, as the address has it. Whom it finds is decided by who looks.
  rule jsonb NOT NULL,
  owner_id uuid NOT NULL,
  -- Everybody with this role finds it too; null for the owner alone.
  shared_with member_role,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, owner_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX member_filters_by_owner ON member_filters (org_id, owner_id);
SELECT app.protect('member_filters');

CREATE TYPE bulk_kind AS ENUM ('assign', 'tag', 'reassign');
CREATE TABLE bulk_changes (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  kind bulk_kind NOT NULL,
  made_by uuid NOT NULL,
  made_at timestamptz NOT NULL,
  -- What was done, in words that name no person it was done to.
  words text NOT NULL,
  affected integer NOT NULL,
  skipped integer NOT NULL,
  undone_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, made_by) REFERENCES members (org_id, id)
);
CREATE INDEX bulk_changes_newest ON bulk_changes (org_id, made_at DESC, id DESC);
SELECT app.protect('bulk_changes');

-- What one change did, thing by thing, so that it can be taken back.
CREATE TABLE bulk_items (
  org_id uuid NOT NULL DEFAULT app.current_org(),
  bulk_id uuid NOT NULL,
  position integer NOT NULL,
  -- Who got a tag, and which.
  member_id uuid,
  tag_id uuid,
  -- The assignment that was made, or handed over before it began.
  assignment_id uuid,
  -- The assignment that ended for it, and the end it had before.
  replaced_id uuid,
  replaced_to timestamptz,
  moved_from uuid,
  PRIMARY KEY (org_id, bulk_id, position),
  FOREIGN KEY (org_id, bulk_id) REFERENCES bulk_changes (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('bulk_items');
