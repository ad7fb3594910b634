-- The audit log is read newest first by when things happened, whole or by who, what or about whom.
CREATE INDEX audit_entries_by_time ON audit_entries (org_id, at DESC, id DESC);
DROP INDEX audit_entries_by_action, audit_entries_by_member, audit_entries_by_subject;
CREATE INDEX audit_entries_by_action ON audit_entries (org_id, action, at DESC, id DESC);
CREATE INDEX audit_entries_by_member ON audit_entries (org_id, member_id, at DESC, id DESC);
CREATE INDEX audit_entries_by_subject ON audit_entries (org_id, subject_id, at DESC, id DESC) WHERE subject_id IS NOT NULL;
