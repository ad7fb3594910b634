CREATE TYPE broadcast_state AS ENUM ('scheduled', 'sent', 'cancelled');
CREATE TYPE audience_kind AS ENUM ('channel', 'team', 'role', 'everyone', 'filter');
CREATE TYPE report_reason AS ENUM ('harassment', 'private_information', 'spam', 'off_topic', 'other');
CREATE TYPE report_outcome AS ENUM ('open', 'removed', 'warned', 'dismissed');

-- One message to many people. Due ones wait out the cancel window as `scheduled`.
CREATE TABLE broadcasts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  author_id uuid NOT NULL,
  author_role member_role NOT NULL,
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 120),
  body text NOT NULL CHECK (char_length(body) BETWEEN 1 AND 8000),
  body_html text NOT NULL,
  body_text text NOT NULL,
  audience_kind audience_kind NOT NULL,
  audience_id uuid,
  audience_role member_role,
  audience_filter jsonb,
  audience_label text NOT NULL,
  requires_ack boolean NOT NULL DEFAULT false,
  state broadcast_state NOT NULL DEFAULT 'scheduled',
  send_at timestamptz NOT NULL,
  cancellable_until timestamptz NOT NULL,
  recipient_count integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  cancelled_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, author_id) REFERENCES members (org_id, id)
);
CREATE INDEX broadcasts_newest ON broadcasts (org_id, id DESC);
CREATE INDEX broadcasts_by_author ON broadcasts (org_id, author_id, created_at DESC);
SELECT app.protect('broadcasts');

CREATE TABLE broadcast_recipients (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  broadcast_id uuid NOT NULL,
  member_id uuid NOT NULL,
  delivered_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz,
  acknowledged_at timestamptz,
  nudged_at timestamptz,
  PRIMARY KEY (org_id, broadcast_id, member_id),
  FOREIGN KEY (org_id, broadcast_id) REFERENCES broadcasts (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX broadcast_recipients_inbox ON broadcast_recipients (org_id, member_id, broadcast_id DESC);
CREATE INDEX broadcast_recipients_unseen ON broadcast_recipients (org_id, member_id) WHERE seen_at IS NULL;
SELECT app.protect('broadcast_recipients');

-- Append-only trail of broadcasts; also what throttle and daily cap are counted from.
CREATE TABLE broadcast_log (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  broadcast_id uuid NOT NULL,
  actor_id uuid,
  action text NOT NULL CONSTRAINT broadcast_log_action CHECK (action IN ('created', 'sent', 'cancelled', 'nudged')),
  recipient_count integer NOT NULL DEFAULT 0,
  details jsonb NOT NULL DEFAULT '{}',
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, broadcast_id) REFERENCES broadcasts (org_id, id),
  FOREIGN KEY (org_id, actor_id) REFERENCES members (org_id, id)
);
CREATE INDEX broadcast_log_by_actor ON broadcast_log (org_id, actor_id, at DESC);
SELECT app.protect_append_only('broadcast_log');

ALTER TABLE messages ADD CONSTRAINT messages_broadcast FOREIGN KEY (org_id, broadcast_id) REFERENCES broadcasts (org_id, id);

CREATE TABLE message_reports (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  channel_id uuid NOT NULL,
  seq bigint NOT NULL,
  reporter_id uuid NOT NULL,
  reason report_reason NOT NULL,
  note text NOT NULL DEFAULT '' CHECK (char_length(note) <= 1000),
  outcome report_outcome NOT NULL DEFAULT 'open',
  outcome_note text NOT NULL DEFAULT '',
  handled_by uuid,
  handled_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  CONSTRAINT message_reports_once UNIQUE (org_id, channel_id, seq, reporter_id),
  FOREIGN KEY (org_id, channel_id, seq) REFERENCES messages (org_id, channel_id, seq) ON DELETE CASCADE,
  FOREIGN KEY (org_id, reporter_id) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, handled_by) REFERENCES members (org_id, id)
);
CREATE INDEX message_reports_open ON message_reports (org_id, created_at) WHERE outcome = 'open';
SELECT app.protect('message_reports');
