-- Roles that may export people's records besides admins.
ALTER TABLE organizations ADD COLUMN people_exporters member_role[] NOT NULL DEFAULT '{}';
