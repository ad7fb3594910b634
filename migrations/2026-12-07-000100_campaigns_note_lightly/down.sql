DROP INDEX delivery_events_by_time;
ALTER TABLE delivery_events DROP CONSTRAINT delivery_events_pkey;
CREATE INDEX delivery_events_by_delivery ON delivery_events (org_id, delivery_id);
ALTER TABLE delivery_events ADD CONSTRAINT delivery_events_pkey PRIMARY KEY (org_id, at, id);
