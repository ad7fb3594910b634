-- The figures of a version that too many people learn for counting them while somebody waits, as they were counted last: of everybody, or of
-- one cohort. They can be counted anew at any time.
CREATE TABLE journey_figures (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  version_id uuid NOT NULL,
  cohort_id uuid,
  whose uuid NOT NULL GENERATED ALWAYS AS (coalesce(cohort_id, version_id)) STORED,
  counted_at timestamptz NOT NULL,
  figures jsonb NOT NULL,
  PRIMARY KEY (org_id, version_id, whose),
  FOREIGN KEY (org_id, version_id) REFERENCES journey_versions (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, cohort_id) REFERENCES cohort_journeys (org_id, id) ON DELETE CASCADE
);
CREATE INDEX journey_figures_refer_cohort ON journey_figures (org_id, cohort_id);
SELECT app.protect('journey_figures');
