-- What people agreed to and took back, what they want to get and how often, and to whom nothing is sent any more.

CREATE TYPE contact_channel AS ENUM ('email', 'sms', 'push', 'phone', 'mail');
CREATE TYPE consent_action AS ENUM ('grant', 'request', 'confirm', 'withdraw', 'undo');
CREATE TYPE consent_basis AS ENUM ('express', 'membership', 'purchase', 'inquiry', 'published', 'contract', 'legitimate_interest', 'vital');
CREATE TYPE consent_method AS ENUM ('preferences', 'one_click', 'unsubscribe_page', 'undo', 'confirmation', 'mail', 'sms', 'form', 'paper', 'spoken', 'import', 'api', 'bounce', 'complaint', 'merge');
CREATE TYPE message_frequency AS ENUM ('real_time', 'daily_digest', 'weekly_digest');
CREATE TYPE suppression_reason AS ENUM ('unsubscribed', 'complaint', 'bounce', 'asked', 'erased', 'imported');

-- Refuses to rewrite history, whoever asks: not even the owner of the table does. What goes with its organization goes.
CREATE FUNCTION app.refuse_rewriting() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  RAISE insufficient_privilege USING MESSAGE = format('%s is only ever added to', TG_TABLE_NAME);
END $$;
CREATE FUNCTION app.never_rewrite(tenant_table regclass) RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM app.protect_append_only(tenant_table);
  EXECUTE format('CREATE TRIGGER refuse_rewriting BEFORE UPDATE OR DELETE ON %s FOR EACH ROW '
                 'WHEN (pg_trigger_depth() = 0 AND current_setting(''app.forgetting'', true) IS DISTINCT FROM ''on'') '
                 'EXECUTE FUNCTION app.refuse_rewriting()', tenant_table);
END $$;
REVOKE EXECUTE ON FUNCTION app.never_rewrite(regclass), app.refuse_rewriting() FROM PUBLIC;

-- Who asks, in the words that every request for consent and every message has to carry (CASL, SOR/2012-36 s. 2 to 4).
ALTER TABLE organizations ADD COLUMN postal_address text NOT NULL DEFAULT ''
  CONSTRAINT organizations_postal_address CHECK (char_length(postal_address) <= 300);
ALTER TABLE organizations ADD COLUMN contact_line text NOT NULL DEFAULT ''
  CONSTRAINT organizations_contact_line CHECK (char_length(contact_line) <= 200);

-- Whose law says how long a basis lasts: a key of the file of rules.
ALTER TABLE organizations ADD COLUMN jurisdiction text NOT NULL DEFAULT 'ca'
  CONSTRAINT organizations_jurisdiction CHECK (jurisdiction IN ('ca', 'us', 'eu', 'gb', 'default'));

-- Kinds of messages of an organization's own, beside those that every organization has.
CREATE TABLE message_categories (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  key text NOT NULL CONSTRAINT message_categories_key_shape CHECK (key ~ '^[a-z][a-z0-9_]{1,39}$'
    AND key NOT IN ('all', 'campaign', 'transactional', 'alerts', 'newsletters', 'social')),
  name_en text NOT NULL CONSTRAINT message_categories_name_en_length CHECK (char_length(name_en) BETWEEN 1 AND 60),
  name_fr text NOT NULL CONSTRAINT message_categories_name_fr_length CHECK (char_length(name_fr) BETWEEN 1 AND 60),
  about_en text NOT NULL DEFAULT '' CONSTRAINT message_categories_about_en_length CHECK (char_length(about_en) <= 200),
  about_fr text NOT NULL DEFAULT '' CONSTRAINT message_categories_about_fr_length CHECK (char_length(about_fr) <= 200),
  created_at timestamptz NOT NULL DEFAULT now(),
  archived_at timestamptz,
  PRIMARY KEY (org_id, key)
);
SELECT app.protect('message_categories');

-- Exactly what somebody was shown when they agreed or took it back, once for each wording.
CREATE TABLE consent_texts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL,
  version integer NOT NULL,
  locale text NOT NULL,
  body text NOT NULL CONSTRAINT consent_texts_length CHECK (char_length(body) BETWEEN 1 AND 10000),
  sha256 bytea NOT NULL CONSTRAINT consent_texts_hash CHECK (sha256 = sha256(convert_to(body, 'UTF8'))),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  CONSTRAINT consent_texts_once UNIQUE (org_id, name, locale, sha256),
  CONSTRAINT consent_texts_version_once UNIQUE (org_id, name, locale, version)
);
SELECT app.never_rewrite('consent_texts');

-- Every word about consent, for good. Without anything that tells who it was but for the member: that stands in consent_evidence.
CREATE TABLE consent_records (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  channel contact_channel NOT NULL,
  -- A category, or `all` of them.
  category text NOT NULL CONSTRAINT consent_records_category_shape CHECK (category ~ '^[a-z][a-z0-9_]{1,39}$'),
  action consent_action NOT NULL,
  basis consent_basis,
  method consent_method NOT NULL,
  text_id uuid,
  -- When it was said; when it was written down. The law counts from the former.
  effective_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  expires_at timestamptz,
  -- Who wrote it down for them; nobody when they did it themselves.
  recorded_by uuid,
  -- The request that a confirmation answers, or the withdrawal that an undo takes back.
  answers_id uuid,
  -- SHA-256 of what stands in consent_evidence with its salt: it shows whether that is still what it was, and tells nothing once it is gone.
  evidence_hash bytea NOT NULL,
  PRIMARY KEY (org_id, id),
  CONSTRAINT consent_records_basis CHECK ((action IN ('grant', 'confirm')) = (basis IS NOT NULL)),
  CONSTRAINT consent_records_expiry CHECK (expires_at IS NULL OR basis IS NOT NULL),
  CONSTRAINT consent_records_not_ahead CHECK (effective_at <= recorded_at),
  CONSTRAINT consent_records_of_member FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) DEFERRABLE,
  FOREIGN KEY (org_id, recorded_by) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, text_id) REFERENCES consent_texts (org_id, id),
  FOREIGN KEY (org_id, answers_id) REFERENCES consent_records (org_id, id)
);
CREATE INDEX consent_records_by_member ON consent_records (org_id, member_id, recorded_at, id);
CREATE INDEX consent_records_refer_recorded_by ON consent_records (org_id, recorded_by) WHERE recorded_by IS NOT NULL;
CREATE INDEX consent_records_by_time ON consent_records (org_id, recorded_at, id);
-- One confirmation, and one undo, of each.
CREATE UNIQUE INDEX consent_records_answered_once ON consent_records (org_id, answers_id, action) WHERE answers_id IS NOT NULL;
SELECT app.never_rewrite('consent_records');

-- From where it was said, and what shows that it was. Goes with an erased person, and with nothing else.
CREATE TABLE consent_evidence (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  record_id uuid NOT NULL,
  member_id uuid NOT NULL,
  -- The address, number or device it is about, as it was then.
  address text NOT NULL DEFAULT '',
  ip text NOT NULL DEFAULT '' CONSTRAINT consent_evidence_ip_length CHECK (char_length(ip) <= 45),
  user_agent text NOT NULL DEFAULT '' CONSTRAINT consent_evidence_agent_length CHECK (char_length(user_agent) <= 400),
  note text NOT NULL DEFAULT '' CONSTRAINT consent_evidence_note_length CHECK (char_length(note) <= 1000),
  salt bytea NOT NULL,
  PRIMARY KEY (org_id, record_id),
  FOREIGN KEY (org_id, record_id) REFERENCES consent_records (org_id, id),
  CONSTRAINT consent_evidence_of_member FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) DEFERRABLE
);
CREATE INDEX consent_evidence_by_member ON consent_evidence (org_id, member_id);
SELECT app.never_rewrite('consent_evidence');
-- Of an erased person, whom the erasures name.
CREATE FUNCTION app.erase_consent_evidence(person uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM set_config('app.forgetting', 'on', true);
  DELETE FROM consent_evidence e WHERE e.org_id = app.current_org() AND e.member_id = person
    AND EXISTS (SELECT 1 FROM erasures x WHERE x.org_id = app.current_org() AND x.member_id = person);
  PERFORM set_config('app.forgetting', '', true);
END $$;
REVOKE EXECUTE ON FUNCTION app.erase_consent_evidence(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.erase_consent_evidence(uuid) TO waymark_app;

-- What the records come to for each person, channel and category, and how often they want to hear: read for every message, and
-- compared with the records each night.
CREATE TABLE preferences (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  channel contact_channel NOT NULL,
  category text NOT NULL,
  -- None while they said nothing about it.
  is_allowed boolean,
  basis consent_basis,
  expires_at timestamptz,
  decided_at timestamptz,
  record_id uuid,
  frequency message_frequency NOT NULL DEFAULT 'real_time',
  PRIMARY KEY (org_id, member_id, channel, category),
  CONSTRAINT preferences_decided CHECK ((is_allowed IS NULL) = (record_id IS NULL) AND (is_allowed IS NULL) = (decided_at IS NULL)),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, record_id) REFERENCES consent_records (org_id, id)
);
CREATE INDEX preferences_by_expiry ON preferences (org_id, expires_at) WHERE expires_at IS NOT NULL AND is_allowed;
SELECT app.protect('preferences');
SELECT app.stay_when_taken_back('preferences');

-- When somebody wants no message, in their own time zone.
CREATE TABLE message_pauses (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  member_id uuid NOT NULL,
  quiet_from time,
  quiet_to time,
  paused_until timestamptz,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, member_id),
  CONSTRAINT message_pauses_quiet CHECK ((quiet_from IS NULL) = (quiet_to IS NULL) AND quiet_from IS DISTINCT FROM quiet_to),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('message_pauses');
SELECT app.stay_when_taken_back('message_pauses');

-- Addresses and numbers to which nothing is sent, by a keyed hash: it outlives who they belonged to, and says nothing about them.
CREATE TABLE suppressions (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  channel contact_channel NOT NULL,
  address_hash bytea NOT NULL CONSTRAINT suppressions_hash_length CHECK (octet_length(address_hash) = 32),
  reason suppression_reason NOT NULL,
  note text NOT NULL DEFAULT '' CONSTRAINT suppressions_note_length CHECK (char_length(note) <= 300),
  created_at timestamptz NOT NULL,
  created_by uuid,
  lifted_at timestamptz,
  lifted_by uuid,
  lift_reason text CONSTRAINT suppressions_lift_reason_length CHECK (char_length(lift_reason) BETWEEN 1 AND 300),
  PRIMARY KEY (org_id, id),
  CONSTRAINT suppressions_lifted CHECK ((lifted_at IS NULL) = (lift_reason IS NULL)),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, lifted_by) REFERENCES members (org_id, id)
);
CREATE UNIQUE INDEX suppressions_in_force ON suppressions (org_id, channel, address_hash) WHERE lifted_at IS NULL;
CREATE INDEX suppressions_refer_created_by ON suppressions (org_id, created_by) WHERE created_by IS NOT NULL;
CREATE INDEX suppressions_refer_lifted_by ON suppressions (org_id, lifted_by) WHERE lifted_by IS NOT NULL;
SELECT app.protect('suppressions');
REVOKE DELETE ON suppressions FROM waymark_app;

-- Who has no message at hand asks for a link by their address, in whatever organization.
CREATE INDEX members_by_email ON members (lower(email)) WHERE email IS NOT NULL;
