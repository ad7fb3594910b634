-- Addresses under which a calendar program fetches somebody's tasks. Only the digest of the secret in the address is kept.
CREATE TABLE task_feeds (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  token_hash bytea NOT NULL CONSTRAINT task_feeds_hash_once UNIQUE,
  name text NOT NULL CONSTRAINT task_feeds_name_length CHECK (char_length(name) BETWEEN 1 AND 60),
  -- Whether it shows the titles of tasks about nobody. Those of tasks about a person never leave the portal.
  shows_titles boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX task_feeds_by_member ON task_feeds (org_id, member_id, id DESC);
SELECT app.protect('task_feeds');
SELECT app.open_to_system('task_feeds', 'SELECT, UPDATE');
