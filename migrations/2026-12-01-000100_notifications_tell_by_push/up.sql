-- Telling people by push, in the browsers in which they switched it on.

ALTER TABLE push_tokens
  -- What pushes to a browser are encrypted with (RFC 8291, 2): its public key, and its secret, sealed under the installation's. A
  -- device without them was registered by a program, and nothing is pushed to it.
  ADD COLUMN public_key text CONSTRAINT push_tokens_public_key_length CHECK (char_length(public_key) <= 200),
  ADD COLUMN auth bytea,
  -- When something last arrived, and why the last that was sent did not.
  ADD COLUMN told_at timestamptz,
  ADD COLUMN trouble text NOT NULL DEFAULT '' CONSTRAINT push_tokens_trouble_length CHECK (char_length(trouble) <= 300),
  ADD CONSTRAINT push_tokens_keys CHECK ((public_key IS NULL) = (auth IS NULL));

CREATE TYPE notification_push_state AS ENUM ('waiting', 'on_its_way', 'told', 'not_told');

ALTER TABLE notifications
  -- Nothing where push was switched on nowhere when it happened.
  ADD COLUMN push_state notification_push_state,
  ADD COLUMN push_due_at timestamptz,
  -- When it was set on its way.
  ADD COLUMN pushed_at timestamptz,
  ADD COLUMN push_settled_at timestamptz,
  ADD COLUMN push_reason text NOT NULL DEFAULT '' CONSTRAINT notifications_push_reason_length CHECK (char_length(push_reason) <= 40),
  ADD CONSTRAINT notifications_push_settled CHECK ((push_state IN ('told', 'not_told')) = (push_settled_at IS NOT NULL));
CREATE INDEX notifications_push_due ON notifications (org_id, member_id, push_due_at) WHERE push_state = 'waiting';

CREATE TYPE push_state AS ENUM ('waiting', 'sent', 'dropped', 'failed');

-- One push to one browser. What it says is written when it is sent.
CREATE TABLE pushes (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  device_id uuid NOT NULL,
  -- The notifications it tells of, all of one place; none for a test.
  about uuid[] NOT NULL DEFAULT '{}',
  -- The origin of the push service, so that one that does not answer holds up nothing of the others.
  service text NOT NULL CONSTRAINT pushes_service_length CHECK (char_length(service) BETWEEN 1 AND 300),
  state push_state NOT NULL DEFAULT 'waiting',
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  lease_until timestamptz,
  give_up_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (org_id, id),
  CONSTRAINT pushes_finished CHECK ((state = 'waiting') = (finished_at IS NULL)),
  FOREIGN KEY (org_id, device_id) REFERENCES push_tokens (org_id, id) ON DELETE CASCADE
);
CREATE INDEX pushes_due ON pushes (org_id, service, due_at) WHERE state = 'waiting';
CREATE INDEX pushes_of_device ON pushes (org_id, device_id);
CREATE INDEX pushes_over ON pushes (org_id, finished_at) WHERE finished_at IS NOT NULL;
SELECT app.protect('pushes');
SELECT app.open_to_system('pushes', 'SELECT, UPDATE');
