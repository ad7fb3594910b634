ALTER TABLE deliveries ADD FOREIGN KEY (org_id, campaign_id) REFERENCES campaigns (org_id, id);
