-- Messages to one person that answer what they did: receipts, confirmations, codes. They are deliveries like those of campaigns, with the
-- same log; what they hang on is a campaign of another kind that a template gets for each month.

CREATE TABLE single_campaigns (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  campaign_id uuid NOT NULL,
  version_id uuid NOT NULL,
  -- The month of its deliveries, by its first day.
  month date NOT NULL CONSTRAINT single_campaigns_month CHECK (extract(day FROM month) = 1),
  -- Whether further messages hang on it.
  is_open boolean NOT NULL DEFAULT true,
  PRIMARY KEY (org_id, campaign_id),
  FOREIGN KEY (org_id, campaign_id) REFERENCES campaigns (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, version_id) REFERENCES template_versions (org_id, id)
);
CREATE UNIQUE INDEX single_campaigns_once ON single_campaigns (org_id, version_id, month) WHERE is_open;
CREATE INDEX single_campaigns_refer_version ON single_campaigns (org_id, version_id);
SELECT app.protect('single_campaigns');
SELECT app.open_to_system('single_campaigns', 'SELECT');

-- One address gets one message of a campaign, and any number of those that answer what its person did.
ALTER TABLE deliveries ADD COLUMN is_single boolean NOT NULL DEFAULT false;
ALTER TABLE deliveries DROP CONSTRAINT deliveries_once;
CREATE UNIQUE INDEX deliveries_once ON deliveries (org_id, bucket, campaign_id, channel, address_hash) WHERE NOT is_single;

-- What the template's own variables say in one message.
CREATE TABLE delivery_values (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  delivery_id uuid NOT NULL,
  member_id uuid NOT NULL,
  said jsonb NOT NULL CONSTRAINT delivery_values_shape CHECK (jsonb_typeof(said) = 'object'),
  made_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, delivery_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
);
CREATE INDEX delivery_values_of_member ON delivery_values (org_id, member_id);
CREATE INDEX delivery_values_old ON delivery_values (org_id, made_at);
SELECT app.protect('delivery_values');
SELECT app.stay_when_taken_back('delivery_values');
