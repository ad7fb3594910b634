-- What somebody was to be told of outside the portal, and whether they were.

CREATE TYPE notification_kind AS ENUM ('mention', 'everyone', 'direct', 'broadcast');
CREATE TYPE notification_state AS ENUM ('waiting', 'gathering', 'told', 'not_told');

CREATE TABLE notifications (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  kind notification_kind NOT NULL,
  -- Where it was said; none for a broadcast.
  channel_id uuid,
  -- The message or broadcast. It may be gone by now, and this stays to say what happened.
  about_id uuid NOT NULL,
  at timestamptz NOT NULL,
  -- When it is decided whether they are told; later than it happened, so that whoever reads it in the portal is not written to.
  due_at timestamptz NOT NULL,
  state notification_state NOT NULL DEFAULT 'waiting',
  settled_at timestamptz,
  -- Why they were not told.
  reason text NOT NULL DEFAULT '' CONSTRAINT notifications_reason_length CHECK (char_length(reason) <= 40),
  PRIMARY KEY (org_id, id),
  CONSTRAINT notifications_once UNIQUE (org_id, member_id, about_id),
  CONSTRAINT notifications_settled CHECK ((state IN ('told', 'not_told')) = (settled_at IS NOT NULL)),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX notifications_due ON notifications (org_id, member_id, due_at) WHERE settled_at IS NULL;
CREATE INDEX notifications_of_member ON notifications (org_id, member_id, id);
CREATE INDEX notifications_old ON notifications (org_id, settled_at) WHERE settled_at IS NOT NULL;
SELECT app.protect('notifications');
SELECT app.stay_when_taken_back('notifications');
