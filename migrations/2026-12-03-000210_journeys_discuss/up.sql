-- Where in the channel of its cohort a lesson is talked about: the message that began it. Everything else answers that one.

CREATE TABLE lesson_threads (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  cohort_id uuid NOT NULL,
  -- A node's key, the same in every version.
  lesson uuid NOT NULL,
  channel_id uuid NOT NULL,
  -- Number of that message in the channel.
  seq bigint NOT NULL,
  begun_at timestamptz NOT NULL,
  PRIMARY KEY (cohort_id, lesson, channel_id, org_id),
  FOREIGN KEY (org_id, cohort_id) REFERENCES cohort_journeys (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, channel_id) REFERENCES channels (org_id, id) ON DELETE CASCADE
);
CREATE INDEX lesson_threads_refer_cohort ON lesson_threads (org_id, cohort_id);
CREATE INDEX lesson_threads_refer_channel ON lesson_threads (org_id, channel_id);
SELECT app.protect('lesson_threads');
