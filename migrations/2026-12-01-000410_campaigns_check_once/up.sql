-- A campaign of which somebody was gathered is never removed: only drafts are, and of those the portal refuses it once something was written
-- for them. Whoever writes deliveries holds its row. So the row need not be looked for, and locked, once more for each of them.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_org_id_campaign_id_fkey;
