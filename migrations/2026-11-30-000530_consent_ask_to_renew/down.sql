ALTER TABLE organizations DROP COLUMN asks_to_renew;
