-- Telling other programs what happened: addresses that admins name, what each is told, and how each attempt went.

CREATE TYPE webhook_notice_state AS ENUM ('waiting', 'delivered', 'failed');

CREATE TABLE webhooks (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL CONSTRAINT webhooks_name_length CHECK (char_length(name) BETWEEN 1 AND 80),
  url text NOT NULL CONSTRAINT webhooks_url_length CHECK (char_length(url) BETWEEN 1 AND 2000),
  kinds text[] NOT NULL CONSTRAINT webhooks_kinds CHECK (cardinality(kinds) BETWEEN 1 AND 50),
  -- What signs, sealed under the installation's secret; and what signed before, for as long as both do.
  secret bytea,
  former_secret bytea,
  former_until timestamptz,
  -- Kept from being told, by a person or because it failed for too long.
  stopped_at timestamptz,
  stopped_because text NOT NULL DEFAULT '' CONSTRAINT webhooks_because_length CHECK (char_length(stopped_because) <= 300),
  -- Since when nothing arrives any more; and until when it is left in peace after it could not be reached.
  failing_since timestamptz,
  failures integer NOT NULL DEFAULT 0,
  rests_until timestamptz,
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  archived_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id)
);
CREATE INDEX webhooks_refer_created_by ON webhooks (org_id, created_by);
SELECT app.protect('webhooks');

-- What one address is told of one thing that happened.
CREATE TABLE webhook_notices (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  kind text NOT NULL,
  -- The event on the bus; none for tests.
  event_id uuid,
  -- Exactly what is sent.
  body text NOT NULL CONSTRAINT webhook_notices_body_length CHECK (char_length(body) <= 20000),
  state webhook_notice_state NOT NULL DEFAULT 'waiting',
  attempts integer NOT NULL DEFAULT 0,
  -- Nothing while its address is stopped.
  due_at timestamptz,
  lease_until timestamptz,
  give_up_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT webhook_notices_once UNIQUE (org_id, webhook_id, event_id),
  FOREIGN KEY (org_id, webhook_id) REFERENCES webhooks (org_id, id)
);
CREATE INDEX webhook_notices_due ON webhook_notices (due_at) WHERE state = 'waiting' AND due_at IS NOT NULL;
CREATE INDEX webhook_notices_newest ON webhook_notices (org_id, webhook_id, id DESC);
CREATE INDEX webhook_notices_over ON webhook_notices (org_id, finished_at) WHERE finished_at IS NOT NULL;
SELECT app.protect('webhook_notices');
SELECT app.open_to_system('webhook_notices', 'SELECT, UPDATE');

CREATE TABLE webhook_attempts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  notice_id uuid NOT NULL,
  at timestamptz NOT NULL,
  took_ms integer NOT NULL,
  -- None when nothing was answered.
  status smallint,
  said text NOT NULL DEFAULT '' CONSTRAINT webhook_attempts_said_length CHECK (char_length(said) <= 600),
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, notice_id) REFERENCES webhook_notices (org_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_attempts_of_notice ON webhook_attempts (org_id, notice_id, id DESC);
SELECT app.protect('webhook_attempts');
