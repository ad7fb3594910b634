DROP INDEX members_by_email;
DROP TABLE suppressions, message_pauses, preferences;
DROP FUNCTION app.erase_consent_evidence(uuid);
DROP TABLE consent_evidence, consent_records, consent_texts, message_categories;
DROP FUNCTION app.never_rewrite(regclass);
DROP FUNCTION app.refuse_rewriting();
DROP TYPE suppression_reason, message_frequency, consent_method, consent_basis, consent_action, contact_channel;
ALTER TABLE organizations DROP COLUMN jurisdiction, DROP COLUMN contact_line, DROP COLUMN postal_address;
