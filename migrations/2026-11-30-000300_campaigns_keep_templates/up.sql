-- What campaigns say, to be used again: templates, every version that was saved of them, and what is not ready yet.

CREATE TYPE template_channel AS ENUM ('email', 'sms');
CREATE TYPE message_purpose AS ENUM ('commercial', 'informational', 'transactional');

CREATE TABLE message_templates (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL CONSTRAINT message_templates_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
  channel template_channel NOT NULL,
  purpose message_purpose NOT NULL,
  -- A kind of messages as consent knows it.
  category text NOT NULL CONSTRAINT message_templates_category_shape CHECK (category ~ '^[a-z][a-z0-9_]{1,39}$'),
  -- The newest version; none was saved yet when it is 0.
  current_version integer NOT NULL DEFAULT 0,
  created_by uuid,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  archived_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id)
);
CREATE INDEX message_templates_by_maker ON message_templates (org_id, created_by);
SELECT app.protect('message_templates');

-- Every version as it was compiled, for good: what somebody got can be shown again.
CREATE TABLE template_versions (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  template_id uuid NOT NULL,
  version integer NOT NULL CONSTRAINT template_versions_from_one CHECK (version > 0),
  purpose message_purpose NOT NULL,
  -- {subject, preheader, source, text_part, variables}
  draft jsonb NOT NULL,
  -- SHA-256 as the content engine computes it: the same words have the same digest.
  digest bytea NOT NULL CONSTRAINT template_versions_digest CHECK (octet_length(digest) = 32),
  note text NOT NULL DEFAULT '' CONSTRAINT template_versions_note_length CHECK (char_length(note) <= 200),
  made_by uuid,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  CONSTRAINT template_versions_once UNIQUE (org_id, template_id, version),
  FOREIGN KEY (org_id, template_id) REFERENCES message_templates (org_id, id),
  FOREIGN KEY (org_id, made_by) REFERENCES members (org_id, id)
);
CREATE INDEX template_versions_by_maker ON template_versions (org_id, made_by);
SELECT app.never_rewrite('template_versions');

-- What somebody typed and kept before it compiled: one for each template.
CREATE TABLE template_drafts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  template_id uuid NOT NULL,
  draft jsonb NOT NULL,
  kept_by uuid,
  kept_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, template_id),
  FOREIGN KEY (org_id, template_id) REFERENCES message_templates (org_id, id),
  FOREIGN KEY (org_id, kept_by) REFERENCES members (org_id, id)
);
CREATE INDEX template_drafts_by_keeper ON template_drafts (org_id, kept_by);
SELECT app.protect('template_drafts');
