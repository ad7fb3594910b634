-- What a sponsor was last shown of a journey. It is shown again until enough people joined, left or got further, so that two views that
-- stand before and after one person can't be compared.
CREATE TABLE sponsored_views (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  journey_id uuid NOT NULL,
  -- The sponsor. No reference: who is taken out and put in again is not shown anew what differs by one.
  reader uuid NOT NULL,
  taken_at timestamptz NOT NULL,
  -- Which figures, and of whom: enrolments by id, each with its cohort and how far it was.
  shown jsonb NOT NULL,
  people jsonb NOT NULL,
  PRIMARY KEY (org_id, journey_id, reader),
  FOREIGN KEY (org_id, journey_id) REFERENCES journeys (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('sponsored_views');
