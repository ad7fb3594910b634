-- Certificates: what a journey gives to whoever finishes it, and what outsiders can ask about it.

-- With what an organization signs what it issues. The private half is sealed with the installation's secret.
CREATE TABLE certificate_keys (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  sealed bytea NOT NULL,
  -- The public half: an uncompressed point of P-256 (SEC 1, 2.3.3).
  point bytea NOT NULL CONSTRAINT certificate_keys_point CHECK (octet_length(point) = 65),
  -- How many places in the list of what was revoked are taken: they are never given twice.
  slots bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  CONSTRAINT certificate_keys_one UNIQUE (org_id)
);
SELECT app.protect('certificate_keys');

-- What finishing a journey is rewarded with.
CREATE TABLE journey_awards (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  journey_id uuid NOT NULL,
  is_on boolean NOT NULL,
  title text NOT NULL CONSTRAINT journey_awards_title_length CHECK (char_length(title) BETWEEN 1 AND 120),
  -- What whoever holds it has done, in plain words.
  criteria text NOT NULL CONSTRAINT journey_awards_criteria_length CHECK (char_length(criteria) BETWEEN 1 AND 600),
  signatory text NOT NULL CONSTRAINT journey_awards_signatory_length CHECK (char_length(signatory) <= 120),
  -- For how many months it is good; for good without a number.
  months smallint CONSTRAINT journey_awards_months CHECK (months BETWEEN 1 AND 600),
  changed_by uuid NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, journey_id),
  FOREIGN KEY (org_id, journey_id) REFERENCES journeys (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, changed_by) REFERENCES members (org_id, id)
);
CREATE INDEX journey_awards_refer_changed_by ON journey_awards (org_id, changed_by);
SELECT app.protect('journey_awards');

-- What was issued, in the words of that day. It goes with the enrolment it crowns, and so with the person.
CREATE TABLE journey_certificates (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- 122 random bits: what outsiders are given, and cannot guess.
  public_id uuid NOT NULL,
  journey_id uuid NOT NULL,
  enrolment_id uuid NOT NULL,
  key_id uuid NOT NULL,
  -- Its place in the list of what was revoked.
  slot bigint NOT NULL CONSTRAINT journey_certificates_slot CHECK (slot >= 0),
  number text NOT NULL CONSTRAINT journey_certificates_number_length CHECK (char_length(number) BETWEEN 1 AND 40),
  name text NOT NULL CONSTRAINT journey_certificates_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
  organization text NOT NULL CONSTRAINT journey_certificates_organization_length CHECK (char_length(organization) BETWEEN 1 AND 200),
  journey text NOT NULL CONSTRAINT journey_certificates_journey_length CHECK (char_length(journey) BETWEEN 1 AND 120),
  title text NOT NULL CONSTRAINT journey_certificates_title_length CHECK (char_length(title) BETWEEN 1 AND 120),
  criteria text NOT NULL CONSTRAINT journey_certificates_criteria_length CHECK (char_length(criteria) BETWEEN 1 AND 600),
  signatory text NOT NULL CONSTRAINT journey_certificates_signatory_length CHECK (char_length(signatory) <= 120),
  -- Where its days are days: the learner's zone.
  zone text NOT NULL CONSTRAINT journey_certificates_zone_length CHECK (char_length(zone) BETWEEN 1 AND 60),
  issued_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by uuid,
  reason text NOT NULL DEFAULT '' CONSTRAINT journey_certificates_reason_length CHECK (char_length(reason) <= 500),
  PRIMARY KEY (org_id, id),
  CONSTRAINT journey_certificates_public UNIQUE (org_id, public_id),
  CONSTRAINT journey_certificates_place UNIQUE (org_id, key_id, slot),
  CONSTRAINT journey_certificates_revoked CHECK ((revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (reason = '')),
  CONSTRAINT journey_certificates_expires CHECK (expires_at > issued_at),
  FOREIGN KEY (org_id, journey_id) REFERENCES journeys (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, enrolment_id) REFERENCES journey_enrolments (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, key_id) REFERENCES certificate_keys (org_id, id),
  FOREIGN KEY (org_id, revoked_by) REFERENCES members (org_id, id)
);
CREATE INDEX journey_certificates_refer_journey ON journey_certificates (org_id, journey_id, id);
CREATE INDEX journey_certificates_refer_enrolment ON journey_certificates (org_id, enrolment_id, id);
CREATE INDEX journey_certificates_refer_revoked_by ON journey_certificates (org_id, revoked_by);
-- Whoever tells that somebody finished how often: one certificate.
CREATE UNIQUE INDEX journey_certificates_once ON journey_certificates (org_id, enrolment_id) WHERE revoked_at IS NULL;
SELECT app.protect('journey_certificates');

-- What was issued stays as it was; it can only be revoked, once.
CREATE FUNCTION app.keep_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL
     OR (to_jsonb(NEW) - '{revoked_at,revoked_by,reason}'::text[]) <> (to_jsonb(OLD) - '{revoked_at,revoked_by,reason}'::text[]) THEN
    RAISE EXCEPTION 'a certificate does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER journey_certificates_kept BEFORE UPDATE ON journey_certificates FOR EACH ROW EXECUTE FUNCTION app.keep_certificate();

-- Places of what was revoked. They say nothing of anybody, and outlive the certificate, so that it never counts again.
CREATE TABLE certificate_revocations (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  key_id uuid NOT NULL,
  slot bigint NOT NULL,
  revoked_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, key_id, slot),
  FOREIGN KEY (org_id, key_id) REFERENCES certificate_keys (org_id, id) ON DELETE CASCADE
);
SELECT app.protect_append_only('certificate_revocations');
