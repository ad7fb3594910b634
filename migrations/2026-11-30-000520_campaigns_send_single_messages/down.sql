DROP TABLE delivery_values;
DROP INDEX deliveries_once;
DELETE FROM send_queue q USING single_campaigns s WHERE s.org_id = q.org_id AND s.campaign_id = q.campaign_id;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_once UNIQUE (org_id, bucket, campaign_id, channel, address_hash);
ALTER TABLE deliveries DROP COLUMN is_single;
DROP TABLE single_campaigns;
