-- A chain of hashes over the audit log, by which a changed, removed or inserted entry is found. It is written shortly after the
-- entries, so that no request waits for the one before it.

CREATE TABLE audit_chain (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  position bigint NOT NULL,
  entry_id uuid NOT NULL,
  -- SHA-256 of what was before and after. Erasing a person takes those two away from entries about them and leaves this.
  details_hash bytea NOT NULL,
  -- SHA-256 of the hash before, the position, the entry and the hash of its details.
  hash bytea NOT NULL,
  chained_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, position),
  CONSTRAINT audit_chain_once UNIQUE (org_id, entry_id),
  FOREIGN KEY (org_id, entry_id) REFERENCES audit_entries (org_id, id)
);
SELECT app.protect_append_only('audit_chain');

ALTER TABLE audit_entries ADD COLUMN erased_at timestamptz;

-- What of an entry is hashed beside its details, and the hash of these.
CREATE FUNCTION app.audit_line(id uuid, at timestamptz, member_id uuid, portal_task text, action text, subject_kind text, subject_id uuid, request_id uuid)
  RETURNS text LANGUAGE sql STABLE
  RETURN concat_ws(chr(31), id::text, (extract(epoch FROM at) * 1000000)::bigint::text, coalesce(member_id::text, ''), coalesce(portal_task, ''), action,
    subject_kind, coalesce(subject_id::text, ''), coalesce(request_id::text, ''));
CREATE FUNCTION app.audit_details_hash(before jsonb, after jsonb) RETURNS bytea
  LANGUAGE sql STABLE
  RETURN sha256(convert_to(coalesce(before::text, '') || chr(31) || coalesce(after::text, ''), 'UTF8'));
GRANT EXECUTE ON FUNCTION app.audit_line(uuid, timestamptz, uuid, text, text, text, uuid, uuid), app.audit_details_hash(jsonb, jsonb) TO waymark_app;
