-- Campaigns, what each person was sent by them, and what became of it: a row for each delivery before anything leaves, a queue that
-- holds what is still to be done, and events that are only ever added to.

CREATE TYPE campaign_state AS ENUM ('draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled', 'failed');
CREATE TYPE campaign_start AS ENUM ('now', 'moment', 'local');
CREATE TYPE doubt_policy AS ENUM ('resend', 'hold');
CREATE TYPE exclusion_reason AS ENUM ('excluded_segment', 'no_address', 'duplicate', 'suppressed', 'withdrawn', 'expired', 'no_basis', 'paused', 'capped', 'too_late', 'no_window', 'missing_value');
CREATE TYPE delivery_event_kind AS ENUM ('accepted', 'deferred', 'refused', 'in_doubt', 'withheld', 'cancelled', 'delivered', 'bounced', 'complained', 'opened', 'clicked', 'unsubscribed');
CREATE TYPE provider_kind AS ENUM ('smtp', 'resend', 'sendgrid', 'twilio');

-- Whoever takes a break need not have quiet hours.
ALTER TABLE message_pauses DROP CONSTRAINT message_pauses_quiet;
ALTER TABLE message_pauses ADD CONSTRAINT message_pauses_quiet
  CHECK ((quiet_from IS NULL) = (quiet_to IS NULL) AND (quiet_from <> quiet_to) IS NOT FALSE);

-- Above how many people a second person has to let a campaign go; how many campaigns somebody gets at most in how many days.
ALTER TABLE organizations ADD COLUMN approve_above integer CONSTRAINT organizations_approve_above CHECK (approve_above BETWEEN 0 AND 10000000);
ALTER TABLE organizations ADD COLUMN cap_messages smallint CONSTRAINT organizations_cap_messages CHECK (cap_messages BETWEEN 1 AND 100);
ALTER TABLE organizations ADD COLUMN cap_days smallint NOT NULL DEFAULT 7 CONSTRAINT organizations_cap_days CHECK (cap_days BETWEEN 1 AND 60);

CREATE TABLE message_providers (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  kind provider_kind NOT NULL,
  name text NOT NULL CONSTRAINT message_providers_name_length CHECK (char_length(name) BETWEEN 1 AND 80),
  -- What may be read again: host, port, account.
  settings jsonb NOT NULL,
  -- Passwords and keys, sealed under the installation's secret.
  secret bytea,
  -- What proves that a report is the provider's, sealed as well.
  webhook_secret bytea,
  from_name text NOT NULL DEFAULT '' CONSTRAINT message_providers_from_name_length CHECK (char_length(from_name) <= 80),
  from_address text NOT NULL CONSTRAINT message_providers_from_length CHECK (char_length(from_address) BETWEEN 1 AND 254),
  connections smallint NOT NULL DEFAULT 10 CONSTRAINT message_providers_connections CHECK (connections BETWEEN 1 AND 50),
  per_second integer CONSTRAINT message_providers_per_second CHECK (per_second BETWEEN 1 AND 100000),
  -- The lowest goes first.
  rank smallint NOT NULL DEFAULT 0,
  -- Kept from sending, by a person or because it does not let us in.
  stopped_at timestamptz,
  stopped_because text NOT NULL DEFAULT '',
  checked_at timestamptz,
  check_said text NOT NULL DEFAULT '',
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  archived_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id)
);
CREATE INDEX message_providers_refer_created_by ON message_providers (org_id, created_by);
SELECT app.protect('message_providers');

CREATE TABLE campaigns (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL CONSTRAINT campaigns_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
  channel template_channel NOT NULL,
  state campaign_state NOT NULL DEFAULT 'draft',
  template_id uuid,
  -- The version that is sent, once that is decided.
  version_id uuid,
  is_everyone boolean NOT NULL DEFAULT false,
  -- What the template's own variables say in this campaign.
  fill jsonb NOT NULL DEFAULT '{}' CONSTRAINT campaigns_fill_shape CHECK (jsonb_typeof(fill) = 'object'),
  from_name text NOT NULL DEFAULT '' CONSTRAINT campaigns_from_name_length CHECK (char_length(from_name) <= 80),
  reply_to text NOT NULL DEFAULT '' CONSTRAINT campaigns_reply_to_length CHECK (char_length(reply_to) <= 254),
  starts campaign_start NOT NULL DEFAULT 'now',
  starts_at timestamptz,
  -- By the clock on each person's wall.
  starts_local timestamp,
  quiet_from time,
  quiet_to time,
  late_hours smallint NOT NULL DEFAULT 24 CONSTRAINT campaigns_late_hours CHECK (late_hours BETWEEN 1 AND 336),
  is_tracked boolean NOT NULL DEFAULT true,
  in_doubt doubt_policy NOT NULL DEFAULT 'resend',
  -- Counts what was changed, so that two people at once notice each other.
  revision integer NOT NULL DEFAULT 1,
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  launched_by uuid,
  launched_at timestamptz,
  needs_approval boolean NOT NULL DEFAULT false,
  approved_by uuid,
  approved_at timestamptz,
  -- The last person who was looked at, while the audience is gathered.
  gathered_to uuid,
  gathered_at timestamptz,
  finished_at timestamptz,
  trouble text NOT NULL DEFAULT '' CONSTRAINT campaigns_trouble_length CHECK (char_length(trouble) <= 500),
  PRIMARY KEY (org_id, id),
  CONSTRAINT campaigns_quiet CHECK ((quiet_from IS NULL) = (quiet_to IS NULL) AND (quiet_from <> quiet_to) IS NOT FALSE),
  CONSTRAINT campaigns_start CHECK ((starts = 'moment') = (starts_at IS NOT NULL) AND (starts = 'local') = (starts_local IS NOT NULL)),
  CONSTRAINT campaigns_launched CHECK (state IN ('draft', 'cancelled') OR (version_id IS NOT NULL AND launched_at IS NOT NULL)),
  FOREIGN KEY (org_id, template_id) REFERENCES message_templates (org_id, id),
  FOREIGN KEY (org_id, version_id) REFERENCES template_versions (org_id, id),
  FOREIGN KEY (org_id, created_by) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, launched_by) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, approved_by) REFERENCES members (org_id, id)
);
CREATE INDEX campaigns_at_work ON campaigns (state, org_id, id) WHERE state IN ('scheduled', 'sending');
CREATE INDEX campaigns_refer_created_by ON campaigns (org_id, created_by);
CREATE INDEX campaigns_refer_launched_by ON campaigns (org_id, launched_by) WHERE launched_by IS NOT NULL;
CREATE INDEX campaigns_refer_approved_by ON campaigns (org_id, approved_by) WHERE approved_by IS NOT NULL;
SELECT app.protect('campaigns');
SELECT app.open_to_system('campaigns', 'SELECT');

-- Of whom a campaign is for, and of those, who is not meant after all.
CREATE TABLE campaign_segments (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  campaign_id uuid NOT NULL,
  segment_id uuid NOT NULL,
  is_excluded boolean NOT NULL,
  PRIMARY KEY (org_id, campaign_id, segment_id),
  FOREIGN KEY (org_id, campaign_id) REFERENCES campaigns (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, segment_id) REFERENCES segments (org_id, id)
);
SELECT app.protect('campaign_segments');

-- Why somebody of the audience is sent nothing, known before anything left.
CREATE TABLE campaign_exclusions (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  campaign_id uuid NOT NULL,
  member_id uuid NOT NULL,
  reason exclusion_reason NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (org_id, campaign_id, member_id),
  FOREIGN KEY (org_id, campaign_id) REFERENCES campaigns (org_id, id),
  CONSTRAINT campaign_exclusions_of_member FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) DEFERRABLE
);
CREATE INDEX campaign_exclusions_by_reason ON campaign_exclusions (org_id, campaign_id, reason, member_id);
CREATE INDEX campaign_exclusions_by_member ON campaign_exclusions (org_id, member_id);
SELECT app.never_rewrite('campaign_exclusions');

-- One message to one person. `bucket` is the month of the campaign's launch, so that one address gets one delivery of a campaign
-- whatever happens, also across partitions.
CREATE TABLE deliveries (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  bucket date NOT NULL CONSTRAINT deliveries_bucket CHECK (extract(day FROM bucket) = 1),
  id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  member_id uuid NOT NULL,
  channel template_channel NOT NULL,
  -- Keyed hash of the address, as suppressions have it: the address itself stays with its person.
  address_hash bytea NOT NULL CONSTRAINT deliveries_hash_length CHECK (octet_length(address_hash) = 32),
  made_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, bucket, id),
  CONSTRAINT deliveries_once UNIQUE (org_id, bucket, campaign_id, channel, address_hash),
  FOREIGN KEY (org_id, campaign_id) REFERENCES campaigns (org_id, id),
  CONSTRAINT deliveries_of_member FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) DEFERRABLE
) PARTITION BY RANGE (bucket);
CREATE INDEX deliveries_by_member ON deliveries (org_id, member_id, id);
SELECT app.never_rewrite('deliveries');

-- What became of it, as it happened.
CREATE TABLE delivery_events (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  at timestamptz NOT NULL,
  id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  kind delivery_event_kind NOT NULL,
  -- What the provider said, or why not.
  detail text NOT NULL DEFAULT '' CONSTRAINT delivery_events_detail_length CHECK (char_length(detail) <= 600),
  -- Under which name the provider knows the message.
  provider_ref text,
  -- SHA-256 of the message as it left.
  sha256 bytea,
  link smallint,
  -- Not a person's doing, as far as can be told.
  is_machine boolean NOT NULL DEFAULT false,
  PRIMARY KEY (org_id, at, id)
) PARTITION BY RANGE (at);
CREATE INDEX delivery_events_by_delivery ON delivery_events (org_id, delivery_id);
-- What is rare and looked for.
CREATE INDEX delivery_events_of_note ON delivery_events (org_id, campaign_id, kind, at) WHERE kind <> 'accepted';
SELECT app.never_rewrite('delivery_events');

-- The partitions of a month; the nightly round makes those to come. Reached through their parents only.
CREATE FUNCTION app.make_delivery_partitions(month date) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  start date := date_trunc('month', month)::date;
  parent text;
  part text;
BEGIN
  FOREACH parent IN ARRAY ARRAY['deliveries', 'delivery_events'] LOOP
    part := format('%s_%s', parent, to_char(start, 'YYYYMM'));
    CONTINUE WHEN to_regclass('public.' || part) IS NOT NULL;
    EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)', part, parent, start, (start + interval '1 month')::date);
    PERFORM app.protect(format('public.%I', part)::regclass);
    EXECUTE format('REVOKE ALL ON public.%I FROM waymark_app', part);
  END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION app.make_delivery_partitions(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.make_delivery_partitions(date) TO waymark_app, waymark_system;
SELECT app.make_delivery_partitions((date '2026-09-01' + make_interval(months => n))::date) FROM generate_series(0, 9) AS n;

-- What is still to be done. A row goes when its delivery has come to an end; it refers to no table, since its delivery does.
CREATE TABLE send_queue (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  delivery_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  member_id uuid NOT NULL,
  bucket date NOT NULL,
  due_at timestamptz NOT NULL,
  attempt smallint NOT NULL DEFAULT 0,
  -- Which worker has it in hand; whether that worker may have sent it without having been able to say so.
  lease_owner uuid,
  leased_at timestamptz,
  may_leave_doubt boolean NOT NULL DEFAULT false,
  -- May have been sent already, and waits for a person to decide.
  is_held boolean NOT NULL DEFAULT false,
  PRIMARY KEY (org_id, delivery_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX send_queue_due ON send_queue (org_id, campaign_id, due_at) WHERE lease_owner IS NULL AND NOT is_held;
CREATE INDEX send_queue_in_hand ON send_queue (lease_owner) WHERE lease_owner IS NOT NULL;
CREATE INDEX send_queue_by_campaign ON send_queue (org_id, campaign_id) WHERE is_held;
SELECT app.protect('send_queue');
SELECT app.open_to_system('send_queue', 'SELECT');

-- How many deliveries came to what, kept up by who writes the events, so that a page need not count them.
CREATE TABLE campaign_counts (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  campaign_id uuid NOT NULL,
  -- `queued`, a kind of event, or a reason to exclude.
  what text NOT NULL,
  amount bigint NOT NULL,
  PRIMARY KEY (org_id, campaign_id, what),
  FOREIGN KEY (org_id, campaign_id) REFERENCES campaigns (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('campaign_counts');

-- Who sends at the moment; whoever was not seen for a while has died, and what it had in hand is taken over.
CREATE TABLE sending_workers (
  id uuid PRIMARY KEY,
  seen_at timestamptz NOT NULL
);
GRANT SELECT ON sending_workers TO waymark_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sending_workers TO waymark_system;

-- What a provider reported: acted on once each.
CREATE TABLE provider_reports (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  provider_id uuid NOT NULL,
  report_id text NOT NULL CONSTRAINT provider_reports_length CHECK (char_length(report_id) BETWEEN 1 AND 200),
  at timestamptz NOT NULL,
  PRIMARY KEY (org_id, provider_id, report_id),
  FOREIGN KEY (org_id, provider_id) REFERENCES message_providers (org_id, id)
);
SELECT app.protect('provider_reports');
