-- What coaches wrote to learners who do not get on, and what was not sent, with the reason.

CREATE TYPE nudge_reason AS ENUM ('stalled', 'behind', 'failed', 'returned', 'waiting', 'other');

CREATE TABLE journey_nudges (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  enrolment_id uuid NOT NULL,
  reason nudge_reason NOT NULL,
  body text NOT NULL CONSTRAINT journey_nudges_body_length CHECK (char_length(body) BETWEEN 1 AND 3000),
  -- Why it was not sent; empty for what was.
  refused text NOT NULL DEFAULT '' CONSTRAINT journey_nudges_refused_length CHECK (char_length(refused) <= 300),
  sent_by uuid NOT NULL,
  sent_at timestamptz NOT NULL,
  PRIMARY KEY (enrolment_id, id, org_id),
  CONSTRAINT journey_nudges_named UNIQUE (org_id, id),
  FOREIGN KEY (org_id, enrolment_id) REFERENCES journey_enrolments (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, sent_by) REFERENCES members (org_id, id)
);
CREATE INDEX journey_nudges_refer_enrolment ON journey_nudges (org_id, enrolment_id);
CREATE INDEX journey_nudges_refer_sent_by ON journey_nudges (org_id, sent_by);
SELECT app.protect_append_only('journey_nudges');

-- Until when the learner wants none of these.
ALTER TABLE journey_enrolments ADD COLUMN no_nudges_until timestamptz;
