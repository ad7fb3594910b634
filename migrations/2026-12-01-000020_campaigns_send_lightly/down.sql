ALTER TABLE send_queue SET (fillfactor = 70);
DROP INDEX send_queue_due;
CREATE INDEX send_queue_due ON send_queue (org_id, campaign_id, due_at) WHERE lease_owner IS NULL AND NOT is_held;
CREATE INDEX send_queue_in_hand ON send_queue (lease_owner) WHERE lease_owner IS NOT NULL;
ALTER TABLE send_queue ADD CONSTRAINT send_queue_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations (id) ON DELETE CASCADE;
ALTER TABLE delivery_events ADD CONSTRAINT delivery_events_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations (id) ON DELETE CASCADE;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations (id) ON DELETE CASCADE;
