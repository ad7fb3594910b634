-- A delivery costs three rows and a lease. What is checked twice for each is checked once.

-- Whose it is follows from the campaign, whose organization is checked, and from row-level security, which lets nobody write a row of
-- another organization; events and places in the queue are written for deliveries only.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_org_id_fkey;
ALTER TABLE delivery_events DROP CONSTRAINT delivery_events_org_id_fkey;
ALTER TABLE send_queue DROP CONSTRAINT send_queue_org_id_fkey;

-- A lease changes nothing that is indexed, so that it need not touch an index (a heap-only update): half of each page is left free for it.
-- Leased rows stand at the front of what is due, a thousand of them at most for each process.
DROP INDEX send_queue_in_hand;
DROP INDEX send_queue_due;
CREATE INDEX send_queue_due ON send_queue (org_id, campaign_id, due_at) WHERE NOT is_held;
ALTER TABLE send_queue SET (fillfactor = 50);

-- By the delivery first: led by the organization, the planner, which takes a queue behind row-level security for one row, reads all of the
-- organization's and looks afterwards which of them were meant.
ALTER TABLE send_queue DROP CONSTRAINT send_queue_pkey;
ALTER TABLE send_queue ADD CONSTRAINT send_queue_pkey PRIMARY KEY (delivery_id, org_id);

-- The same for deliveries: reports, timelines and single messages know the delivery and not its month, and read a whole month for it.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_pkey;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id, org_id, bucket);
