-- A campaign has one channel, so its deliveries need not be told apart by it. Behind row-level security an enum is compared only after rows
-- were found (its operators are not leakproof): with the channel before the address, every place of the campaign in the index was read for
-- each address that was looked up.
DROP INDEX deliveries_once;
CREATE UNIQUE INDEX deliveries_once ON deliveries (org_id, bucket, campaign_id, address_hash) WHERE NOT is_single;

-- The same for what must not be written to: every suppression of the organization was read for each person of an audience.
DROP INDEX suppressions_in_force;
CREATE UNIQUE INDEX suppressions_in_force ON suppressions (org_id, address_hash, channel) WHERE lifted_at IS NULL;
