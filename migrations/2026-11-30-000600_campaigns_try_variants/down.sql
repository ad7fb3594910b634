ALTER TABLE send_queue DROP COLUMN winner;
ALTER TABLE send_queue DROP COLUMN variant;
ALTER TABLE delivery_events DROP COLUMN variant;
ALTER TABLE deliveries DROP COLUMN variant;
DROP FUNCTION app.variant_of(uuid, uuid, smallint, smallint);
DROP TABLE campaign_variants;
DROP TABLE campaign_tests;
DROP FUNCTION app.refuse_another_winner();
