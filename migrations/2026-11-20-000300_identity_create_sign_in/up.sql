CREATE TYPE link_purpose AS ENUM ('password_reset');

-- One signed-in browser. The key is stored hashed: a stolen table opens no session.
CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  key_hash bytea NOT NULL UNIQUE,
  user_id uuid REFERENCES users(id) ON DELETE CASCADE,
  state jsonb NOT NULL,
  device text NOT NULL DEFAULT '',
  address text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id, last_seen_at DESC);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO waymark_system;

CREATE TABLE recovery_codes (
  user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  code_hash bytea NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (user_id, code_hash)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_codes TO waymark_system;

-- Single-use expiring links that belong to a login and not to an organization.
CREATE TABLE one_time_links (
  token_hash bytea PRIMARY KEY,
  purpose link_purpose NOT NULL,
  user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX one_time_links_by_user ON one_time_links (user_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON one_time_links TO waymark_system;

-- Failed and successful attempts, counted per account and per address; keys are keyed hashes, not addresses.
CREATE TABLE sign_in_attempts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject bytea NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_attempts_by_subject ON sign_in_attempts (subject, at DESC);
GRANT SELECT, INSERT, DELETE ON sign_in_attempts TO waymark_system;

-- Tells every process that what a login may do has changed, so that cached copies are dropped.
CREATE TABLE access_changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX access_changes_by_time ON access_changes (at);
GRANT SELECT, INSERT, DELETE ON access_changes TO waymark_system;
GRANT INSERT ON access_changes TO waymark_app;

CREATE TABLE invitations (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  token_hash bytea NOT NULL CONSTRAINT invitations_token_once UNIQUE,
  email text NOT NULL,
  display_name text NOT NULL DEFAULT '',
  roles member_role[] NOT NULL,
  team_id uuid,
  invited_by uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  accepted_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, team_id) REFERENCES contexts (org_id, id),
  FOREIGN KEY (org_id, invited_by) REFERENCES members (org_id, id)
);
CREATE INDEX invitations_newest ON invitations (org_id, created_at DESC, id DESC);
SELECT app.protect('invitations');
SELECT app.open_to_system('invitations', 'SELECT, UPDATE');

-- Personal API tokens, hashed; scopes such as `channels:read`.
CREATE TABLE api_tokens (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  token_hash bytea NOT NULL CONSTRAINT api_tokens_hash_once UNIQUE,
  name text NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX api_tokens_by_member ON api_tokens (org_id, member_id, created_at DESC);
SELECT app.protect('api_tokens');
SELECT app.open_to_system('api_tokens', 'SELECT, UPDATE');

-- What was changed, by whom, in the same transaction as the change.
CREATE TABLE audit_entries (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  member_id uuid,
  portal_task text,
  action text NOT NULL,
  subject_kind text NOT NULL,
  subject_id uuid,
  before jsonb,
  after jsonb,
  request_id uuid,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id),
  CONSTRAINT audit_entries_has_actor CHECK ((member_id IS NULL) <> (portal_task IS NULL))
);
CREATE INDEX audit_entries_by_action ON audit_entries (org_id, action, id DESC);
CREATE INDEX audit_entries_by_member ON audit_entries (org_id, member_id, id DESC);
CREATE INDEX audit_entries_by_subject ON audit_entries (org_id, subject_id, id DESC) WHERE subject_id IS NOT NULL;
SELECT app.protect_append_only('audit_entries');

-- The first answer to each client-made key, so that a repeated request changes nothing and hears the same.
CREATE TABLE idempotency_keys (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  key uuid NOT NULL,
  fingerprint bytea NOT NULL,
  status smallint,
  location text,
  content_type text,
  body text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, member_id, key),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
SELECT app.protect('idempotency_keys');
SELECT app.open_to_system('idempotency_keys', 'SELECT, DELETE');
