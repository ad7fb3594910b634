DROP INDEX delivery_events_by_time;
ALTER TABLE delivery_events ADD CONSTRAINT delivery_events_pkey PRIMARY KEY (org_id, at, id);
