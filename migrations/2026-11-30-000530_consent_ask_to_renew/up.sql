-- Whether people are asked before what allows messages to them runs out.
ALTER TABLE organizations ADD COLUMN asks_to_renew boolean NOT NULL DEFAULT false;
