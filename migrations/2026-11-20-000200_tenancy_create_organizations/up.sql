CREATE TYPE member_role AS ENUM ('member', 'steward', 'coach', 'team_leader', 'sponsor', 'communicator', 'privacy_officer', 'admin');
CREATE TYPE member_state AS ENUM ('active', 'suspended', 'left');
CREATE TYPE context_kind AS ENUM ('team', 'challenge', 'sponsor', 'cohort');

-- The tenant.
CREATE TABLE organizations (
  id uuid PRIMARY KEY,
  name text NOT NULL CONSTRAINT organizations_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
  slug text NOT NULL CONSTRAINT organizations_slug_taken UNIQUE,
  time_zone text NOT NULL DEFAULT 'UTC',
  locale text NOT NULL DEFAULT 'en' CHECK (locale IN ('en', 'fr')),
  second_factor_required boolean NOT NULL DEFAULT false,
  is_sample boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;
ALTER TABLE organizations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON organizations USING (id = (SELECT app.current_org())) WITH CHECK (id = (SELECT app.current_org()));
CREATE POLICY system_access ON organizations TO waymark_system USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE ON organizations TO waymark_app;
GRANT SELECT, INSERT, DELETE ON organizations TO waymark_system;

-- A login. Belongs to no organization; only the system role reads it.
CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text NOT NULL CONSTRAINT users_email_taken UNIQUE CONSTRAINT users_email_lower CHECK (email = lower(email)),
  password_hash text,
  totp_secret bytea,
  totp_confirmed_at timestamptz,
  totp_last_step bigint,
  auth_epoch integer NOT NULL DEFAULT 0,
  is_super_admin boolean NOT NULL DEFAULT false,
  locale text NOT NULL DEFAULT 'en',
  created_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE ON users TO waymark_system;

-- A person in one organization, with or without a login.
CREATE TABLE members (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  user_id uuid REFERENCES users(id),
  display_name text NOT NULL CONSTRAINT members_name_length CHECK (char_length(display_name) BETWEEN 1 AND 120),
  handle text NOT NULL CONSTRAINT members_handle_shape CHECK (handle ~ '^[a-z0-9][a-z0-9._-]{1,31}$'),
  email text,
  headline text NOT NULL DEFAULT '',
  time_zone text NOT NULL DEFAULT 'UTC',
  locale text NOT NULL DEFAULT 'en',
  state member_state NOT NULL DEFAULT 'active',
  created_at timestamptz NOT NULL DEFAULT now(),
  last_active_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT members_handle_taken UNIQUE (org_id, handle),
  CONSTRAINT members_user_once UNIQUE (org_id, user_id)
);
CREATE INDEX members_by_user ON members (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX members_by_name ON members (org_id, lower(display_name) text_pattern_ops, id);
SELECT app.protect('members');
SELECT app.open_to_system('members', 'SELECT, INSERT, UPDATE');

CREATE TABLE member_roles (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  role member_role NOT NULL,
  granted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, member_id, role),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX member_roles_by_role ON member_roles (org_id, role, member_id);
SELECT app.protect('member_roles');
SELECT app.open_to_system('member_roles', 'SELECT, INSERT');

-- A team, challenge, sponsor or cohort: what a channel can be bound to (`channels.context_id`).
CREATE TABLE contexts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  kind context_kind NOT NULL,
  name text NOT NULL CONSTRAINT contexts_name_length CHECK (char_length(name) BETWEEN 1 AND 80),
  description text NOT NULL DEFAULT '' CONSTRAINT contexts_description_length CHECK (char_length(description) <= 1000),
  team_id uuid,
  starts_on date,
  ends_on date,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  archived_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, team_id) REFERENCES contexts (org_id, id),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id),
  CONSTRAINT contexts_dates_in_order CHECK (ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on)
);
CREATE UNIQUE INDEX contexts_name_taken ON contexts (org_id, kind, lower(name)) WHERE archived_at IS NULL;
SELECT app.protect('contexts');

CREATE TABLE context_members (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  context_id uuid NOT NULL,
  member_id uuid NOT NULL,
  is_leader boolean NOT NULL DEFAULT false,
  joined_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, context_id, member_id),
  FOREIGN KEY (org_id, context_id) REFERENCES contexts (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX context_members_by_member ON context_members (org_id, member_id);
SELECT app.protect('context_members');

-- Onboarding steps a person has dismissed; whether the others are done is computed.
CREATE TABLE onboarding_dismissals (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  step text NOT NULL,
  dismissed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, member_id, step),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('onboarding_dismissals');
