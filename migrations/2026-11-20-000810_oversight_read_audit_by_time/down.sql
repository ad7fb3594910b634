DROP INDEX audit_entries_by_time, audit_entries_by_action, audit_entries_by_member, audit_entries_by_subject;
CREATE INDEX audit_entries_by_action ON audit_entries (org_id, action, id DESC);
CREATE INDEX audit_entries_by_member ON audit_entries (org_id, member_id, id DESC);
CREATE INDEX audit_entries_by_subject ON audit_entries (org_id, subject_id, id DESC) WHERE subject_id IS NOT NULL;
