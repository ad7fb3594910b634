-- What happened to messages is found by their delivery and by time, never by its own id: the longest of the keys was kept up for each mail
-- and looked up by nobody. Twice the same event cannot be written, since whoever is not sure asks first (by delivery).
ALTER TABLE delivery_events DROP CONSTRAINT delivery_events_pkey;
CREATE INDEX delivery_events_by_time ON delivery_events (org_id, at);
