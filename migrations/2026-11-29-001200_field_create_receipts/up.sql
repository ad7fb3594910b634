-- What devices wrote without a network and sent later: what was made of each, and notes that still need a person.

CREATE TYPE field_outcome AS ENUM ('noted', 'unplaced', 'done', 'tried');

-- That something of this id was taken in, and from whom. A device sends until it hears so; whatever it hears twice is done once.
CREATE TABLE field_receipts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  author_id uuid NOT NULL,
  -- SHA-256 of what was sent: other words under the same id are a conflict, the same ones a repetition.
  sent_hash bytea NOT NULL,
  outcome field_outcome NOT NULL,
  -- When it happened by the device's clock, as it was told.
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  -- Sent more than 30 days later, or by a clock that goes ahead.
  is_doubtful boolean NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, author_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX field_receipts_by_author ON field_receipts (org_id, author_id, received_at DESC);
SELECT app.protect('field_receipts');

-- Notes about a name that is nobody's, or two people's, or somebody's who cannot be written about any more. Nobody but who wrote
-- one sees it, until they say whom it is about or throw it away.
CREATE TABLE unplaced_notes (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  author_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  -- Name and words, under the installation's key: there is no person whose key it could be.
  sealed bytea NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, author_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX unplaced_notes_by_author ON unplaced_notes (org_id, author_id, occurred_at DESC, id);
SELECT app.protect('unplaced_notes');
CREATE POLICY sight ON unplaced_notes AS RESTRICTIVE FOR SELECT
  USING (author_id = app.current_member());
