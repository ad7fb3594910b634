-- `seen_at` empties again when a person is nudged, because it says what waits in the inbox. What the sender counts as seen
-- is the first time, and the inbox is ordered by when a broadcast last came up.
ALTER TABLE broadcast_recipients
  ADD COLUMN first_seen_at timestamptz,
  ADD COLUMN surfaced_at timestamptz NOT NULL DEFAULT now();
UPDATE broadcast_recipients SET first_seen_at = seen_at, surfaced_at = coalesce(nudged_at, delivered_at);

-- Audiences with a name: everyone who may send in the same role can use them again.
CREATE TABLE people_filters (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL CONSTRAINT people_filters_name_length CHECK (char_length(name) BETWEEN 1 AND 60),
  shared_with member_role NOT NULL,
  rule jsonb NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id)
);
CREATE UNIQUE INDEX people_filters_name_taken ON people_filters (org_id, shared_with, lower(name));
SELECT app.protect('people_filters');
