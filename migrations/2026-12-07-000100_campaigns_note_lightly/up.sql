-- What happened to messages is found by the message and by time, never by its own id, so the key leads with the message and takes the
-- place of the index that did; led by the organization and the moment, the longest of the keys was kept up for each mail and looked up by
-- nobody. By time there is a shorter one, which grows at its end.
ALTER TABLE delivery_events DROP CONSTRAINT delivery_events_pkey;
DROP INDEX delivery_events_by_delivery;
ALTER TABLE delivery_events ADD CONSTRAINT delivery_events_pkey PRIMARY KEY (delivery_id, org_id, at, id);
CREATE INDEX delivery_events_by_time ON delivery_events (org_id, at);
