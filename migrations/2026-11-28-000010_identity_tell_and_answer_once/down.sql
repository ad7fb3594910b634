DROP TABLE visitor_answers;
REVOKE INSERT ON events FROM waymark_system;
DROP POLICY system_access ON audit_entries;
REVOKE INSERT ON audit_entries FROM waymark_system;
