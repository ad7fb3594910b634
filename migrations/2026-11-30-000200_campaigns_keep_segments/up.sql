-- People described by what is true of them, not listed: one tree of conditions, which is asked anew each time.
CREATE TABLE segments (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL CONSTRAINT segments_name_length CHECK (char_length(name) BETWEEN 1 AND 80),
  about text NOT NULL DEFAULT '' CONSTRAINT segments_about_length CHECK (char_length(about) <= 500),
  rule jsonb NOT NULL CONSTRAINT segments_rule_shape CHECK (jsonb_typeof(rule) = 'object'),
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  archived_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id)
);
CREATE UNIQUE INDEX segments_name_taken ON segments (org_id, lower(name)) WHERE archived_at IS NULL;
CREATE INDEX segments_by_name ON segments (org_id, lower(name), id);
CREATE INDEX segments_refer_created_by ON segments (org_id, created_by);
SELECT app.protect('segments');
