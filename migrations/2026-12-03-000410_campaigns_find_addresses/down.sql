DROP INDEX deliveries_once;
CREATE UNIQUE INDEX deliveries_once ON deliveries (org_id, bucket, campaign_id, channel, address_hash) WHERE NOT is_single;
DROP INDEX suppressions_in_force;
CREATE UNIQUE INDEX suppressions_in_force ON suppressions (org_id, channel, address_hash) WHERE lifted_at IS NULL;
