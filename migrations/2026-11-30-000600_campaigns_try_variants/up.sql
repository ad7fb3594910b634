-- Campaigns that try several wordings on a part of their audience, and send the best to the rest.

CREATE TABLE campaign_tests (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  campaign_id uuid NOT NULL,
  -- Of a hundred people of the audience, how many take part; the rest waits for the winner.
  share smallint NOT NULL CONSTRAINT campaign_tests_share CHECK (share BETWEEN 5 AND 100),
  -- Hours after which clicks decide; a person decides when there are none.
  hours smallint CONSTRAINT campaign_tests_hours CHECK (hours BETWEEN 1 AND 72),
  -- When they do, once the audience is gathered.
  decides_at timestamptz,
  -- What the rest gets: 0 is A.
  winner smallint CONSTRAINT campaign_tests_winner CHECK (winner BETWEEN 0 AND 3),
  decided_at timestamptz,
  -- Nobody when clicks decided.
  decided_by uuid,
  -- Why, in words.
  because text NOT NULL DEFAULT '' CONSTRAINT campaign_tests_because_length CHECK (char_length(because) <= 300),
  PRIMARY KEY (org_id, campaign_id),
  CONSTRAINT campaign_tests_decided CHECK ((winner IS NULL) = (decided_at IS NULL)),
  FOREIGN KEY (org_id, campaign_id) REFERENCES campaigns (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, decided_by) REFERENCES members (org_id, id)
);
CREATE INDEX campaign_tests_refer_decided_by ON campaign_tests (org_id, decided_by) WHERE decided_by IS NOT NULL;
SELECT app.protect('campaign_tests');

-- What was decided stays so: it tells for good which variant each of the rest got.
CREATE FUNCTION app.refuse_another_winner() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the winner of a test is decided once' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER decided_once BEFORE UPDATE ON campaign_tests FOR EACH ROW
  WHEN (OLD.winner IS NOT NULL AND (NEW.winner, NEW.decided_at, NEW.decided_by, NEW.share) IS DISTINCT FROM (OLD.winner, OLD.decided_at, OLD.decided_by, OLD.share))
  EXECUTE FUNCTION app.refuse_another_winner();

-- The variants beside A, which is what the campaign itself says. What one leaves out is as in A.
CREATE TABLE campaign_variants (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  campaign_id uuid NOT NULL,
  -- 1 is B.
  number smallint NOT NULL CONSTRAINT campaign_variants_number CHECK (number BETWEEN 1 AND 3),
  template_id uuid,
  -- The version that is sent, once that is decided.
  version_id uuid,
  subject text NOT NULL DEFAULT '' CONSTRAINT campaign_variants_subject_length CHECK (char_length(subject) <= 250),
  fill jsonb NOT NULL DEFAULT '{}' CONSTRAINT campaign_variants_fill_shape CHECK (jsonb_typeof(fill) = 'object'),
  PRIMARY KEY (org_id, campaign_id, number),
  FOREIGN KEY (org_id, campaign_id) REFERENCES campaign_tests (org_id, campaign_id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, template_id) REFERENCES message_templates (org_id, id),
  FOREIGN KEY (org_id, version_id) REFERENCES template_versions (org_id, id)
);
CREATE INDEX campaign_variants_refer_template ON campaign_variants (org_id, template_id) WHERE template_id IS NOT NULL;
CREATE INDEX campaign_variants_refer_version ON campaign_variants (org_id, version_id) WHERE version_id IS NOT NULL;
SELECT app.protect('campaign_variants');

-- Which variant somebody gets in a test: 0 is A; nothing for the rest. By the first and the second half of 16 hexadecimal digits of
-- SHA-256 over both ids, so that the dry run, the sending and whoever checks it years later come to the same.
CREATE FUNCTION app.variant_of(campaign uuid, member uuid, share smallint, variants smallint) RETURNS smallint
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN ('x' || substr(h.digits, 1, 8))::bit(32)::bigint % 100 < share
    THEN (('x' || substr(h.digits, 9, 8))::bit(32)::bigint % variants)::smallint END
  FROM (SELECT encode(sha256(convert_to(campaign::text || ':' || member::text, 'UTF8')), 'hex') AS digits) h
$$;
REVOKE EXECUTE ON FUNCTION app.variant_of(uuid, uuid, smallint, smallint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.variant_of(uuid, uuid, smallint, smallint) TO waymark_app;

-- With which variant somebody takes part in a test; nothing for the rest of the audience, and where there is no test.
ALTER TABLE deliveries ADD COLUMN variant smallint CONSTRAINT deliveries_variant CHECK (variant BETWEEN 0 AND 3);
-- That of its delivery.
ALTER TABLE delivery_events ADD COLUMN variant smallint CONSTRAINT delivery_events_variant CHECK (variant BETWEEN 0 AND 3);
-- That of its delivery; and what was decided for the rest. What waits for the winner is due at the end of time.
ALTER TABLE send_queue ADD COLUMN variant smallint;
ALTER TABLE send_queue ADD COLUMN winner smallint;
