-- What was taken out of a draft, so that it can be brought back: a lesson, a milestone with its lessons, or a whole draft that another
-- version replaced.
CREATE TABLE journey_removals (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  journey_id uuid NOT NULL,
  removed_at timestamptz NOT NULL,
  title text NOT NULL,
  taken jsonb NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, journey_id) REFERENCES journeys (org_id, id) ON DELETE CASCADE
);
CREATE INDEX journey_removals_refer_journey ON journey_removals (org_id, journey_id, id);
SELECT app.protect('journey_removals');

COMMENT ON COLUMN journey_versions.revision IS
  'Counts changes of the shape of a draft: what is added, moved, renamed or removed. Two who write in the same lesson are told by its words.';
