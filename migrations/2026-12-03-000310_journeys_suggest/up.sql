-- Suggestions: what a coach could write to a learner who does not get on. Nothing of it is sent without a person.

CREATE TYPE suggestion_status AS ENUM ('pending', 'approved', 'rejected', 'expired');
CREATE TYPE suggestion_reason AS ENUM ('returned', 'failed', 'behind', 'stalled');
CREATE TYPE suggestion_origin AS ENUM ('rules', 'model');

CREATE TABLE journey_suggestions (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- Who it would be written to, and about which journey.
  enrolment_id uuid NOT NULL,
  reason suggestion_reason NOT NULL,
  -- What it rests on, a sentence each: what a coach can check.
  facts text[] NOT NULL CONSTRAINT journey_suggestions_facts CHECK (cardinality(facts) BETWEEN 1 AND 10),
  -- Who drafted what is proposed, what they wrote, and what the rules wrote.
  origin suggestion_origin NOT NULL DEFAULT 'rules',
  proposed_message text NOT NULL CONSTRAINT journey_suggestions_proposed_length CHECK (char_length(proposed_message) BETWEEN 1 AND 3000),
  rule_message text NOT NULL CONSTRAINT journey_suggestions_rule_length CHECK (char_length(rule_message) BETWEEN 1 AND 3000),
  -- What is cited, and where it is shown. It may be gone by now.
  citation text NOT NULL DEFAULT '' CONSTRAINT journey_suggestions_citation_length CHECK (char_length(citation) <= 500),
  citation_path text NOT NULL DEFAULT '' CONSTRAINT journey_suggestions_path CHECK (citation_path = '' OR citation_path LIKE '/journeys/knowledge/%'),
  status suggestion_status NOT NULL DEFAULT 'pending',
  -- What was approved, as it was sent.
  sent_message text CONSTRAINT journey_suggestions_sent_length CHECK (char_length(sent_message) BETWEEN 1 AND 3000),
  sent_at timestamptz,
  -- Who approved or rejected it, when, and why they rejected it.
  decided_by uuid,
  decided_at timestamptz,
  rejection text NOT NULL DEFAULT '' CONSTRAINT journey_suggestions_rejection_length CHECK (char_length(rejection) <= 500),
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  CONSTRAINT journey_suggestions_decided CHECK ((status IN ('approved', 'rejected')) = (decided_by IS NOT NULL AND decided_at IS NOT NULL)),
  CONSTRAINT journey_suggestions_sent CHECK ((status = 'approved') = (sent_message IS NOT NULL AND sent_at IS NOT NULL)),
  CONSTRAINT journey_suggestions_rejected CHECK ((status = 'rejected') = (rejection <> '')),
  FOREIGN KEY (org_id, enrolment_id) REFERENCES journey_enrolments (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, decided_by) REFERENCES members (org_id, id)
);
-- One open proposal for each learner and reason.
CREATE UNIQUE INDEX journey_suggestions_once ON journey_suggestions (org_id, enrolment_id, reason) WHERE status = 'pending';
CREATE INDEX journey_suggestions_refer_enrolment ON journey_suggestions (org_id, enrolment_id);
CREATE INDEX journey_suggestions_refer_decided_by ON journey_suggestions (org_id, decided_by);
CREATE INDEX journey_suggestions_by_status ON journey_suggestions (org_id, status, id);
SELECT app.protect('journey_suggestions');

-- What was decided stays decided, and what was proposed stays as it was.
CREATE FUNCTION app.guard_suggestion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'pending' THEN
    RAISE EXCEPTION 'a suggestion that is % does not change', OLD.status USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER journey_suggestions_guarded BEFORE UPDATE ON journey_suggestions
  FOR EACH ROW WHEN (OLD.enrolment_id = NEW.enrolment_id) EXECUTE FUNCTION app.guard_suggestion();

-- What a language model was asked and what it answered. Placeholders stand for names in both.
CREATE TABLE suggestion_exchanges (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  suggestion_id uuid NOT NULL,
  model text NOT NULL,
  prompt text NOT NULL CONSTRAINT suggestion_exchanges_prompt_length CHECK (char_length(prompt) <= 40000),
  answer text NOT NULL CONSTRAINT suggestion_exchanges_answer_length CHECK (char_length(answer) <= 40000),
  -- Why its draft is not used; empty when it is.
  refused text NOT NULL DEFAULT '' CONSTRAINT suggestion_exchanges_refused_length CHECK (char_length(refused) <= 500),
  asked_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, suggestion_id) REFERENCES journey_suggestions (org_id, id) ON DELETE CASCADE
);
CREATE INDEX suggestion_exchanges_refer_suggestion ON suggestion_exchanges (org_id, suggestion_id);
SELECT app.protect_append_only('suggestion_exchanges');

-- How suggestions are made.
CREATE TABLE suggestion_settings (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  -- Whether any are made at all, and whether a model drafts them.
  is_on boolean NOT NULL DEFAULT true,
  uses_model boolean NOT NULL DEFAULT false,
  days_open smallint NOT NULL DEFAULT 14 CONSTRAINT suggestion_settings_days CHECK (days_open BETWEEN 1 AND 60),
  -- The service: what `/chat/completions` is below, which of its models, and the key, sealed.
  base_url text NOT NULL DEFAULT '' CONSTRAINT suggestion_settings_base CHECK (char_length(base_url) <= 300),
  model text NOT NULL DEFAULT '' CONSTRAINT suggestion_settings_model CHECK (char_length(model) <= 120),
  key_sealed bytea,
  checked_at timestamptz,
  check_said text NOT NULL DEFAULT '',
  changed_by uuid NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (org_id),
  CONSTRAINT suggestion_settings_whole CHECK (NOT uses_model OR (base_url <> '' AND model <> '')),
  FOREIGN KEY (org_id, changed_by) REFERENCES members (org_id, id)
);
CREATE INDEX suggestion_settings_refer_changed_by ON suggestion_settings (org_id, changed_by);
SELECT app.protect('suggestion_settings');
