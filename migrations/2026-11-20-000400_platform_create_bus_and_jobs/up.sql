CREATE TYPE delivery_state AS ENUM ('pending', 'done', 'dead');
CREATE TYPE job_state AS ENUM ('available', 'executing', 'completed', 'cancelled', 'discarded');

-- Facts, in the standard envelope of the module bus. Written in the transaction of the change they tell.
CREATE TABLE events (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  event_type text NOT NULL,
  version smallint NOT NULL DEFAULT 1,
  source_module text NOT NULL,
  target_module text,
  member_id uuid,
  occurred_at timestamptz NOT NULL,
  payload jsonb NOT NULL,
  correlation_id uuid NOT NULL,
  causation_id uuid,
  requires_response boolean NOT NULL DEFAULT false,
  timeout_seconds integer,
  dispatched_at timestamptz,
  PRIMARY KEY (org_id, id)
) WITH (fillfactor = 90);
CREATE INDEX events_undispatched ON events (seq) WHERE dispatched_at IS NULL;
CREATE INDEX events_newest ON events (org_id, id DESC);
SELECT app.protect('events');
REVOKE UPDATE, DELETE ON events FROM waymark_app;
SELECT app.open_to_system('events', 'SELECT, UPDATE, DELETE');

-- One subscriber's receipt for one event. `done` commits together with the effects, so an effect happens once.
CREATE TABLE event_deliveries (
  org_id uuid NOT NULL REFERENCES organizations(id) ON DELETE CASCADE,
  event_id uuid NOT NULL,
  subscriber text NOT NULL,
  state delivery_state NOT NULL DEFAULT 'pending',
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  last_error text,
  finished_at timestamptz,
  PRIMARY KEY (org_id, event_id, subscriber),
  FOREIGN KEY (org_id, event_id) REFERENCES events (org_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);
CREATE INDEX event_deliveries_due ON event_deliveries (next_attempt_at) WHERE state = 'pending';
CREATE INDEX event_deliveries_dead ON event_deliveries (org_id, finished_at DESC) WHERE state = 'dead';
SELECT app.protect('event_deliveries');
SELECT app.open_to_system('event_deliveries', 'SELECT, INSERT, UPDATE, DELETE');

-- Background work: a row per job, claimed under a lease, run outside the claiming transaction.
CREATE TABLE jobs (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  kind text NOT NULL,
  args jsonb NOT NULL DEFAULT '{}',
  state job_state NOT NULL DEFAULT 'available',
  attempts integer NOT NULL DEFAULT 0,
  max_attempts integer NOT NULL DEFAULT 8,
  run_at timestamptz NOT NULL DEFAULT now(),
  lease_until timestamptz,
  unique_key text,
  progress_done integer NOT NULL DEFAULT 0,
  progress_total integer,
  cancel_requested boolean NOT NULL DEFAULT false,
  last_error text,
  result jsonb,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id)
) WITH (fillfactor = 70);
CREATE INDEX jobs_due ON jobs (run_at) WHERE state = 'available';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'executing';
CREATE UNIQUE INDEX jobs_unique_while_open ON jobs (org_id, kind, unique_key) WHERE state IN ('available', 'executing');
SELECT app.protect('jobs');
SELECT app.open_to_system('jobs', 'SELECT, INSERT, UPDATE, DELETE');

-- Mail waiting for, or kept by, the mail provider: whole MIME messages. Not bound to a tenant: a password reset has none.
CREATE TABLE outbox_mails (
  id uuid PRIMARY KEY,
  org_id_hint uuid,
  recipient text NOT NULL,
  subject text NOT NULL,
  mime bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_mails_newest ON outbox_mails (id DESC);
GRANT SELECT, INSERT, DELETE ON outbox_mails TO waymark_system;
GRANT INSERT ON outbox_mails TO waymark_app;
