-- Two records of one person made one. The record that is given up stays for ninety days as a sign that points to the other, so
-- that old links lead there and the two can be parted again.
CREATE TABLE member_merges (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- Which record stays, and which was given up.
  kept_id uuid NOT NULL,
  given_up_id uuid NOT NULL,
  merged_by uuid NOT NULL,
  merged_at timestamptz NOT NULL,
  -- What the kept record said before, in the fields that changed, and what it says since.
  before jsonb NOT NULL,
  after jsonb NOT NULL,
  -- What moved, by table: the keys of its rows.
  moved jsonb NOT NULL,
  -- The state the record that was given up had.
  given_up_state member_state NOT NULL,
  parted_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT member_merges_two CHECK (kept_id <> given_up_id),
  FOREIGN KEY (org_id, kept_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, given_up_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, merged_by) REFERENCES members (org_id, id)
);
CREATE UNIQUE INDEX member_merges_open ON member_merges (org_id, given_up_id) WHERE parted_at IS NULL;
CREATE INDEX member_merges_by_kept ON member_merges (org_id, kept_id);
SELECT app.protect('member_merges');
