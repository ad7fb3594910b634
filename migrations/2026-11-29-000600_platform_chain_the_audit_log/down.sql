DROP FUNCTION app.audit_details_hash(jsonb, jsonb);
DROP FUNCTION app.audit_line(uuid, timestamptz, uuid, text, text, text, uuid, uuid);
ALTER TABLE audit_entries DROP COLUMN erased_at;
DROP TABLE audit_chain;
