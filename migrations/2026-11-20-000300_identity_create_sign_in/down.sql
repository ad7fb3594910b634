DROP TABLE idempotency_keys, audit_entries, api_tokens, invitations, access_changes, sign_in_attempts, one_time_links, recovery_codes, sessions;
DROP TYPE link_purpose;
